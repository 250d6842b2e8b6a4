//! `chartroom lsp`: the language server on standard input and output.

use std::sync::Arc;

use anyhow::{Result, anyhow};

use crate::clusters::UserClusters;
use crate::market::UserMarket;
use crate::site;

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
    live_long();
    let clusters = UserClusters::new(site::driver()?);
    lsp::run_stdio(Arc::new(clusters), Arc::new(UserMarket::new()))
        .map_err(|error| anyhow!("the language server ended: {error}"))
}

/// Large pages make a short run fast and a long one large: half of each stays empty while the server waits.
fn live_long() {
    // Where the system refuses, the server is larger and works all the same.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
