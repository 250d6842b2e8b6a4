//! `chartroom list`: the releases of a namespace, or of all.

use anyhow::{Result, anyhow};
use chart::Dialect;
use release::record::{Record, RecordStore, Status, StoreError};
use serde::Serialize;
use template::functions::regex::compile_go;

use crate::flags::{Form, Global};
use crate::output;
use crate::release_texts::chart_name;
use crate::site::Site;
use crate::table::table;

/// List releases.
///
/// Shows the newest revision of each, whatever became of it; with --helm 3 only those that are deployed,
/// failed or pending.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "ls")]
pub(crate) struct Args {
    /// In all namespaces.
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Whatever their status. With Helm 4 that is so unless a status is asked for.
    #[arg(short, long)]
    all: bool,
    #[command(flatten)]
    statuses: Statuses,
    /// Only names that a regular expression finds something in.
    #[arg(short, long, value_name = "REGEX")]
    filter: Option<String>,
    /// Only those with such labels: `team=a,tier!=web`.
    #[arg(short = 'l', long, value_name = "LABELS")]
    selector: Option<String>,
    /// No more than so many; 0 is all.
    #[arg(short, long, value_name = "COUNT", default_value_t = 256)]
    max: usize,
    /// Leave out the first ones.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    offset: usize,
    /// The newest last, instead of by name.
    #[arg(short, long)]
    date: bool,
    /// The other way round.
    #[arg(short, long)]
    reverse: bool,
    /// Names only.
    #[arg(short = 'q', long)]
    short: bool,
    /// No headers over the columns.
    #[arg(long)]
    no_headers: bool,
    /// How times are written, as a layout of Go's.
    #[arg(long, value_name = "LAYOUT")]
    time_format: Option<String>,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
}

/// Which statuses are shown.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Statuses {
    /// Deployed ones.
    #[arg(long)]
    deployed: bool,
    /// Failed ones.
    #[arg(long)]
    failed: bool,
    /// Pending ones.
    #[arg(long)]
    pending: bool,
    /// Superseded ones.
    #[arg(long)]
    superseded: bool,
    /// Uninstalled ones whose history was kept.
    #[arg(long)]
    uninstalled: bool,
    /// Those that are being uninstalled.
    #[arg(long)]
    uninstalling: bool,
}

impl Statuses {
    fn is_empty(self) -> bool {
        let Self { deployed, failed, pending, superseded, uninstalled, uninstalling } = self;
        ![deployed, failed, pending, superseded, uninstalled, uninstalling].into_iter().any(|it| it)
    }

    /// Helm 4 shows all if none is asked for, Helm 3 those that it thinks of as there; pending ones stand
    /// in the way of everything, so ours shows them, too.
    fn or_default(self, dialect: Dialect) -> Self {
        if dialect == Dialect::Helm3 && self.is_empty() {
            return Self { deployed: true, failed: true, pending: true, ..self };
        }
        self
    }

    fn is_only_superseded(self) -> bool {
        self.superseded && Self { superseded: false, ..self }.is_empty()
    }

    fn wants(self, status: Status) -> bool {
        match status {
            Status::Deployed => self.deployed,
            Status::Failed => self.failed,
            Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback => self.pending,
            Status::Superseded => self.superseded,
            Status::Uninstalled => self.uninstalled,
            Status::Uninstalling => self.uninstalling,
            Status::Unknown | Status::Unsaid => false,
        }
    }
}

/// A release as programs read it.
#[derive(Debug, Serialize)]
struct Element {
    name: String,
    namespace: String,
    revision: String,
    updated: String,
    status: String,
    chart: String,
    app_version: String,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let filter = args.filter.as_deref().map(compile_go).transpose().map_err(|error| anyhow!(error))?;
    let site = Site::open(global)?;
    let storage = site.storage(args.all_namespaces);
    let statuses = args.statuses.or_default(global.helm.dialect());
    // The newest revision is never superseded.
    let all_revisions = !args.all && statuses.is_only_superseded();
    let mut records = records(&storage, all_revisions).map_err(|error| anyhow!(error))?;
    if let Some(filter) = &filter {
        records.retain(|record| filter.is_match(&record.name));
    }
    let shows_all = args.all || statuses.is_empty();
    records.retain(|record| shows_all || statuses.wants(record.info.status));
    if let Some(selector) = &args.selector {
        records.retain(|record| selects(selector, record));
    }
    sort(&mut records, args);
    let max = if args.max == 0 { usize::MAX } else { args.max };
    let records: Vec<Record> = records.into_iter().skip(args.offset).take(max).collect();
    print(&records, args)
}

/// The newest revision of each release, or all of them.
fn records(storage: &dyn RecordStore, all_revisions: bool) -> Result<Vec<Record>, StoreError> {
    if !all_revisions {
        return storage.newest();
    }
    let stubs = storage.stubs(None)?;
    Ok(storage.read_all(&stubs).into_iter().flatten().collect())
}

/// `a=b,c!=d` over the labels that users gave.
fn selects(selector: &str, record: &Record) -> bool {
    selector.split(',').all(|part| {
        let label = |key: &str| record.labels.get(key.trim()).map(String::as_str);
        match part.split_once("!=") {
            Some((key, value)) => label(key) != Some(value.trim()),
            None => match part.split_once('=') {
                Some((key, value)) => label(key) == Some(value.trim_start_matches('=').trim()),
                None => label(part).is_some(),
            },
        }
    })
}

fn sort(records: &mut [Record], args: &Args) {
    if args.date {
        records.sort_by_key(|record| record.info.last_deployed);
    } else {
        records.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if args.reverse {
        records.reverse();
    }
}

fn print(records: &[Record], args: &Args) -> Result<()> {
    if args.short {
        let names: Vec<&str> = records.iter().map(|record| record.name.as_str()).collect();
        let text = args.output.write(&names)?;
        let lines = || names.iter().map(|name| format!("{name}\n")).collect();
        return output::print(&text.unwrap_or_else(lines));
    }
    let elements = records.iter().map(|record| element(record, args)).collect::<Result<Vec<_>>>()?;
    if let Some(text) = args.output.write(&elements)? {
        return output::print(&text);
    }
    let header = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
    let mut rows: Vec<Vec<String>> = Vec::new();
    if !args.no_headers {
        rows.push(header.map(str::to_owned).to_vec());
    }
    rows.extend(
        elements.into_iter().map(|it| {
            vec![it.name, it.namespace, it.revision, it.updated, it.status, it.chart, it.app_version]
        }),
    );
    output::print(&(table(&rows, 0) + "\n"))
}

fn element(record: &Record, args: &Args) -> Result<Element> {
    let chart = record.chart.metadata();
    let updated = match (record.info.last_deployed, args.time_format.as_deref()) {
        (None, _) => "-".to_owned(),
        (Some(time), None | Some("")) => time.go_string(),
        (Some(time), Some(layout)) => {
            let (nanoseconds, offset) = time.parts();
            template::functions::dates::format_time(nanoseconds, offset, layout)
        }
    };
    Ok(Element {
        name: record.name.clone(),
        namespace: record.namespace.clone(),
        revision: record.version.to_string(),
        updated,
        status: record.info.status.as_str().to_owned(),
        chart: chart_name(&chart),
        app_version: chart.app_version,
    })
}
