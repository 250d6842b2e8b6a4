//! `cargo xtask bench`: builds both Helms once, the program in release, and runs the benches.

use std::path::PathBuf;

use anyhow::Result;

use crate::run::{self, command};

const HELMS: [(&str, &str); 2] =
    [("HELM3_BIN", "helm.sh/helm/v3/cmd/helm@v3.22.0"), ("HELM4_BIN", "helm.sh/helm/v4/cmd/helm@v4.3.1")];

/// Runs the benches; further arguments are theirs.
pub(crate) fn bench(args: &[String]) -> Result<()> {
    let chartroom = run::build_chartroom()?;
    let mut all =
        vec!["run", "--release", "--locked", "--package", "chartroom-tests", "--bin", "bench", "--"];
    all.extend(args.iter().map(String::as_str));
    let mut bench = command("cargo", &all);
    bench.env("CHARTROOM_BIN", chartroom);
    for (variable, module) in HELMS {
        bench.env(
            variable,
            std::env::var_os(variable).map_or_else(|| helm(variable, module), |it| Ok(it.into()))?,
        );
    }
    run::run(bench)
}

/// The Helm of a version, built from its module into the cache folder where it is not there yet.
fn helm(variable: &str, module: &str) -> Result<PathBuf> {
    let folder = run::cache().join(variable.to_lowercase());
    let program = folder.join(format!("helm{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        std::fs::create_dir_all(&folder)?;
        let mut install = command("go", &["install", module]);
        install.env("GOBIN", &folder);
        run::run(install)?;
    }
    Ok(program)
}
