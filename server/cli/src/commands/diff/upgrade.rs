//! `chartroom diff upgrade`: what an upgrade would change.
//!
//! helm-diff compares with the newest revision, even if that one failed and is not what an upgrade starts from. Here it is
//! what the upgrade really starts from, unless another base is asked for: the newest revision, or the live objects, each
//! with what the server would make of it.

use anyhow::{Result, anyhow, bail};
use release::actions::ApplyConfig;
use release::actions::install::{self, InstallConfig};
use release::actions::upgrade::{self, Begun, UpgradeConfig, begin};
use release::diff::{Diff, Index, diff, mark_restless};
use release::preflight::Tried;
use release::record::HookRecord;
use release::{ErrorKind, Rendered, World, manifest};
use render::Release;

use super::flags::Flags;
use super::tell;
use crate::commands::upgrade::ReuseFlags;
use crate::deploy::Ingredients;
use crate::flags::{ChartFlags, DeployFlags, Global, ValuesFlags, server_side};
use crate::site::Site;
use crate::{output, post_renderer};

/// Show what an upgrade would change.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// The chart: a folder, a packed chart, or one of a repository or registry.
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
    /// Show which objects would be taken over from other releases. Compares with the live objects.
    #[arg(long)]
    take_ownership: bool,
    /// No hooks.
    #[arg(long)]
    no_hooks: bool,
    /// The chart's custom resource definitions, too.
    #[arg(long)]
    include_crds: bool,
    /// With `--base live`, try to write by server-side apply: `true`, `false`, or `auto` as the last revision was.
    #[arg(long, value_name = "true|false|auto")]
    server_side: Option<String>,
    /// Do not hold the values against the chart's schema.
    #[arg(long)]
    skip_schema_validation: bool,
    /// Taken for helm-diff's sake: the server looks at what it is sent.
    #[arg(long, hide = true)]
    disable_validation: bool,
    /// The same.
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[command(flatten)]
    remote: ChartFlags,
    #[command(flatten)]
    post_renderer: post_renderer::Flags,
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
    // Said wrong it is an error, whatever is compared with.
    server_side(args.server_side.as_deref())?;
    let site = Site::open(global)?;
    let mut deploy = DeployFlags::default();
    deploy.chart = args.remote.clone();
    deploy.post_renderer = args.post_renderer.clone();
    deploy.skip_schema_validation = args.skip_schema_validation;
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
    if args.take_ownership || begun.is_some() && (args.base == Base::Live || args.three_way_merge) {
        return live(world, site, args, begun.as_ref(), &new, &config);
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
    site: &Site,
    args: &Args,
    begun: Option<&Begun>,
    new: &Rendered,
    config: &release::diff::DiffConfig,
) -> Result<Diff> {
    let read = args.flags.index(site.namespace());
    let index =
        |objects: &[release::Object]| Index::of_objects(objects, &read).map_err(|error| anyhow!(error));
    let own = format!("{}/{}", site.namespace(), args.name);
    let (mut before, mut after, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    let tried = tried(world, site, args, begun, new)?;
    for trial in tried.trials {
        if let Some(live) = trial.live {
            let owner = manifest::owner(&live);
            if args.take_ownership && owner != own {
                let keys = index(std::slice::from_ref(&live))?;
                taken.extend(keys.items().map(|(key, _)| (key.to_owned(), owner.clone())));
            }
            before.push(live);
        }
        after.push(trial.outcome.map_err(|error| anyhow!(error))?);
    }
    before.extend(tried.gone);
    let mut found = diff(&index(&before)?, &index(&after)?, config);
    for (key, owner) in taken.iter().rev() {
        found.hand_over(key, owner, &own);
    }
    Ok(found)
}

/// Asks the server what would become of each object.
fn tried(
    world: &World<'_>,
    site: &Site,
    args: &Args,
    begun: Option<&Begun>,
    new: &Rendered,
) -> Result<Tried> {
    let (name, take_ownership) = (args.name.clone(), args.take_ownership);
    let server_side = server_side(args.server_side.as_deref())?;
    let apply = ApplyConfig { server_side, ..ApplyConfig::default() };
    let tried = if let Some(begun) = begun {
        let config = UpgradeConfig { name, take_ownership, apply, ..UpgradeConfig::default() };
        upgrade::trials(world, &config, begun, new)
    } else {
        let namespace = site.namespace().to_owned();
        let config = InstallConfig { name, namespace, take_ownership, apply, ..InstallConfig::default() };
        install::trials(world, &config, new)
    };
    tried.map_err(|error| anyhow!(error))
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
