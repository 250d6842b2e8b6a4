//! `helmfile repos`: the repositories of the helmfile.

use std::time::Duration;

use anyhow::{Result, anyhow};
use helmfile::StateFile;
use registry::repository::{Repositories, Repository};
use registry::{Client, Settings};

use super::Called;
use super::flags::RefusedFlags;
use super::session::Session;
use crate::fleet::as_added;
use crate::output::Exit;

/// How long an index may take.
const LONGEST: Duration = Duration::from_mins(2);

/// Add the repositories of the helmfile to the user's, and update them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    refused: RefusedFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let session = Session::load(called, false)?;
    add_all(called, session.loaded.state.files.iter())
}

/// Fetches the indexes of all repositories, and puts those that could be had on the user's list.
pub(super) fn add_all<'f>(called: &Called<'_>, files: impl Iterator<Item = &'f StateFile>) -> Result<()> {
    let mut wanted: Vec<Repository> = Vec::new();
    let all = files.flat_map(|file| file.repositories.iter().map(|it| it.in_folder(&file.folder)));
    for repository in all {
        if repository.oci {
            // A registry has no index, and its credentials go along with each request.
            continue;
        }
        let found = as_added(&repository);
        if !wanted.iter().any(|it| it.name == found.name) {
            called.remark(&format!("Adding repo {} {}", found.name, found.url));
            wanted.push(found);
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let client = Client::new(Settings::from_environment())?;
    let mut failed = Vec::new();
    for (repository, fetched) in wanted.iter().zip(client.refresh(&wanted, LONGEST)) {
        match fetched {
            Ok(_) => called.remark(&format!("\"{}\" has been added to your repositories", repository.name)),
            Err(error) => failed.push((repository.name.clone(), error)),
        }
    }
    let good: Vec<_> =
        wanted.into_iter().filter(|it| failed.iter().all(|(name, _)| *name != it.name)).collect();
    let path = &client.settings().repository_config;
    Repositories::change(path, |list| {
        let is_news = good.iter().any(|it| list.get(&it.name) != Some(it));
        for repository in good {
            list.set(repository);
        }
        Ok::<_, anyhow::Error>(((), is_news))
    })?;
    if failed.is_empty() {
        return Ok(());
    }
    let texts = failed.iter().map(|(name, error)| format!("repository {name}: {error}"));
    Err(anyhow!(Exit { code: 1, message: texts.collect::<Vec<_>>().join("\n") }))
}
