//! Diffs in the words of helm-diff: ours held against what the real one printed.
//!
//! `tests/recorded/helm-diff-3.15.11/situations.jsonl` has its answers, so that they can be held against where it is not. Where
//! `HELM_DIFF_BIN` names it, it is asked as well; with `CHARTROOM_RECORD` set its answers are written down anew.

use std::path::PathBuf;
use std::process::Command;

use chartroom_tests::rig::{Namespace, Rig, Tool, rig};
use chartroom_tests::root;
use serde_json::{Value, json};

use crate::charts;

/// What stands for the namespace in what was recorded.
const NAMESPACE: &str = "NAMESPACE";

const MORE: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-secret
data:
  key: {{ .Values.secret | default \"first\" | b64enc }}
  same: {{ \"same\" | b64enc }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-{{ .Values.called | default \"before\" }}
data:
  one: \"1\"
  two: \"2\"
  three: \"3\"
  four: \"4\"
{{- if .Values.extra }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}-extra
  annotations:
    helm.sh/resource-policy: keep
{{- end }}
{{- with .Values.shared }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ . }}
{{- end }}
";

/// For `--output template`.
const REPORT: &str = "\
{{- range $at, $it := . }}{{ printf \"%-8s\" .Change }} {{ .Kind }}/{{ .Name }} {{ .API }} in {{ .Namespace }}
{{- if last $at $ }}.{{ else }}; {{ end }}{{ end }}";

const SITUATIONS: [&str; 63] = [
    "upgrade web ./web --base newest",
    "upgrade web ./web --set word=three",
    "upgrade web ./web --set word=three -C 0",
    "upgrade web ./web --set word=three -C 2",
    "upgrade web ./web --set word=three,replicas=3 --output simple",
    "upgrade web ./web --set word=three,replicas=3 --output json",
    "upgrade web ./web --set word=three,replicas=3 --output structured",
    "upgrade web ./web --set called=after,extra=true --output structured --suppress ConfigMap",
    "upgrade web ./web --set secret=third,port=81 --output structured",
    "upgrade web ./web --set secret=third --output structured --show-secrets-decoded --suppress-output-line-regex .",
    "upgrade web ./web --reuse-values --output structured --detailed-exitcode",
    "upgrade web ./other --set word=three --output structured",
    "upgrade web ./web --set word=three --no-hooks",
    "upgrade web ./web --set word=three --include-tests",
    "upgrade web ./web --set word=three --suppress ConfigMap",
    "upgrade web ./web --set word=three --suppress ConfigMap --suppress Secret",
    "upgrade web ./web --set secret=third",
    "upgrade web ./web --set secret=third --suppress-secrets",
    "upgrade web ./web --set secret=third --show-secrets",
    "upgrade web ./web --set secret=third --show-secrets-decoded",
    "upgrade web ./web --set word=three --suppress-output-line-regex word",
    "upgrade web ./web --set word=three --suppress-output-line-regex three",
    "upgrade web ./web --set word=three --normalize-manifests",
    "upgrade web ./web --set called=after",
    "upgrade web ./web --set called=after --find-renames 0.5",
    "upgrade web ./web --set called=after -D 0.05",
    "upgrade web ./web --set extra=true",
    "upgrade web ./web --set extra=true --output simple",
    "upgrade web ./web --set word=three --detailed-exitcode",
    "upgrade web ./web --reset-values --set word=two,secret=second --detailed-exitcode",
    "upgrade web ./web --reuse-values",
    "upgrade web ./web --reuse-values --detailed-exitcode",
    "upgrade web ./web --reuse-values --set replicas=2",
    "upgrade web ./web --reset-values",
    "upgrade web ./web --reset-then-reuse-values --set port=81",
    "upgrade web ./other --reuse-values",
    "upgrade web ./other --set word=three --output simple",
    "upgrade new ./web --allow-unreleased",
    "upgrade new ./web --allow-unreleased --output simple",
    "upgrade new ./web --allow-unreleased --detailed-exitcode --output json",
    "upgrade new ./web --install -C 1 --suppress Deployment",
    "upgrade web ./web -f more.yaml",
    "upgrade web ./web -f more.yaml --set word=last",
    "upgrade web ./web --set word=three --color",
    "upgrade web ./web --set word=three --no-color --strip-trailing-cr",
    "rollback web 1",
    "rollback web 1 -C 1",
    "rollback web 2 --detailed-exitcode",
    "rollback web 1 --detailed-exitcode --output simple",
    "revision web 1",
    "revision web 1 2",
    "revision web 2 1 --output json",
    "revision web 1 2 --show-secrets",
    "revision web 2 2 --detailed-exitcode",
    "release web other",
    "release web other -C 1",
    "local ./web ./other",
    "local ./web ./other --output simple",
    "upgrade web ./web --set word=three,replicas=3 --output template",
    "local ./web ./other --output template",
    "upgrade web ./web --reuse-values --set shared=common --take-ownership --no-hooks",
    "upgrade web ./web --reuse-values --set shared=common --take-ownership --no-hooks --output simple",
    "upgrade web ./web --reuse-values --set shared=common --take-ownership --no-hooks --output json --detailed-exitcode",
];

/// All situations, and those that say in no form in dyff's, too.
fn situations() -> Vec<String> {
    let plain = SITUATIONS.iter().map(|it| (*it).to_owned());
    let formless = SITUATIONS.iter().filter(|it| !it.contains("--output"));
    plain.chain(formless.map(|it| format!("{it} --output dyff"))).collect()
}

/// Two revisions of one release, another one beside it, and a chart that is a little other.
fn releases(rig: &'static Rig) -> Namespace<'static> {
    let namespace = rig.namespace();
    let folder = namespace.folder();
    charts::web(folder);
    folder.write("web/templates/more.yaml", MORE);
    let from = folder.path().join("web");
    chartroom_tests::copy(&from, &folder.path().join("other"));
    let service = folder.read("other/templates/service.yaml");
    folder.write("other/templates/service.yaml", service.replace("port: 80", "port: 8080") + "# other\n");
    std::fs::remove_file(folder.path().join("other/templates/widget.yaml")).unwrap();
    folder.write("report.tpl", REPORT);
    folder.write("more.yaml", "word: more\nlabels: {a: b}\n");
    for args in [
        ["install", "web", "./web", "--no-hooks", "--set", "word=one"],
        ["upgrade", "web", "./web", "--no-hooks", "--set", "word=two,secret=second"],
        ["install", "other", "./web", "--no-hooks", "--set", "word=other"],
        ["install", "owner", "./web", "--no-hooks", "--set", "shared=common"],
    ] {
        namespace.must(Tool::Helm4, &args);
    }
    namespace
}

/// What a tool said: its exit code and its standard output, without the name of the namespace.
fn said(namespace: &Namespace<'_>, command: &mut Command) -> (Option<i32>, String) {
    command.env("HELM_DIFF_TPL", namespace.folder().path().join("report.tpl"));
    let output = command.output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), stdout.replace(namespace.name(), NAMESPACE))
}

fn theirs(rig: &Rig, namespace: &Namespace<'_>, plugin: &str, line: &str) -> (Option<i32>, String) {
    let mut command = Command::new(plugin);
    // It always compares with the newest revision.
    command.args(line.replace(" --base newest", "").split(' ')).current_dir(namespace.folder().path());
    command.env("KUBECONFIG", rig.kubeconfig()).env("HELM_NAMESPACE", namespace.name());
    command.env("HELM_BIN", std::env::var_os("HELM4_BIN").unwrap());
    said(namespace, &mut command)
}

fn ours(namespace: &Namespace<'_>, line: &str) -> (Option<i32>, String) {
    let words: Vec<&str> = std::iter::once("diff").chain(line.split(' ')).collect();
    said(namespace, &mut namespace.command(Tool::Ours4, &words))
}

fn recording() -> PathBuf {
    root().join("tests/recorded/helm-diff-3.15.11/situations.jsonl")
}

fn recorded() -> Vec<(String, (Option<i32>, String))> {
    let text = std::fs::read_to_string(recording()).unwrap_or_default();
    let read = |line: &str| {
        let it: Value = serde_json::from_str(line).unwrap();
        let code = it["code"].as_i64().and_then(|it| i32::try_from(it).ok());
        (it["line"].as_str().unwrap().to_owned(), (code, it["stdout"].as_str().unwrap().to_owned()))
    };
    text.lines().map(read).collect()
}

#[test]
fn diffs_are_told_as_helm_diff_tells_them() {
    let Some(rig) = rig() else { return };
    let namespace = releases(rig);
    let plugin = std::env::var("HELM_DIFF_BIN").ok();
    if let (Some(plugin), Some(_)) = (&plugin, std::env::var_os("CHARTROOM_RECORD")) {
        let record = |line: &String| {
            let (code, stdout) = theirs(rig, &namespace, plugin, line);
            format!("{}\n", json!({ "line": line, "code": code, "stdout": stdout }))
        };
        std::fs::create_dir_all(recording().parent().unwrap()).unwrap();
        std::fs::write(recording(), situations().iter().map(record).collect::<String>()).unwrap();
    }
    let recorded = recorded();
    let known: Vec<&str> = recorded.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(known, situations(), "CHARTROOM_RECORD writes the answers to new situations down");
    let mut wrong = Vec::new();
    for (line, wanted) in &recorded {
        let ours = ours(&namespace, line);
        if ours != *wanted {
            wrong.push(format!("diff {line}\nhelm-diff: {wanted:?}\nours:      {ours:?}"));
        }
        if let Some(plugin) = &plugin {
            let now = theirs(rig, &namespace, plugin, line);
            assert_eq!(now, *wanted, "diff {line}: helm-diff says something else than what was recorded");
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n\n{}", wrong.len(), recorded.len(), wrong.join("\n\n"));
}

#[test]
fn flags_of_helm_diff_about_charts_and_writing_are_taken() {
    let Some(rig) = rig() else { return };
    let namespace = releases(rig);
    let wanted = ours(&namespace, "upgrade web ./web --set word=three");
    for flags in
        ["--server-side true", "--server-side=auto --skip-schema-validation --disable-openapi-validation"]
    {
        assert_eq!(
            ours(&namespace, &format!("upgrade web ./web --set word=three {flags}")),
            wanted,
            "{flags}"
        );
    }
    for how in ["true", "false"] {
        let line = format!("upgrade web ./web --set word=three --three-way-merge --server-side {how}");
        let (code, told) = ours(&namespace, &line);
        assert_eq!(code, Some(0), "{line}");
        assert!(told.contains("+   word: three"), "{line}: {told}");
    }
    assert_eq!(ours(&namespace, "upgrade web ./web --server-side maybe").0, Some(1));
}
