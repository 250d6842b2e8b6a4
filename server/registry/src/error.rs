//! What can go wrong between here and a server, said so that a person knows what to do.
//!
//! The first part of a message is Helm's where Helm has one; what to do about it follows. Addresses are shown without
//! what could be a credential in them.

use std::path::{Path, PathBuf};

use reqwest::Method;
use serde::Deserialize;
use url::Url;

/// Why a call to a registry or repository failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server answered, and said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// There was no answer, or only a part of one.
    #[error("{0}")]
    NoAnswer(Box<NoAnswer>),
    /// What came is not what was asked for.
    #[error("{what}: the content has the digest {got}, not {expected}; nothing of it was kept")]
    Digest {
        /// What was fetched.
        what: String,
        /// As the manifest, the index or the reference says.
        expected: String,
        /// As computed here.
        got: String,
    },
    /// More than anyone may send.
    #[error("{what}: more than {limit} bytes, the most that is taken")]
    TooLarge {
        /// What was fetched.
        what: String,
        /// In bytes.
        limit: u64,
    },
    /// A file of ours cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's own word.
        source: std::io::Error,
    },
    /// Anything else, in a sentence.
    #[error("{0}")]
    Other(String),
}

/// An answer that did not come.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{method} \"{}\": {trouble}", shown(.url))]
pub struct NoAnswer {
    /// What was asked.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// What happened.
    pub trouble: Trouble,
}

/// What happened to a connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The name is unknown, nobody listens, the network is away.
    #[error("{0}")]
    Unreachable(String),
    /// Neither side could agree on TLS.
    #[error("{0}")]
    Tls(String),
    /// Nothing came for so long.
    #[error(
        "no answer for {seconds} s; is this the right address, and does a proxy (HTTPS_PROXY) lie between?"
    )]
    Silent {
        /// How long was waited.
        seconds: u64,
    },
    /// It ended before everything was there.
    #[error("the connection was cut ({0})")]
    Cut(String),
    /// It is something else than what was asked for.
    #[error("{0}")]
    Nonsense(String),
}

/// A server's answer that is none.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What was asked.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// The status of HTTP.
    pub status: u16,
    /// What the registry says itself.
    pub errors: Vec<RegistryError>,
    /// What was sent instead of the errors of a registry, as far as it is text: a proxy's page, for example.
    pub page: Option<String>,
    /// What to do about it; empty where the message says it all.
    pub advice: String,
}

/// One error as registries report them (distribution spec, "Error Codes").
#[derive(Clone, Debug, Deserialize)]
pub struct RegistryError {
    /// `NAME_UNKNOWN` and its like.
    #[serde(default)]
    pub code: String,
    /// The registry's sentence.
    #[serde(default)]
    pub message: String,
    /// Anything.
    #[serde(default)]
    pub detail: serde_json::Value,
}

impl Error {
    pub(crate) fn say(sentence: impl Into<String>) -> Self {
        Self::Other(sentence.into())
    }

    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn no_answer(method: &Method, url: &Url, trouble: Trouble) -> Self {
        Self::NoAnswer(Box::new(NoAnswer { method: method.clone(), url: url.clone(), trouble }))
    }

    pub(crate) fn nonsense(method: &Method, url: &Url, what: impl Into<String>) -> Self {
        Self::no_answer(method, url, Trouble::Nonsense(what.into()))
    }

    /// The server's refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether nothing came back at all.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self, Self::NoAnswer(error) if !matches!(error.trouble, Trouble::Nonsense(_)))
    }

    /// Whether the server said that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(|it| it.status == 404)
    }

    /// Adds what to do about a refusal.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.advice = advice.into();
        }
        self
    }
}

impl Refusal {
    /// Whether the registry gave this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.errors.iter().any(|error| error.code == code)
    }

    fn reason(&self) -> String {
        if !self.errors.is_empty() {
            return self.errors.iter().map(RegistryError::to_string).collect::<Vec<_>>().join("; ");
        }
        let status = reqwest::StatusCode::from_u16(self.status).ok();
        let name = status.and_then(|it| it.canonical_reason()).unwrap_or("unknown status");
        match &self.page {
            Some(page) => format!("{name} ({page})"),
            None => name.to_owned(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (method, url, status) = (&self.method, shown(&self.url), self.status);
        write!(f, "{method} \"{url}\": response status code {status}: {}", self.reason())?;
        if !self.advice.is_empty() {
            write!(f, "\n{}", self.advice)?;
        }
        Ok(())
    }
}

impl std::fmt::Display for RegistryError {
    /// As Helm's library has it: `name unknown: The repository … does not exist`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code.to_lowercase().replace('_', " "))?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

/// An address without names, passwords and signatures.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Addresses that have no place for them hold none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, errors: &str, page: Option<&str>) -> Refusal {
        Refusal {
            method: Method::POST,
            url: Url::parse("https://me:secret@host/v2/a/blobs/uploads/?X-Signature=secret").unwrap(),
            status,
            errors: serde_json::from_str(errors).unwrap(),
            page: page.map(ToOwned::to_owned),
            advice: String::new(),
        }
    }

    #[test]
    fn a_refusal_speaks_as_helm_and_hides_what_is_secret() {
        let error =
            refusal(404, r#"[{"code":"NAME_UNKNOWN","message":"The repository does not exist"}]"#, None);
        assert_eq!(
            error.to_string(),
            "POST \"https://host/v2/a/blobs/uploads/\": response status code 404: name unknown: The repository does \
             not exist"
        );
        assert!(error.has_code("NAME_UNKNOWN"));
    }

    #[test]
    fn a_refusal_without_a_registrys_errors_says_what_came_instead() {
        let text = refusal(502, "[]", Some("an HTML page, \"Bad gateway\"")).to_string();
        assert!(
            text.ends_with("response status code 502: Bad Gateway (an HTML page, \"Bad gateway\")"),
            "{text}"
        );
    }
}
