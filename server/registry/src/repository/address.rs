//! Addresses of repositories and of what lies in them, as Helm puts them together (`urlutil`).

use golang::path;
use url::Url;

/// The parts of an address: scheme and host, path, and what follows it.
fn split(url: &str) -> (&str, &str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let tail = url[host..].find(['?', '#']).map_or(url.len(), |at| host + at);
    let path = if host == 0 { 0 } else { url[host..tail].find('/').map_or(tail, |at| host + at) };
    (&url[..path], &url[path..tail], &url[tail..])
}

/// An address with a path behind its own.
pub fn url_join(base: &str, more: &str) -> String {
    let (host, path, tail) = split(base);
    let joined = path::join([path, more]);
    let slash = if host.is_empty() || joined.is_empty() || joined.starts_with('/') { "" } else { "/" };
    format!("{host}{slash}{joined}{tail}")
}

/// Whether two addresses lead to the same place: a slash at the end does not count.
pub fn is_same_address(one: &str, other: &str) -> bool {
    let normal = |url| {
        let (host, path, tail) = split(url);
        let path = path::clean(if path.is_empty() { "/" } else { path });
        format!("{host}{path}{tail}")
    };
    normal(one) == normal(other)
}

/// Where an address in an index leads: relative ones begin at the repository, whose query stays with them. The error
/// names the address.
pub fn resolve_reference(base: &str, reference: &str) -> Result<String, String> {
    match Url::parse(reference) {
        Ok(_) => return Ok(reference.to_owned()),
        Err(url::ParseError::RelativeUrlWithoutBase) => {}
        Err(error) => return Err(format!("failed to parse {reference} as URL: {error}")),
    }
    let failed = |error: url::ParseError| format!("failed to parse {base} as URL: {error}");
    let mut folder = Url::parse(base).map_err(failed)?;
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", folder.path()));
    }
    let mut found = folder.join(reference).map_err(failed)?;
    found.set_query(folder.query());
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined() {
        for (base, more, want) in [
            ("https://a.b", "c.tgz", "https://a.b/c.tgz"),
            ("https://a.b/x/?q=1", "c.tgz", "https://a.b/x/c.tgz?q=1"),
            ("https://a.b/x//y/", "", "https://a.b/x/y"),
            ("", "c.tgz", "c.tgz"),
            ("", "", ""),
            ("sub", "c.tgz", "sub/c.tgz"),
        ] {
            assert_eq!(url_join(base, more), want, "{base} {more}");
        }
    }

    #[test]
    fn the_same() {
        assert!(is_same_address("https://a.b", "https://a.b/"));
        assert!(is_same_address("https://a.b/x/", "https://a.b/x"));
        assert!(!is_same_address("https://a.b/x", "https://a.b/y"));
        assert!(!is_same_address("https://a.b/x?1", "https://a.b/x"));
    }

    #[test]
    fn resolved() {
        for (base, reference, want) in [
            ("https://a.b/x", "c-1.tgz", "https://a.b/x/c-1.tgz"),
            ("https://a.b/x/", "c-1.tgz?t=2", "https://a.b/x/c-1.tgz"),
            ("https://a.b/x?key=1", "y/c-1.tgz", "https://a.b/x/y/c-1.tgz?key=1"),
            ("https://a.b/x", "/c-1.tgz", "https://a.b/c-1.tgz"),
            ("https://a.b/x", "https://c.d/c-1.tgz", "https://c.d/c-1.tgz"),
            ("https://a.b/x", "../c-1.tgz", "https://a.b/c-1.tgz"),
            ("https://a.b/x", "oci://c.d/e:1.0.0", "oci://c.d/e:1.0.0"),
        ] {
            assert_eq!(resolve_reference(base, reference).unwrap(), want, "{base} {reference}");
        }
        assert!(resolve_reference("not an address", "c.tgz").is_err());
    }
}
