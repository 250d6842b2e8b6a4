//! What to do about an error: the key that was meant, the value that is missing, the quote that is.
//!
//! Helm's message says what went wrong in Go's terms. A hint says it in the chart's: it looks at the template's text
//! at the place, at the values, at the names that there are. It guesses, so it never replaces the message.

use golang::Dialect;
use template::functions::{FAMILIES, find};
use text::{FileRange, Slip};
use yaml::{Node, Value};

use crate::error::{Error, ErrorKind};
use crate::{Environment, Templates};

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A sentence or two for people.
    pub text: String,
    /// What it speaks of, where that is written: a key of the values that is near to the one asked for.
    pub at: Option<FileRange>,
    /// What was likely meant by a name at the place of the error.
    pub slip: Option<Slip>,
}

impl Hint {
    fn of_slip(slip: Slip) -> Self {
        Self { text: did_you_mean(&slip.meant), at: None, slip: Some(slip) }
    }

    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), at: None, slip: None }
    }
}

/// What to do about an error, if there is something to say.
pub fn hint(error: &Error, environment: &Environment, templates: &Templates) -> Option<Hint> {
    match error.kind {
        ErrorKind::Parse => parsing(&error.reason, environment.dialect),
        ErrorKind::Execution => executing(error, environment, templates),
        ErrorKind::Manifest => manifest(error),
        ErrorKind::Dependencies if error.is_missing_charts() => {
            Some(Hint::new("put the chart into `charts/`, or fetch it with `helm dependency build`"))
        }
        ErrorKind::KubeVersion => {
            Some(Hint::new("`--kube-version` renders for another version of Kubernetes"))
        }
        ErrorKind::NotInstallable | ErrorKind::Dependencies => None,
        ErrorKind::Values | ErrorKind::Schema | ErrorKind::ReleaseName => None,
    }
}

fn parsing(reason: &str, dialect: Dialect) -> Option<Hint> {
    if let Some(name) = between(reason, "function \"", "\" not defined") {
        if find(name, Dialect::Helm4).is_some() && dialect == Dialect::Helm3 {
            return Some(Hint::new(format!("`{name}` came with Helm 4")));
        }
        let names = FAMILIES.iter().flat_map(|family| family.functions.iter().map(|it| it.name));
        return Slip::of(name, names.chain(["include", "tpl"])).map(Hint::of_slip);
    }
    let text = match reason {
        _ if reason.starts_with("undefined variable") => {
            "a variable lives from its `:=` to the `end` of the block around it"
        }
        _ if reason.contains("unexpected EOF") => {
            "an `if`, `range`, `with`, `block` or `define` has no `end`"
        }
        _ if reason.contains("unexpected {{end}}") => "there is an `end` too many, or its `if` ended before",
        _ if reason.contains("unclosed action") => "`}}` is missing",
        _ if reason.contains("unterminated quoted string") => "the closing quote is missing",
        _ if reason.contains("multiple definition of template") => {
            "one of the two `define`s needs another name"
        }
        _ => return None,
    };
    Some(Hint::new(text))
}

fn executing(error: &Error, environment: &Environment, templates: &Templates) -> Option<Hint> {
    let reason = error.reason.as_str();
    if let Some(name) = between(reason, "no template \"", "\" associated") {
        return Slip::of(name, templates.names().iter().map(String::as_str)).map(Hint::of_slip);
    }
    if reason.contains("incompatible types for comparison") {
        return Some(Hint::new(
            "numbers of values files are floats: compare with `int .Values.…`, or write `3.0`",
        ));
    }
    if reason.contains("invalid value; expected string") {
        return Some(Hint::new(
            "nothing came through the pipe: is the value set? `default \"\"` in front of it helps",
        ));
    }
    let written = written_at(error, templates)?;
    let chart = chart_of(error, templates)?;
    let values = values_of(environment, &chart)?;
    let path = values_path(&written)?;
    let keys: Vec<&str> = path.split('.').collect();
    missing(values, &keys).or_else(|| wrong_kind(reason, values, &keys))
}

/// The first of the keys that is not there, and the key beside it that may have been meant.
fn missing(values: &Node, keys: &[&str]) -> Option<Hint> {
    let mut node = values;
    for (depth, key) in keys.iter().enumerate() {
        let map = node.value.as_map()?;
        if let Some(inner) = map.get(key).filter(|it| !it.value.is_null()) {
            node = inner;
            continue;
        }
        let path = keys[..=depth].join(".");
        let slip = Slip::of(key, map.iter().map(|entry| &*entry.key));
        let text = match &slip {
            Some(slip) => format!("`{path}` is not set in the values; {}", did_you_mean(&slip.meant)),
            None => format!("`{path}` is not set in the values: set it, or ask with `with` or `dig` first"),
        };
        let at = slip.as_ref().and_then(|slip| map.entry(&slip.meant)?.key_at);
        return Some(Hint { text, at, slip });
    }
    None
}

/// A text or number on the way, where a map or list was meant.
fn wrong_kind(reason: &str, values: &Node, keys: &[&str]) -> Option<Hint> {
    let wanted = match reason {
        _ if reason.starts_with("can't evaluate field") => "a map",
        _ if reason.starts_with("range can't iterate") => "a list or a map",
        _ => return None,
    };
    let mut node = values;
    for (depth, key) in keys.iter().enumerate() {
        node = node.get(key)?;
        let kind = match &node.value {
            Value::Map(_) => continue,
            Value::Null => return None,
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "a number",
            Value::String(_) => "a text",
            Value::List(_) => "a list",
        };
        let path = keys[..=depth].join(".");
        return Some(Hint {
            text: format!("`{path}` is {kind}, where the template wants {wanted}"),
            at: node.at,
            slip: None,
        });
    }
    None
}

fn manifest(error: &Error) -> Option<Hint> {
    let line = error.rendered.as_ref().map_or("", |it| it.line());
    let text = match error.reason.as_str() {
        _ if line.trim_start_matches(' ').starts_with('\t') => "YAML takes no tabs as indent, only spaces",
        it if it.contains("mapping values are not allowed") => {
            "a text with `: ` in it needs quotes (`| quote`), or the line is indented below a value that has ended"
        }
        it if it.contains("did not find expected key") => {
            "the line stands at an indent that nothing above it has: is the number of `nindent` right?"
        }
        it if it.contains("cannot start any token") => "a text that begins so needs quotes (`| quote`)",
        it if it.contains("found unexpected end of stream") => "a quote is opened and never closed",
        it if it.contains("could not find expected ':'") => {
            "the line is neither `key: value` nor part of a text"
        }
        it if it.contains("unknown anchor") => {
            "`*` begins an alias: a text that begins so needs quotes (`| quote`)"
        }
        it if it.contains("did not find expected ',' or") => "a `[` or `{` is opened and never closed",
        it if it.contains(".metadata.annotations") => {
            "annotations are texts: `| quote` them, or `toYaml` what is a map"
        }
        it if it.contains("SimpleHead") => "a manifest is a map with `apiVersion` and `kind`",
        _ => return None,
    };
    Some(Hint::new(text))
}

/// What the template says at the place.
fn written_at(error: &Error, templates: &Templates) -> Option<String> {
    let at = error.at?;
    let file = templates.files().iter().find(|file| file.source.id == at.file)?;
    let range = usize::from(at.range.start())..usize::from(at.range.end());
    Some(String::from_utf8_lossy(file.source.data.get(range)?).into_owned())
}

/// The chart whose template was rendered, by its full path: what its `.Values` are decides.
fn chart_of(error: &Error, templates: &Templates) -> Option<String> {
    let rendered = error.chain.first().copied().or(error.at)?;
    let file = templates.files().iter().find(|file| file.source.id == rendered.file)?;
    Some(file.chart.to_string())
}

/// The values of the chart at `root/charts/child`.
fn values_of<'e>(environment: &'e Environment, chart: &str) -> Option<&'e Node> {
    environment.values.path(chart.split("/charts/").skip(1))
}

/// `a.b.c` out of text that reads `.Values.a.b.c`, perhaps with `$` before it.
fn values_path(written: &str) -> Option<&str> {
    let start = written.find(".Values.")? + ".Values.".len();
    let rest = &written[start..];
    let end = rest.find(|it: char| !(it.is_alphanumeric() || matches!(it, '_' | '.'))).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.')).filter(|path| !path.is_empty())
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let rest = &text[text.find(before)? + before.len()..];
    rest.split_once(after).map(|(inner, _)| inner)
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

#[cfg(test)]
mod tests {
    use text::FileId;
    use yaml::Numbers;

    use super::*;

    fn values(text: &str) -> Node {
        yaml::parse(text, FileId(0), Numbers::AsJson).unwrap()
    }

    #[test]
    fn the_first_key_that_is_missing_is_named() {
        let hint = missing(&values("image: {tag: x}\n"), &["image", "registry", "host"]).unwrap();
        assert!(hint.text.starts_with("`image.registry` is not set"), "{}", hint.text);
        let hint = missing(&values("image: {tag: x}\n"), &["imagee", "tag"]).unwrap();
        assert_eq!(hint.text, "`imagee` is not set in the values; did you mean `image`?");
        assert!(hint.at.is_some_and(|at| at.range.start() == 0.into()));
        assert_eq!(missing(&values("a: 1\n"), &["a"]), None);
    }

    #[test]
    fn a_text_on_the_way_is_named() {
        let hint =
            wrong_kind("can't evaluate field tag in type", &values("image: nginx\n"), &["image", "tag"]);
        assert_eq!(hint.unwrap().text, "`image` is a text, where the template wants a map");
    }

    #[test]
    fn functions_that_were_meant_are_named() {
        let hint = |name: &str, dialect| parsing(&format!("function \"{name}\" not defined"), dialect);
        assert_eq!(hint("toYamll", Dialect::Helm4).unwrap().text, "did you mean `toYaml`?");
        assert_eq!(hint("mustToYaml", Dialect::Helm3).unwrap().text, "`mustToYaml` came with Helm 4");
        assert_eq!(hint("somethingElse", Dialect::Helm4), None);
    }

    #[test]
    fn paths_are_found_in_actions() {
        assert_eq!(values_path("$.Values.a.b"), Some("a.b"));
        assert_eq!(values_path("required \"x\" .Values.host)"), Some("host"));
        assert_eq!(values_path(".Release.Name"), None);
    }
}
