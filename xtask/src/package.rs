//! `cargo xtask package`: the VS Code extension as one file, with the server for this machine in it.

use anyhow::Result;

use crate::run::{self, command};

/// Builds the server and packs it.
pub(crate) fn package() -> Result<()> {
    let chartroom = run::build_chartroom()?;
    let extension = run::root().join("editors/vscode");
    for args in [&["ci"][..], &["run", "package"]] {
        let mut npm = command("npm", args);
        npm.current_dir(&extension).env("CHARTROOM_BIN", &chartroom);
        run::run(npm)?;
    }
    Ok(())
}
