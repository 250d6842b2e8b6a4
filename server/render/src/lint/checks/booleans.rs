//! `false-is-lost`: `default true` gives true for everything that is empty, and false is.

use template::parse::{Command, Expr, ExprKind, Pipe, Source, Visitor, walk};
use text::FileRange;

use super::{Finding, Severity, Subject, fields, function};

pub(super) const FALSE_IS_LOST: &str = "false-is-lost";

pub(super) fn lost(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, define) in subject.own_defines() {
        let mut reader = Reader { source: &define.source, found: Vec::new() };
        walk(&define.body, &mut reader);
        for (names, at) in reader.found {
            if is_a_text(subject, &names) {
                continue;
            }
            let name = names.join(".");
            let message = format!("`{name}: false` gives true: `default` takes false for not set");
            found.extend(subject.finding(Severity::Warning, FALSE_IS_LOST, message, at));
        }
    }
    found
}

/// Whether the values say that it is a text, of which only the empty one is replaced.
fn is_a_text(subject: &Subject<'_>, names: &[String]) -> bool {
    let Some(at) = names.iter().position(|name| name == "Values") else { return false };
    let node = subject.chart.defaults.path(names[at + 1..].iter().map(String::as_str));
    node.is_some_and(|it| it.value.as_bool().is_none() && !it.value.is_null())
}

/// Collects fields that `default true` is asked about.
struct Reader<'r> {
    source: &'r Source,
    found: Vec<(Vec<String>, Option<FileRange>)>,
}

impl Reader<'_> {
    fn add(&mut self, value: &Expr, at: text::TextRange) {
        let names = fields(self.source, value).filter(|names| !names.is_empty());
        if let Some(names) = names {
            self.found.push((names.into_iter().map(str::to_owned).collect(), self.source.file_range(at)));
        }
    }
}

impl<'t> Visitor<'t> for Reader<'t> {
    fn pipe(&mut self, pipe: &'t Pipe) {
        for pair in pipe.commands.windows(2) {
            if let ([value], [_, _]) = (&pair[0].args[..], &pair[1].args[..])
                && defaults_to_true(&pair[1])
            {
                self.add(value, value.range.cover(pair[1].range));
            }
        }
    }

    fn command(&mut self, command: &'t Command) {
        if let [_, _, value] = &command.args[..]
            && defaults_to_true(command)
        {
            self.add(value, command.range);
        }
    }
}

fn defaults_to_true(command: &Command) -> bool {
    let is_true = |it: &Expr| matches!(it.kind, ExprKind::Bool(true));
    function(command) == Some("default") && command.args.get(1).is_some_and(is_true)
}
