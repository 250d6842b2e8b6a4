//! `WWW-Authenticate`: what a registry wants to see (RFC 7235, as far as registries use it).

use std::collections::BTreeMap;

/// What a registry asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) scheme: Scheme,
    parameters: BTreeMap<String, String>,
}

/// In which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Name and password.
    Basic,
    /// A token from elsewhere.
    Bearer,
}

impl Challenge {
    /// Reads a header's value. What asks for something else is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, mut rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "basic" => Scheme::Basic,
            "bearer" => Scheme::Bearer,
            _ => return None,
        };
        let mut parameters = BTreeMap::new();
        while let Some((key, after)) = rest.split_once('=') {
            let (value, after) = value(after.trim_start());
            parameters.insert(key.trim_matches([',', ' ', '\t']).to_ascii_lowercase(), value);
            rest = after;
        }
        Some(Self { scheme, parameters })
    }

    /// A parameter; empty if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.get("scope").split_whitespace()
    }
}

/// A value and what follows it. Quoted ones may hold anything, with `\` before quotes.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(char),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_may_hold_commas() {
        let challenge = Challenge::parse(
            r#"Bearer realm="https://auth/token",service="a, \"b\"", scope="repository:a/b:pull,push" , error=x"#,
        )
        .unwrap();
        assert_eq!(challenge.scheme, Scheme::Bearer);
        assert_eq!((challenge.get("realm"), challenge.get("service")), ("https://auth/token", "a, \"b\""));
        assert_eq!(challenge.scopes().collect::<Vec<_>>(), ["repository:a/b:pull,push"]);
        assert_eq!((challenge.get("error"), challenge.get("none")), ("x", ""));
    }

    #[test]
    fn other_schemes_are_not_known() {
        assert_eq!(Challenge::parse("Negotiate"), None);
        assert_eq!(Challenge::parse("basic").map(|it| it.scheme), Some(Scheme::Basic));
        assert!(Challenge::parse("Bearer realm=\"never closed").is_some());
    }
}
