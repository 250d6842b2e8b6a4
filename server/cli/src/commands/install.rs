//! `chartroom install`: a chart becomes a release.

use anyhow::{Context, Result, anyhow, bail};
use release::World;
use release::actions::install::{InstallConfig, check, install, install_crds};
use release::record::Record;
use render::Release;

use crate::deploy::{Ingredients, print_record};
use crate::flags::{ApplyFlags, DeployFlags, Global, ValuesFlags, labels};
use crate::host::Machine;
use crate::manifests::remark_on_crds;
use crate::site::Site;

/// Install a chart.
///
/// Everything is written under the name of the release, in one namespace unless templates say otherwise. What was
/// installed can be upgraded, rolled back and uninstalled by that name, by Helm as well.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release's name, and the chart: a folder or a packed chart.
    #[arg(value_names = ["NAME", "CHART"])]
    names: Vec<String>,
    /// Make up a name for the release.
    #[arg(short, long)]
    generate_name: bool,
    /// A template for the name of the release.
    #[arg(long, value_name = "TEMPLATE")]
    name_template: Option<String>,
    /// Take the name of a release that failed, or that was uninstalled with its history kept.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    values: ValuesFlags,
    #[command(flatten)]
    apply: ApplyFlags,
    #[command(flatten)]
    deploy: DeployFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let record = work(global, args).context("INSTALLATION FAILED")?;
    print_record(&record, "", &args.deploy, global.helm.dialect())
}

fn work(global: &Global, args: &Args) -> Result<Record> {
    let (name, chart) = names(global, args)?;
    let ingredients = Ingredients::read(&chart, &args.values, &args.deploy, global)?;
    let site = Site::open(global)?;
    let config = InstallConfig {
        name,
        namespace: site.namespace().to_owned(),
        create_namespace: args.deploy.create_namespace,
        replace: args.replace,
        skip_crds: args.deploy.skip_crds,
        take_ownership: args.deploy.take_ownership,
        description: args.deploy.description.clone(),
        labels: labels(&args.deploy.labels)?,
        dry_run: args.deploy.is_dry_run()?,
        apply: args.apply.config(global.helm.dialect())?,
    };
    site.work(0, |world| install_into(world, &config, &ingredients, &args.deploy, global))
}

/// Installs: also what `upgrade --install` does where there is no release.
pub(super) fn install_into(
    world: &World<'_>,
    config: &InstallConfig,
    ingredients: &Ingredients,
    deploy: &DeployFlags,
    global: &Global,
) -> Result<Record> {
    if deploy.hide_secret && !config.dry_run {
        bail!("hiding Kubernetes secrets requires a dry-run mode");
    }
    check(world, config).map_err(|error| anyhow!(error))?;
    let crds = ingredients.crds();
    if config.dry_run && !crds.is_empty() && !config.skip_crds {
        remark_on_crds(world.dialect);
    } else {
        install_crds(world, &crds, config).map_err(|error| anyhow!(error))?;
    }
    let release = Release {
        name: config.name.clone(),
        namespace: config.namespace.clone(),
        is_upgrade: false,
        revision: 1,
    };
    let rendered = ingredients.render(world, release, ingredients.user().clone(), None, deploy, global)?;
    install(world, config, &rendered).map_err(|error| anyhow!(error))
}

/// The name of the release and the path of the chart.
fn names(global: &Global, args: &Args) -> Result<(String, String)> {
    let (name, chart) = match args.names.as_slice() {
        [chart] => (None, chart.clone()),
        [name, chart] => (Some(name.clone()), chart.clone()),
        [] => bail!(
            "\"helm install\" requires at least 1 argument\n\nUsage:  helm install [NAME] [CHART] [flags]"
        ),
        [_, _, more @ ..] => {
            bail!("expected at most two arguments, unexpected arguments: {}", more.join(", "))
        }
    };
    if name.is_some() && args.generate_name {
        bail!("cannot set --generate-name and also specify a name");
    }
    if name.is_some() && args.name_template.is_some() {
        bail!("cannot set --name-template and also specify a name");
    }
    if let Some(name) = name {
        return Ok((name, chart));
    }
    let machine = Machine::new();
    if let Some(template) = &args.name_template {
        let name =
            render::name_from_template(template, &machine, global.limits.limits(), global.helm.dialect());
        return Ok((name.map_err(|reason| anyhow!(reason))?, chart));
    }
    if !args.generate_name {
        bail!("must either provide a name or specify --generate-name");
    }
    let base = golang::path::base(&chart).trim_end_matches(".tgz").to_owned();
    let base = if base.is_empty() || base == "." { "chart".to_owned() } else { base };
    let base = match base.find('.') {
        Some(dot) => base[..dot].to_owned(),
        None => base,
    };
    let seconds = template::Host::now(&machine) / 1_000_000_000;
    Ok((format!("{base}-{seconds}"), chart))
}
