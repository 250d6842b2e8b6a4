//! `chartroom helmfile`: Helmfile's commands, without Helmfile and without Helm.

mod apply;
mod build;
mod deployment;
mod deps;
mod destroy;
mod diff;
mod fetch;
mod flags;
mod globals;
mod lint;
mod list;
mod repos;
mod session;
mod status;
mod sync;
mod template;
mod test;
mod write_values;

use anyhow::Result;

use self::globals::Globals;
use crate::flags::Global;
use crate::output;

/// Work with all releases of a helmfile: Helmfile's commands.
///
/// What says `helmfile -e dev apply` says `chartroom -e dev apply` here. The word `helmfile` may be left out of commands
/// that only Helmfile has (apply, sync, destroy, build, write-values, deps, repos), and of those that Helm has as well
/// (diff, template, list, status, lint, test, fetch) where an environment (-e) or another flag of Helmfile's alone is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Apply(Box<apply::Args>),
    Diff(Box<diff::Args>),
    Sync(Box<sync::Args>),
    Destroy(destroy::Args),
    Template(Box<template::Args>),
    List(list::Args),
    Build(build::Args),
    WriteValues(write_values::Args),
    Deps(deps::Args),
    Repos(repos::Args),
    Status(status::Args),
    Lint(Box<lint::Args>),
    Fetch(fetch::Args),
    Test(test::Args),
}

/// What every command works with.
struct Called<'c> {
    global: &'c Global,
    globals: &'c Globals,
}

impl Called<'_> {
    /// Whether only warnings and results are told.
    fn is_quiet(&self) -> bool {
        self.globals.is_quiet(self.global.debug)
    }

    /// Tells what goes on, unless nobody wants to know.
    fn remark(&self, text: &str) {
        if !self.is_quiet() {
            output::remark(text);
        }
    }
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    // Nobody need look for a colour to ask for one too many.
    args.globals.colour(false)?;
    let called = Called { global, globals: &args.globals };
    match &args.command {
        Command::Apply(args) => apply::run(&called, args),
        Command::Diff(args) => diff::run(&called, args),
        Command::Sync(args) => sync::run(&called, args),
        Command::Destroy(args) => destroy::run(&called, args),
        Command::Template(args) => template::run(&called, args),
        Command::List(args) => list::run(&called, args),
        Command::Build(args) => build::run(&called, args),
        Command::WriteValues(args) => write_values::run(&called, args),
        Command::Deps(args) => deps::run(&called, args),
        Command::Repos(args) => repos::run(&called, args),
        Command::Status(args) => status::run(&called, args),
        Command::Lint(args) => lint::run(&called, args),
        Command::Fetch(args) => fetch::run(&called, args),
        Command::Test(args) => test::run(&called, args),
    }
}
