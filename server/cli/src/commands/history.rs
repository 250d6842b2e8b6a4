//! `chartroom history`: the revisions of a release.

use anyhow::{Result, anyhow};
use chart::Dialect;
use release::record::{Record, Records, Time};
use serde::Serialize;

use crate::flags::{Form, Global};
use crate::output;
use crate::release_texts::chart_name;
use crate::site::Site;
use crate::table::table;

/// Show the revisions of a release, the oldest first.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "hist")]
pub(crate) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// No more than the newest so many.
    #[arg(long, value_name = "COUNT", default_value_t = 256)]
    max: usize,
    /// Show which revision a rollback brought back.
    #[arg(long)]
    show_rollback_revision: bool,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
}

/// A revision as programs read it.
#[derive(Debug, Serialize)]
struct Row {
    revision: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<Time>,
    status: String,
    chart: String,
    app_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_revision: Option<i64>,
    description: String,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let site = Site::open(global)?;
    let storage = site.storage(false);
    let history = Records::new(&storage).history(&args.name).map_err(|error| anyhow!(error))?;
    let skipped = history.len().saturating_sub(args.max);
    let revisions: Vec<Row> =
        history[skipped..].iter().map(|it| revision(it, global.helm.dialect())).collect();
    if let Some(text) = args.output.write(&revisions)? {
        return output::print(&text);
    }
    let mut header = vec!["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
    header.extend(args.show_rollback_revision.then_some("ROLLBACK"));
    header.push("DESCRIPTION");
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    rows.extend(revisions.into_iter().map(|it| row(it, args.show_rollback_revision)));
    output::print(&(table(&rows, 0) + "\n"))
}

fn revision(record: &Record, dialect: Dialect) -> Row {
    let chart = record.chart.metadata();
    Row {
        revision: record.version,
        updated: record.info.last_deployed,
        status: record.info.status.as_str().to_owned(),
        chart: chart_name(&chart),
        app_version: chart.app_version,
        rollback_revision: Some(record.info.rollback_revision)
            .filter(|it| *it != 0 && dialect == Dialect::Helm4),
        description: record.info.description.clone(),
    }
}

fn row(it: Row, with_rollback: bool) -> Vec<String> {
    let updated = it.updated.map(Time::ansi_c).unwrap_or_default();
    let mut row = vec![it.revision.to_string(), updated, it.status, it.chart, it.app_version];
    if with_rollback {
        row.push(it.rollback_revision.map(|it| it.to_string()).unwrap_or_default());
    }
    row.push(it.description);
    row
}
