//! `chartroom get`: what a record says.

use anyhow::{Result, anyhow};
use chart::Dialect;
use release::record::{ApplyMethod, Record, Records};
use serde::Serialize;
use serde_json::Value;

use super::status::find;
use crate::flags::{Form, Global, yaml_text};
use crate::release_texts::{Shown, status, user_values};
use crate::site::Site;
use crate::{go_template, output, release_data};

/// Print what is known of a release.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, clap::Subcommand)]
enum Part {
    /// Everything.
    All {
        #[command(flatten)]
        which: Which,
        /// Print it by a template of Go: `{{.Release.Name}}`.
        #[arg(long, value_name = "TEMPLATE")]
        template: Option<String>,
    },
    /// The hooks.
    Hooks(Which),
    /// The objects, as they were rendered.
    Manifest(Which),
    /// The chart, its versions, and where it is deployed.
    Metadata(WithForm),
    /// The notes.
    Notes(Which),
    /// The values that the user gave, or all.
    Values {
        #[command(flatten)]
        which: WithForm,
        /// All values, the chart's own too.
        #[arg(short, long)]
        all: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// Another revision than the last.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    revision: Option<i64>,
}

#[derive(Debug, clap::Args)]
struct WithForm {
    #[command(flatten)]
    which: Which,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let which = match &args.part {
        Part::All { which, .. } | Part::Hooks(which) | Part::Manifest(which) | Part::Notes(which) => which,
        Part::Metadata(with) | Part::Values { which: with, .. } => &with.which,
    };
    let site = Site::open(global)?;
    let storage = site.storage(false);
    let record = find(&Records::new(&storage), &which.name, which.revision)?;
    let dialect = global.helm.dialect();
    output::print(&match &args.part {
        Part::All { template: Some(template), .. } => go_template::run(template, release_data::of(&record)?)?,
        Part::All { .. } => {
            let shown = Shown { everything: true, metadata: true, ..Shown::default() };
            status(&record, &shown, dialect)?
        }
        Part::Hooks(_) => {
            let hook = |hook: &release::record::HookRecord| {
                format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest)
            };
            record.hooks.iter().map(hook).collect()
        }
        Part::Manifest(_) => format!("{}\n", record.manifest),
        Part::Notes(_) if record.info.notes.is_empty() => String::new(),
        Part::Notes(_) => format!("NOTES:\n{}\n", record.info.notes),
        Part::Metadata(with) => metadata(&record, with.output, dialect)?,
        Part::Values { which, all } => values(&record, which.output, *all)?,
    })
}

fn values(record: &Record, form: Form, all: bool) -> Result<String> {
    let values = if all { Value::Object(record.computed_values()) } else { user_values(record) };
    if let Some(text) = form.write(&values)? {
        return Ok(text);
    }
    let title = if all { "COMPUTED VALUES:" } else { "USER-SUPPLIED VALUES:" };
    Ok(format!("{title}\n{}", yaml_text(&values)?))
}

/// What programs read of a release.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    chart: String,
    version: String,
    app_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<std::collections::BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    labels: std::collections::BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<Value>,
    namespace: String,
    revision: i64,
    status: String,
    deployed_at: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    apply_method: String,
}

fn metadata(record: &Record, form: Form, dialect: Dialect) -> Result<String> {
    let chart = record.chart.metadata();
    let time = record.info.last_deployed.map(|it| it.zoned().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    let raw: Value = serde_json::from_str(record.chart.as_json()).map_err(|error| anyhow!(error))?;
    let it = Metadata {
        name: record.name.clone(),
        chart: chart.name,
        version: chart.version,
        app_version: chart.app_version,
        annotations: chart.annotations,
        labels: match dialect {
            Dialect::Helm3 => std::collections::BTreeMap::new(),
            Dialect::Helm4 => record.labels.clone(),
        },
        dependencies: Some(raw["metadata"]["dependencies"].clone()).filter(|it| !it.is_null()),
        namespace: record.namespace.clone(),
        revision: record.version,
        status: record.info.status.as_str().to_owned(),
        deployed_at: time.unwrap_or_default().replace("+00:00", "Z"),
        apply_method: match dialect {
            Dialect::Helm3 => String::new(),
            Dialect::Helm4 => record.apply_method.as_str().to_owned(),
        },
    };
    if let Some(text) = form.write(&it)? {
        return Ok(text);
    }
    let names = |key: &str| -> String {
        let all = it.dependencies.as_ref().and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|dependency| dependency[key].as_str()).collect::<Vec<_>>().join(",")
    };
    let pairs = |map: &std::collections::BTreeMap<String, String>| {
        map.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let mut lines = vec![
        ("NAME", it.name.clone()),
        ("CHART", it.chart.clone()),
        ("VERSION", it.version.clone()),
        ("APP_VERSION", it.app_version.clone()),
        ("ANNOTATIONS", it.annotations.as_ref().map(pairs).unwrap_or_default()),
        ("LABELS", pairs(&it.labels)),
        ("DEPENDENCIES", names("name")),
        ("NAMESPACE", it.namespace.clone()),
        ("REVISION", it.revision.to_string()),
        ("STATUS", it.status.clone()),
        ("DEPLOYED_AT", it.deployed_at.clone()),
    ];
    if dialect == Dialect::Helm3 {
        lines.retain(|(key, _)| *key != "LABELS");
    } else {
        let method = match record.apply_method {
            ApplyMethod::Unsaid => "client-side apply (defaulted)",
            ApplyMethod::ClientSide => "client-side apply",
            ApplyMethod::ServerSide => "server-side apply",
        };
        lines.push(("APPLY_METHOD", method.to_owned()));
    }
    Ok(lines.into_iter().map(|(key, value)| format!("{key}: {value}\n")).collect())
}
