//! `chartroom dependency`: what a chart depends on, and fetching it into `charts/`, as `helm dependency` does.

mod fetch;
mod list;
mod sources;
pub(crate) mod update;

use anyhow::{Result, bail};
use chart::Dialect;
use registry::{ChartRef, Verify};

use crate::flags::{AccessFlags, Global, SignatureFlags};
use crate::output;
use update::Manager;

/// List a chart's dependencies, and bring them into its `charts/`.
///
/// Chart.yaml says what a chart depends on; `charts/` holds it, packed or as folders; Chart.lock remembers which versions
/// were chosen. A dependency comes from a registry (`repository: oci://…`) or a chart repository (`https://…`, or `@NAME` for
/// one of the user's list), is a folder on this machine (`file://../other`), or lies in `charts/` already (no repository).
#[derive(Debug, clap::Args)]
#[command(visible_aliases = ["dep", "dependencies"])]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    List(list::Args),
    Build(Build),
    Update(Update),
}

/// Rebuild `charts/` as Chart.lock says.
///
/// Takes the versions that the lock file names, without choosing again. Fails where Chart.yaml asks for something else
/// than when the lock file was made. Without a lock file it does what `update` does.
#[derive(Debug, clap::Args)]
struct Build {
    #[command(flatten)]
    change: Change,
}

/// Bring `charts/` up to what Chart.yaml says, and write Chart.lock.
///
/// Fetches or packs each dependency into `charts/NAME-VERSION.tgz` and removes archives that are not asked for any more; folders in
/// `charts/` stay. If anything fails, `charts/` and Chart.lock are left as they were.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "up")]
struct Update {
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
struct Change {
    /// The chart's folder, this one if none is given.
    chart: Option<String>,
    #[arg(hide = true)]
    more: Vec<String>,
    /// Do not ask chart repositories what is new: what was last fetched of them counts.
    #[arg(long)]
    skip_refresh: bool,
    #[command(flatten)]
    signature: SignatureFlags,
    #[command(flatten)]
    access: AccessFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    match &args.task {
        Task::List(args) => list::run(global, args),
        Task::Build(Build { change }) => change.run(global, "build", Verify::IfPossible, Manager::build),
        Task::Update(Update { change }) => change.run(global, "update", Verify::Always, Manager::update),
    }
}

impl Change {
    fn run(
        &self,
        global: &Global,
        name: &str,
        verify: Verify,
        work: fn(&mut Manager) -> Result<()>,
    ) -> Result<()> {
        let chart = at_most_one(self.chart.as_deref(), &self.more, name)?;
        let mut manager = Manager::new(&chart, global)?;
        manager.skip_refresh = self.skip_refresh;
        manager.reports_pulls = global.helm.dialect() == Dialect::Helm4;
        let verify = if self.signature.verify { verify } else { Verify::Never };
        let (keyring, access) = (self.signature.keyring(), self.access.access());
        manager.asking = ChartRef { verify, keyring, access, ..ChartRef::default() };
        let done = work(&mut manager);
        output::print(&manager.told)?;
        done
    }
}

/// The chart that is meant: this folder if none is named.
fn at_most_one(chart: Option<&str>, more: &[String], name: &str) -> Result<String> {
    if !more.is_empty() {
        bail!(
            "\"chartroom dependency {name}\" accepts at most 1 argument\n\n\
             Usage:  chartroom dependency {name} CHART [flags]"
        );
    }
    Ok(chart.map_or_else(|| ".".to_owned(), golang::path::clean))
}
