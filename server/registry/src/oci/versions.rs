//! Which tag a version or range means (`ValidateReference`, `GetTagMatchingVersionOrConstraint`).

use golang::semver::{Constraints, Version};

use crate::error::Error;

/// The versions among tags, newest first. What is no version (`latest`, the tags of signatures) is passed over.
pub(super) fn versions(tags: &[String]) -> Vec<String> {
    let parse = |tag: &String| Version::parse_strict(&tag.replace('_', "+")).ok();
    let mut versions: Vec<Version> = tags.iter().filter_map(parse).collect();
    versions.sort_by(|a, b| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
    versions.iter().map(|it| it.original().to_owned()).collect()
}

/// Whether a text is a version by itself, which needs no list of tags.
pub(super) fn is_exact(version: &str) -> bool {
    Version::parse(version).is_ok()
}

/// The version that a range means: the newest in it, and one that is written the same before all others. An empty range
/// is the newest that is not in development.
pub(super) fn choose(versions: &[String], range: &str) -> Result<String, Error> {
    if let Some(same) = versions.iter().find(|it| *it == range) {
        return Ok(same.clone());
    }
    let wanted = if range.is_empty() { "*" } else { range };
    let constraints = Constraints::parse(wanted).map_err(|error| Error::say(error.to_string()))?;
    let is_in = |version: &&String| Version::parse(version).is_ok_and(|it| constraints.check(&it));
    versions.iter().find(is_in).cloned().ok_or_else(|| {
        let newest: Vec<&str> = versions.iter().take(5).map(String::as_str).collect();
        Error::say(format!(
            "could not locate a version matching provided version string {range}; there are {}{}",
            newest.join(", "),
            if versions.len() > newest.len() { ", …" } else { "" }
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn junk_is_no_version_and_newer_ones_come_first() {
        let all = tags(&[
            "1.2.0",
            "latest",
            "sha256-abc.sig",
            "1.10.0",
            "2.0.0-rc.1",
            "1.2.0_a",
            "v1.0.0",
            "01.2.3",
        ]);
        assert_eq!(versions(&all), ["2.0.0-rc.1", "1.10.0", "1.2.0", "1.2.0+a"]);
    }

    #[test]
    fn ranges_choose_the_newest() {
        let all = tags(&["2.0.0-rc.1", "1.10.0", "1.2.0", "1.2.0+a"]);
        let chosen = |range: &str| choose(&all, range).map_err(|it| it.to_string());
        assert_eq!(chosen(""), Ok("1.10.0".into()));
        assert_eq!(chosen("^1.2"), Ok("1.10.0".into()));
        assert_eq!(chosen("~1.2"), Ok("1.2.0".into()));
        assert_eq!(chosen(">0.0.0-0"), Ok("2.0.0-rc.1".into()));
        assert_eq!(
            chosen("^9"),
            Err("could not locate a version matching provided version string ^9; there are 2.0.0-rc.1, 1.10.0, 1.2.0, 1.2.0+a".into())
        );
        assert!(chosen("latest").unwrap_err().contains("improper constraint"));
    }
}
