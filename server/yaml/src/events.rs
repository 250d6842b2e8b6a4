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
fn describe(fault: &Fault, text: &str) -> Error {
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
