//! What `chartroom create` makes: a chart without a finding, that renders in both versions, and loses nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chartroom_tests::{Scratch, chartroom};

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(chartroom());
    command.args(args).current_dir(folder).env("HOME", folder).env_remove("HELM_DATA_HOME");
    command.env_remove("XDG_DATA_HOME").output().unwrap()
}

#[track_caller]
fn good(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn bad(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(!output.status.success(), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Values that switch everything on.
const ALL: &str = "
ingress: {enabled: true, className: nginx, annotations: {a: b}, tls: [{secretName: t, hosts: [app.example.com]}]}
autoscaling: {enabled: true}
imagePullSecrets: [{name: registry}]
extraEnvs: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: database, key: password}}}]
extraVolumes: [{name: config, configMap: {name: config}}]
extraVolumeMounts: [{name: config, mountPath: /etc/app}]
podAnnotations: {note: x}
podLabels: {team: web}
nodeSelector: {disk: ssd}
tolerations: [{key: dedicated}]
affinity: {nodeAffinity: {}}
topologySpreadConstraints: [{maxSkew: 1}]
";

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, into) } else { into.push(path) }
    }
}

#[test]
fn the_starter_is_without_a_finding() {
    let scratch = Scratch::new();
    assert_eq!(good(scratch.path(), &["create", "web"]), "Creating web\n");
    scratch.write("all.yaml", ALL);
    for helm in ["3", "4"] {
        for values in [&[][..], &["-f", "all.yaml"]] {
            let printed =
                good(scratch.path(), &[&["--helm", helm, "lint", "web", "--strict"], values].concat());
            let advice = "==> Linting web\n[INFO] Chart.yaml: icon is recommended\n\n1 chart(s) linted, 0 chart(s) failed\n";
            assert_eq!(printed, advice);
            let printed =
                good(scratch.path(), &[&["--helm", helm, "template", "one", "web"], values].concat());
            let kinds = printed.matches("\nkind: ").count();
            assert_eq!(kinds, if values.is_empty() { 4 } else { 6 }, "{printed}");
            assert!(!printed.contains("CHARTNAME"), "{printed}");
        }
    }
    let printed = good(scratch.path(), &["template", "one", "web", "-f", "all.yaml"]);
    for wanted in ["name: PASSWORD", "mountPath: /etc/app", "name: registry", "team: web", "disk: ssd"] {
        assert!(printed.contains(wanted), "{wanted}: {printed}");
    }
}

#[test]
fn a_misspelt_value_is_refused() {
    let scratch = Scratch::new();
    good(scratch.path(), &["create", "web"]);
    let said = bad(scratch.path(), &["template", "one", "web", "--set", "replicacount=2"]);
    assert!(said.contains("additional properties 'replicacount' not allowed"), "{said}");
    let said = bad(scratch.path(), &["template", "one", "web", "--set", "service.port=http"]);
    assert!(said.contains("at '/service/port'"), "{said}");
}

#[test]
fn odd_names_make_good_charts() {
    let scratch = Scratch::new();
    for name in ["1.0", "My_App", "yes"] {
        good(scratch.path(), &["create", name]);
        let printed = good(scratch.path(), &["lint", "--strict", "--quiet", name]);
        assert_eq!(printed, "", "{name}");
    }
}

#[test]
fn what_is_there_is_kept() {
    let scratch = Scratch::new();
    let values = scratch.write("web/values.yaml", "mine: true\n");
    let warning =
        |end: &str| format!("WARNING: File {:?} already exists. {end}.\n", values.display().to_string());
    let printed = good(scratch.path(), &["create", "web"]);
    assert_eq!(printed, format!("Creating web\n{}", warning("Keeping it")));
    assert_eq!(scratch.read("web/values.yaml"), "mine: true\n");
    assert!(scratch.read("web/Chart.yaml").contains("name: web"));
    let printed = good(scratch.path(), &["create", "web", "--force"]);
    assert!(printed.contains(&warning("Overwriting")), "{printed}");
    assert!(scratch.read("web/values.yaml").contains("replicaCount"));
    let mut files = Vec::new();
    files_below(scratch.path(), &mut files);
    assert!(files.iter().all(|it| it.extension().is_none_or(|it| it != "tmp")), "{files:?}");
}

#[test]
fn refusals_are_helms() {
    let scratch = Scratch::new();
    scratch.write("file", "");
    let here = scratch.path().display();
    for (name, why) in [
        ("a b", "chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"".to_owned()),
        ("no/where", format!("stat {here}/no: no such file or directory")),
        ("file", format!("file {here}/file already exists and is not a directory")),
        ("file/x", format!("no such directory {here}/file")),
    ] {
        assert_eq!(bad(scratch.path(), &["create", name]), format!("Error: {why}\n"));
    }
}

#[test]
fn a_starter_of_ones_own() {
    let scratch = Scratch::new();
    let starter = scratch.path().join("mine");
    scratch.write("mine/Chart.yaml", "apiVersion: v2\nname: mine\nversion: 9.9.9\n");
    scratch.write("mine/values.yaml", "# <CHARTNAME>\na: 1\n");
    scratch.write("mine/README.md", "<CHARTNAME>\n");
    scratch.write("mine/templates/a.yaml", "kind: A\nmetadata:\n  name: <CHARTNAME>\n");
    let data = scratch.path().join(".local/share/helm/starters/named");
    chartroom_tests::copy(&starter, &data);
    for (at, starter) in [starter.to_str().unwrap(), "named", "mine"].iter().enumerate() {
        let name = format!("new{at}");
        good(scratch.path(), &["create", &name, "-p", starter]);
        assert_eq!(scratch.read(&format!("{name}/values.yaml")), format!("# {name}\na: 1\n"));
        assert_eq!(scratch.read(&format!("{name}/README.md")), "<CHARTNAME>\n");
        let chart = format!(
            "apiVersion: v2\nappVersion: 0.1.0\ndescription: A Helm chart for Kubernetes\nname: {name}\ntype: application\nversion: 0.1.0\n"
        );
        assert_eq!(scratch.read(&format!("{name}/Chart.yaml")), chart);
        let printed = good(scratch.path(), &["template", "one", &name]);
        assert!(printed.contains(&format!("name: {name}")), "{printed}");
    }
    let said = bad(scratch.path(), &["create", "other", "-p", "/no/where"]);
    assert_eq!(said, "Error: could not load /no/where: stat /no/where: no such file or directory\n");
}
