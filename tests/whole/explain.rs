//! `template --explain` and `explain`: from the output back to templates and values, and the other way.

use std::process::Output;

use chartroom_tests::{Scratch, run, shared};
use serde_json::Value;

const CHART: &str = "tests/charts/devops-network";
const DEV: &str = "tests/charts/devops-network/dev.values.yaml";

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refusal(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The number of the line that `template` prints with these words in it.
#[track_caller]
fn line_with(words: &str, args: &[&str]) -> String {
    let printed = stdout(&run(args));
    let at = printed.lines().position(|line| line.contains(words)).expect(words);
    (at + 1).to_string()
}

/// What is told of the line with these words.
#[track_caller]
fn told(words: &str, args: &[&str]) -> String {
    let args: Vec<&str> = ["template"].iter().chain(args).copied().collect();
    let line = line_with(words, &args);
    stdout(&run(&[&args[..], &["--explain", &line]].concat()))
}

#[track_caller]
fn tells(told: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(told.contains(words), "no {words:?} in\n{told}");
    }
}

#[test]
fn a_line_names_its_template_conditions_and_values() {
    tells(
        &told("arn:aws", &[CHART, "-f", DEV]),
        &[
            "templates/serviceaccount.yaml:11:5\n    11 |     {{- toYaml . | nindent 4 }}\n       |     ^^^^",
            "templates/serviceaccount.yaml:2:1  {{- if .create }} is true\n      serviceAccount.create from dev.values.yaml:11:11",
            "serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn = \"arn:aws:iam::905418385260:role/my-irsa-role\"\n    from dev.values.yaml:14:33",
        ],
    );
}

#[test]
fn a_line_names_the_calls_on_the_way() {
    let told = told("    app.kubernetes.io/name", &[CHART]);
    tells(
        &told,
        &[
            "templates/_helpers.tpl:12:1\n    12 | app.kubernetes.io/name: {{ .Chart.Name }}",
            "called from\n  templates/_helpers.tpl:19:1  devops-network.selectorLabels",
            "devops-network.labels",
            "values\n  Chart.yaml:2:7  devops-network",
        ],
    );
}

#[test]
fn set_overrides_files_and_files_override_the_chart() {
    let values = Scratch::new();
    values.write("tag.yaml", b"image: {tag: v2}\n");
    let file = values.path().join("tag.yaml");
    let file = file.to_str().unwrap();
    let args = [CHART, "-f", file, "--set", "image.tag=v3"];
    let told = told("my-app:v3", &args);
    let layers = format!(
        "image.tag = \"v3\"\n    from --set image.tag=v3\n    overrides {file}:1:14  \"v2\"\n    overrides values.yaml:5:8  \"latest\""
    );
    tells(&told, &[&layers, "image.repository = ", "from values.yaml:4:15"]);
}

#[test]
fn json_of_the_command_line_has_places_too() {
    let json = r#"image={"tag":"v5","pullPolicy":"Always"}"#;
    let told = told("my-app:v5", &[CHART, "--set-json", json]);
    let layers = format!("image.tag = \"v5\"\n    from --set-json {json}\n    overrides values.yaml:5:8");
    tells(&told, &[&layers]);
}

#[test]
fn a_column_is_one_byte_of_a_line() {
    let args = ["template", CHART];
    let line = line_with("my-app:latest", &args);
    let at = |column: usize| stdout(&run(&[&args[..], &["--explain", &format!("{line}:{column}")]].concat()));
    tells(&at(40), &["image.repository", "20:19"]);
    assert!(!at(40).contains("image.tag ="));
    tells(&at(75), &["image.tag", "20:50"]);
    assert!(!at(12).contains("values\n"));
}

#[test]
fn what_is_told_can_be_read_by_programs() {
    let output = run(&["template", CHART, "-f", DEV, "--explain", "14", "-o", "json"]);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(told["line"], 14);
    assert_eq!(told["writtenBy"][0]["file"], "templates/serviceaccount.yaml");
    assert_eq!(told["conditions"][1]["is"], "true");
    assert_eq!(told["conditions"][1]["values"][0]["path"], "serviceAccount.create");
    assert_eq!(told["values"][0]["layers"][0]["at"]["line"], 14);
}

#[test]
fn places_that_are_not_there_are_refused() {
    assert!(refusal(&["template", CHART, "--explain", "999"]).contains("there is no line 999"));
    assert!(refusal(&["template", CHART, "--explain", "1:9"]).contains("line 1 has 3 characters"));
    assert!(refusal(&["template", CHART, "--explain", "x"]).contains("`x` is no number from 1 on"));
    tells(&told("---", &[CHART]), &["written by Helm itself"]);
}

#[test]
fn a_value_names_every_line_that_shows_it() {
    let told = stdout(&run(&["explain", CHART, "service.port"]));
    tells(
        &told,
        &[
            "service.port = 3000\n    from values.yaml:10:9",
            "reaches 2 lines of the output",
            "port: 3000",
            "templates/service.yaml:11:13",
            "containerPort: 3000",
            "templates/deployment.yaml:24:30",
        ],
    );
}

#[test]
fn line_numbers_are_those_of_the_output() {
    let told = stdout(&run(&["explain", CHART, "extraEnvs[1].name", "-f", DEV, "-o", "json"]));
    let told: Value = serde_json::from_str(&told).unwrap();
    let line = line_with("DATABASE_URL", &["template", CHART, "-f", DEV]);
    assert_eq!(told["reaches"][0]["line"].to_string(), line);
    assert_eq!(told["reaches"].as_array().unwrap().len(), 1);
}

#[test]
fn a_line_of_a_template_names_what_it_wrote() {
    let told = stdout(&run(&["explain", CHART, "templates/_helpers.tpl:12"]));
    tells(&told, &["app.kubernetes.io/name: devops-network", "templates/_helpers.tpl:12:1"]);
    let printed = stdout(&run(&["template", CHART]));
    let count = printed.lines().filter(|line| line.contains("app.kubernetes.io/name")).count();
    tells(&told, &[&format!("reaches {count} lines of the output")]);
    let said = refusal(&["explain", CHART, "templates/_helpers.tpl:1"]);
    tells(&said, &["templates/_helpers.tpl:1 wrote nothing that is printed"]);
}

#[test]
fn a_value_that_only_decides_is_told_with_its_conditions() {
    let said = refusal(&["explain", CHART, "ingress.enabled", "-f", DEV]);
    tells(
        &said,
        &[
            "nothing in the chart shows ingress.enabled; it is read by the conditions at",
            "templates/ingress.yaml:2:1",
        ],
    );
}

#[test]
fn a_value_that_is_not_there_is_refused() {
    tells(
        &refusal(&["explain", CHART, "image.tga"]),
        &["no values file sets image.tga: image has pullPolicy, repository, tag"],
    );
    tells(&refusal(&["explain", CHART, "image..x"]), &["`image..x` is no path of a value"]);
    let said = refusal(&["explain", CHART, "resources.limits.cpu", "--set", "resources=null"]);
    tells(&said, &["resources.limits.cpu is taken out"]);
}

/// A parent with a subchart, globals, loops over maps, and a value that is scrambled.
fn family() -> Scratch {
    let chart = Scratch::new();
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies: [{name: s, version: '*'}]\n"),
        ("values.yaml", "global:\n  zone: here\ns:\n  size: 2\nports:\n  web: 80\nseed: abc\nmore: {a: 1}\n"),
        (
            "templates/a.yaml",
            "kind: A\n{{- range $name, $port := .Values.ports }}\n{{ $name }}: {{ $port }}\n{{- end }}\n\
             sum: {{ printf \"%s-%v\" .Values.seed .Values.ports | sha256sum }}\n\
             more:\n{{ toYaml .Values.more | indent 2 }}\n",
        ),
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
        ("charts/s/values.yaml", "size: 1\nown: x\nglobal: {zone: there}\n"),
        (
            "charts/s/templates/b.yaml",
            "kind: B\nsize: {{ .Values.size }}\nzone: {{ .Values.global.zone | quote }}\nown: {{ .Values.own | upper }}\n",
        ),
    ];
    for (name, text) in files {
        chart.write(name, text.as_bytes());
    }
    chart
}

#[test]
fn subcharts_and_globals_are_named_from_the_root() {
    let chart = family();
    let path = chart.path().to_str().unwrap();
    tells(
        &told("size: 2", &[path]),
        &["s.size = 2\n    from values.yaml:4:9\n    overrides charts/s/values.yaml:1:7  1"],
    );
    tells(&told("zone:", &[path]), &["global.zone = \"here\"\n    from values.yaml:2:9"]);
    tells(&told("own: X", &[path]), &["s.own = \"x\"\n    from charts/s/values.yaml:2:6"]);
    tells(&stdout(&run(&["explain", path, "global.zone"])), &["charts/s/templates/b.yaml:3:7"]);
}

#[test]
fn loops_tell_their_round_and_keys_their_place() {
    let chart = family();
    let path = chart.path().to_str().unwrap();
    tells(
        &told("web: 80", &[path]),
        &["is map[web:80]", "is at web\n      ports.web from values.yaml:6:8", "ports.web = 80"],
    );
    let args = ["template", path];
    let line = line_with("web: 80", &args);
    let key = stdout(&run(&[&args[..], &["--explain", &format!("{line}:1")]].concat()));
    tells(&key, &["ports.web = 80\n    from values.yaml:6:3"]);
}

#[test]
fn what_is_scrambled_names_all_that_went_in() {
    let chart = family();
    let path = chart.path().to_str().unwrap();
    tells(&told("sum:", &[path]), &["seed = \"abc\"\n    from values.yaml:7:7", "ports = map[web:80]"]);
    tells(&stdout(&run(&["explain", path, "seed"])), &["reaches 1 line of the output", "sum: "]);
}

#[test]
fn each_line_of_a_merged_map_knows_its_own_file() {
    let chart = family();
    chart.write("one.yaml", b"more:\n  b: 2\n");
    chart.write("two.yaml", b"more:\n  c: 3\n  b: 4\n");
    let path = chart.path().to_str().unwrap();
    let (one, two) = (format!("{path}/one.yaml"), format!("{path}/two.yaml"));
    let args = [path, "-f", &one, "-f", &two, "--set-string", "more.d=5"];
    tells(&told("  a: 1", &args), &["more.a = 1\n    from values.yaml:8:11"]);
    tells(&told("  b: 4", &args), &["more.b = 4\n    from two.yaml:3:6\n    overrides one.yaml:2:6  2"]);
    tells(&told("  c: 3", &args), &["more.c = 3\n    from two.yaml:2:6"]);
    tells(&told("  d: \"5\"", &args), &["more.d = \"5\"\n    from --set-string more.d=5"]);
}

#[test]
fn an_override_file_is_named_on_a_real_chart() {
    let Some(chart) = shared("corpus/charts/kube-prometheus-stack") else { return };
    let values = Scratch::new();
    values.write(
        "prod.yaml",
        b"# Ours.\nprometheus:\n  prometheusSpec:\n    resources:\n      requests:\n        memory: 400Mi\n",
    );
    let file = values.path().join("prod.yaml");
    let file = file.to_str().unwrap();
    let told = told("memory: 400Mi", &[chart.to_str().unwrap(), "-f", file]);
    tells(
        &told,
        &[
            "{{ toYaml .Values.prometheus.prometheusSpec.resources | indent 4 }}",
            "prometheus.prometheusSpec.resources.requests.memory = \"400Mi\"",
            &format!("from {file}:6:17"),
        ],
    );
}
