//! How long an edit takes to become a new rendering, step by step, in process.
//!
//! `cargo bench -p chartroom-render [-- ROW]`; also a part of `cargo xtask bench`. The first rendering, from scratch, is
//! the yardstick of the same run.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench tells the time and prints it"
)]

#[path = "../tests/incremental/desk.rs"]
mod desk;

use std::time::{Duration, Instant};

use chartroom_render::{Memo, PrintConfig, Rendering, RunConfig, World};
use golang::Dialect;
use text::FileId;

use desk::{Desk, Still, charts};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EDITS: usize = 100;

/// The steps of one edit.
#[derive(Default)]
struct Steps {
    /// Reading the chart, laying values over one another, parsing templates.
    prepare: Duration,
    /// Running templates.
    run: Duration,
    /// Splitting, sorting and printing documents.
    print: Duration,
}

fn config() -> RunConfig {
    RunConfig { traced: true, ..RunConfig::default() }
}

fn prepared(desk: &mut Desk) -> (World, Duration) {
    let start = Instant::now();
    let world = desk.world().unwrap();
    (world, start.elapsed())
}

fn render(memo: &mut Memo, world: &World, only: Option<FileId>, steps: &mut Steps) {
    let start = Instant::now();
    let wanted = |file: &chartroom_render::TemplateFile| only.is_none_or(|it| it == file.source.id);
    let (files, failed) = memo.run(world, &Still::default(), &config(), wanted, |_| true);
    assert!(failed.is_empty(), "the edits break nothing");
    steps.run = start.elapsed();
    let start = Instant::now();
    let (rendering, errors) = Rendering::new(files, world.environment.dialect);
    assert!(errors.is_empty(), "the edits break nothing");
    std::hint::black_box(rendering.print(&[], &PrintConfig::default()));
    steps.print = start.elapsed();
}

fn row(what: &str, mut all: Vec<Steps>) {
    let of = |all: &mut Vec<Steps>, part: fn(&Steps) -> Duration, share: usize| {
        all.sort_by_key(part);
        part(&all[(all.len() - 1) * share / 100]).as_secs_f64() * 1e3
    };
    let total: fn(&Steps) -> Duration = |it| it.prepare + it.run + it.print;
    let [prepare, run, print] = [|it: &Steps| it.prepare, |it: &Steps| it.run, |it: &Steps| it.print]
        .map(|part| of(&mut all, part, 50));
    let (p50, p95) = (of(&mut all, total, 50), of(&mut all, total, 95));
    println!("{what:<58}{prepare:>9.2}{run:>9.2}{print:>9.2}{p50:>9.2}{p95:>9.2}");
}

/// Edits a file to and fro, and renders after each edit.
fn edits(desk: &mut Desk, memo: &mut Memo, file: FileId, (from, to): (&str, &str), only: bool) -> Vec<Steps> {
    let text = desk.text(file);
    assert!(text.contains(from), "{} has {from}", desk.path(file));
    let mut all = Vec::new();
    for number in 0..EDITS {
        let now = if number % 2 == 0 { text.replacen(from, to, 1) } else { text.clone() };
        desk.set_text(file, &now);
        let mut steps = Steps::default();
        let (world, prepare) = prepared(desk);
        steps.prepare = prepare;
        render(memo, &world, only.then_some(file), &mut steps);
        all.push(steps);
    }
    desk.set_text(file, &text);
    all
}

fn main() {
    println!("\nrendering again after an edit, in process, ms: {EDITS} edits each");
    println!("{:<58}{:>9}{:>9}{:>9}{:>9}{:>9}", "", "prepare", "run", "print", "p50", "p95");
    let only = std::env::args().skip(1).find(|it| !it.starts_with('-')).unwrap_or_default();
    for chart in charts(&["kube-prometheus-stack"]) {
        let name = chart.file_name().unwrap().to_string_lossy().into_owned();
        let mut desk = Desk::new(&chart, "commonLabels: {}\n", Dialect::Helm4);
        let mut from_scratch = Vec::new();
        for _ in 0..11 {
            let mut steps = Steps::default();
            let (world, prepare) = prepared(&mut desk);
            steps.prepare = prepare;
            render(&mut Memo::default(), &world, None, &mut steps);
            from_scratch.push(steps);
        }
        row(&format!("{name}: from scratch"), from_scratch);
        let mut memo = Memo::default();
        let world = desk.world().unwrap();
        render(&mut memo, &world, None, &mut Steps::default());
        let file = |desk: &Desk, path: &str| desk.files.iter().find(|it| &*it.path == path).unwrap().id;
        let (values, template, edit) = if name == "kube-prometheus-stack" {
            (
                file(&desk, "values.yaml"),
                file(&desk, "templates/prometheus/prometheus.yaml"),
                ("replicas: 1", "replicas: 23"),
            )
        } else {
            (
                file(&desk, "values.yaml"),
                file(&desk, "templates/deployment.yaml"),
                ("replicaCount: 1", "replicaCount: 23"),
            )
        };
        let remark = ("\n", "\n# a remark\n");
        let word = ("metadata:", "metadata: # x");
        let over = desk.values.id;
        let helpers = file(&desk, "templates/_helpers.tpl");
        let replicas = ("{}", "{}\nprometheus: {prometheusSpec: {replicas: 3}}");
        for (what, file, edit, itself) in [
            ("values.yaml, all", values, edit, false),
            ("a remark in values.yaml, all", values, remark, false),
            ("override file, replicas, all", over, replicas, false),
            ("override file, a label of all, all", over, ("{}", "{team: a}"), false),
            ("a template, itself", template, word, true),
            ("a template, all", template, word, false),
            ("_helpers.tpl, all", helpers, ("\n", "\n\n"), false),
        ] {
            let what = format!("{name}: {what}");
            if what.contains(&only) {
                row(&what, edits(&mut desk, &mut memo, file, edit, itself));
            }
        }
    }
}
