//! `helmfile build`: the helmfile with everything carried out.

use anyhow::{Result, anyhow};
use helmfile::Release;
use helmfile::print::{build, source};
use yaml::Node;

use super::Called;
use super::session::Session;
use crate::output;

/// Print the helmfile with its bases and templates carried out.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Put what values files hold in the place of their names.
    #[arg(long)]
    embed_values: bool,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let session = Session::load(called, false)?;
    for file in &session.loaded.state.files {
        let counts = |it: &&Release| it.selected || file.selectors.is_empty();
        let tree = |release: &Release| match args.embed_values {
            true => session.embedded(file, release),
            false => Ok(release.tree.clone()),
        };
        let releases: Vec<&Release> = file.releases.iter().filter(counts).collect();
        let trees = releases.iter().map(|it| tree(it)).collect::<Result<Vec<Node>>>()?;
        let pairs: Vec<(&Release, &Node)> = releases.into_iter().zip(&trees).collect();
        let text = build(file, &pairs).map_err(|error| anyhow!(error.message))?;
        output::print(&format!("{}{text}", source(file)))?;
    }
    Ok(())
}
