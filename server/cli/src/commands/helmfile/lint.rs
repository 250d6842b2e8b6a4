//! `helmfile lint`: what is wrong with each release's chart.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use chart::capabilities::Capabilities;
use helmfile::fleet::{Overrides, Unit, shown_chart};
use release::to_node;
use render::lint::LintOptions;
use serde_json::Value;
use text::FileTable;
use yaml::Node;

use super::Called;
use super::deployment::{fleet, told_of_all};
use super::fetch::unpack;
use super::flags::{NeedsFlags, RefusedFlags, ReleaseFlags};
use super::session::Session;
use crate::commands::lint::{Wanted, lint_all};
use crate::fleet::{ChartStore, ReleaseValues};
use crate::output;

/// Check the chart of each release with its values.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    releases: ReleaseFlags,
    #[command(flatten)]
    needs: NeedsFlags,
    #[command(flatten)]
    refused: RefusedFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let session = Session::load(called, false)?;
    let fleet = fleet(called, &session, Some(&args.needs), &Overrides::default())?;
    let charts = ChartStore::new(called.global, called.globals.skip_deps, called.globals.oci_plain_http);
    let values = session.values(&args.releases)?;
    let units = fleet.units.iter().filter(|it| it.release.installed);
    told_of_all(units, |unit| one(called, &charts, &values, unit))
}

fn one(
    called: &Called<'_>,
    charts: &ChartStore<'_>,
    values: &ReleaseValues<'_>,
    unit: &Unit<'_>,
) -> Result<()> {
    called.remark(&format!("Linting release={}, chart={}", unit.name(), shown_chart(unit)));
    let dialect = called.global.helm.dialect();
    let namespace = match unit.release.namespace.it.as_str() {
        "" => called.global.namespace(),
        namespace => namespace,
    };
    let options = LintOptions {
        namespace: namespace.to_owned(),
        capabilities: Capabilities::defaults(dialect),
        dialect,
        skip_schema: unit.config.skip_schema_validation,
        traced: false,
        limits: called.global.limits.limits(),
    };
    let user = to_node(&Value::Object(values.of(unit)?));
    let path = charts.path(unit)?;
    let linted = if charts.is_local(unit) {
        lint_here(&path, &user, &options)
    } else {
        let folder = tempfile::tempdir().context("a folder to unpack the chart into")?;
        unpack(&path, folder.path(), dialect)?;
        let path = project::text_of(folder.path());
        lint_all(&[path], &user, &options, &mut FileTable::default(), Wanted::of(&shown_chart(unit)))
    };
    linted?;
    output::print("\n")
}

/// A chart on this machine, by its path from here.
fn lint_here(path: &Path, user: &Node, options: &LintOptions) -> Result<()> {
    std::fs::metadata(path)
        .map_err(|error| anyhow!("there is no chart at {}: {}", path.display(), project::reason(&error)))?;
    let here = std::env::current_dir()?;
    let path = project::text_of(path.strip_prefix(&here).unwrap_or(path));
    lint_all(&[path], user, options, &mut FileTable::default(), Wanted::default())
}
