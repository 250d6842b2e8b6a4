//! Why a function or method call did not work, before the place of the call is known.
//!
//! The executor wraps it as Go does: `error calling NAME: …`.

use std::fmt;

use crate::ExecError;

/// The error of a call.
#[derive(Clone, Debug)]
pub struct Failure {
    message: String,
    /// The error of a template run by the call (`include`, `tpl`), with the places that it collected.
    nested: Option<Box<ExecError>>,
}

impl Failure {
    /// A failure with Go's text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), nested: None }
    }

    /// A failure that carries the error of a template below; the message stands before it.
    pub fn nested(message: impl Into<String>, error: ExecError) -> Self {
        Self { message: message.into(), nested: Some(Box::new(error)) }
    }

    /// Go's text, without that of a template below.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error of the template that the call ran.
    pub fn cause(&self) -> Option<&ExecError> {
        self.nested.as_deref()
    }

    /// Both parts.
    pub(crate) fn into_parts(self) -> (String, Option<Box<ExecError>>) {
        (self.message, self.nested)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.nested {
            Some(nested) => fmt::Display::fmt(nested, f),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}
