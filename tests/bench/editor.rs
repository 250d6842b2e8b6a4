//! What a person at an editor waits for, over the protocol, with a large chart open.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use chartroom_tests::{Client, Scratch};
use serde_json::json;

const TEMPLATE: &str = "templates/prometheus/prometheus.yaml";
const ROUNDS: usize = 100;

/// Measures and prints.
pub(crate) fn report(chart: &Path) -> Result<()> {
    let chart = Scratch::copy_of(chart);
    println!("\nlanguage server, kube-prometheus-stack open");
    println!("{:<44}{:>10}{:>10}{:>12}", "", "p50 ms", "p95 ms", "budget ms");
    row("process start → first completion", &mut starts(&chart), 60.0);
    let mut client = Client::start(chart.path());
    client.open(TEMPLATE, "helm");
    row("typed character → completion", &mut typing(&mut client), 3.0);
    row("typed character → preview", &mut previews(&mut client), 20.0);
    let (opened, mebibytes) = open_many(&mut client, chart.path())?;
    row("51 templates opened, then a hover", &mut [opened], 500.0);
    println!("{:<44}{mebibytes:>10.1}{:>10}{:>12}", "memory with all of them open, MiB", "", "80");
    Ok(())
}

fn row(what: &str, times: &mut [f64], budget: f64) {
    times.sort_by(f64::total_cmp);
    let (p50, p95) = (times[times.len() / 2], times[times.len() * 95 / 100]);
    println!("{what:<44}{p50:>10.2}{p95:>10.2}{budget:>12}");
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn complete(client: &mut Client, snippet: &str) {
    let at = client.behind(TEMPLATE, snippet);
    let labels = Client::labels(&client.request("textDocument/completion", at));
    assert!(labels.iter().any(|label| label == "prometheusSpec"), "{labels:?}");
}

fn starts(chart: &Scratch) -> Vec<f64> {
    let once = || {
        let start = Instant::now();
        let mut client = Client::start(chart.path());
        client.open(TEMPLATE, "helm");
        complete(&mut client, ".Values.prometheus.");
        milliseconds(start)
    };
    (0..11).map(|_| once()).collect()
}

fn typing(client: &mut Client) -> Vec<f64> {
    client.replace(TEMPLATE, "apiVersion:", "x: {{ .Values.prometheus. }}\napiVersion:");
    let times = (0..ROUNDS).map(|round| {
        let (old, new) = if round % 2 == 0 { ("x: {{", "xy: {{") } else { ("xy: {{", "x: {{") };
        let start = Instant::now();
        client.replace(TEMPLATE, old, new);
        complete(client, ".Values.prometheus.");
        milliseconds(start)
    });
    let times = times.collect();
    client.replace(TEMPLATE, "x: {{ .Values.prometheus. }}\n", "");
    times
}

fn previews(client: &mut Client) -> Vec<f64> {
    let document = json!({ "uri": client.uri(TEMPLATE) });
    client.request("chartroom/preview", json!({ "textDocument": document, "scope": "template" }));
    let times = (0..ROUNDS).map(|round| {
        let label = format!("bench: \"{round}\"");
        let (old, new) = match round {
            0 => ("kind: Prometheus\n".to_owned(), format!("kind: Prometheus\n{label}\n")),
            _ => (format!("bench: \"{}\"", round - 1), label.clone()),
        };
        let start = Instant::now();
        client.replace(TEMPLATE, &old, &new);
        let shown =
            |preview: &serde_json::Value| preview["text"].as_str().is_some_and(|text| text.contains(&label));
        client.notification("chartroom/previewChanged", shown);
        milliseconds(start)
    });
    times.collect()
}

/// Milliseconds until a hover behind 51 opened files is answered, and the memory then.
fn open_many(client: &mut Client, chart: &Path) -> Result<(f64, f64)> {
    let mut templates = Vec::new();
    let mut folders = vec![chart.join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "yaml") && !path.ends_with(TEMPLATE) {
                templates.push(path.strip_prefix(chart)?.to_string_lossy().into_owned());
            }
        }
    }
    templates.sort();
    let start = Instant::now();
    for template in templates.iter().take(51) {
        client.open(template, "helm");
    }
    let at = client.behind(TEMPLATE, ".Values.prometheus.prom");
    client.request("textDocument/hover", at);
    let opened = milliseconds(start);
    let status = std::fs::read_to_string(format!("/proc/{}/status", client.pid()))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kibibytes: f64 = resident.trim().trim_end_matches(" kB").trim().parse()?;
    Ok((opened, kibibytes / 1024.0))
}
