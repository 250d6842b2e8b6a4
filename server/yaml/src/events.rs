//! A text as a row of events, for whoever needs a few facts of it and no tree.

use std::borrow::Cow;

use text::TextRange;

use crate::error::{Error, range};
use crate::grammar::Grammar;
use crate::scanner::Fault;
pub use crate::scanner::Style;

/// What was read, and where.
#[derive(Debug)]
pub struct Event<'t> {
    /// What it is.
    pub kind: EventKind<'t>,
    /// The text of a scalar, with its quotes but without tag and anchor; a bracket; for the end of a block
    /// collection, and for what is left out, an empty range.
    pub at: TextRange,
}

/// What an [`Event`] is.
#[derive(Debug)]
pub enum EventKind<'t> {
    /// A document begins.
    DocumentStart,
    /// It ends.
    DocumentEnd,
    /// `*anchor`
    Alias {
        /// Its name.
        anchor: &'t str,
    },
    /// A scalar.
    Scalar {
        /// Tag and anchor, if it has one.
        properties: Option<Box<Properties<'t>>>,
        /// Without quotes, escapes and folds.
        value: Cow<'t, str>,
        /// How it is written.
        style: Style,
        /// Whether its text decides what it is: it has neither quotes nor a tag.
        implicit: bool,
    },
    /// A sequence begins.
    SequenceStart {
        /// Tag and anchor, if it has one.
        properties: Option<Box<Properties<'t>>>,
        /// In brackets.
        flow: bool,
    },
    /// It ends.
    SequenceEnd,
    /// A mapping begins: keys and values follow by turns.
    MappingStart {
        /// Tag and anchor, if it has one.
        properties: Option<Box<Properties<'t>>>,
        /// In braces.
        flow: bool,
    },
    /// It ends.
    MappingEnd,
}

/// Tag and anchor in front of a node.
#[derive(Clone, Debug, Default)]
pub struct Properties<'t> {
    /// `&anchor`
    pub anchor: Option<&'t str>,
    /// The tag, its handle replaced (`!!str` is `tag:yaml.org,2002:str`).
    pub tag: Option<Cow<'t, str>>,
}

/// Reads all documents of a text. Nothing comes behind an error.
pub fn events(text: &str) -> impl Iterator<Item = Result<Event<'_>, Error>> {
    let mut grammar = Grammar::new(text);
    let mut broken = false;
    std::iter::from_fn(move || {
        if broken {
            return None;
        }
        let next = grammar.next_event().map_err(|fault| describe(&fault, text));
        broken = next.is_err();
        next.transpose()
    })
}

/// go-yaml's text (`decode.go`, `fail`): the line of the problem, or else of its context; of what the grammar
/// complains about one too low; none at all where that gives 0.
pub(crate) fn describe(fault: &Fault, text: &str) -> Error {
    let line_of = |mark: Option<crate::scanner::Mark>| mark.map_or(0, |it| it.line);
    let line = match line_of(fault.at) {
        0 => line_of(fault.context),
        line => line + usize::from(fault.about_words),
    };
    let line = if line == 0 { String::new() } else { format!("line {line}: ") };
    let rest = text.get(fault.offset..).unwrap_or_default();
    let end = fault.offset + rest.find(['\n', '\r']).unwrap_or(rest.len());
    Error::decode(format_args!("{line}{}", fault.problem), range(fault.offset, end, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events in the notation of the YAML test suite, more or less.
    fn show(text: &str) -> String {
        let word = |event: Event<'_>| {
            let named = |sign: &str, properties: Option<Box<Properties<'_>>>| {
                let Properties { anchor, tag } = properties.map(|it| *it).unwrap_or_default();
                let anchor = anchor.map(|it| format!("&{it}")).unwrap_or_default();
                let tag = tag.map(|it| format!("<{it}>")).unwrap_or_default();
                format!("{sign}{anchor}{tag}")
            };
            match event.kind {
                EventKind::DocumentStart => "+D".to_owned(),
                EventKind::DocumentEnd => "-D".to_owned(),
                EventKind::Alias { anchor } => format!("*{anchor}"),
                EventKind::Scalar { properties, value, style, .. } => {
                    let mark = match style {
                        Style::Plain => ':',
                        Style::Single => '\'',
                        Style::Double => '"',
                        Style::Literal => '|',
                        Style::Folded => '>',
                    };
                    format!("{}{mark}{}", named("", properties), value.replace('\n', "⏎"))
                }
                EventKind::SequenceStart { properties, flow } => {
                    named(if flow { "[" } else { "+S" }, properties)
                }
                EventKind::SequenceEnd => "-S".to_owned(),
                EventKind::MappingStart { properties, flow } => {
                    named(if flow { "{" } else { "+M" }, properties)
                }
                EventKind::MappingEnd => "-M".to_owned(),
            }
        };
        events(text).map(|event| event.map_or_else(|error| error.message, word)).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(show(text), want, "{text}");
    }

    #[test]
    fn collections() {
        check("", "");
        check("a: b\nc:\n- d\n- e: f\n", "+D +M :a :b :c +S :d +M :e :f -M -S -M -D");
        check("[a, b: c, {d, e: }]", "+D [ :a { :b :c -M { :d : :e : -M -S -D");
        check("? a\n? b\n: c", "+D +M :a : :b :c -M -D");
        check("- - a\n  -\n-", "+D +S +S :a : -S : -S -D");
        check("&a !!str b: !<x> c\nd: *a", "+D +M &a<tag:yaml.org,2002:str>:b <x>:c :d *a -M -D");
        check("--- |\n a\n--- b\n...\n", "+D |a⏎ -D +D :b -D");
    }

    #[test]
    fn scalars() {
        check("a\n b\n\n c", "+D :a b⏎c -D");
        check("'a''b\n  c'", "+D 'a'b c -D");
        check(
            r#""\x41\u00e9\n\
            b""#,
            "+D \"Aé⏎b -D",
        );
        check("|2-\n   a\n\n  b\n\n", "+D | a⏎⏎b -D");
        check(">+\n a\n b\n\n  c\n\n", "+D >a b⏎⏎ c⏎⏎ -D");
        check("a: b #c\nd: e#f", "+D +M :a :b :d :e#f -M -D");
        check("|\n a\n  ", "+D |a⏎  -D");
    }

    #[test]
    fn directives() {
        check("%YAML 1.1\n%TAG !e! tag:x,1:\n--- !e!a b", "+D <tag:x,1:a>:b -D");
        check("%YAML 1.2\n---", "yaml: found incompatible YAML document");
        check("!x!y z", "+D yaml: found undefined tag handle");
    }

    #[test]
    fn complaints() {
        check("a\nb: c", "+D :a b yaml: line 2: mapping values are not allowed in this context");
        check("a:\n\tb: c", "+D +M :a yaml: line 2: found character that cannot start any token");
        check("a: 'b", "+D +M :a yaml: found unexpected end of stream");
        check("a: [b", "+D +M :a [ :b yaml: line 1: did not find expected ',' or ']'");
        check("a: b\n c", "+D +M :a :b c -M -D");
        check("a: b\n c: d", "+D +M :a :b c yaml: line 2: mapping values are not allowed in this context");
        check("a: b\n- c", "+D +M :a :b yaml: line 1: did not find expected key");
        check("a: \"\\q\"", "+D +M :a yaml: found unknown escape character");
        check("a: @b", "+D +M :a yaml: found character that cannot start any token");
        check("a: !!str, b", "+D +M :a <tag:yaml.org,2002:str,>:b -M -D");
    }

    #[test]
    fn places() {
        let text = "é: [ü, \"x\"]\nz: &a |\n  y\n";
        let shown: Vec<&str> = events(text).map(|it| &text[it.unwrap().at]).collect();
        assert_eq!(shown, ["", "", "é", "[", "ü", "\"x\"", "]", "z", "|\n  y", "", ""]);
    }
}
