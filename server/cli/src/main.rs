//! `chartroom`: one program for the editor and the shell.
//!
//! The language server (`chartroom lsp`) and the commands are thin doors into the same rooms. Here are flags,
//! files, terminals and exit codes; what a chart means is decided elsewhere.

mod charts;
mod clusters;
mod commands;
mod deploy;
mod epoch;
mod explanation;
mod fetching;
mod files;
mod flags;
mod fleet;
mod go_template;
mod host;
mod manifests;
mod market;
mod meant;
mod memory;
mod output;
mod post_renderer;
mod processors;
mod programs;
mod release_data;
mod release_texts;
mod rendered;
mod report;
mod secrets;
mod short_form;
mod signatures;
mod site;
mod switches;
mod table;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::flags::Global;

/// A short run consists of small allocations to a good part, in several threads; this one has them without locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Helm charts: edited with the rendered truth beside you, rendered without Helm.
#[derive(Debug, Parser)]
#[command(name = "chartroom", version, disable_version_flag = true, max_term_width = 100)]
#[command(after_help = "`chartroom COMMAND --help` says more about each.")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(commands::create::Args),
    Dependency(Box<commands::dependency::Args>),
    Lint(Box<commands::lint::Args>),
    Lsp(commands::lsp::Args),
    Explain(Box<commands::explain::Args>),
    Package(Box<commands::package::Args>),
    Preview(Box<commands::preview::Args>),
    Pull(Box<commands::pull::Args>),
    Push(commands::push::Args),
    Registry(commands::registry::Args),
    Repo(commands::repo::Args),
    Search(commands::search::Args),
    Show(Box<commands::show::Args>),
    Template(Box<commands::template::Args>),
    Verify(commands::verify::Args),
    Version(commands::version::Args),
    Completion(commands::completion::Args),
    Install(Box<commands::install::Args>),
    Upgrade(Box<commands::upgrade::Args>),
    Rollback(Box<commands::rollback::Args>),
    Uninstall(Box<commands::uninstall::Args>),
    Test(Box<commands::test::Args>),
    List(Box<commands::list::Args>),
    History(commands::history::Args),
    Status(commands::status::Args),
    Get(commands::get::Args),
    Unlock(Box<commands::unlock::Args>),
    Diff(Box<commands::diff::Args>),
    Helmfile(Box<commands::helmfile::Args>),
}

/// Reads a command line. One that is Helmfile's is read as if it said so.
fn read(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut program = Cli::command();
    let args = switches::plain(short_form::expanded(args, &program), &program);
    let matches = program.try_get_matches_from_mut(args)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut program))?;
    let is_given = |flag: &str| matches.value_source(flag) == Some(ValueSource::CommandLine);
    cli.global.namespace_given = is_given("namespace");
    cli.global.cluster.context_given = is_given("kube_context");
    Ok(cli)
}

fn main() -> ExitCode {
    let cli = match read(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(error) => return usage::refuse(&error),
    };
    let global = &cli.global;
    let done = match cli.command {
        Command::Create(args) => commands::create::run(global, &args),
        Command::Dependency(args) => commands::dependency::run(global, &args),
        Command::Lint(args) => commands::lint::run(global, &args),
        Command::Lsp(args) => commands::lsp::run(&args),
        Command::Explain(args) => commands::explain::run(global, &args),
        Command::Package(args) => commands::package::run(global, &args),
        Command::Preview(args) => commands::preview::run(global, &args),
        Command::Pull(args) => commands::pull::run(global, &args),
        Command::Push(args) => commands::push::run(global, &args),
        Command::Registry(args) => commands::registry::run(global, &args),
        Command::Repo(args) => commands::repo::run(global, &args),
        Command::Search(args) => commands::search::run(global, &args),
        Command::Show(args) => commands::show::run(global, &args),
        Command::Template(args) => commands::template::run(global, &args),
        Command::Verify(args) => commands::verify::run(global, &args),
        Command::Version(args) => commands::version::run(global, &args),
        Command::Completion(args) => commands::completion::run(&args),
        Command::Install(args) => commands::install::run(global, &args),
        Command::Upgrade(args) => commands::upgrade::run(global, &args),
        Command::Rollback(args) => commands::rollback::run(global, &args),
        Command::Uninstall(args) => commands::uninstall::run(global, &args),
        Command::Test(args) => commands::test::run(global, &args),
        Command::List(args) => commands::list::run(global, &args),
        Command::History(args) => commands::history::run(global, &args),
        Command::Status(args) => commands::status::run(global, &args),
        Command::Get(args) => commands::get::run(global, &args),
        Command::Unlock(args) => commands::unlock::run(global, &args),
        Command::Diff(args) => commands::diff::run(global, &args),
        Command::Helmfile(args) => commands::helmfile::run(global, &args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<commands::diff::Changed>() => {
            output::remark(&format!("Error: {error}"));
            ExitCode::from(2)
        }
        Err(error) => output::fail(&error),
    }
}
