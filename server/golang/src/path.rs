//! Go's `path`: slash-separated names, cleaned and cut without looking at any disk.
//!
//! Sprig's `base`, `dir`, `clean`, `ext` and `isAbs` are these functions, and so are the checks that Helm makes
//! on chart names and on the members of an archive.

/// The shortest name that means the same: no `.`, no `..` that can be resolved, no doubled slash.
///
/// `clean("a//b/../c")` is `a/c`; an empty name becomes `.`.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match kept.last() {
                Some(&last) if last != ".." => {
                    kept.pop();
                }
                _ if rooted => {}
                _ => kept.push(".."),
            },
            _ => kept.push(part),
        }
    }
    let joined = kept.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The last element: `.` of an empty name, `/` of one that has only slashes.
pub fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    let last = trimmed.rsplit('/').next().unwrap_or(trimmed);
    if last.is_empty() { "/" } else { last }
}

/// All but the last element, cleaned.
pub fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

/// The last element from its last dot on, or nothing.
pub fn ext(path: &str) -> &str {
    let last = path.rfind('/').map_or(path, |at| &path[at + 1..]);
    last.rfind('.').map_or("", |at| &last[at..])
}

/// Whether the name starts at the root.
pub fn is_abs(path: &str) -> bool {
    path.starts_with('/')
}

/// The parts joined by slashes and cleaned; empty parts are left out.
pub fn join<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let kept: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if kept.is_empty() { String::new() } else { clean(&kept.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_resolves_dots() {
        for (path, want) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("a/b/", "a/b"),
            ("a//b/../c", "a/c"),
            ("../../a", "../../a"),
            ("/../a", "/a"),
            ("a/../..", ".."),
            ("/a/../..", "/"),
            ("./a", "a"),
        ] {
            assert_eq!(clean(path), want, "{path}");
        }
    }

    #[test]
    fn base_ignores_trailing_slashes() {
        for (path, want) in [("", "."), ("/", "/"), ("a/b//", "b"), ("a", "a"), ("/a", "a")] {
            assert_eq!(base(path), want, "{path}");
        }
    }

    #[test]
    fn dir_is_cleaned() {
        for (path, want) in [("", "."), ("a", "."), ("a/b", "a"), ("/a", "/"), ("a/b/", "a/b"), ("a//b", "a")]
        {
            assert_eq!(dir(path), want, "{path}");
        }
    }

    #[test]
    fn ext_looks_at_the_last_element_only() {
        for (path, want) in
            [("a.b/c", ""), ("a/c.tar.gz", ".gz"), (".helmignore", ".helmignore"), ("a.", ".")]
        {
            assert_eq!(ext(path), want, "{path}");
        }
    }

    #[test]
    fn join_skips_empty_parts() {
        assert_eq!(join(["a", "", "../b"]), "b");
        assert_eq!(join(["", ""]), "");
    }
}
