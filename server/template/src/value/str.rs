//! Go's string: immutable bytes, usually but not always UTF-8 (`trunc` cuts where it is told to).

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A string; cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Arc<[u8]>);

impl Str {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, with U+FFFD for what is not UTF-8.
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The shared bytes themselves.
    pub fn shared(&self) -> &Arc<[u8]> {
        &self.0
    }
}

impl Deref for Str {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_text(), f)
    }
}

impl Default for Str {
    fn default() -> Self {
        Self(Arc::from(&[] as &[u8]))
    }
}

impl From<&str> for Str {
    fn from(it: &str) -> Self {
        Self(it.as_bytes().into())
    }
}

impl From<String> for Str {
    fn from(it: String) -> Self {
        Self(it.into_bytes().into())
    }
}

impl From<Vec<u8>> for Str {
    fn from(it: Vec<u8>) -> Self {
        Self(it.into())
    }
}

impl From<&[u8]> for Str {
    fn from(it: &[u8]) -> Self {
        Self(it.into())
    }
}

impl From<Arc<[u8]>> for Str {
    fn from(it: Arc<[u8]>) -> Self {
        Self(it)
    }
}

impl From<Arc<str>> for Str {
    fn from(it: Arc<str>) -> Self {
        Self(it.into())
    }
}
