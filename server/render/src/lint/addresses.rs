//! Which texts count as addresses: what govalidator, which Helm asks, takes for e-mail addresses and URLs.
//!
//! It is more generous than the standards in some places (letters of most scripts stand everywhere) and stricter in
//! others (a top-level domain has no digit at its ends). The pieces below are named after what they allow.

use std::sync::LazyLock;

use regex::Regex;
use template::functions::urls;

/// Characters beyond ASCII, but for some that are nobody's letters.
const WIDE: &str = r"\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}";

/// Whether the text is an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let atom = format!(r"[a-zA-Z0-9!#$%&'*+\-/=?^_`{{|}}~{WIDE}]+");
        // A quoted name: blanks may be folded over lines, a backslash of RFC 5322 is a bracket here.
        let blanks = r"(?:(?:[\x20\t]*\r\n)?[\x20\t]+)?";
        let inside = format!(
            r"(?:[\x01-\x08\x0B\x0C\x0E-\x1F\x7F!\x23-\x5B\x5D-\x7E{WIDE}]|\([\x01-\x09\x0B-\x7F{WIDE}])"
        );
        let quoted = format!(r#""(?:{blanks}{inside})*{blanks}""#);
        let name = format!(r"(?:{atom}(?:\.{atom})*|{quoted})");
        let label = format!(r"[a-zA-Z0-9{WIDE}](?:[a-zA-Z0-9\-._~{WIDE}]*[a-zA-Z0-9{WIDE}])?");
        let top = format!(r"[a-zA-Z{WIDE}](?:[a-zA-Z0-9\-_~{WIDE}]*[a-zA-Z{WIDE}])?");
        compile(&format!(r"{name}@(?:{label}\.)+{top}\.?"))
    });
    matches(&EMAIL, text)
}

/// Whether the text is a URL, with or without its scheme.
pub(super) fn is_url(text: &str) -> bool {
    const LONGEST: usize = 2083;
    if text.len() <= 3 || text.chars().count() >= LONGEST || text.starts_with('.') {
        return false;
    }
    // A port without a scheme would be taken for a scheme.
    let completed = text.contains(':') && !text.contains("://");
    let parsed = urls::host_and_path(&if completed { format!("http://{text}") } else { text.to_owned() });
    let Some((host, path)) = parsed else { return false };
    if host.starts_with(b".") || host.is_empty() && !path.is_empty() && !path.contains(&b'.') {
        return false;
    }
    has_shape_of_url(text)
}

fn has_shape_of_url(text: &str) -> bool {
    static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let scheme = r"(?:(?:ftp|tcp|udp|wss?|https?)://)?";
        let user = r"(?:[^\s]+(?::[^\s]*)?@)?";
        let first = r"(?:[1-9][0-9]?|1[0-9][0-9]|2[01][0-9]|22[0-3]|24[0-9]|25[0-5])";
        let byte = r"(?:[0-9]{1,2}|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
        let last = r"(?:[0-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
        let v4 = format!(r"{first}(?:\.{byte}){{2}}\.{last}");
        // What stands in the brackets was checked when the URL was parsed.
        let v6 = r"\[[0-9a-fA-F:.]+(?:%[0-9a-zA-Z]+)?\]";
        let words = r"[a-zA-Z0-9](?:[a-zA-Z0-9_\-]+)?[a-zA-Z0-9](?:[\-.][a-zA-Z0-9]+)*";
        let below = r"(?:www\.|[a-zA-Z0-9]+(?:[\-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+)?";
        let letter = r"a-zA-Z\x{A1}-\x{FFFF}";
        let core = format!(r"(?:[{letter}0-9]+-?-?)*[{letter}0-9]+");
        let name = format!(r"(?:{words}|{below})?{core}(?:\.[{letter}]+)?");
        compile(&format!(r"{scheme}{user}(?:{v4}|{v6}|{name})\.?(?::[0-9]{{1,5}})?(?:[/?\x23][^\s]*)?"))
    });
    matches(&URL, text)
}

/// Whether the text is a URL with a scheme, as Go's `url.ParseRequestURI` takes it.
pub(super) fn is_request_url(text: &str) -> bool {
    !text.is_empty() && urls::is_request_url(text)
}

/// The pattern for a whole text; blanks are ASCII's, as in Go.
fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{})$", pattern.replace(r"\s", r"\t\n\x0C\r\x20"))).ok()
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    // A pattern of ours that does not compile would be found by the first test below.
    pattern.as_ref().is_some_and(|it| it.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for good in ["a@b.io", "first.last+tag@sub.example.com.", "\"a b\"@x.org", "ü@bücher.de", "a@b-c.co"]
        {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "a@b.c1", "a..b@c.de", ".a@b.de", "a@-b.de", "a b@c.de", "a@b..de"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn urls_with_and_without_scheme() {
        for good in [
            "https://example.com",
            "example.com",
            "localhost:8080",
            "http://user:pass@host:80/path?q#f",
            "https://10.0.0.1/x",
            "http://[::1]:80/",
            "www.example.com/a b".split(' ').next().unwrap_or_default(),
            "https://bücher.example",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in
            ["", "abc", "/a/b", "http://", ".example.com", "http://a b.com", "foo://bar", "http://.x.com"]
        {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn request_urls() {
        for good in
            ["https://example.com/a.png", "file:///a", "mailto:a", "oci://x", "data:image/png;base64,aa"]
        {
            assert!(is_request_url(good), "{good}");
        }
        for bad in ["", "example.com", "/a/b", "://x", "http://a b/", "http://[::1", "a b"] {
            assert!(!is_request_url(bad), "{bad}");
        }
    }
}
