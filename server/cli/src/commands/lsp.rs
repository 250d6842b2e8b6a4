//! `chartroom lsp`: the language server on standard input and output.

use anyhow::{Result, anyhow};

/// Run the language server on standard input and output.
///
/// Editors start it; see the README for how. It reads and watches the charts of the opened folders, writes
/// nothing, and ends with the editor.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Accepted because many editors pass it; standard input and output are used either way.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(crate) fn run(_args: &Args) -> Result<()> {
    lsp::run_stdio().map_err(|error| anyhow!("the language server ended: {error}"))
}
