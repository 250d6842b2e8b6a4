//! The rules for `values.yaml` (`values.go`): it can be read, and fits the chart's own schema.
//!
//! Helm lays the user's values over the file without asking subcharts, and with nulls that delete only once. So this
//! may find other things than rendering does with the same schema.

use chart::load::read_first_map;
use chart::{coalesce, schema};
use golang::Dialect;
use yaml::{Node, Value};

use super::{Entry, Folder, LintOptions, Report, Severity};

const PATH: &str = "values.yaml";

pub(super) fn lint(folder: &Folder, user: &Node, options: &LintOptions, report: &mut Report) {
    let dialect = options.dialect;
    let unparseable = |report: &mut Report, message: &str, at| {
        report.add(Severity::Error, PATH, "values-yaml", format!("unable to parse YAML: {message}"), at);
    };
    let file = match &folder.values_yaml {
        Entry::Missing => {
            return report.add(Severity::Info, PATH, "values-missing", "file does not exist", None);
        }
        Entry::Folder => {
            return unparseable(report, &format!("read {}/{PATH}: is a directory", folder.path), None);
        }
        Entry::Unreadable(reason) => return unparseable(report, reason, None),
        Entry::File(file) => file,
    };
    let wanted = match dialect {
        Dialect::Helm3 => "chartutil.Values",
        Dialect::Helm4 => "common.Values",
    };
    let values = match read_first_map(&file.data, file.id, wanted) {
        Ok(values) => values,
        Err(problem) => return unparseable(report, &problem.message, problem.at),
    };
    let mut merged = Node::computed(Value::empty_map());
    for layer in [user, &values] {
        let coalesced = coalesce::coalesce_tables(&merged, layer, dialect);
        report.warnings.extend(coalesced.warnings);
        merged = coalesced.values;
    }
    if options.skip_schema && dialect == Dialect::Helm4 {
        return;
    }
    let Entry::File(schema) = &folder.schema else { return };
    if schema.data.is_empty() {
        return;
    }
    if let Err(error) = schema::validate_single(schema, &merged) {
        let at = error.findings.iter().find_map(|finding| finding.at);
        report.add(Severity::Error, PATH, "values-schema", error.message, at);
    }
}
