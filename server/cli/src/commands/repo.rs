//! `chartroom repo`: the user's chart repositories, in the list that Helm keeps, too.

mod add;
mod index;
mod list;
mod remove;
mod update;

use std::time::Duration;

use anyhow::Result;

use crate::flags::Global;

/// Keep a list of chart repositories, and make the index of one.
///
/// A repository is a web server with an index and packed charts. Those in the list are known by a name: `NAME/CHART` is a
/// chart of one. The list and what was fetched are Helm's own files, so that both know the same repositories.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    Add(Box<add::Args>),
    List(list::Args),
    Remove(remove::Args),
    Update(update::Args),
    Index(index::Args),
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    match &args.task {
        Task::Add(args) => add::run(global, args),
        Task::List(args) => list::run(global, args),
        Task::Remove(args) => remove::run(global, args),
        Task::Update(args) => update::run(global, args),
        Task::Index(args) => index::run(args, global),
    }
}

/// How long Helm waits for an index.
const PATIENCE: &str = "2m0s";

/// `--timeout`; nothing or less is for ever, as in Go's client.
fn longest(timeout: &str) -> Result<Duration> {
    let longest = crate::flags::duration(timeout)?;
    Ok(if longest.is_zero() { Duration::from_hours(24) } else { longest })
}
