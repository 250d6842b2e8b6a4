//! Templates that a user gives a command, to print what it found out: plain ones of Go, with Go's own functions and none of
//! Helm's.

use std::sync::LazyLock;

use anyhow::{Result, anyhow};
use template::functions::{Known, find_known};
use template::parse::{Source, parse_source};
use template::{
    Budget, Cx, Dialect, Failure, Function, Int, Limits, List, Origin, Plain, TemplateSet, Value, Vocabulary,
    execute, function,
};

use crate::host::Machine;

/// What `text/template` brings.
const BUILTINS: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print",
    "printf", "println", "slice", "urlquery",
];

const LAST: Function = function!("last", last);
static KNOWN_LAST: LazyLock<Known> = LazyLock::new(|| Known::from(&LAST));

const VOCABULARY: Vocabulary = Vocabulary { find, root: "_", missing_key_fails: false, helms_tpl: false };

fn find(name: &str, _: Dialect) -> Option<&'static Known> {
    match name {
        "last" => Some(&KNOWN_LAST),
        name if BUILTINS.contains(&name) => find_known(name, Dialect::Helm4),
        _ => None,
    }
}

/// Whether an index is that of the last item. helm-diff's own.
fn last(_: &mut Cx<'_>, index: Int, list: List) -> Result<Value, Failure> {
    Ok((usize::try_from(index.0).ok() == list.len().checked_sub(1)).into())
}

/// Runs a template on what a command found out.
pub(crate) fn run(text: &str, dot: Value) -> Result<String> {
    let source = Source {
        name: VOCABULARY.root.into(),
        text: text.as_bytes().into(),
        file: None,
        origin: Origin::NONE,
    };
    let defines =
        parse_source(source, &|name| find(name, Dialect::Helm4)).map_err(|error| anyhow!("{error}"))?;
    let mut set = TemplateSet::new();
    set.extend(defines);
    let host = Machine::new();
    let mut cx = Cx::new(Dialect::Helm4, &host);
    cx.vocabulary = VOCABULARY;
    cx.budget = Budget::new(Limits::default(), None);
    let mut sink = Plain::default();
    execute(&set, VOCABULARY.root, dot, &mut cx, &mut sink).map_err(|error| anyhow!("{error}"))?;
    Ok(String::from_utf8_lossy(&sink.bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use template::{Str, Struct};

    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let row = |name: &str, count: i64| {
            Struct::value("main.row", vec![("Name", Str::from(name).into()), ("Count", Value::int(count))])
        };
        let dot = List::any(vec![row("a", 1), row("b", 2)]).into();
        let got = run(text, dot).unwrap_or_else(|error| error.to_string());
        assert_eq!(got, want);
    }

    #[test]
    fn a_template_prints_what_it_is_given() {
        check(
            "{{ range $at, $it := . }}{{ .Name }}={{ .Count }}{{ if not (last $at $) }}, {{ end }}{{ end }}",
            "a=1, b=2",
        );
        check("{{ printf \"%05d\" (index . 1).Count }}", "00002");
    }

    #[test]
    fn a_field_that_there_is_not_is_an_error() {
        check(
            "{{ range . }}{{ .Nmae }}{{ end }}",
            "template: _:1:16: executing \"_\" at <.Nmae>: can't evaluate field Nmae in type interface {}",
        );
    }

    #[test]
    fn functions_of_helms_are_none_of_gos() {
        check("{{ toYaml . }}", "template: _:1: function \"toYaml\" not defined");
    }
}
