//! The rules for templates (`template.go`): they render, and what they render are objects that Kubernetes will take.

use std::collections::HashMap;

use chart::{Chart, coalesce, dependencies, schema};
use golang::strconv::quote;
use golang::{Dialect, path};
use template::Host;
use text::FileRange;
use yaml::Node;

use super::deprecations::deprecation;
use super::objects::{Object, keeps_an_item, objects, reader};
use super::{Entry, Folder, LintOptions, Report, Run, Severity, names};
use crate::rendering::place_of;
use crate::{Environment, Release, RenderedFile, RunConfig, Templates};

const PATH: &str = "templates/";

pub(super) fn lint(
    folder: &Folder,
    user: &Node,
    options: &LintOptions,
    host: &dyn Host,
    report: &mut Report,
) {
    if !folder_is_there(&folder.templates, options.dialect, report) {
        return;
    }
    let chart = match &folder.chart {
        Ok(chart) => chart,
        Err(problem) => {
            return report.add(Severity::Error, PATH, "chart-load", problem.message.as_str(), problem.at);
        }
    };
    let Some(environment) = environment(chart, user, options, report) else { return };
    let templates = Templates::new(&environment.chart, options.dialect, None);
    let parse_error = templates.errors().into_iter().next();
    let mut run = Run { environment, templates, files: Vec::new() };
    let failed = parse_error.or_else(|| render(&mut run, options, host));
    if let Some(error) = failed {
        report.add(Severity::Error, PATH, "template-render", error.message, error.at);
    } else {
        files(&run, options, report);
    }
    report.run = Some(run);
}

fn folder_is_there(templates: &Entry, dialect: Dialect, report: &mut Report) -> bool {
    let mut complain = |severity, message: &str| {
        report.add(severity, PATH, "templates-folder", message, None);
        false
    };
    match (templates, dialect) {
        (Entry::Folder, _) | (Entry::Missing, Dialect::Helm3) => true,
        (Entry::Missing, Dialect::Helm4) => complain(Severity::Warning, "directory does not exist"),
        (Entry::File(_), Dialect::Helm3) => complain(Severity::Warning, "not a directory"),
        (Entry::File(_), Dialect::Helm4) => complain(Severity::Error, "not a directory"),
        // A folder that may not be looked into is found out by loading it.
        (Entry::Unreadable(_), Dialect::Helm3) => true,
        (Entry::Unreadable(reason), Dialect::Helm4) => complain(Severity::Error, reason),
    }
}

/// What templates see. Helm ends the rule without a word where subcharts or values do not go together.
///
/// It also coalesces twice, so that a default which the user's null deleted comes back.
fn environment(
    chart: &Chart,
    user: &Node,
    options: &LintOptions,
    report: &mut Report,
) -> Option<Environment> {
    let dialect = options.dialect;
    let processed = dependencies::process(chart, user, dialect).ok()?;
    report.warnings.extend(processed.warnings);
    let chart = processed.chart;
    let mut values = user.clone();
    for _ in 0..2 {
        let coalesced = coalesce::coalesce_values(&chart, &values, dialect).ok()?;
        report.warnings.extend(coalesced.warnings);
        values = coalesced.values;
    }
    if !options.skip_schema
        && let Err(error) = schema::validate(&chart, &values)
    {
        let at = error.findings.iter().find_map(|finding| finding.at);
        report.add(Severity::Error, PATH, "values-schema", error.to_string(), at);
        return None;
    }
    let release = Release {
        name: "test-release".to_owned(),
        namespace: options.namespace.clone(),
        is_upgrade: false,
        revision: 0,
    };
    Some(Environment { chart, values, release, capabilities: options.capabilities.clone(), dialect })
}

/// Runs the templates up to the first that fails, and tells why it did.
fn render(run: &mut Run, options: &LintOptions, host: &dyn Host) -> Option<crate::Error> {
    let config = RunConfig { traced: options.traced, limits: options.limits, ..RunConfig::default() };
    let (files, failed) = crate::run(&run.environment, &run.templates, host, &config, |_| true, |_| false);
    run.files = files;
    failed.into_iter().next().map(|failed| failed.error)
}

/// The rules for each file of the chart itself; those of subcharts are left to them.
fn files(run: &Run, options: &LintOptions, report: &mut Report) {
    let chart = &run.environment.chart;
    let rendered: HashMap<&str, &RenderedFile> = run.files.iter().map(|it| (&*it.name, it)).collect();
    for file in chart.templates.iter() {
        let name = &*file.path;
        let start = Some(FileRange::new(file.id, 0, 0));
        let ext = path::ext(name);
        if ![".yaml", ".yml", ".tpl", ".txt"].contains(&ext) {
            let valid = "Valid extensions are .yaml, .yml, .tpl, or .txt";
            let message = format!("file extension '{ext}' not valid. {valid}");
            report.add(Severity::Error, name, "template-extension", message, start);
        }
        if options.dialect == Dialect::Helm3 {
            of_helm2(name, &file.data, file.id, report);
        }
        let is_manifest = match options.dialect {
            Dialect::Helm3 => ext == ".yaml",
            Dialect::Helm4 => [".yaml", ".yml"].contains(&ext.to_lowercase().as_str()),
        };
        let Some(rendered) = rendered.get(chart.full_file_path(file).as_str()) else { continue };
        if is_manifest && !rendered.text.trim().is_empty() && !manifest(name, rendered, options, report) {
            return;
        }
    }
}

/// Left-overs of Helm 2, which only Helm 3 looks for: in the template, not in what it renders.
fn of_helm2(name: &str, data: &[u8], file: text::FileId, report: &mut Report) {
    let text = String::from_utf8_lossy(data);
    if let Some(at) = crd_install_hook(&text) {
        let message = "manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs \
                       should also exist the crds/ directory at the top level of the chart";
        report.add(Severity::Warning, name, "crd-hook", message, Some(FileRange::new(file, at, at)));
    }
    if let Some(at) = text.find(".Release.Time") {
        let message =
            ".Release.Time has been removed in v3, please replace with the `now` function in your templates";
        report.add(Severity::Error, name, "release-time", message, Some(FileRange::new(file, at, at + 13)));
    }
}

/// Where `helm.sh/hook: crd-install` stands, with or without quotes around the key.
fn crd_install_hook(text: &str) -> Option<usize> {
    const KEY: &str = "helm.sh/hook";
    let is_value = |rest: &str| {
        let rest = rest.strip_prefix('"').unwrap_or(rest);
        let Some(rest) = rest.strip_prefix(':') else { return false };
        let value = rest.trim_start_matches(['\t', '\n', '\x0C', '\r', ' ']);
        value.len() < rest.len() && value.starts_with("crd-install")
    };
    text.match_indices(KEY).map(|(at, _)| at).find(|at| is_value(&text[at + KEY.len()..]))
}

/// The rules for a rendered file; false where Helm looks at no further file.
fn manifest(name: &str, rendered: &RenderedFile, options: &LintOptions, report: &mut Report) -> bool {
    let text = &*rendered.text;
    if let Some(message) = top_indent(text) {
        let at = text.len() - text.trim_start().len();
        report.add(Severity::Warning, name, "top-indent", message, place_of(rendered, at, 1));
    }
    let (found, problem) = objects(text, reader(options.dialect));
    for object in found.iter().filter_map(Option::as_ref) {
        of_object(name, object, rendered, options, report);
    }
    let Some(problem) = problem else { return true };
    let message = format!("unable to parse YAML: {}", problem.message);
    let at = place_of(rendered, problem.range.start, problem.range.len());
    report.add(Severity::Error, name, "manifest-yaml", message, at);
    false
}

fn of_object(
    name: &str,
    object: &Object,
    rendered: &RenderedFile,
    options: &LintOptions,
    report: &mut Report,
) {
    let text = &*rendered.text;
    let at = place_of(rendered, object.head.start, object.head.len());
    if let Some(message) = names::problem(&object.kind, &object.name) {
        report.add(Severity::Warning, name, "object-name", message, at);
    }
    let kube = &options.capabilities.kube_version;
    if let Some(message) = deprecation(&object.api_version, &object.kind, kube) {
        report.add(Severity::Warning, name, "deprecated-api", message, at);
    }
    let needs_selector = matches!(&*object.kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    // Helm looks for the words anywhere in the file.
    if needs_selector && !text.contains("matchLabels") && !text.contains("matchExpressions") {
        let kind = &object.kind;
        let quoted = quote(&object.name);
        let message = format!("a {kind} must contain matchLabels or matchExpressions, and {quoted} does not");
        report.add(Severity::Error, name, "match-selector", message, at);
    }
    if object.kind == "List" {
        let ignored = match options.dialect {
            Dialect::Helm3 => "Annotation 'helm.sh/resource-policy' within List objects are ignored",
            Dialect::Helm4 => "annotation 'helm.sh/resource-policy' within List objects are ignored",
        };
        match keeps_an_item(text) {
            Ok(false) => {}
            Ok(true) => report.add(Severity::Error, name, "list-annotation", ignored, at),
            Err(reason) => {
                let message = format!("unable to parse YAML: {reason}");
                report.add(Severity::Error, name, "manifest-yaml", message, at);
            }
        }
    }
}

/// Longer lines are too much for Go's scanner.
const LONGEST_LINE: usize = 64 * 1024;

/// Whether the first line that is not blank is indented.
fn top_indent(text: &str) -> Option<String> {
    for line in text.split('\n') {
        if line.len() >= LONGEST_LINE {
            return Some("bufio.Scanner: token too long".to_owned());
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        return line.starts_with([' ', '\t']).then(|| {
            let line = quote(line);
            format!("document starts with an illegal indent: {line}, which may cause parsing problems")
        });
    }
    None
}
