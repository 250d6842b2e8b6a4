//! Reads a URL with the leniency and the messages of Go's `url.Parse`.

use std::net::Ipv6Addr;

use golang::strconv::quote;

/// The parts of a URL, unescaped.
#[derive(Debug, Default)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    /// What follows a scheme without a slash: `mailto:OPAQUE`.
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<User>,
    /// With the port.
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    /// As it was written.
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// What stands before the `@`.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: Vec<u8>,
    pub(super) password: Option<Vec<u8>>,
}

/// The part of a URL that decides what must be escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Host,
    /// The zone of an IPv6 address.
    Zone,
    User,
    Path,
    Fragment,
}

impl Url {
    /// Reads a URL, or gives Go's message.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let wrap = |text: &[u8], error: String| format!("parse {}: {error}", quoted(text));
        let (body, fragment) = cut(text, b'#');
        let mut url = Self::parse_body(body).map_err(|error| wrap(body, error))?;
        let fragment = unescape(fragment.unwrap_or_default(), Mode::Fragment);
        url.fragment = fragment.map_err(|error| wrap(text, error))?;
        Ok(url)
    }

    pub(super) fn parse_body(text: &[u8]) -> Result<Self, String> {
        if text.iter().any(u8::is_ascii_control) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == b"*" {
            url.path = text.to_vec();
            return Ok(url);
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = cut(rest, b'?');
        url.query = query.unwrap_or_default().to_vec();
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if first_segment(rest).contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///")) {
            let authority = first_segment(&rest[2..]);
            rest = &rest[2 + authority.len()..];
            url.set_authority(authority)?;
        }
        url.path = unescape(rest, Mode::Path)?;
        Ok(url)
    }

    fn set_authority(&mut self, authority: &[u8]) -> Result<(), String> {
        let Some(at) = authority.iter().rposition(|&byte| byte == b'@') else {
            self.host = parse_host(&self.scheme, authority)?;
            return Ok(());
        };
        self.host = parse_host(&self.scheme, &authority[at + 1..])?;
        let user = &authority[..at];
        if !user.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte)) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = cut(user, b':');
        let password = password.map(|password| unescape(password, Mode::User));
        self.user = Some(User { name: unescape(name, Mode::User)?, password: password.transpose()? });
        Ok(())
    }
}

/// The scheme, empty where there is none, and what follows its colon.
fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    match host.iter().rposition(|&byte| byte == b'[') {
        Some(0) => return parse_ip_literal(host),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    // Lists of hosts with ports are common for databases, so only the web's schemes look at every colon.
    let is_web = matches!(scheme, b"http" | b"https");
    let is_colon = |&byte: &u8| byte == b':';
    let colon = if is_web { host.iter().position(is_colon) } else { host.iter().rposition(is_colon) };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescape(host, Mode::Host)
}

/// `[::1]:80`, with a zone after `%25`.
fn parse_ip_literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let close = host.iter().rposition(|&byte| byte == b']').ok_or("missing ']' in host")?;
    let port = &host[close + 1..];
    check_port(port)?;
    let name = &host[1..close];
    let zone = name.windows(3).position(|it| it == b"%25").unwrap_or(name.len());
    let mut address = unescape(&name[..zone], Mode::Host)?;
    address.extend_from_slice(&unescape(&name[zone..], Mode::Zone)?);
    check_ipv6(&address)?;
    Ok([b"[".as_slice(), &address, b"]", port].concat())
}

fn check_ipv6(address: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(address);
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".to_owned());
    }
    let (plain, zone) = text.split_once('%').map_or((&*text, None), |(plain, zone)| (plain, Some(zone)));
    let problem = match plain.parse::<Ipv6Addr>() {
        Ok(_) if zone == Some("") => "zone must be a non-empty string",
        Ok(_) => return Ok(()),
        Err(_) => "unable to parse IP",
    };
    Err(format!("invalid host: ParseAddr({}): {problem}", quote(address)))
}

fn check_port(port: &[u8]) -> Result<(), String> {
    if is_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", quoted(port))) }
}

/// Nothing, or a colon and digits, if any.
pub(super) fn is_port(port: &[u8]) -> bool {
    match port.split_first() {
        None => true,
        Some((first, digits)) => *first == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

/// Everything before the first slash.
pub(super) fn first_segment(path: &[u8]) -> &[u8] {
    path.split(|&byte| byte == b'/').next().unwrap_or_default()
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, text) {
        Some(found) => (&text[..found], Some(&text[found + 1..])),
        None => (text, None),
    }
}

fn quoted(text: &[u8]) -> String {
    quote(text)
}

/// Replaces `%XX`; a host may only hide bytes that are not ASCII behind it.
fn unescape(text: &[u8], mode: Mode) -> Result<Vec<u8>, String> {
    let in_host = matches!(mode, Mode::Host | Mode::Zone);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte != b'%' {
            if in_host && byte.is_ascii() && must_escape(byte, mode) {
                return Err(format!("invalid character {} in host name", quoted(&[byte])));
            }
            out.push(byte);
            at += 1;
            continue;
        }
        let escape = &text[at..text.len().min(at + 3)];
        let value = hex_value(escape);
        let allowed = |value: u8| match mode {
            Mode::Host => value >= 0x80 || escape == b"%25",
            Mode::Zone => escape == b"%25" || value == b' ' || !must_escape(value, Mode::Host),
            Mode::User | Mode::Path | Mode::Fragment => true,
        };
        match value {
            Some(value) if allowed(value) => out.push(value),
            _ => return Err(format!("invalid URL escape {}", quoted(escape))),
        }
        at += 3;
    }
    Ok(out)
}

fn hex_value(escape: &[u8]) -> Option<u8> {
    let &[_, high, low] = escape else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

/// Writes `%XX` for what may not stand in that part of a URL.
pub(super) fn escape(text: &[u8], mode: Mode) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if must_escape(byte, mode) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(byte);
        }
    }
    out
}

fn must_escape(byte: u8, mode: Mode) -> bool {
    if byte.is_ascii_alphanumeric() {
        return false;
    }
    let allowed: &[u8] = match mode {
        Mode::Host | Mode::Zone => b"-_.~!$&'()*+,;=:[]<>\"",
        Mode::User => b"-_.~$&+,;=",
        Mode::Path => b"-_.~$&+,/:;=@",
        Mode::Fragment => b"-_.~$&+,/:;=?@!()*",
    };
    !allowed.contains(&byte)
}
