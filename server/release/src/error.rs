//! Why something was not done with a release. Texts are Helm's where Helm has one.

use std::fmt;

use crate::ports::ApiError;
use crate::record::StoreError;

/// Why something was not done.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// What an error is about, for those who do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no such release, or no such revision.
    NotFound,
    /// Somebody is at it, or was when they were stopped.
    Pending,
    /// The name is taken.
    InUse,
    /// What was asked for makes no sense.
    Usage,
    /// Records cannot be read or kept.
    Store,
    /// What was rendered is no manifest, or of kinds that the cluster does not serve.
    Manifest,
    /// An object belongs to somebody else.
    Ownership,
    /// The API server says no.
    Refused,
    /// Objects did not become ready, or did not go away, in time.
    NotReady,
    /// A hook failed.
    Hook,
    /// Somebody asked us to stop.
    Cancelled,
    /// It failed, and everything is as it was before.
    RolledBack,
    /// The cluster or the release is not what the plan was made for.
    Moved,
}

impl Error {
    /// An error with its text.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What it is about.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same error, with words in front of it.
    #[must_use]
    pub fn context(self, what: impl fmt::Display) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// The same text about something else.
    #[must_use]
    pub fn with_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// Several errors as one; the kind is that of the first. `None` where there are none.
    pub fn joined(errors: Vec<Self>, separator: &str) -> Option<Self> {
        let kind = errors.first()?.kind;
        let texts: Vec<String> = errors.into_iter().map(|error| error.message).collect();
        Some(Self { kind, message: texts.join(separator) })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::NotFound | StoreError::NoDeployed(_) => ErrorKind::NotFound,
            StoreError::Exists => ErrorKind::Pending,
            StoreError::SystemLabels => ErrorKind::Usage,
            StoreError::TooLarge(_)
            | StoreError::Broken(_)
            | StoreError::Refused(..)
            | StoreError::Several(..) => ErrorKind::Store,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::new(ErrorKind::Refused, error.message)
    }
}
