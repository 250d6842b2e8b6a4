//! Errors of templates that run, with every place on the way to them.

use std::fmt;

use text::{FileId, TextRange};

use super::{Eval, Executor, Sink};
use crate::Failure;
use crate::parse::{line_of, to_text};

/// An error of a template that runs. As text it is Go's one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecError {
    /// The calls that led to it, outermost first; the last is where it happened.
    pub places: Vec<Place>,
    /// What happened, without the places.
    pub message: String,
}

/// One level of an error: what was being executed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The template that was being executed.
    pub template: String,
    /// The name of the text that it stands in, as Go prints it.
    pub source: String,
    /// The file, unless it was a text given to `tpl`.
    pub file: Option<FileId>,
    /// The node that was visited last.
    pub range: TextRange,
    /// Go's line, from 1.
    pub line: u32,
    /// Go's column: bytes from the start of the line.
    pub column: u32,
    /// The node in Go's canonical form.
    pub node: String,
    /// What Go says between this place and what is below it, such as `error calling include: `.
    pub calling: String,
}

impl ExecError {
    /// An error without a place.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { places: Vec::new(), message: message.into() }
    }

    /// Whether it says so much already that what is added should be short.
    pub(super) fn is_long(&self) -> bool {
        const LONG: usize = 1 << 20;
        self.message.len() + self.places.iter().map(|it| it.calling.len()).sum::<usize>() > LONG
    }

    /// Places are collected from the inside; people read from the outside.
    pub(super) fn outermost_first(mut self) -> Self {
        self.places.reverse();
        self
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in &self.places {
            fmt::Display::fmt(place, f)?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, line, column, node, calling, .. } = self;
        let template = golang::strconv::quote(&self.template);
        write!(f, "template: {source}:{line}:{column}: executing {template} at <{node}>: {calling}")
    }
}

impl std::error::Error for ExecError {}

/// A text as it is, unless it is longer than anybody reads: values and patterns stand in messages, whole as they are.
fn cut(text: String) -> String {
    const LONGEST: usize = 64 << 10;
    if text.len() <= LONGEST {
        return text;
    }
    let (start, end) =
        (text.floor_char_boundary(LONGEST / 2), text.ceil_char_boundary(text.len() - LONGEST / 2));
    format!("{}… {} bytes …{}", &text[..start], end - start, &text[end..])
}

impl<'s, S: Sink> Executor<'_, 's, '_, '_, S> {
    /// An error at the node that was visited last.
    pub(super) fn fail<T>(&self, message: impl Into<String>) -> Eval<T> {
        let mut error = ExecError::new(cut(message.into()));
        error.places.push(self.place(String::new()));
        Err(Box::new(error))
    }

    /// The run is over its budget.
    pub(super) fn stop<T>(&self, failure: Failure) -> Eval<T> {
        self.fail(failure.into_parts().0)
    }

    /// A call did not work; it may have an error of its own below.
    pub(super) fn fail_call<T>(&self, name: &str, failure: Failure) -> Eval<T> {
        let (message, nested) = failure.into_parts();
        let mut calling = format!("error calling {name}: ");
        let error = match nested {
            None => {
                let mut error = ExecError::new(cut(message));
                error.places.push(self.place(calling));
                Box::new(error)
            }
            Some(mut error) => {
                calling.push_str(&message);
                error.places.push(self.place(calling));
                error
            }
        };
        Err(error)
    }

    fn place(&self, calling: String) -> Place {
        let source = &self.define.source;
        let at = self.at.pos().min(source.text.len() as u32);
        let before = &source.text[..at as usize];
        let start = memchr::memrchr(b'\n', before).map_or(0, |line_feed| line_feed + 1);
        Place {
            template: self.define.name.to_text().into_owned(),
            source: source.name.to_string(),
            file: source.file,
            range: self.at.range(),
            line: line_of(&source.text, at),
            column: at - start as u32,
            node: cut(String::from_utf8_lossy(&to_text(self.at, source)).into_owned()),
            calling,
        }
    }

    /// Marks a node as visited.
    pub(super) fn at(&mut self, node: crate::parse::AnyNode<'s>) {
        self.at = node;
    }
}
