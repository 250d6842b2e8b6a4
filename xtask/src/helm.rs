//! The real Helms that we are held against, and other programs that `go install` makes, built once.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::rig::Aside;
use crate::run::{self, command};

const HELMS: [(&str, &str); 2] =
    [("HELM3_BIN", "helm.sh/helm/v3/cmd/helm@v3.22.0"), ("HELM4_BIN", "helm.sh/helm/v4/cmd/helm@v4.3.1")];

/// Tells a command where both Helms are: where the variables say so already, or where they were built now.
pub(crate) fn name_both(command: &mut Command) -> Result<()> {
    command.envs(both()?);
    Ok(())
}

/// Both Helms, with the variables that name them.
pub(crate) fn both() -> Result<Vec<(&'static str, PathBuf)>> {
    let path = |(variable, module)| {
        let path = std::env::var_os(variable).map_or_else(|| helm(variable, module), |it| Ok(it.into()))?;
        Ok((variable, path))
    };
    HELMS.into_iter().map(path).collect()
}

/// The Helm of a version, built from its module into the cache folder where it is not there yet.
fn helm(variable: &str, module: &str) -> Result<PathBuf> {
    let name = format!("helm{}", std::env::consts::EXE_SUFFIX);
    let program = run::cache().join(variable.to_lowercase()).join(&name);
    if !program.exists() {
        install(module, &name, &program)?;
    }
    Ok(program)
}

/// `go install`, into another folder first: an interrupted one leaves nothing half.
pub(crate) fn install(module: &str, name: &str, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder)?;
    let aside = Aside::new(folder)?;
    let mut install = command("go", &["install", module]);
    install.env("GOBIN", &aside.0);
    run::run(install)?;
    std::fs::rename(aside.0.join(name), to)?;
    Ok(())
}
