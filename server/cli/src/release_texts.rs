//! What is printed of a release: as Helm prints it, since scripts read it.

use chart::Dialect;
use release::record::{ChartMetadata, Record};
use serde_json::{Map, Value};

/// What of a release is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    /// Leave the notes out.
    pub(crate) hide_notes: bool,
    /// Show the description; Helm 4 always does.
    pub(crate) description: bool,
    /// Tables of the objects, put together already.
    pub(crate) resources: String,
    /// Show values, hooks and the manifest, too.
    pub(crate) everything: bool,
    /// Show the chart's name and versions.
    pub(crate) metadata: bool,
}

/// The status of a release (`statusPrinter.WriteTable`).
pub(crate) fn status(record: &Record, shown: &Shown, dialect: Dialect) -> anyhow::Result<String> {
    let mut text = format!("NAME: {}\n", record.name);
    if let Some(time) = record.info.last_deployed {
        text += &format!("LAST DEPLOYED: {}\n", time.ansi_c());
    }
    text += &format!("NAMESPACE: {}\n", record.namespace);
    text += &format!("STATUS: {}\n", record.info.status.as_str());
    text += &format!("REVISION: {}\n", record.version);
    if shown.metadata {
        let chart = record.chart.metadata();
        text += &format!(
            "CHART: {}\nVERSION: {}\nAPP_VERSION: {}\n",
            chart.name, chart.version, chart.app_version
        );
    }
    if shown.description || dialect == Dialect::Helm4 {
        text += &format!("DESCRIPTION: {}\n", record.info.description);
    }
    if !shown.resources.is_empty() {
        text += &format!("RESOURCES:\n{}\n", shown.resources);
    }
    text += &test_suite(record);
    if shown.everything {
        text += &values(record)?;
    }
    if shown.everything || record.info.description.eq_ignore_ascii_case("Dry run complete") {
        text += "HOOKS:\n";
        for hook in &record.hooks {
            text += &format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest);
        }
        text += &format!("MANIFEST:\n{}\n", record.manifest);
    }
    if !shown.hide_notes && !record.info.notes.is_empty() {
        text += &format!("NOTES:\n{}\n", record.info.notes.trim());
    }
    Ok(text)
}

fn test_suite(record: &Record) -> String {
    let tests: Vec<_> = record.hooks.iter().filter(|hook| hook.runs_on("test")).collect();
    if tests.is_empty() {
        return "TEST SUITE: None\n".to_owned();
    }
    let time = |time: Option<release::record::Time>| {
        time.map_or_else(|| "Mon Jan  1 00:00:00 0001".to_owned(), release::record::Time::ansi_c)
    };
    let ran = tests.into_iter().filter(|hook| hook.last_run.started_at.is_some());
    ran.map(|hook| {
        let run = &hook.last_run;
        format!(
            "TEST SUITE:     {}\nLast Started:   {}\nLast Completed: {}\nPhase:          {}\n",
            hook.name,
            time(run.started_at),
            time(run.completed_at),
            run.phase.as_str()
        )
    })
    .collect()
}

/// What the user said, and what came of it.
fn values(record: &Record) -> anyhow::Result<String> {
    let supplied = user_values(record);
    let computed = Value::Object(record.computed_values());
    Ok(format!(
        "USER-SUPPLIED VALUES:\n{}\nCOMPUTED VALUES:\n{}\n",
        crate::flags::yaml_text(&supplied)?,
        crate::flags::yaml_text(&computed)?
    ))
}

/// What the user said; no values at all are `null`, for a record does not hold them.
pub(crate) fn user_values(record: &Record) -> Value {
    if record.config.is_empty() { Value::Null } else { Value::Object(record.config.clone()) }
}

/// A record as programs read it. Helm 3 knows less of it, and has empty texts where there is no time.
pub(crate) fn for_programs(record: &Record, dialect: Dialect) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(record)?;
    let Some(fields) = value.as_object_mut() else { return Ok(value) };
    fields.retain(|_, value| !value.is_null());
    if dialect == Dialect::Helm4 {
        return Ok(value);
    }
    fields.shift_remove("apply_method");
    if let Some(info) = fields.get_mut("info") {
        info.as_object_mut().map(|it| it.shift_remove("rollback_revision"));
        put_first(info, &["first_deployed", "last_deployed", "deleted"]);
    }
    for hook in fields.get_mut("hooks").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(run) = hook.get_mut("last_run") {
            put_first(run, &["started_at", "completed_at"]);
        }
    }
    Ok(value)
}

/// Puts times before all else, and empty ones where there are none.
fn put_first(object: &mut Value, keys: &[&str]) {
    let Some(rest) = object.as_object_mut() else { return };
    let mut all = Map::new();
    for key in keys {
        all.insert((*key).to_owned(), rest.shift_remove(*key).unwrap_or_else(|| "".into()));
    }
    all.append(rest);
    *rest = all;
}

/// `web-1.2.3`, as lists name a chart.
pub(crate) fn chart_name(chart: &ChartMetadata) -> String {
    match chart.name.as_str() {
        "" => "MISSING".to_owned(),
        name => format!("{name}-{}", chart.version),
    }
}
