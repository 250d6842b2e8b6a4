//! `unknown-template`: an `include` of a name that nothing defines. `shadowed-define`: a name defined twice, of which Helm
//! takes one without a word.

use std::collections::{HashMap, HashSet};

use template::Define;
use template::parse::{Command, Node, Source, Visitor, walk};
use text::{FileRange, Slip, TextRange};

use super::{Finding, Severity, Subject, below, function, literal};
use crate::TemplateFile;

/// The rule of calls of templates that there are not.
pub const UNKNOWN_TEMPLATE: &str = "unknown-template";
pub(super) const SHADOWED_DEFINE: &str = "shadowed-define";

pub(super) fn unknown(subject: &Subject<'_>) -> Vec<Finding> {
    if !subject.is_complete() {
        return Vec::new();
    }
    let known: HashSet<String> = subject.defines().map(|(_, it)| it.name.to_text().into_owned()).collect();
    let mut found = Vec::new();
    for (_, define) in subject.own_defines() {
        let mut calls = Calls { source: &define.source, found: Vec::new() };
        walk(&define.body, &mut calls);
        for (name, at) in calls.found.into_iter().filter(|(name, _)| !known.contains(name)) {
            // A text that is run as a template may define what other texts call.
            if is_written_elsewhere(subject, &name) {
                continue;
            }
            let slip = Slip::of(&name, known.iter().map(String::as_str));
            let message = format!("no template is named \"{name}\"");
            let finding = subject.finding(Severity::Error, UNKNOWN_TEMPLATE, message, at);
            found.extend(finding.map(|it| Finding { slip, ..it }));
        }
    }
    found
}

fn is_written_elsewhere(subject: &Subject<'_>, name: &str) -> bool {
    let charts = subject.chart.all();
    let others = charts.iter().flat_map(|chart| chart.files.iter().chain(&chart.values_file));
    others.filter_map(chart::SourceFile::text).any(|text| text.contains(name))
}

/// Collects calls by name.
struct Calls<'c> {
    source: &'c Source,
    found: Vec<(String, Option<FileRange>)>,
}

impl Calls<'_> {
    fn add(&mut self, name: String, at: TextRange) {
        self.found.push((name, self.source.file_range(at)));
    }
}

impl<'t> Visitor<'t> for Calls<'t> {
    fn node(&mut self, node: &'t Node) {
        if let Node::Template(call) = node {
            self.add(call.name.to_text().into_owned(), call.name_range);
        }
    }

    fn command(&mut self, command: &'t Command) {
        let Some(name) = command.args.get(1) else { return };
        if function(command) == Some("include")
            && let Some(text) = literal(name)
        {
            self.add(text.into_owned(), name.range);
        }
    }
}

pub(super) fn shadowed(subject: &Subject<'_>) -> Vec<Finding> {
    let mut by_name: HashMap<String, (&TemplateFile, &Define)> = HashMap::new();
    let mut found = Vec::new();
    // In the order in which Helm reads them: each takes the place of the one before.
    for (file, define) in subject.own_defines().filter(|(_, it)| it.name_range.is_some() && !it.is_empty) {
        let name = define.name.to_text().into_owned();
        let Some((_, lost)) = by_name.insert(name.clone(), (file, define)) else { continue };
        if text_of(lost) == text_of(define) {
            continue;
        }
        let line = line_of(define);
        let message = format!("\"{name}\" is defined again at {}:{line}, and that one counts", below(file));
        let at = lost.name_range.and_then(|range| lost.source.file_range(range));
        found.extend(subject.finding(Severity::Warning, SHADOWED_DEFINE, message, at));
    }
    found
}

fn text_of(define: &Define) -> &[u8] {
    define.source.slice(define.range)
}

fn line_of(define: &Define) -> usize {
    let start = usize::from(define.range.start());
    memchr::memchr_iter(b'\n', &define.source.text[..start]).count() + 1
}
