//! `chartroom test`: runs the tests of a release.

use anyhow::{Result, anyhow, bail};
use release::actions::test::{TestConfig, test};

use crate::flags::{Form, Global, duration};
use crate::output;
use crate::release_texts::{Shown, for_programs, status};
use crate::site::Site;

/// Run the tests of a release: its hooks for the event `test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// Only tests of that name (`name=a`), or all but those (`!name=a`).
    #[arg(long, value_name = "FILTER", value_delimiter = ',')]
    filter: Vec<String>,
    /// Print what the tests printed.
    #[arg(long)]
    logs: bool,
    /// Print no notes.
    #[arg(long)]
    hide_notes: bool,
    /// How long to wait for each test.
    #[arg(long, value_name = "DURATION", default_value = "5m0s")]
    timeout: String,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut config = TestConfig {
        only: Vec::new(),
        without: Vec::new(),
        logs: args.logs,
        timeout: duration(&args.timeout)?,
    };
    for filter in &args.filter {
        match filter.split_once('=') {
            Some(("name", name)) => config.only.push(name.to_owned()),
            Some(("!name", name)) => config.without.push(name.to_owned()),
            _ => bail!("{filter} is no filter; there are name=NAME and !name=NAME"),
        }
    }
    let site = Site::open(global)?;
    let (record, done) =
        site.work(0, |world| test(world, &args.name, &config)).map_err(|error| anyhow!(error))?;
    let text = if let Some(text) = args.output.write(&for_programs(&record, global.helm.dialect())?)? {
        text
    } else {
        let shown = Shown { hide_notes: args.hide_notes, ..Shown::default() };
        status(&record, &shown, global.helm.dialect())?
    };
    output::print(&text)?;
    done.map_err(|error| anyhow!(error))
}
