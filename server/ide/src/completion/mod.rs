//! Completion: what can stand at the cursor, right while the line is half typed.
//!
//! Each file below adds items of one kind; which of them are asked is decided here, by what the cursor is in.

mod cluster;
mod fields;
mod item;
mod kubernetes;
mod strings;
#[cfg(test)]
mod tests;
mod values_keys;
pub(crate) mod words;

use syntax::Place;
use text::{FilePos, TextRange, TextSize};

pub use cluster::ClusterNames;
pub use item::{CompletionItem, CompletionKind};
pub(crate) use strings::shown;
pub(crate) use words::signature;

use crate::analysis::Analysis;
use crate::place::Look;

impl Analysis {
    /// What can stand at a place, the likeliest first.
    pub fn completions(&self, pos: FilePos) -> Vec<CompletionItem> {
        if let Some(source) = self.values_file(pos.file) {
            return values_keys::complete(self, source, pos.offset);
        }
        let Some(look) = Look::at(self, pos) else { return Vec::new() };
        match look.cursor.place {
            Place::Field(field) => fields::complete(self, &look, &field),
            Place::Word(word) => words::complete(self, &look, &word),
            Place::Variable(place) if !place.declared => words::variables(&look, place.range),
            Place::String(place) => strings::complete(self, &look, &place),
            Place::Variable(_) | Place::Text | Place::Comment | Place::Delimiter | Place::Literal(_) => {
                Vec::new()
            }
        }
    }
}

/// The range of what is between the quotes of a text that stands in `range`, if there are any.
pub(crate) fn within_quotes(text: &str, range: TextRange) -> TextRange {
    let Some(quote) = text.chars().next().filter(|it| matches!(it, '"' | '\'')) else { return range };
    let start = range.start() + TextSize::from(1);
    let closed = text.len() > 1 && text.ends_with(quote);
    TextRange::new(start, if closed { range.end() - TextSize::from(1) } else { range.end() })
}
