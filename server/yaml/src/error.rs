//! What is wrong with a document, in go-yaml's words, and where.

use std::fmt;

use text::{TextRange, TextSize};

/// Why a document cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// go-yaml's text (`yaml: line 3: …`), or that of the JSON step behind it.
    pub message: String,
    /// The place, in bytes of the document's text.
    pub at: TextRange,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>, at: TextRange) -> Self {
        Self { message: message.into(), at }
    }

    /// An error of the decoder, which names no line.
    pub(crate) fn decode(message: impl fmt::Display, at: TextRange) -> Self {
        Self::new(format!("yaml: {message}"), at)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A byte range from offsets, inside a text of that length.
pub(crate) fn range(start: usize, end: usize, len: usize) -> TextRange {
    let size = |bytes: usize| TextSize::from(u32::try_from(bytes.min(len)).unwrap_or(u32::MAX));
    TextRange::new(size(start), size(end.max(start)))
}
