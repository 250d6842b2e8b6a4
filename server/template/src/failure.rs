//! Why a function or method call did not work, before the place of the call is known.
//!
//! The executor wraps it as Go does: `error calling NAME: …`.

use std::fmt;

/// The error of a call.
#[derive(Clone, Debug)]
pub struct Failure {
    message: String,
    /// The error of a template run by the call (`include`, `tpl`), with the places that it collected.
    nested: Option<std::rc::Rc<dyn std::error::Error>>,
}

impl Failure {
    /// A failure with Go's text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), nested: None }
    }

    /// A failure that carries the error of a template below.
    pub fn nested(message: impl Into<String>, error: std::rc::Rc<dyn std::error::Error>) -> Self {
        Self { message: message.into(), nested: Some(error) }
    }

    /// Go's text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error of the template that the call ran.
    pub fn cause(&self) -> Option<&std::rc::Rc<dyn std::error::Error>> {
        self.nested.as_ref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
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
