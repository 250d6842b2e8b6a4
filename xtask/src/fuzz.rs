//! `cargo xtask fuzz`: the fuzz targets of `tests/fuzz`, built and run for a while each.
//!
//! LLVM's coverage comes with the pinned compiler, so no other one is needed: the sanitizers, which want a nightly
//! compiler, would find nothing in code without `unsafe`. `cargo fuzz run -s none TARGET` does the same by hand.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{self, command};

const TARGETS: [&str; 5] = ["template_parser", "yaml_reader", "strvals", "archive_reader", "render"];

/// What cargo-fuzz passes to the compiler without a sanitizer.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
                        -Ccodegen-units=1";

/// So many files of the corpus are a start, the smallest ones.
const MOST_SEEDS: usize = 400;

/// Fuzzes the named targets, or all: `[TARGET…] [--seconds N]`, N for each.
pub(crate) fn fuzz(args: &[String]) -> Result<()> {
    let at = args.iter().position(|it| it == "--seconds");
    let seconds = match at {
        Some(at) => args.get(at + 1).and_then(|it| it.parse().ok()).context("--seconds wants a number")?,
        None => 60,
    };
    let names: Vec<&String> =
        args.iter().enumerate().filter(|(n, _)| at.is_none_or(|at| *n < at)).map(|it| it.1).collect();
    if let Some(unknown) = names.iter().find(|it| !TARGETS.contains(&it.as_str())) {
        bail!("no fuzz target is called `{unknown}`; there are {}", TARGETS.join(", "));
    }
    let wanted: Vec<&str> =
        TARGETS.into_iter().filter(|it| names.is_empty() || names.iter().any(|name| name == it)).collect();
    run_for(&wanted, seconds)
}

/// A short look at every target, for the tests.
pub(crate) fn smoke() -> Result<()> {
    if !cfg!(target_os = "linux") || !run::has("c++") {
        println!("skipped: fuzzing, which needs Linux and a C++ compiler");
        return Ok(());
    }
    run_for(&TARGETS, 15)
}

fn run_for(targets: &[&str], seconds: u32) -> Result<()> {
    let host = host()?;
    let folder = run::cache().join("fuzz");
    let built = folder.join("target");
    let manifest = run::root().join("tests/fuzz/Cargo.toml");
    let mut build =
        command("cargo", &["build", "--locked", "--release", "--target", &host, "--manifest-path"]);
    build.arg(&manifest).env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", &built);
    run::run(build)?;
    for target in targets {
        let corpus = folder.join("corpus").join(target);
        std::fs::create_dir_all(&corpus)?;
        sow(target, &corpus)?;
        let program = built.join(&host).join("release").join(target);
        let mut fuzz = std::process::Command::new(program);
        fuzz.arg(&corpus).arg(run::root().join("tests/fuzz/seeds").join(target)).args([
            format!("-max_total_time={seconds}"),
            "-timeout=10".to_owned(),
            "-rss_limit_mb=2048".to_owned(),
            "-max_len=16384".to_owned(),
            "-print_final_stats=1".to_owned(),
            "-verbosity=0".to_owned(),
            format!("-artifact_prefix={}/{target}-", folder.display()),
        ]);
        println!("\n== fuzz {target}, {seconds} s");
        run::run(fuzz)?;
    }
    Ok(())
}

/// The triple of this machine: naming it keeps build scripts free of coverage.
fn host() -> Result<String> {
    let version = std::process::Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(version.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// Starts a corpus with files of the charts beside the project, where they are.
fn sow(target: &str, corpus: &Path) -> Result<()> {
    let wanted: fn(&Path) -> bool = match target {
        "template_parser" => |it| it.components().any(|part| part.as_os_str() == "templates"),
        "yaml_reader" => |it| {
            it.extension().is_some_and(|it| it == "yaml")
                && it.parent().is_some_and(|it| !it.ends_with("templates"))
        },
        "archive_reader" => |it| it.extension().is_some_and(|it| it == "tgz"),
        _ => return Ok(()),
    };
    let charts = run::root().join("../shared/corpus/charts");
    if std::fs::read_dir(corpus)?.next().is_some() || !charts.exists() {
        return Ok(());
    }
    let mut files = Vec::new();
    collect(&charts, &mut files)?;
    files.retain(|(_, path)| wanted(path));
    files.sort();
    for (number, (_, path)) in files.iter().take(MOST_SEEDS).enumerate() {
        std::fs::copy(path, corpus.join(format!("seed-{number}")))?;
    }
    Ok(())
}

fn collect(folder: &Path, into: &mut Vec<(u64, PathBuf)>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), into)?;
        } else {
            into.push((entry.metadata()?.len(), entry.path()));
        }
    }
    Ok(())
}
