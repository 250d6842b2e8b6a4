//! What people do to charts: a clear word about it at the right place, never a panic, never a hang.

use std::process::Output;

use chartroom_tests::{Client, Scratch, run};
use serde_json::json;

const CHART: &str = "apiVersion: v2\nname: app\nversion: 1.0.0\n";

fn template(scratch: &Scratch) -> Output {
    run(&["template", scratch.path().to_str().unwrap()])
}

/// The program refuses with a sentence that holds the words, and does not panic.
#[track_caller]
fn refuses(scratch: &Scratch, words: &[&str]) {
    let output = template(scratch);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("Error: ") && !said.contains("panicked"), "{said}");
    for word in words {
        assert!(said.contains(word), "{said:?} has no {word:?}");
    }
}

fn chart(files: &[(&str, &[u8])]) -> Scratch {
    let scratch = Scratch::new();
    for (name, text) in files {
        scratch.write(name, text);
    }
    scratch
}

#[test]
fn a_folder_that_is_no_chart() {
    refuses(&Scratch::new(), &["unable to detect chart at", "Chart.yaml: no such file"]);
}

#[test]
fn a_path_that_is_not_there() {
    let output = run(&["template", "./nowhere/at/all"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere/at/all"));
}

#[test]
fn broken_files_of_the_chart() {
    refuses(&chart(&[("Chart.yaml", b"name: [")]), &["Chart.yaml", "yaml: line 1"]);
    refuses(&chart(&[("Chart.yaml", b"")]), &["validation"]);
    let broken: &[u8] = b"a: 1\n b: 2\n";
    refuses(
        &chart(&[("Chart.yaml", CHART.as_bytes()), ("values.yaml", broken)]),
        &["values.yaml", "yaml: line"],
    );
}

#[test]
fn garbage_in_templates() {
    for garbage in [
        "{{",
        "{{ if }}",
        "{{ end }}",
        "{{ .a | }}x{{ nope }}",
        "{{ \"",
        "{{- /* -}}",
        "{{ range $a, $b, $c := . }}{{ end }}",
    ] {
        let files: [(&str, &[u8]); 2] =
            [("Chart.yaml", CHART.as_bytes()), ("templates/a.yaml", garbage.as_bytes())];
        let output = template(&chart(&files));
        assert!(matches!(output.status.code(), Some(0 | 1)), "{garbage}: {output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{garbage}");
    }
}

#[test]
fn binary_files() {
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let files: [(&str, &[u8]); 3] =
        [("Chart.yaml", CHART.as_bytes()), ("image.png", &binary), ("templates/a.yaml", &binary)];
    let output = template(&chart(&files));
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn a_template_without_end() {
    let endless = b"{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}";
    let files: [(&str, &[u8]); 2] = [("Chart.yaml", CHART.as_bytes()), ("templates/a.yaml", endless)];
    refuses(&chart(&files), &["nested reference name: a"]);
    let huge = b"{{ range until 1000000000 }}x{{ end }}";
    let files: [(&str, &[u8]); 2] = [("Chart.yaml", CHART.as_bytes()), ("templates/a.yaml", huge)];
    refuses(&chart(&files), &["--max-memory"]);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark() {
    let files: [(&str, &[u8]); 3] = [
        ("Chart.yaml", b"\xEF\xBB\xBFapiVersion: v2\r\nname: app\r\nversion: 1.0.0\r\n"),
        ("values.yaml", b"\xEF\xBB\xBFa: 1\r\nb: |\r\n  x\r\n"),
        ("templates/a.yaml", b"\xEF\xBB\xBFa: {{ .Values.a }}\r\nb: {{ .Values.b | quote }}\r\n"),
    ];
    let output = template(&chart(&files));
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\na: 1\r\nb: \"x\\n\""), "{output:?}");
}

#[test]
fn a_large_values_file() {
    let mut values = String::new();
    for at in 0..120_000 {
        values += &format!("key{at}: \"some value that is not short {at}\"\n");
    }
    assert!(values.len() > 5 << 20);
    let files: [(&str, &[u8]); 2] = [("Chart.yaml", CHART.as_bytes()), ("values.yaml", values.as_bytes())];
    let large = chart(&files);
    let output = run(&["--helm", "3", "template", large.path().to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("values.yaml"), "{said}");
    values.truncate(5 << 20);
    values.truncate(values.rfind('\n').unwrap() + 1);
    let files: [(&str, &[u8]); 3] = [
        ("Chart.yaml", CHART.as_bytes()),
        ("values.yaml", values.as_bytes()),
        ("templates/a.yaml", b"a: {{ .Values.key7 }}"),
    ];
    assert!(template(&chart(&files)).status.success());
}

#[cfg(unix)]
#[test]
fn links_in_circles() {
    let scratch = chart(&[("Chart.yaml", CHART.as_bytes()), ("templates/a.yaml", b"a: 1")]);
    std::os::unix::fs::symlink(scratch.path(), scratch.path().join("templates/loop")).unwrap();
    let output = template(&scratch);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
}

/// The editor keeps working next to all of that, and nothing is written into the chart.
#[test]
fn the_language_server_lives_on() {
    let scratch = chart(&[
        ("Chart.yaml", b"apiVersion: v2\nname: [\n"),
        ("values.yaml", b"good: 1\n"),
        ("templates/a.yaml", b"x: {{ .Values.good }}\n"),
        ("templates/b.yaml", b"\xff\xfe{{ \"\n"),
    ]);
    let before = listing(&scratch);
    let mut client = Client::start(scratch.path());
    client.open("templates/a.yaml", "helm");
    client.open_text("values.yaml", "yaml", "good: [\nfine: 1\n");
    client.open_text("templates/new.yaml", "helm", "{{ .Values. ");
    for name in ["templates/a.yaml", "templates/new.yaml"] {
        for method in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
            client.try_request(method, client.behind(name, "{{ .Values."));
        }
    }
    std::fs::remove_file(scratch.path().join("templates/b.yaml")).unwrap();
    std::fs::remove_file(scratch.path().join("Chart.yaml")).unwrap();
    let symbols = client.try_request(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": client.uri("templates/a.yaml") } }),
    );
    assert!(symbols.get("result").is_some() || symbols.get("error").is_some());
    scratch.write("templates/b.yaml", b"\xff\xfe{{ \"\n");
    scratch.write("Chart.yaml", b"apiVersion: v2\nname: [\n");
    assert_eq!(listing(&scratch), before);
}

fn listing(scratch: &Scratch) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![scratch.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            names.push(path.display().to_string());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    names.sort();
    names
}
