//! Taking URLs apart and putting them together, by the rules of Go's `net/url`.

mod parse;

use self::parse::{Mode, Url, User};
use crate::{Failure, Function, Map, Str, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[function!("urlParse", url_parse), function!("urlJoin", url_join)];

/// Takes a URL apart: a dict with `scheme`, `userinfo`, `host`, `hostname`, `path`, `query`, `opaque` and
/// `fragment`.
///
/// `{{ (urlParse "https://user@example.com:8443/a?b=c#d").host }}` gives `example.com:8443`
pub fn url_parse(url: Str) -> Result<Map, Failure> {
    let url = Url::parse(&url).map_err(|error| format!("unable to parse url: {error}"))?;
    let hostname = Str::from(url.hostname());
    let userinfo = url.user.as_ref().map(User::encoded).unwrap_or_default();
    Ok([
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname.to_vec()),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", userinfo),
    ]
    .into_iter()
    .collect())
}

/// Puts a URL together out of a dict such as `urlParse` gives. Missing parts count as empty.
///
/// `{{ urlJoin (dict "scheme" "https" "host" "example.com" "path" "/a b") }}` gives `https://example.com/a%20b`
pub fn url_join(parts: Map) -> Result<Str, Failure> {
    let part = |key: &str| part(&parts, key);
    let url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user: user(&part("userinfo")?)?,
    };
    Ok(url.joined().into())
}

/// Whether Go takes the text for the URL of a request (`url.ParseRequestURI`) that names its scheme.
pub fn is_request_url(text: &str) -> bool {
    // Such a URL has no fragment: a `#` is a character like any other.
    Url::parse_body(text.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

/// The host, with its port, and the path of a URL that Go can parse.
pub fn host_and_path(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    Url::parse(text.as_bytes()).ok().map(|url| (url.host, url.path))
}

fn part(parts: &Map, key: &str) -> Result<Vec<u8>, Failure> {
    let Some(value) = parts.get(key.as_bytes()) else { return Ok(Vec::new()) };
    if value.is_nil() {
        return Err("runtime error: invalid memory address or nil pointer dereference".into());
    }
    let text = value.as_str().map(|it| it.to_vec());
    text.ok_or_else(|| {
        let kind = value.kind_name();
        Failure::new(format!("unable to parse {key} key, must be of type string, but {kind} found"))
    })
}

/// Sprig reads the user as part of a URL of its own.
fn user(userinfo: &[u8]) -> Result<Option<User>, Failure> {
    if userinfo.is_empty() {
        return Ok(None);
    }
    let url = [b"proto://", userinfo, b"@host"].concat();
    let url = Url::parse(&url).map_err(|error| format!("unable to parse userinfo in dict: {error}"))?;
    Ok(url.user)
}

impl Url {
    /// The host without its port and brackets.
    fn hostname(&self) -> &[u8] {
        let host = self.host.as_slice();
        let host = match host.iter().rposition(|&byte| byte == b':') {
            Some(colon) if parse::is_port(&host[colon..]) => &host[..colon],
            _ => host,
        };
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
    }

    /// The whole URL, escaped where it must be.
    fn joined(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.join_authority_and_path(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend_from_slice(&parse::escape(&self.fragment, Mode::Fragment));
        }
        out
    }

    fn join_authority_and_path(&self, out: &mut Vec<u8>) {
        let has_host = !self.host.is_empty();
        if has_host || self.user.is_some() || !self.scheme.is_empty() && !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend_from_slice(&user.encoded());
            out.push(b'@');
        }
        out.extend_from_slice(&parse::escape(&self.host, Mode::Host));
        let path = if self.path == b"*" { self.path.clone() } else { parse::escape(&self.path, Mode::Path) };
        if has_host && !path.is_empty() && !path.starts_with(b"/") {
            out.push(b'/');
        }
        if out.is_empty() && parse::first_segment(&path).contains(&b':') {
            out.extend_from_slice(b"./"); // or it would read as a scheme
        }
        out.extend_from_slice(&path);
    }
}

impl User {
    /// As it stands in a URL.
    fn encoded(&self) -> Vec<u8> {
        let mut out = parse::escape(&self.name, Mode::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend_from_slice(&parse::escape(password, Mode::User));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn parsed(url: &str) -> String {
        let parts = match url_parse(url.into()) {
            Ok(parts) => parts,
            Err(failure) => return failure.message().to_owned(),
        };
        let shown = |(key, value): (Str, Value)| {
            let value = value.as_str().unwrap().to_text().into_owned();
            (!value.is_empty()).then(|| format!("{}={value}", key.to_text()))
        };
        parts.to_vec().into_iter().filter_map(shown).collect::<Vec<_>>().join(" ")
    }

    fn joined(parts: &[(&str, &str)]) -> String {
        let parts: Map = parts.iter().copied().collect();
        url_join(parts).map_or_else(|it| it.message().to_owned(), |it| it.to_text().into_owned())
    }

    #[test]
    fn parts() {
        assert_eq!(
            parsed("proto://auth@host:80/path?query#fragment"),
            "fragment=fragment host=host:80 hostname=host path=/path query=query scheme=proto userinfo=auth"
        );
        assert_eq!(parsed("mailto:a@b"), "opaque=a@b scheme=mailto");
        assert_eq!(
            parsed("HTTP://u:p%40@[::1]:80"),
            "host=[::1]:80 hostname=::1 scheme=http userinfo=u:p%40"
        );
        assert_eq!(parsed("/a%2fb%20c"), "path=/a/b c");
        assert_eq!(parsed("//host/x?"), "host=host hostname=host path=/x");
        assert_eq!(parsed("*"), "path=*");
        assert_eq!(parsed(""), "");
    }

    #[test]
    fn refusals_are_gos() {
        for (url, want) in [
            (":", r#"parse ":": missing protocol scheme"#),
            ("a:b:c", ""),
            ("1:b", r#"parse "1:b": first path segment in URL cannot contain colon"#),
            ("http://a b/", r#"parse "http://a b/": invalid character " " in host name"#),
            ("http://a:x/", r#"parse "http://a:x/": invalid port ":x" after host"#),
            ("http://%zz/", r#"parse "http://%zz/": invalid URL escape "%zz""#),
            ("http://%41/", r#"parse "http://%41/": invalid URL escape "%41""#),
            ("/%4", r#"parse "/%4": invalid URL escape "%4""#),
            ("http://[::1/", r#"parse "http://[::1/": missing ']' in host"#),
            ("http://[1.2.3.4]/", r#"parse "http://[1.2.3.4]/": invalid IP-literal"#),
            ("http://a{@b/", r#"parse "http://a{@b/": net/url: invalid userinfo"#),
            ("http://a:1:2/", r#"parse "http://a:1:2/": invalid port ":1:2" after host"#),
            ("x#%", r#"parse "x#%": invalid URL escape "%""#),
        ] {
            let want = if want.is_empty() { String::new() } else { format!("unable to parse url: {want}") };
            let seen = parsed(url);
            assert!(seen == want || want.is_empty() && !seen.starts_with("unable"), "{url}: {seen}");
        }
    }

    #[test]
    fn joining_escapes() {
        assert_eq!(
            joined(&[("scheme", "proto"), ("host", "host:80"), ("path", "/path"), ("userinfo", "ASDJKJSD")]),
            "proto://ASDJKJSD@host:80/path"
        );
        assert_eq!(joined(&[("path", "a:b")]), "./a:b");
        assert_eq!(
            joined(&[("host", "h"), ("path", "é?"), ("fragment", "a b(c)'")]),
            "//h/%C3%A9%3F#a%20b(c)%27"
        );
        assert_eq!(joined(&[("scheme", "mailto"), ("opaque", "a@b"), ("query", "x y")]), "mailto:a@b?x y");
        assert_eq!(joined(&[("scheme", "a")]), "a:");
    }

    #[test]
    fn joining_wants_strings() {
        let parts: Map = [("host", 1_i64)].into_iter().collect();
        assert_eq!(
            url_join(parts).unwrap_err().message(),
            "unable to parse host key, must be of type string, but int64 found"
        );
    }
}
