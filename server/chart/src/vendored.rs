//! What lies in `charts/`, held against what `Chart.yaml` asks for: the statuses of `dependency list`.
//!
//! Helm looks at archives by their file names first (`sub-*.tgz`) and only then at the charts that it loaded; both
//! roads have words of their own, and scripts read them.

use std::fmt;

use golang::semver::{Constraints, Version};
use golang::{glob, path};

use crate::{Chart, Dependency, Metadata};

/// How a dependency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An archive that fits.
    Ok,
    /// A folder that fits.
    Unpacked,
    /// Nothing of that name.
    Missing,
    /// It is there in a version that will not do.
    WrongVersion,
    /// Its version is none, or the range is none.
    InvalidVersion,
    /// More than one archive of it.
    TooManyMatches,
    /// An archive that cannot be loaded.
    Corrupt,
    /// An archive of another chart under its name.
    Misnamed,
    /// Its name makes no pattern to find files by.
    BadPattern,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Unpacked => "unpacked",
            Self::Missing => "missing",
            Self::WrongVersion => "wrong version",
            Self::InvalidVersion => "invalid version",
            Self::TooManyMatches => "too many matches",
            Self::Corrupt => "corrupt",
            Self::Misnamed => "misnamed",
            Self::BadPattern => "bad pattern",
        })
    }
}

/// How a dependency of `parent` stands. `names` are the names of files in `charts/`; `load` reads one of them and answers
/// `None` where that is no chart.
pub fn status(
    dependency: &Dependency,
    parent: &Chart,
    names: &[String],
    mut load: impl FnMut(&str) -> Option<Chart>,
) -> Status {
    let pattern = format!("{}-*.tgz", dependency.name);
    let mut found = Vec::new();
    if glob::match_path(&pattern, "").is_err() {
        return Status::BadPattern;
    }
    for name in names {
        match glob::match_path(&pattern, name) {
            Err(_) => return Status::BadPattern,
            Ok(true) => found.push(name.as_str()),
            Ok(false) => {}
        }
    }
    if found.len() > 1 {
        // `sub-*.tgz` finds `sub-extra-1.0.0.tgz` too.
        found.retain(|name| Version::parse_strict(version_part(name, &dependency.name)).is_ok());
        if found.len() > 1 {
            return Status::TooManyMatches;
        }
    }
    if let [archive] = found[..] {
        return match load(archive) {
            None => Status::Corrupt,
            Some(chart) if chart.name() != dependency.name => Status::Misnamed,
            Some(chart) => judge(&chart.metadata, dependency, Status::Ok),
        };
    }
    // Of several charts of that name Helm takes the last.
    match parent.dependencies.iter().rev().find(|chart| chart.name() == dependency.name) {
        None => Status::Missing,
        Some(chart) => judge(&chart.metadata, dependency, Status::Unpacked),
    }
}

/// `1.0.0` of `sub-1.0.0.tgz`.
fn version_part<'n>(file: &'n str, name: &str) -> &'n str {
    let stem = path::base(file);
    let stem = stem.strip_suffix(".tgz").unwrap_or(stem);
    stem.strip_prefix(name).and_then(|it| it.strip_prefix('-')).unwrap_or(stem)
}

fn judge(found: &Metadata, wanted: &Dependency, fits: Status) -> Status {
    if found.version == wanted.version {
        return fits;
    }
    match (Constraints::parse(&wanted.version), Version::parse(&found.version)) {
        (Ok(range), Ok(version)) if range.check(&version) => fits,
        (Ok(_), Ok(_)) => Status::WrongVersion,
        _ => Status::InvalidVersion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::load;

    fn chart(name: &str, version: &str) -> Chart {
        let text = format!("#- Chart.yaml\napiVersion: v2\nname: {name}\nversion: {version}\n");
        load(&text, golang::Dialect::Helm4).unwrap()
    }

    /// The status of `name` at `version` where these archives lie in `charts/`, each with the chart in it.
    #[track_caller]
    fn check(name: &str, version: &str, archives: &[(&str, Option<(&str, &str)>)], want: Status) {
        let dependency =
            Dependency { name: name.to_owned(), version: version.to_owned(), ..Dependency::default() };
        let names: Vec<String> = archives.iter().map(|(file, _)| (*file).to_owned()).collect();
        let read = |file: &str| {
            let (name, version) = archives.iter().find(|it| it.0 == file)?.1?;
            Some(chart(name, version))
        };
        assert_eq!(status(&dependency, &chart("top", "1.0.0"), &names, read), want);
    }

    #[test]
    fn archives() {
        let sub = ("sub-1.0.0.tgz", Some(("sub", "1.0.0")));
        check("sub", "1.0.0", &[sub], Status::Ok);
        check("sub", "^1", &[sub], Status::Ok);
        check("sub", "^2", &[sub], Status::WrongVersion);
        check("sub", "", &[sub], Status::InvalidVersion);
        check("sub", "1.0.0", &[], Status::Missing);
        check("sub", "1.0.0", &[("sub-1.0.0.tgz", None)], Status::Corrupt);
        check("sub", "1.0.0", &[("sub-1.0.0.tgz", Some(("other", "1.0.0")))], Status::Misnamed);
        check("sub", "1.0.0", &[sub, ("sub-1.1.0.tgz", None)], Status::TooManyMatches);
        check("sub", "1.0.0", &[sub, ("sub-extra-1.0.0.tgz", None)], Status::Ok);
        check("sub[", "1.0.0", &[sub], Status::BadPattern);
    }

    #[test]
    fn folders() {
        let top = load(
            "#- Chart.yaml\napiVersion: v2\nname: top\nversion: 1.0.0\n#- charts/s/Chart.yaml\nname: sub\nversion: 1.2.0\n",
            golang::Dialect::Helm4,
        )
        .unwrap();
        let find = |version: &str| {
            let wanted =
                Dependency { name: "sub".to_owned(), version: version.to_owned(), ..Dependency::default() };
            status(&wanted, &top, &[], |_| None)
        };
        assert_eq!(find("1.x"), Status::Unpacked);
        assert_eq!(find("2.x"), Status::WrongVersion);
        assert_eq!(find("x y"), Status::InvalidVersion);
    }
}
