//! `helmfile list`: the releases of the helmfile.

use anyhow::Result;
use helmfile::print::{json, rows, table};

use super::Called;
use super::session::Session;
use crate::output;

/// List the releases of the helmfile.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// In which form: a table, or `json`.
    #[arg(long, value_name = "FORM", default_value = "", hide_default_value = true)]
    output: String,
    /// Taken for Helmfile's sake: no chart is needed to list releases.
    #[arg(long, hide = true)]
    skip_charts: bool,
    #[arg(long, hide = true)]
    keep_temp_dir: bool,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let session = Session::load(called, false)?;
    let rows = rows(&session.loaded.state);
    output::print(&if args.output == "json" { json(&rows) } else { table(&rows) })
}
