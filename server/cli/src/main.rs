//! `chartroom`: one program for the editor and the shell.
//!
//! The language server (`chartroom lsp`) and the commands are thin doors into the same rooms. Here are flags,
//! files, terminals and exit codes; what a chart means is decided elsewhere.

mod charts;
mod commands;
mod epoch;
mod explanation;
mod files;
mod flags;
mod host;
mod manifests;
mod output;
mod post_renderer;
mod processors;
mod rendered;
mod report;
mod table;
mod usage;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Show(commands::show::Args),
    Template(Box<commands::template::Args>),
    Version(commands::version::Args),
    Completion(commands::completion::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
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
        Command::Show(args) => commands::show::run(global, &args),
        Command::Template(args) => commands::template::run(global, &args),
        Command::Version(args) => commands::version::run(global, &args),
        Command::Completion(args) => commands::completion::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&error),
    }
}
