//! `cargo xtask test`: everything that must hold before a change lands. CI runs this and nothing else.
//!
//! What a part needs beyond Rust, Go, Node and Python it installs itself, once, into the cache folder.

use anyhow::{Result, bail};

use crate::run::{self, cargo, command};

/// A part of the tests, with the name by which it can be asked for alone.
type Part = (&'static str, fn() -> Result<()>);

const PARTS: [Part; 7] = [
    ("lint", lint),
    ("docs", docs),
    ("rust", rust),
    ("fuzz", crate::fuzz::smoke),
    // Before the cluster's, which use what it installs.
    ("editors", editors),
    ("cluster", crate::rig::test),
    ("registry", crate::registry::test),
];

/// Runs the named parts, or all.
pub(crate) fn test(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|(part, _)| part == name)) {
        bail!("no part of the tests is called `{unknown}`");
    }
    for (name, part) in PARTS {
        if names.is_empty() || names.iter().any(|it| it == name) {
            println!("\n== {name}");
            part()?;
        }
    }
    Ok(())
}

fn lint() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])?;
    // The fuzz targets are a workspace of their own, whose lock is forgotten easily.
    cargo(&["tree", "--locked", "--depth", "0", "--manifest-path", "tests/fuzz/Cargo.toml"])?;
    cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// All Rust tests: those beside the code, the tidy test, and the whole-program tests in `tests/`.
fn rust() -> Result<()> {
    // Optimised, for it renders hundreds of charts.
    let chartroom = run::build_chartroom()?;
    let mut tests = command("cargo", &["test", "--locked", "--workspace"]);
    tests.env("CHARTROOM_BIN", chartroom);
    run::run(tests)
}

/// The documentation, and the pure crates without the machine below them.
fn docs() -> Result<()> {
    let mut docs = command("cargo", &["doc", "--locked", "--workspace", "--no-deps"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    run::run(docs)?;
    let installed =
        std::process::Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]).output();
    let usable =
        installed.is_ok_and(|it| std::path::Path::new(String::from_utf8_lossy(&it.stdout).trim()).is_dir());
    if !usable {
        println!("skipped: the pure crates on {WASM}, which this toolchain does not have");
        return Ok(());
    }
    let mut check = vec!["check", "--locked", "--target", WASM];
    check.extend(PURE_WITHOUT_C.iter().flat_map(|name| ["--package", name]));
    cargo(&check)
}

const WASM: &str = "wasm32-unknown-unknown";
const PURE_WITHOUT_C: [&str; 6] = [
    "chartroom-text",
    "chartroom-golang",
    "chartroom-yaml",
    "chartroom-template",
    "chartroom-chart",
    "chartroom-render",
];

/// The real VS Code and the real Neovim.
fn editors() -> Result<()> {
    if !run::has("node") || !run::has("npm") {
        bail!("the editors' tests need Node with npm (version 20 or later) in the PATH");
    }
    let chartroom = run::build_chartroom()?;
    let tools = run::cache().join("editors");
    let artifacts = run::root().join("test-artifacts");
    std::fs::create_dir_all(&tools)?;
    std::fs::create_dir_all(&artifacts)?;
    for script in ["install.mjs", "run.mjs"] {
        let mut node = command("node", &[format!("tests/editors/{script}")]);
        node.env("CHARTROOM_BIN", &chartroom)
            .env("CHARTROOM_TOOLS", &tools)
            .env("CHARTROOM_ARTIFACTS", &artifacts);
        run::run(node)?;
    }
    Ok(())
}
