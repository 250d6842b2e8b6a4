//! URIs and paths, with percent-encoding, Windows drives, members of archives and previews.
//!
//! Paths are texts with `/` as in a [`text::FileTable`]. Clients differ in what they encode (`c:` or `c%3A`),
//! so documents are known by their path, and get their own URI back in answers.

/// The scheme of rendered previews.
pub(crate) const PREVIEW: &str = "chartroom-preview";
/// The scheme of files within packed subcharts.
pub(crate) const ARCHIVE: &str = "chartroom-archive";

/// The path of a `file:` URI.
pub(crate) fn path_of(uri: &str) -> Option<String> {
    path_of_on(uri, cfg!(windows))
}

fn path_of_on(uri: &str, windows: bool) -> Option<String> {
    let rest = strip_scheme(uri, "file")?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (host, path) = rest.split_at(rest.find('/')?);
            let local = host.is_empty() || host.eq_ignore_ascii_case("localhost");
            if local { decode(path)? } else { format!("//{}{}", decode(host)?, decode(path)?) }
        }
        None => decode(rest)?,
    };
    Some(if windows { windows_path(&path) } else { path })
}

/// `/c:/a` is `C:/a`: Windows does not tell the two letters apart, comparing paths does.
fn windows_path(path: &str) -> String {
    let drive = path.strip_prefix('/').unwrap_or(path);
    match drive.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => {
            format!("{}{}", letter.to_ascii_uppercase() as char, &drive[1..])
        }
        _ => path.to_owned(),
    }
}

/// The `file:` URI of a path, or the `chartroom-archive:` URI of a member of an archive.
pub(crate) fn of_path(path: &str) -> String {
    match with_chart_names(path) {
        Some(member) => format!("{ARCHIVE}:{}", encode(&rooted(&member))),
        None => match path.strip_prefix("//") {
            Some(shared) => format!("file://{}", encode(shared)),
            None => format!("file://{}", encode(&rooted(path))),
        },
    }
}

fn rooted(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// The path of a member of an archive as a [`text::FileTable`] has it, from its URI.
pub(crate) fn member_of(uri: &str) -> Option<String> {
    let path = decode(strip_scheme(uri, ARCHIVE)?)?;
    let path = if cfg!(windows) { windows_path(&path) } else { path };
    let mut parts = path.split(".tgz/");
    let mut member = parts.next()?.to_owned();
    for part in parts {
        let (_chart, rest) = part.split_once('/')?;
        member = format!("{member}.tgz/{rest}");
    }
    Some(member)
}

/// `a/charts/redis-1.2.3.tgz/values.yaml` as `a/charts/redis-1.2.3.tgz/redis/values.yaml`: the folder is in the
/// archive, and people should see whose file it is. `None` for what is in no archive.
fn with_chart_names(path: &str) -> Option<String> {
    let mut parts = path.split(".tgz/");
    let mut named = parts.next()?.to_owned();
    let mut packed = false;
    for part in parts {
        packed = true;
        let archive = named.rsplit('/').next().unwrap_or(&named);
        named = format!("{named}.tgz/{}/{part}", chart_name(archive));
    }
    packed.then_some(named)
}

/// `kube-state-metrics` of `kube-state-metrics-5.1.0`: the version begins at the first `-` before a digit that
/// has a dot after its digits.
fn chart_name(archive: &str) -> &str {
    let is_version = |rest: &str| {
        let digits = rest.trim_start_matches('v').trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < rest.trim_start_matches('v').len() && digits.starts_with('.')
    };
    let cut = archive.match_indices('-').find(|(at, _)| is_version(&archive[at + 1..]));
    cut.map_or(archive, |(at, _)| &archive[..at])
}

/// What a preview shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum PreviewOf {
    /// One template, by its path.
    Template(String),
    /// A whole chart, by its folder.
    Chart(String),
}

/// The URI of a preview: the template's own path, or `<folder>/<name>.yaml?scope=chart`, so that the tab of
/// an editor has a name that says something.
pub(crate) fn of_preview(preview: &PreviewOf) -> String {
    match preview {
        PreviewOf::Template(path) => format!("{PREVIEW}:{}", encode(&rooted(path))),
        PreviewOf::Chart(folder) => {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            format!("{PREVIEW}:{}?scope=chart", encode(&rooted(&format!("{folder}/{name}.yaml"))))
        }
    }
}

/// What the preview behind a URI shows.
pub(crate) fn preview_of(uri: &str) -> Option<PreviewOf> {
    let rest = strip_scheme(uri, PREVIEW)?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = decode(path)?;
    let path = if cfg!(windows) { windows_path(&path) } else { path };
    if decode(query)? == "scope=chart" {
        return Some(PreviewOf::Chart(path.rsplit_once('/')?.0.to_owned()));
    }
    Some(PreviewOf::Template(path))
}

/// The URI of a document that only we have, by its path.
pub(crate) fn of_document(scheme: &str, path: &str) -> String {
    format!("{scheme}:{}", encode(path))
}

/// The path of a document that only we have; clients may write an empty host in front of it.
pub(crate) fn document_path(scheme: &str, uri: &str) -> Option<String> {
    let rest = strip_scheme(uri, scheme)?;
    decode(rest.strip_prefix("//").unwrap_or(rest))
}

fn strip_scheme<'u>(uri: &'u str, scheme: &str) -> Option<&'u str> {
    let (found, rest) = uri.split_once(':')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (hex, tail) = rest.split_at_checked(2)?;
        rest = tail;
        bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

fn encode(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte as char);
            }
            // Writing to a text cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_unix(uri: &str, path: &str) {
        assert_eq!(path_of_on(uri, false).as_deref(), Some(path));
    }

    #[test]
    fn paths_of_uris() {
        check_unix("file:///a/b.yaml", "/a/b.yaml");
        check_unix("file:///a%20b/%C3%BC%2B.yaml", "/a b/ü+.yaml");
        check_unix("file://localhost/a", "/a");
        check_unix("FILE:/a", "/a");
        check_unix("file://server/share/a", "//server/share/a");
        assert_eq!(path_of("untitled:Untitled-1"), None);
        assert_eq!(path_of_on("file:///%zz", false), None);
        assert_eq!(path_of_on("file:///a%", false), None);
    }

    #[test]
    fn windows_drives_are_one_drive() {
        for uri in ["file:///c:/a.yaml", "file:///C%3A/a.yaml", "file:///c%3a/a.yaml"] {
            assert_eq!(path_of_on(uri, true).as_deref(), Some("C:/a.yaml"));
        }
        assert_eq!(path_of_on("file://server/share", true).as_deref(), Some("//server/share"));
    }

    #[test]
    fn uris_of_paths() {
        assert_eq!(of_path("/a b/ü.yaml"), "file:///a%20b/%C3%BC.yaml");
        assert_eq!(of_path("C:/a"), "file:///C%3A/a");
        assert_eq!(of_path("//server/share/a"), "file://server/share/a");
    }

    #[track_caller]
    fn check_member(path: &str, uri: &str) {
        assert_eq!(of_path(path), uri);
        assert_eq!(member_of(uri).as_deref(), Some(path));
    }

    #[test]
    fn members_of_archives_name_their_chart() {
        check_member(
            "/c/charts/redis-1.2.3.tgz/values.yaml",
            "chartroom-archive:/c/charts/redis-1.2.3.tgz/redis/values.yaml",
        );
        check_member(
            "/c/charts/a-b-v1.0.0-rc.1.tgz/charts/d.tgz/templates/x y",
            "chartroom-archive:/c/charts/a-b-v1.0.0-rc.1.tgz/a-b/charts/d.tgz/d/templates/x%20y",
        );
        assert_eq!(chart_name("k8s-2-1.0.0"), "k8s-2");
    }

    #[test]
    fn an_archive_itself_is_a_file() {
        assert_eq!(of_path("/c/a.tgz"), "file:///c/a.tgz");
    }

    #[track_caller]
    fn check_preview(preview: PreviewOf, uri: &str) {
        assert_eq!(of_preview(&preview), uri);
        assert_eq!(preview_of(uri), Some(preview));
    }

    #[test]
    fn previews() {
        let template = PreviewOf::Template("/c/templates/a b.yaml".into());
        check_preview(template, "chartroom-preview:/c/templates/a%20b.yaml");
        check_preview(PreviewOf::Chart("/x/web".into()), "chartroom-preview:/x/web/web.yaml?scope=chart");
        assert_eq!(
            preview_of("chartroom-preview:/x/a.yaml?scope%3Dchart"),
            Some(PreviewOf::Chart("/x".into()))
        );
        assert_eq!(preview_of("file:///a"), None);
    }
}
