//! The part `registry` of `cargo xtask test`: charts in registries and repositories, and the registry for it.
//!
//! It is the one that the distribution specification comes from, built once from its Go module into the cache folder.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::run::{self, command};
use crate::{helm, rig};

const VERSION: &str = "v3.1.2";

/// Runs the tests, with both Helms as peers and the control plane to install into.
pub(crate) fn test() -> Result<()> {
    if !cfg!(unix) || (!run::can_build_go() && !program().exists()) {
        println!("skipped: tests against a real registry, which need a Unix and Go");
        return Ok(());
    }
    let chartroom = run::build_chartroom()?;
    let mut tests =
        command("cargo", &["test", "--locked", "--package", "chartroom-tests", "--test", "registry"]);
    tests.env("CHARTROOM_BIN", chartroom);
    name(&mut tests)?;
    helm::name_both(&mut tests)?;
    rig::name(&mut tests)?;
    run::run(tests)
}

/// Names the registry to a program, if there can be one here.
pub(crate) fn name(tests: &mut Command) -> Result<()> {
    if cfg!(unix) && (run::can_build_go() || program().exists()) {
        tests.env("CHARTROOM_REGISTRY", build()?);
    }
    Ok(())
}

/// The registry, built if it is not there yet.
pub(crate) fn build() -> Result<PathBuf> {
    let program = program();
    if !program.exists() {
        let module = format!("github.com/distribution/distribution/v3/cmd/registry@{VERSION}");
        helm::install(&module, "registry", &program)?;
    }
    Ok(program)
}

fn program() -> PathBuf {
    run::cache().join(format!("registry-{VERSION}")).join("registry")
}
