//! The scanner below: libyaml's event stream, with byte ranges, from a crate that ports it.
//!
//! go-yaml v2 is a port of the same C library, so the events and nearly all messages agree. The crate can
//! panic on inputs that people type every day: a text whose last block scalar is not closed by a line break is
//! given one, and any other panic (`!!str,`) ends here as an error.

use std::borrow::Cow;

use libyaml_safer::{ErrorKind, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};
use text::TextRange;

use crate::error::{Error, range};

/// What the scanner found.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    /// Where; for the end of a block collection an empty range behind it.
    pub(crate) at: TextRange,
}

#[derive(Debug)]
pub(crate) enum EventKind {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias { anchor: String },
    Scalar { anchor: Option<String>, tag: Option<String>, value: String, implicit: bool },
    SequenceStart { anchor: Option<String>, flow: bool },
    SequenceEnd,
    MappingStart { anchor: Option<String>, flow: bool },
    MappingEnd,
    Nothing,
}

/// Calls `each` for every event until it says stop (`Ok(false)`) or the stream ends.
pub(crate) fn scan(text: &str, mut each: impl FnMut(Event) -> bool) -> Result<(), Error> {
    let whole = without_blank_tail(text);
    // A block scalar that is not closed by a line break makes the scanner panic; so every text gets one.
    let added = !whole.is_empty() && !whole.ends_with('\n');
    let safe = if added { Cow::Owned(format!("{whole}\n")) } else { Cow::Borrowed(whole) };
    let mut bytes = safe.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    loop {
        let step = std::panic::AssertUnwindSafe(|| parser.parse());
        let Ok(step) = std::panic::catch_unwind(step) else {
            let end = range(text.len(), text.len(), text.len());
            return Err(Error::decode("could not find expected ':'", end));
        };
        let event = step.map_err(|error| describe(&error, text))?;
        let at = range(event.start_mark.index as usize, event.end_mark.index as usize, text.len());
        let at_end = added && event.end_mark.index as usize > whole.len();
        let kind = convert(event.data, at_end);
        let ended = matches!(kind, EventKind::StreamEnd);
        if !each(Event { kind, at }) || ended {
            return Ok(());
        }
    }
}

/// A last line of nothing but blanks, without a line break, means nothing and would get one below.
fn without_blank_tail(text: &str) -> &str {
    let trimmed = text.trim_end_matches([' ', '\t']);
    if trimmed.len() < text.len() && (trimmed.is_empty() || trimmed.ends_with('\n')) { trimmed } else { text }
}

/// `borrowed_break`: the event ends with the line break that the text does not have.
fn convert(data: EventData, borrowed_break: bool) -> EventKind {
    match data {
        EventData::StreamStart { .. } => EventKind::Nothing,
        EventData::StreamEnd => EventKind::StreamEnd,
        EventData::DocumentStart { .. } => EventKind::DocumentStart,
        EventData::DocumentEnd { .. } => EventKind::DocumentEnd,
        EventData::Alias { anchor } => EventKind::Alias { anchor },
        EventData::Scalar { anchor, tag, mut value, plain_implicit, style, .. } => {
            if borrowed_break
                && matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
                && value.ends_with('\n')
            {
                value.pop();
            }
            let implicit = plain_implicit && style == ScalarStyle::Plain;
            EventKind::Scalar { anchor, tag, value, implicit }
        }
        EventData::SequenceStart { anchor, style, .. } => {
            EventKind::SequenceStart { anchor, flow: style == SequenceStyle::Flow }
        }
        EventData::SequenceEnd => EventKind::SequenceEnd,
        EventData::MappingStart { anchor, style, .. } => {
            EventKind::MappingStart { anchor, flow: style == MappingStyle::Flow }
        }
        EventData::MappingEnd => EventKind::MappingEnd,
    }
}

/// go-yaml's text (`decode.go`, `fail`): the line of the problem if it has one, else of the context, each one
/// too low unless the scanner complains; no line at all where that gives 0.
fn describe(error: &libyaml_safer::Error, text: &str) -> Error {
    let scanner = error.kind() == ErrorKind::Scanner;
    let line_of = |mark: Option<Mark>| mark.map(|it| it.line).filter(|line| *line != 0);
    let line = line_of(error.problem_mark()).or_else(|| line_of(error.context_mark()));
    let line = line.map(|line| format!("line {}: ", line + u64::from(scanner))).unwrap_or_default();
    let start = error.problem_mark().map_or(0, |mark| mark.index as usize);
    let end = text.get(start..).map_or(start, |rest| start + rest.find('\n').unwrap_or(rest.len()));
    let problem = match error.kind() {
        ErrorKind::Reader => reader_problem(text),
        _ => error.problem(),
    };
    Error::decode(format_args!("{line}{problem}"), range(start, end, text.len()))
}

/// Text that came as UTF-8 can only be refused for its control characters.
fn reader_problem(_text: &str) -> &'static str {
    "control characters are not allowed"
}
