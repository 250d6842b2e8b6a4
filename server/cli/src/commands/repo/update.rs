//! `chartroom repo update`.

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use golang::strconv::quote;
use registry::repository::{ReadIndex, Repositories, Repository, without_credentials};

use super::{PATIENCE, longest};
use crate::flags::Global;
use crate::output;

/// Fetch the indexes of repositories anew.
///
/// `search repo`, version ranges and `NAME/CHART` look at what was last fetched.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "up")]
pub(super) struct Args {
    /// Only these, instead of all in the list.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How long to wait for each index.
    #[arg(long, value_name = "DURATION", default_value = PATIENCE)]
    timeout: String,
    /// Fail if an index could not be fetched; Helm 4 always does.
    #[arg(long)]
    fail_on_repo_update_fail: bool,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let longest = longest(&args.timeout)?;
    let client = global.files.client()?;
    let path = &client.settings().repository_config;
    let list = Repositories::read_filled(path)
        .map_err(|error| anyhow!("failed loading file: {}: {error}", path.display()))?
        .ok_or_else(|| anyhow!("no repositories found. You must add one before updating"))?;
    if let Some(name) = args.names.iter().find(|name| list.get(name).is_none()) {
        bail!("no repositories found matching '{name}'.  Nothing will be updated");
    }
    let wanted = |it: &Repository| args.names.is_empty() || args.names.contains(&it.name);
    let wanted: Vec<_> = list.entries.into_iter().filter(wanted).collect();
    output::print("Hang tight while we grab the latest from your chart repositories...\n")?;
    let mut failed = Vec::new();
    for (repository, read) in wanted.iter().zip(client.refresh(&wanted, longest)) {
        failed.extend(tell(repository, read, global.helm.dialect())?);
    }
    let is_old = global.helm.dialect() == Dialect::Helm3;
    if !failed.is_empty() && (!is_old || args.fail_on_repo_update_fail) {
        let verb = if is_old { "Failed" } else { "failed" };
        bail!("{verb} to update the following repositories: [{}]", failed.join(" "));
    }
    output::print("Update Complete. ⎈Happy Helming!⎈\n")
}

/// Tells what became of a repository; the answer is its address if it could not be had.
fn tell(
    repository: &Repository,
    read: Result<ReadIndex, registry::Error>,
    dialect: Dialect,
) -> Result<Option<String>> {
    let (name, url) = (quote(&repository.name), without_credentials(&repository.url));
    match read {
        Ok(read) => {
            output::remark_all(&read.warnings, dialect);
            output::print(&format!("...Successfully got an update from the {name} chart repository\n"))?;
            Ok(None)
        }
        Err(error) => {
            output::print(&format!(
                "...Unable to get an update from the {name} chart repository ({url}):\n\t{error}\n"
            ))?;
            Ok(Some(url))
        }
    }
}
