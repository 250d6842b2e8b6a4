//! `lost-root`: `.Values`, `.Release` and the like where the dot is an element of the values, so that they are nothing.
//!
//! The default values often hide it: the loop is empty until somebody fills the list.

use template::parse::{Command, Expr, ExprKind, Node, Source, Visitor, walk};
use text::FileRange;
use yaml::Value;

use super::{Finding, Severity, Subject, fields};

pub const LOST_ROOT: &str = "lost-root";

/// What only the root has.
const ROOTS: [&str; 7] = ["Values", "Release", "Chart", "Capabilities", "Files", "Template", "Subcharts"];

pub(super) fn lost(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, define) in subject.own_defines() {
        let mut reader = Reader { source: &define.source, dots: Vec::new(), found: Vec::new() };
        walk(&define.body, &mut reader);
        for (name, head, at) in reader.found {
            if ROOTS.iter().any(|root| has_key(&subject.chart.defaults.value, root, 0)) {
                continue;
            }
            let message = format!("`.{name}` is asked of what `{head}` gives; the root is `$.{name}`");
            found.extend(subject.finding(Severity::Error, LOST_ROOT, message, at));
        }
    }
    found
}

/// Whether the values have such a key anywhere: then the dot may have it too.
fn has_key(value: &Value, key: &str, depth: usize) -> bool {
    // YAML trees are at most this deep.
    depth < 1000
        && match value {
            Value::Map(map) => {
                map.iter().any(|it| &*it.key == key || has_key(&it.node.value, key, depth + 1))
            }
            Value::List(items) => items.iter().any(|it| has_key(&it.value, key, depth + 1)),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_) => false,
        }
}

/// Follows the dot.
struct Reader<'r> {
    source: &'r Source,
    /// For each `range` and `with` that we are in, its head, if the dot is surely part of the values.
    dots: Vec<Option<String>>,
    /// The root that is asked for, of which head, where.
    found: Vec<(String, String, Option<FileRange>)>,
}

impl<'t> Visitor<'t> for Reader<'t> {
    fn enter(&mut self, branch: &'t Node) {
        let (Node::Range(inner) | Node::With(inner)) = branch else { return };
        let is_value = match &inner.pipe.commands[..] {
            [Command { args, .. }] => match &args[..] {
                [expr] => self.is_value(expr),
                _ => false,
            },
            _ => false,
        };
        let keyword = if matches!(branch, Node::Range(_)) { "range" } else { "with" };
        let head = String::from_utf8_lossy(self.source.slice(inner.pipe.range));
        self.dots.push(is_value.then(|| format!("{keyword} {head}")));
    }

    fn leave(&mut self, _: &'t Node) {
        self.dots.pop();
    }

    fn command(&mut self, command: &'t Command) {
        let Some(Some(head)) = self.dots.last() else { return };
        for arg in command.args.iter().filter(|it| matches!(it.kind, ExprKind::Field)) {
            let Some(name) =
                fields(self.source, arg).and_then(|names| names.first().map(|it| (*it).to_owned()))
            else {
                continue;
            };
            if ROOTS.contains(&name.as_str()) {
                self.found.push((name, head.clone(), self.source.file_range(arg.range)));
            }
        }
    }
}

impl Reader<'_> {
    /// Whether the operand is surely something below the values.
    fn is_value(&self, expr: &Expr) -> bool {
        let Some(names) = fields(self.source, expr) else { return false };
        match &expr.kind {
            ExprKind::Field => match names.first() {
                Some(&"Values") => names.len() > 1,
                Some(first) => matches!(self.dots.last(), Some(Some(_))) && !ROOTS.contains(first),
                None => false,
            },
            ExprKind::Variable => {
                self.source.slice(expr.range).starts_with(b"$.")
                    && names.first() == Some(&"Values")
                    && names.len() > 1
            }
            _ => false,
        }
    }
}
