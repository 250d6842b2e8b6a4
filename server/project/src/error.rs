//! Why a file of a chart cannot be read: what, where and why, in Helm's words where Helm has some.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a file or folder cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What kind of trouble.
    pub kind: ReadErrorKind,
    /// The file or folder.
    pub path: PathBuf,
    /// Helm's text.
    pub message: String,
}

/// Kinds of trouble with reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// The system refused.
    Io,
    /// A symbolic link leads nowhere, or back to where it came from.
    Link,
    /// Neither a file nor a folder.
    Irregular,
    /// More bytes, files or nested folders than a chart may have.
    TooLarge,
    /// `.helmignore` has a rule that cannot be used.
    Ignore,
    /// An archive cannot be unpacked.
    Archive,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind, path: &Path, message: impl Into<String>) -> Self {
        Self { kind, path: path.to_owned(), message: message.into() }
    }

    /// The system's own word on a file, in the shape of Go's `os.PathError`.
    pub(crate) fn io(operation: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(ReadErrorKind::Io, path, format!("{operation} {}: {}", path.display(), reason(error)))
    }
}

/// Go prints the reason in lower case and without Rust's `(os error 2)`.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
