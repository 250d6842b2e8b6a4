//! What is printed of releases: ours and Helm's on the same records, at the same time, held against each other.

use std::time::Duration;

use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{Namespace, Tool, rig};

use crate::charts;

const PAIRS: [(Tool, Tool); 2] = [(Tool::Ours4, Tool::Helm4), (Tool::Ours3, Tool::Helm3)];

/// Releases in all sorts of states; the answer is the namespace that they are in.
fn releases(rig: &'static chartroom_tests::rig::Rig) -> Namespace<'static> {
    let namespace = rig.namespace();
    charts::web(namespace.folder());
    let four = |args: &[&str]| in_its_own_second(|| namespace.run(Tool::Helm4, args));
    let three = |args: &[&str]| in_its_own_second(|| namespace.run(Tool::Helm3, args));
    assert_eq!(four(&["install", "web", "./web", "--labels", "team=a,tier=front"]).code, 0);
    assert_eq!(four(&["upgrade", "web", "./web", "--set", "word=two", "--description", "Zwei ✓"]).code, 0);
    assert_eq!(four(&["upgrade", "web", "./web", "--set", "replicas=-5"]).code, 1);
    assert_eq!(four(&["rollback", "web", "1"]).code, 0);
    assert_eq!(three(&["install", "old", "./web", "--set", "word=alt", "--labels", "team=b"]).code, 0);
    assert_eq!(three(&["upgrade", "old", "./web", "--set", "service.a=1"]).code, 0);
    assert_eq!(four(&["install", "broken", "./web", "--set", "replicas=-1"]).code, 1);
    assert_eq!(four(&["install", "kept", "./web"]).code, 0);
    assert_eq!(four(&["uninstall", "kept", "--keep-history"]).code, 0);
    assert_eq!(four(&["install", "tested", "./web"]).code, 0);
    assert_eq!(four(&["test", "tested"]).code, 0);
    assert_eq!(three(&["install", "stuck", "./web"]).code, 0);
    assert_eq!(three(&["upgrade", "stuck", "./web"]).code, 0);
    let of_stuck = |it: &&serde_json::Value| it["metadata"]["name"] == "sh.helm.release.v1.stuck.v2";
    let secret = namespace.record_secrets().iter().find(of_stuck).cloned().unwrap();
    namespace.rewrite_record(&secret, |it| it["info"]["status"] = "pending-upgrade".into());
    namespace
}

/// Runs something when a second begins: Helm sorts by whole seconds, and in any order what is of the same one.
fn in_its_own_second<T>(run: impl FnOnce() -> T) -> T {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    std::thread::sleep(
        Duration::from_secs(1).saturating_sub(Duration::from_nanos(now.subsec_nanos().into())),
    );
    run()
}

#[test]
fn list_prints_what_helm_prints() {
    let Some(rig) = rig() else { return };
    let namespace = releases(rig);
    let mut lines: Vec<String> = [
        "",
        "-o json",
        "-o yaml",
        "-q",
        "-q -o json",
        "-q -o yaml",
        "--failed",
        "--pending",
        "--superseded",
        "--uninstalled",
        "--deployed",
        "--uninstalling",
        "--deployed --failed",
        "-f ^w",
        "-f nothing",
        "-f nothing -o json",
        "-f nothing -o yaml",
        "-f nothing -q",
        "--max 1",
        "--offset 1",
        "--max 2 --offset 2",
        "--offset 99",
        "-d",
        "-r",
        "-d -r",
        "-l team=a",
        "-l team!=a",
        "-l team",
        "-l tier=front,team=a",
        "--no-headers",
        "--time-format 2006-01-02",
        "--time-format 2006-01-02 -o json",
        "--superseded -o json",
    ]
    .map(|it| format!("list {it}"))
    .into();
    lines.push("ls".to_owned());
    compare(&namespace, &lines, &PAIRS[..1]);
    // Helm 3 hides pending releases unless statuses are asked for; ours does not.
    let hidden = namespace.must(Tool::Ours3, &["list", "-q"]);
    assert_eq!(hidden, "broken\nold\nstuck\ntested\nweb\n");
    let asks = |line: &str| {
        let words = ["deployed", "failed", "pending", "superseded", "uninstalled", "uninstalling"];
        words.iter().any(|word| line.contains(&format!("--{word}")))
    };
    let lines: Vec<String> =
        lines.into_iter().map(|it| if asks(&it) { it } else { it + " --deployed --failed" }).collect();
    compare(&namespace, &lines, &PAIRS[1..]);
    compare(&namespace, &["list -a".to_owned(), "list -a -o json".to_owned()], &PAIRS[1..]);
}

#[test]
fn what_is_said_of_one_release_is_what_helm_says() {
    let Some(rig) = rig() else { return };
    let namespace = releases(rig);
    let mut lines = Vec::new();
    for name in ["web", "old", "broken", "kept", "tested", "stuck", "nope"] {
        for what in [
            "history",
            "history -o json",
            "history -o yaml",
            "history --max 1",
            "status",
            "status -o json",
            "status -o yaml",
            "get all",
            "get all --template {{.Release.Name}}/{{.Release.Namespace}}/{{.Release.Version}}/{{.Release.Info.Status}}/{{.Release.Info.FirstDeployed}}",
            "get all --template {{with.Release}}{{.Info.Description}}{{.Chart.Metadata.Name}}-{{.Chart.Metadata.Version}}{{.Config.word}}{{end}}",
            "get all --template {{range.Release.Hooks}}{{.Name}}{{.Kind}}{{.Path}}{{.Events}}{{end}}",
            "get all --template {{.Release.Nothing}}",
            "get all --template {{toYaml(.Release)}}",
            "get all --template {{.Release.Chart.Metadata.Annotations}}{{.Release.Info.Deleted}}{{len(.Release.Manifest)}}",
            "get values",
            "get values -a",
            "get values -o json",
            "get values -a -o yaml",
            "get manifest",
            "get hooks",
            "get notes",
            // Of the last revision Helm 4 shows its own labels too, which say nothing: see COMPATIBILITY.md.
            "get metadata --revision 1",
            "get metadata --revision 1 -o json",
            "get metadata --revision 1 -o yaml",
        ] {
            lines.push(format!("{what} {name}"));
        }
    }
    for what in ["status", "get all", "get values", "get manifest", "get hooks", "get notes", "get metadata"]
    {
        for revision in ["1", "2", "99", "-1"] {
            if (what, revision) != ("get metadata", "-1") {
                lines.push(format!("{what} web --revision {revision}"));
            }
        }
    }
    compare(&namespace, &lines, &PAIRS);
    compare(&namespace, &["history web --show-rollback-revision".to_owned()], &PAIRS[..1]);
    let three = ["status web --show-desc", "status web --show-resources"].map(str::to_owned);
    compare(&namespace, &three, &PAIRS[1..]);
}

#[test]
fn what_cannot_be_done_is_refused_as_helm_refuses() {
    let Some(rig) = rig() else { return };
    let namespace = releases(rig);
    let lines = [
        "rollback nope",
        "rollback nope 3",
        "rollback web 99",
        "uninstall nope",
        "upgrade nope ./web",
        "install web ./web",
        "install broken ./web",
        "install Web ./web",
        "upgrade stuck ./web",
        "test nope",
        "install new ./none",
    ]
    .map(str::to_owned);
    compare(&namespace, &lines, &PAIRS);
}

#[test]
fn what_a_post_renderer_makes_is_what_is_kept() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    charts::web(namespace.folder());
    let program = namespace.folder().path().join("post");
    std::fs::write(&program, "#!/bin/sh\nexec sed \"s/word: .one./word: $1/\"\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (name, tool) in [("ours", Tool::Ours3), ("helm", Tool::Helm3)] {
        let more = ["--post-renderer", "./post", "--post-renderer-args", "posted", "--no-hooks"];
        namespace.must(tool, &[&["install", name, "./web"][..], &more].concat());
        namespace.must(tool, &[&["upgrade", name, "./web", "--set", "replicas=2"][..], &more].concat());
    }
    let manifest = |name: &str| namespace.must(Tool::Helm3, &["get", "manifest", name]);
    assert!(manifest("ours").contains("word: posted"), "{}", manifest("ours"));
    assert_eq!(manifest("ours").replace("ours", "helm"), manifest("helm"));
    let live = namespace.get("v1", "configmaps", "ours-config").unwrap();
    assert_eq!(live["data"]["word"], "posted");
}

/// Runs each line with ours and with the Helm that ours is, and fails with all differences together.
#[track_caller]
fn compare(namespace: &Namespace<'_>, lines: &[String], pairs: &[(Tool, Tool)]) {
    let mut wrong = Vec::new();
    for line in lines {
        let args: Vec<&str> = line.split(' ').filter(|it| !it.is_empty()).collect();
        for &(ours, helm) in pairs {
            let (ours, theirs) = (namespace.run(ours, &args), namespace.run(helm, &args));
            let (a, b) = (settled(&ours), settled(&theirs));
            if a != b {
                wrong.push(format!("=== {helm:?} {line}\n--- ours\n{a}\n--- Helm's\n{b}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        lines.len() * pairs.len(),
        wrong.join("\n")
    );
}

/// Without what passes from one run to the next, or what one of the two leaves out on purpose.
fn settled(outcome: &Outcome) -> String {
    // Helm 4 logs some errors before it prints them; ours prints them once.
    let mut outcome = outcome.clone();
    if let Ok(mut record) = serde_json::from_str::<serde_json::Value>(&outcome.stdout)
        && let Some(info) = record.pointer_mut("/info").and_then(serde_json::Value::as_object_mut)
    {
        info.shift_remove("resources");
        outcome.stdout = record.to_string();
    }
    let text: String =
        outcome.to_string().split_inclusive('\n').filter(|it| !it.starts_with("level=")).collect();
    // The age of objects.
    let ages = regex::Regex::new(r"(?m) +(?:\d+[smh])+( *)$").unwrap();
    let text = ages.replace_all(&text, " AGE").into_owned();
    in_one_order(&without_resources(&text))
}

/// The kinds of objects come in the order of a Go map: sorted here, ours as well.
fn in_one_order(text: &str) -> String {
    let Some((head, rest)) = text.split_once("\nRESOURCES:\n") else { return text.to_owned() };
    let (tables, tail) = rest.split_once("\n\n\n").unwrap_or((rest, ""));
    let mut tables: Vec<&str> = tables.split("\n\n").collect();
    tables.sort_unstable();
    format!("{head}\nRESOURCES:\n{}\n\n\n{tail}", tables.join("\n\n"))
}

/// Helm puts whole live objects into the YAML of a status, as into its JSON; ours says what the record says.
fn without_resources(text: &str) -> String {
    let Some((head, rest)) = text.split_once("\n  resources:\n") else { return text.to_owned() };
    let inside = |line: &&str| line.starts_with("    ");
    let tail: String = rest.split_inclusive('\n').skip_while(inside).collect();
    format!("{head}\n{tail}")
}
