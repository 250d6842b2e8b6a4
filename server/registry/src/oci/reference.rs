//! References into registries: `oci://host/path[:tag][@digest]`, with the checks and texts of Helm's library.

use std::fmt;

use crate::error::Error;

/// A reference. Its tag is as registries have it: they know no `+`, so Helm writes `_` instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Host and port.
    pub(crate) registry: String,
    /// The path of the repository.
    pub(crate) repository: String,
    /// The tag, if one is named.
    pub(crate) tag: Option<String>,
    /// The digest, with `sha256:`, if one is named.
    pub(crate) digest: Option<String>,
}

/// The longest tag.
const MAX_TAG: usize = 128;

impl Reference {
    /// Reads a reference, with or without `oci://`.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let rest = text.strip_prefix("oci://").unwrap_or(text);
        let (rest, digest) = match rest.rsplit_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let Some((registry, path)) = rest.split_once('/') else {
            return Err(invalid("missing registry or repository"));
        };
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) => (repository, Some(tag.replace('+', "_"))),
            None => (path, None),
        };
        ensure_registry(registry)?;
        if !is_repository(repository) {
            return Err(invalid(&format!("invalid repository \"{repository}\"")));
        }
        if let Some(tag) = tag.as_deref().filter(|it| !is_tag(it)) {
            return Err(invalid(&format!("invalid tag \"{tag}\"")));
        }
        if let Some(digest) = digest.filter(|it| !is_digest(it)) {
            return Err(invalid(&format!(
                "invalid digest \"{digest}\": sha256: and 64 hexadecimal digits are due"
            )));
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag,
            digest: digest.map(ToOwned::to_owned),
        })
    }

    /// The same repository under another tag. A version's `+` becomes `_`.
    pub(crate) fn tagged(&self, version: &str) -> Self {
        Self { tag: Some(version.replace('+', "_")), digest: None, ..self.clone() }
    }

    /// What a manifest is asked for by: the digest if there is one.
    pub(crate) fn name(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// The chart's name: the last part of the path.
    pub(crate) fn base(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        match (&self.digest, &self.tag) {
            (Some(digest), _) => write!(f, "@{digest}"),
            (None, Some(tag)) => write!(f, ":{tag}"),
            (None, None) => Ok(()),
        }
    }
}

fn invalid(what: &str) -> Error {
    Error::say(format!("invalid reference: {what}"))
}

/// A host with or without a port, and nothing else.
pub(crate) fn ensure_registry(registry: &str) -> Result<(), Error> {
    let url = url::Url::parse(&format!("https://{registry}/")).ok();
    let is_plain = !registry.is_empty() && !registry.contains(['/', '?', '#', '@', '\\', ' ']);
    match url.filter(|it| is_plain && it.host_str().is_some()) {
        Some(_) => Ok(()),
        None => Err(invalid(&format!("invalid registry \"{registry}\""))),
    }
}

/// Docker's name for itself is not where it answers.
pub(crate) fn host_of(registry: &str) -> &str {
    if registry == "docker.io" { "registry-1.docker.io" } else { registry }
}

/// Parts of lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`, and `/` between them.
fn is_repository(text: &str) -> bool {
    text.split('/').all(|part| {
        let is_inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        let mut rest = part.as_bytes();
        loop {
            let word = rest.iter().take_while(|it| is_inner(**it)).count();
            if word == 0 {
                return false;
            }
            rest = &rest[word..];
            if rest.is_empty() {
                return true;
            }
            let joint = rest.iter().take_while(|it| !is_inner(**it)).count();
            let is_joint =
                matches!(&rest[..joint], b"." | b"_" | b"__") || rest[..joint].iter().all(|it| *it == b'-');
            if !is_joint {
                return false;
            }
            rest = &rest[joint..];
        }
    })
}

fn is_tag(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let bytes = text.as_bytes();
    bytes.len() <= MAX_TAG
        && bytes.first().is_some_and(|it| is_word(*it))
        && bytes.iter().all(|it| is_word(*it) || matches!(it, b'.' | b'-'))
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Reference::parse(text).map_or_else(|error| error.to_string(), |it| format!("{it:?} {it}"))
    }

    #[test]
    fn tags_have_no_plus() {
        let reference = Reference::parse("oci://host:5000/a/b-c/web:1.0.0+x").unwrap();
        assert_eq!(reference.to_string(), "host:5000/a/b-c/web:1.0.0_x");
        assert_eq!((reference.base(), reference.name()), ("web", "1.0.0_x"));
        assert_eq!(reference.tagged("2+y").name(), "2_y");
    }

    #[test]
    fn digests_win_over_tags() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let reference = Reference::parse(&format!("host/web:1@{digest}")).unwrap();
        assert_eq!((reference.tag.as_deref(), reference.name()), (Some("1"), &*digest));
        assert_eq!(reference.to_string(), format!("host/web@{digest}"));
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for (text, why) in [
            ("host", "missing registry or repository"),
            ("ho st/web", "invalid registry \"ho st\""),
            ("host/Web", "invalid repository \"Web\""),
            ("host/../web", "invalid repository \"../web\""),
            ("host/a._b", "invalid repository \"a._b\""),
            ("host/web:-1", "invalid tag \"-1\""),
            ("host/web@sha256:1", "invalid digest \"sha256:1\": sha256: and 64 hexadecimal digits are due"),
        ] {
            assert_eq!(read(text), format!("invalid reference: {why}"));
        }
    }
}
