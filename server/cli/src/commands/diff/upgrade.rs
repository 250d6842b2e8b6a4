//! `chartroom diff upgrade`: what an upgrade would change.
//!
//! helm-diff compares with the newest revision, even if that one failed and is not what an upgrade starts from. Here it is
//! what the upgrade really starts from, unless another base is asked for: the newest revision, or the live objects, each
//! with what the server would make of it.

use anyhow::{Result, anyhow, bail};
use release::actions::upgrade::{Begun, UpgradeConfig, begin, trials};
use release::diff::{Diff, Index, diff, mark_restless};
use release::record::HookRecord;
use release::{ErrorKind, Rendered, World};
use render::Release;

use super::flags::Flags;
use super::tell;
use crate::commands::upgrade::ReuseFlags;
use crate::deploy::Ingredients;
use crate::flags::{DeployFlags, Global, ValuesFlags};
use crate::output;
use crate::site::Site;

/// Show what an upgrade would change.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// The chart: a folder or a packed chart.
    chart: String,
    /// Show what is not installed yet as new.
    #[arg(long, visible_alias = "install")]
    allow_unreleased: bool,
    /// Compare with what the upgrade starts from, with the newest revision whatever became of it, or with the live
    /// objects and what the server would make of them.
    #[arg(long, value_enum, default_value_t, value_name = "deployed|newest|live")]
    base: Base,
    /// The same as `--base live`.
    #[arg(long, env = "HELM_DIFF_THREE_WAY_MERGE")]
    three_way_merge: bool,
    /// No hooks.
    #[arg(long)]
    no_hooks: bool,
    /// The chart's custom resource definitions, too.
    #[arg(long)]
    include_crds: bool,
    /// Taken for helm-diff's sake: the server looks at what it is sent.
    #[arg(long, hide = true)]
    disable_validation: bool,
    #[command(flatten)]
    reuse: ReuseFlags,
    #[command(flatten)]
    values: ValuesFlags,
    #[command(flatten)]
    flags: Flags,
}

/// What is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Base {
    /// The revision that the upgrade starts from.
    #[default]
    Deployed,
    /// The newest revision.
    Newest,
    /// What is in the cluster.
    Live,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let site = Site::open(global)?;
    let deploy = DeployFlags::default();
    let ingredients = Ingredients::read(&args.chart, &args.values, &deploy, global)?;
    let found = site.work(0, |world| compare(world, &site, args, &ingredients, &deploy, global))?;
    tell(&found, &args.flags)
}

fn compare(
    world: &World<'_>,
    site: &Site,
    args: &Args,
    ingredients: &Ingredients,
    deploy: &DeployFlags,
    global: &Global,
) -> Result<Diff> {
    let begun = match begin(world, &args.name) {
        Ok(begun) => Some(begun),
        Err(error) if error.kind() == ErrorKind::NotFound && args.allow_unreleased => None,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            output::remark(
                "********************\n\n\tRelease was not present in Helm.  Include the `--allow-unreleased` to perform diff \
                 without exiting in error.\n\n********************\n",
            );
            bail!("release: not found");
        }
        Err(error) => return Err(anyhow!(error)),
    };
    let render = || rendered(world, site, args, ingredients, deploy, global, begun.as_ref());
    let new = render()?;
    let config = args.flags.config()?;
    let index =
        |text: &str| Index::read(text, &args.flags.index(site.namespace())).map_err(|error| anyhow!(error));
    if (args.base == Base::Live || args.three_way_merge)
        && let Some(begun) = &begun
    {
        return live(world, args, begun, &new, &config);
    }
    let old = match (&begun, args.base) {
        (None, _) => String::new(),
        (Some(_), Base::Newest) => {
            let newest = world.records.last(&args.name).map_err(|error| anyhow!(error))?;
            text_of(&newest.manifest, &newest.hooks, args)
        }
        (Some(begun), Base::Deployed | Base::Live) => {
            text_of(&begun.current.manifest, &begun.current.hooks, args)
        }
    };
    let (old, new_index) = (index(&old)?, index(&text_of_new(&new, args))?);
    let mut found = diff(&old, &new_index, &config);
    if found.any && begun.is_some() {
        // What comes out differently the second time is no change of the chart's.
        let again = index(&text_of_new(&render()?, args))?;
        mark_restless(&mut found, &new_index, &again, &config);
    }
    Ok(found)
}

/// The live objects, and what the server would make of them.
fn live(
    world: &World<'_>,
    args: &Args,
    begun: &Begun,
    new: &Rendered,
    config: &release::diff::DiffConfig,
) -> Result<Diff> {
    let upgrade = UpgradeConfig { name: args.name.clone(), ..UpgradeConfig::default() };
    let tried = trials(world, &upgrade, begun, new).map_err(|error| anyhow!(error))?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for trial in tried.trials {
        before.extend(trial.live);
        after.push(trial.outcome.map_err(|error| anyhow!(error))?);
    }
    before.extend(tried.gone);
    let read = args.flags.index(&begun.current.namespace);
    let index =
        |objects: &[release::Object]| Index::of_objects(objects, &read).map_err(|error| anyhow!(error));
    Ok(diff(&index(&before)?, &index(&after)?, config))
}

fn rendered(
    world: &World<'_>,
    site: &Site,
    args: &Args,
    ingredients: &Ingredients,
    deploy: &DeployFlags,
    global: &Global,
    begun: Option<&Begun>,
) -> Result<Rendered> {
    let given = ingredients.user().clone();
    let (values, own_values) = match begun {
        Some(begun) => begun.values(args.reuse.rule(), given),
        None => (given, None),
    };
    let release = Release {
        name: args.name.clone(),
        namespace: site.namespace().to_owned(),
        is_upgrade: begun.is_some(),
        revision: begun.map_or(1, |it| it.revision),
    };
    ingredients.render(world, release, values, own_values, deploy, global)
}

fn text_of_new(new: &Rendered, args: &Args) -> String {
    let mut text = text_of(&new.manifest, &new.hooks, args);
    if args.include_crds {
        for (name, crd) in &new.crds {
            text += &format!("---\n# Source: {name}\n{crd}\n");
        }
    }
    text
}

fn text_of(manifest: &str, hooks: &[HookRecord], args: &Args) -> String {
    let mut text = manifest.to_owned();
    if !args.no_hooks {
        for hook in hooks {
            text += &format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest);
        }
    }
    text
}
