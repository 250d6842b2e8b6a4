//! `chartroom lsp`: the language server on standard input and output.

use std::sync::Arc;

use anyhow::{Result, anyhow};

use crate::clusters::UserClusters;
use crate::market::UserMarket;
use crate::{memory, site};

/// Run the language server on standard input and output.
///
/// Editors start it; see the README for how. It reads and watches the charts of the opened folders, writes to
/// clusters only what was shown and agreed to, and ends with the editor.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Accepted because many editors pass it; standard input and output are used either way.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(crate) fn run(_args: &Args) -> Result<()> {
    memory::stay_small();
    let clusters = UserClusters::new(site::driver()?);
    lsp::run_stdio(Arc::new(clusters), Arc::new(UserMarket::new()))
        .map_err(|error| anyhow!("the language server ended: {error}"))
}
