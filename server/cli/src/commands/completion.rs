//! `chartroom completion`: what the shell needs to complete our commands and flags.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Print a script that completes chartroom's commands and flags in a shell.
///
/// Load it where the shell looks for completions:
///
///   bash: chartroom completion bash > ~/.local/share/bash-completion/completions/chartroom
///   zsh:  chartroom completion zsh > ~/.zfunc/_chartroom (in a folder that fpath names)
///   fish: chartroom completion fish > ~/.config/fish/completions/chartroom.fish
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut script = Vec::new();
    generate(args.shell, &mut crate::Cli::command(), "chartroom", &mut script);
    crate::output::print(&String::from_utf8_lossy(&script))
}
