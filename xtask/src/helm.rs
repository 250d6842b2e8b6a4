//! The real Helms that we are held against, built once.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::run::{self, command};

const HELMS: [(&str, &str); 2] =
    [("HELM3_BIN", "helm.sh/helm/v3/cmd/helm@v3.22.0"), ("HELM4_BIN", "helm.sh/helm/v4/cmd/helm@v4.3.1")];

/// Tells a command where both Helms are: where the variables say so already, or where they were built now.
pub(crate) fn name_both(command: &mut Command) -> Result<()> {
    for (variable, module) in HELMS {
        let path = std::env::var_os(variable).map_or_else(|| helm(variable, module), |it| Ok(it.into()))?;
        command.env(variable, path);
    }
    Ok(())
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
