//! `chartroom upgrade`: a new revision of a release.

use anyhow::{Context, Result, anyhow};
use release::ValuesRule;
use release::World;
use release::actions::install::{InstallConfig, is_free};
use release::actions::upgrade::{UpgradeConfig, begin, upgrade};
use release::record::Record;
use render::Release;

use super::install::install_into;
use crate::deploy::{Ingredients, print_record};
use crate::flags::{ApplyFlags, DeployFlags, Form, Global, ValuesFlags, labels};
use crate::output;
use crate::site::Site;

/// Upgrade a release to a chart and values.
///
/// Without values those of the last revision are taken; with some, only these. If it fails, the last good revision stays
/// the one that counts; with --atomic it is brought back at once.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// The chart: a folder or a packed chart.
    chart: String,
    /// Install it if there is no such release.
    #[arg(short, long)]
    install: bool,
    #[command(flatten)]
    reuse: ReuseFlags,
    /// How many revisions are kept; 0 is all.
    #[arg(long, value_name = "COUNT", default_value_t = 10, env = "HELM_MAX_HISTORY")]
    history_max: usize,
    #[command(flatten)]
    values: ValuesFlags,
    #[command(flatten)]
    apply: ApplyFlags,
    #[command(flatten)]
    deploy: DeployFlags,
}

/// What becomes of the values of the last revision.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Values")]
pub(crate) struct ReuseFlags {
    /// Take only the values that are given now.
    #[arg(long)]
    reset_values: bool,
    /// Take those of the last revision, instead of the chart's own too, with new ones over them.
    #[arg(long)]
    reuse_values: bool,
    /// Take the chart's own, those of the last revision over them, and new ones over these.
    #[arg(long)]
    reset_then_reuse_values: bool,
}

impl ReuseFlags {
    /// As actions take it.
    pub(crate) fn rule(&self) -> ValuesRule {
        if self.reset_values {
            ValuesRule::Reset
        } else if self.reuse_values {
            ValuesRule::Reuse
        } else if self.reset_then_reuse_values {
            ValuesRule::ResetThenReuse
        } else {
            ValuesRule::Given
        }
    }
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let site = Site::open(global)?;
    let ingredients = Ingredients::read(&args.chart, &args.values, &args.deploy, global)?;
    let dialect = global.helm.dialect();
    site.work(args.history_max, |world| {
        if args.install && is_free(world, &args.name).map_err(|error| anyhow!(error))? {
            if args.deploy.output == Form::Table {
                output::print(&format!("Release \"{}\" does not exist. Installing it now.\n", args.name))?;
            }
            let record = install_first(world, &site, args, &ingredients, global)?;
            return print_record(&record, "", &args.deploy, dialect);
        }
        let record = work(world, args, &ingredients, global).context("UPGRADE FAILED")?;
        let title = format!("Release \"{}\" has been upgraded. Happy Helming!\n", args.name);
        print_record(&record, &title, &args.deploy, dialect)
    })
}

fn install_first(
    world: &World<'_>,
    site: &Site,
    args: &Args,
    ingredients: &Ingredients,
    global: &Global,
) -> Result<Record> {
    let config = InstallConfig {
        name: args.name.clone(),
        namespace: site.namespace().to_owned(),
        create_namespace: args.deploy.create_namespace,
        replace: true,
        skip_crds: args.deploy.skip_crds,
        take_ownership: args.deploy.take_ownership,
        description: args.deploy.description.clone(),
        labels: labels(&args.deploy.labels)?,
        dry_run: args.deploy.is_dry_run()?,
        apply: args.apply.config(world.dialect)?,
    };
    install_into(world, &config, ingredients, &args.deploy, global)
}

fn work(world: &World<'_>, args: &Args, ingredients: &Ingredients, global: &Global) -> Result<Record> {
    let config = UpgradeConfig {
        name: args.name.clone(),
        take_ownership: args.deploy.take_ownership,
        description: args.deploy.description.clone(),
        labels: labels(&args.deploy.labels)?,
        dry_run: args.deploy.is_dry_run()?,
        apply: args.apply.config(world.dialect)?,
    };
    let begun = begin(world, &args.name)
        .inspect_err(|error| super::unlock::hint(world, &args.name, error))
        .map_err(|error| anyhow!(error))?;
    let (values, own_values) = begun.values(args.reuse.rule(), ingredients.user().clone());
    let release = Release {
        name: args.name.clone(),
        namespace: begun.current.namespace.clone(),
        is_upgrade: true,
        revision: begun.revision,
    };
    let rendered = ingredients.render(world, release, values, own_values, &args.deploy, global)?;
    upgrade(world, &config, begun, &rendered).map_err(|error| anyhow!(error))
}
