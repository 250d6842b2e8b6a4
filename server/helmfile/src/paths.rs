//! Paths and patterns, as Go's `filepath` has them.

use golang::glob::match_path;
use golang::path::{base, clean, dir, join};

use crate::{Fault, PathKind, World};

/// What the pattern of an absolute path finds, by name (`filepath.Glob`): no `**`, and what cannot be looked at is not
/// there.
pub(crate) fn glob(world: &dyn World, pattern: &str) -> Result<Vec<String>, Fault> {
    // A pattern is refused even where there is nothing that it could be held against.
    match_path(pattern, "").map_err(|error| Fault::other(error.to_string()))?;
    if !has_meta(pattern) {
        let there = world.kind(pattern).ok().flatten().is_some();
        return Ok(if there { vec![pattern.to_owned()] } else { Vec::new() });
    }
    if pattern.matches('/').count() > MAX_FOLDERS {
        return Err(Fault::other(format!("a pattern goes through more than {MAX_FOLDERS} folders")));
    }
    let (folder, name) = (dir(pattern), base(pattern));
    let folders = if has_meta(&folder) { glob(world, &folder)? } else { vec![folder] };
    let mut found = Vec::new();
    for folder in folders {
        if world.kind(&folder).ok().flatten() != Some(PathKind::Folder) {
            continue;
        }
        let mut names: Vec<String> =
            world.list(&folder).unwrap_or_default().into_iter().map(|it| it.name).collect();
        names.sort();
        found.extend(
            names.iter().filter(|it| match_path(name, it) == Ok(true)).map(|it| join([&folder, it.as_str()])),
        );
    }
    Ok(found)
}

/// How many folders a pattern may go through: no system has longer paths.
const MAX_FOLDERS: usize = 2_048;

fn has_meta(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

/// A path of a file, seen from a folder.
pub(crate) fn within(folder: &str, path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { join([folder, path]) }
}

/// An absolute path as it is written in a folder.
pub(crate) fn relative(folder: &str, path: &str) -> String {
    let split = |it: &str| it.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (split(folder), split(path));
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - same);
    up.chain(to[same..].iter().cloned()).collect::<Vec<_>>().join("/")
}

/// Whether the path is fetched from elsewhere: `git::https://…`, `https://…`, `s3://…`.
pub(crate) fn is_remote(path: &str) -> bool {
    path.contains("://")
        || path.split_once("::").is_some_and(|(getter, _)| {
            !getter.is_empty() && getter.chars().all(|it| it.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_seen_from_a_folder() {
        assert_eq!(relative("/a/b", "/a/b/c/d"), "c/d");
        assert_eq!(relative("/a/b", "/a/c"), "../c");
        assert_eq!(relative("/", "/c"), "c");
    }

    #[test]
    fn remote_paths() {
        assert!(is_remote("git::https://host/a.git@b?ref=c") && is_remote("https://host/a"));
        assert!(!is_remote("a/b") && !is_remote("/a/b") && !is_remote("./a"));
    }

    #[test]
    fn patterns_across_folders() {
        let world = crate::testing::Still::new("#- x/a.yaml\n#- y/a.yaml\n#- y/b.txt\n");
        assert_eq!(glob(&world, "/w/*/*.yaml").unwrap(), ["/w/x/a.yaml", "/w/y/a.yaml"]);
        assert_eq!(glob(&world, "/w/y/b.txt").unwrap(), ["/w/y/b.txt"]);
        assert!(glob(&world, "/w/[").is_err());
    }
}
