//! Ranges of versions: `>=1.2 <2 || ~3.1`, in Masterminds' grammar and with its reasons.
//!
//! Groups are separated by `||`; within a group all must hold, separated by spaces or commas. `x`, `X` and `*` stand
//! for any number, a missing number likewise. `1.2 - 2` means from, to. A pre-release only satisfies a group in
//! which some constraint names a pre-release: hence the `>=1.19-0` of so many charts.

use std::fmt;

use super::{Version, take_dotted, take_identifiers, take_while};
use crate::strconv::quote;

const MAX_LEN: usize = 512;
const MAX_GROUPS: usize = 32;

/// Why a text is no constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintError(String);

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConstraintError {}

/// A parsed constraint text.
#[derive(Clone, Debug)]
pub struct Constraints {
    groups: Vec<Group>,
}

/// Constraints of which all must hold.
#[derive(Clone, Debug)]
struct Group {
    all: Vec<Constraint>,
    prereleases: bool,
}

#[derive(Clone, Debug)]
struct Constraint {
    version: Version,
    /// As it was written: reasons and `Display` show it.
    text: String,
    operator: Operator,
    sign: &'static str,
    open: Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// From which number on a constraint leaves the version open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    Major,
    Minor,
    Patch,
}

/// Longest first, as the version after them cannot begin with any of their characters.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::TildeOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl Constraints {
    /// `NewConstraint`.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > MAX_LEN {
            return Err(ConstraintError(format!("constraint string is too long (max {MAX_LEN} bytes)")));
        }
        let text = rewrite_hyphens(text);
        let groups: Vec<&str> = text.split("||").collect();
        if groups.len() > MAX_GROUPS {
            return Err(ConstraintError(format!("too many constraint groups (max {MAX_GROUPS})")));
        }
        groups.into_iter().map(Group::parse).collect::<Result<_, _>>().map(|groups| Self { groups })
    }

    /// Whether the version satisfies one of the groups.
    pub fn check(&self, version: &Version) -> bool {
        self.groups
            .iter()
            .any(|group| group.all.iter().all(|it| it.check(version, group.prereleases).is_ok()))
    }

    /// Like [`Self::check`], with a reason for each constraint that failed.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut said_prerelease = false;
        for group in &self.groups {
            let mut satisfied = true;
            for constraint in &group.all {
                if !group.prereleases && !version.pre.is_empty() {
                    if !said_prerelease {
                        reasons.push(only_releases(version));
                    }
                    said_prerelease = true;
                    satisfied = false;
                } else if let Err(reason) = constraint.check(version, group.prereleases) {
                    reasons.push(reason);
                    satisfied = false;
                }
            }
            if satisfied {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.groups.iter().enumerate() {
            f.write_str(if index > 0 { " || " } else { "" })?;
            for (index, constraint) in group.all.iter().enumerate() {
                f.write_str(if index > 0 { " " } else { "" })?;
                write!(f, "{}{}", constraint.sign, constraint.text)?;
            }
        }
        Ok(())
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        let improper = || ConstraintError(format!("improper constraint: {}", quote(text)));
        let mut all = Vec::new();
        let mut rest = skip_space(text);
        loop {
            let (constraint, after) = Constraint::take(rest).ok_or_else(improper)?;
            all.push(constraint);
            let spaced = skip_space(after);
            if spaced.is_empty() {
                break;
            }
            rest = match spaced.strip_prefix(',') {
                Some(after_comma) => skip_space(after_comma),
                None if spaced.len() < after.len() => spaced,
                None => return Err(improper()),
            };
        }
        // Only a segment that is well formed as a whole gets its versions looked at.
        let all: Option<Vec<Constraint>> = all.into_iter().collect();
        let all = all.ok_or_else(|| ConstraintError("constraint parser error".to_owned()))?;
        let prereleases = all.iter().any(|it| !it.version.pre.is_empty());
        Ok(Self { all, prereleases })
    }
}

impl Constraint {
    /// Reads an operator and a version; the inner `None` is a version whose numbers make no sense (`1|2`).
    fn take(text: &str) -> Option<(Option<Self>, &str)> {
        let (sign, operator) = OPERATORS
            .into_iter()
            .find(|(sign, _)| text.starts_with(sign))
            .unwrap_or(("", Operator::TildeOrEqual));
        let (pattern, rest) = VersionPattern::take(skip_space(&text[sign.len()..]))?;
        let (text, open) = pattern.resolve();
        let constraint = Version::parse(&text).ok().map(|version| Self {
            version,
            text: pattern.text.to_owned(),
            operator,
            sign,
            open,
        });
        Some((constraint, rest))
    }

    fn check(&self, version: &Version, prereleases: bool) -> Result<(), String> {
        if !version.pre.is_empty() && !prereleases {
            return Err(only_releases(version));
        }
        match self.operator {
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.require(self.is_greater(version), version, "is less than or equal to"),
            Operator::Less => self.require(*version < self.version, version, "is greater than or equal to"),
            Operator::GreaterEqual => self.require(*version >= self.version, version, "is less than"),
            Operator::LessEqual => self.require(self.is_less_equal(version), version, "is greater than"),
            Operator::TildeOrEqual if self.open == Open::Nothing => {
                self.require(*version == self.version, version, "is not equal to")
            }
            Operator::TildeOrEqual | Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn require(&self, holds: bool, version: &Version, reason: &str) -> Result<(), String> {
        if holds { Ok(()) } else { Err(self.reason(version, reason)) }
    }

    fn reason(&self, version: &Version, reason: &str) -> String {
        format!("{} {reason} {}", quote(version.to_string()), quote(&self.text))
    }

    fn not_equal(&self, version: &Version) -> Result<(), String> {
        let differs = match self.open {
            // An open major is compared as 0: `!=*` refuses 0.0.0 only. So does Masterminds.
            Open::Nothing | Open::Major => *version != self.version,
            Open::Minor => version.major != self.version.major,
            Open::Patch => {
                (version.major, version.minor) != (self.version.major, self.version.minor)
                    || super::compare_prerelease(&version.pre, &self.version.pre).is_ne()
            }
        };
        self.require(differs, version, "is equal to")
    }

    fn is_greater(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing | Open::Major => *version > *wanted,
            Open::Minor => version.major > wanted.major,
            Open::Patch => (version.major, version.minor) > (wanted.major, wanted.minor),
        }
    }

    fn is_less_equal(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing => *version <= *wanted,
            Open::Minor => version.major <= wanted.major,
            Open::Major | Open::Patch => (version.major, version.minor) <= (wanted.major, wanted.minor),
        }
    }

    fn tilde(&self, version: &Version) -> Result<(), String> {
        let wanted = &self.version;
        self.require(*version >= *wanted, version, "is less than")?;
        let zero = (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0);
        if zero && !matches!(self.open, Open::Minor | Open::Patch) {
            return Ok(());
        }
        self.require(version.major == wanted.major, version, "does not have same major version as")?;
        let same_minor = version.minor == wanted.minor || self.open == Open::Minor;
        self.require(same_minor, version, "does not have same major and minor version as")
    }

    fn caret(&self, version: &Version) -> Result<(), String> {
        const ZERO_MAJOR: &str = ". Expected minor versions to match when constraint major version is 0";
        const ZERO_MINOR: &str =
            ". Expect version and constraint to equal when major and minor versions are 0";
        let wanted = &self.version;
        self.require(*version >= *wanted, version, "is less than")?;
        self.require(
            version.major == wanted.major
                || (wanted.major == 0 && self.open != Open::Minor && version.major == 0),
            version,
            "does not have same major version as",
        )?;
        if wanted.major > 0 || self.open == Open::Minor {
            return Ok(());
        }
        let minor = "does not have same minor version as";
        if wanted.minor > 0 || self.open == Open::Patch {
            let same = version.minor == wanted.minor;
            return self.require(same, version, minor).map_err(|reason| reason + ZERO_MAJOR);
        }
        self.require(version.minor == 0, version, minor)?;
        self.require(version.patch == wanted.patch, version, "does not equal")
            .map_err(|reason| reason + ZERO_MINOR)
    }
}

/// A version in a constraint: any number may be `x`, `X` or `*` (or, by a slip of Masterminds' pattern, have `|`).
struct VersionPattern<'t> {
    text: &'t str,
    major: &'t str,
    minor: Option<&'t str>,
    patch: Option<&'t str>,
    pre: Option<&'t str>,
}

impl<'t> VersionPattern<'t> {
    fn take(text: &'t str) -> Option<(Self, &'t str)> {
        let is_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|');
        let (major, rest) = take_while(text.strip_prefix('v').unwrap_or(text), is_number);
        if major.is_empty() {
            return None;
        }
        let (minor, rest) = take_dotted(rest, is_number);
        let (patch, rest) = if minor.is_some() { take_dotted(rest, is_number) } else { (None, rest) };
        let (pre, rest) = take_identifiers(rest, '-');
        let (_, rest) = take_identifiers(rest, '+');
        let text = &text[..text.len() - rest.len()];
        Some((Self { text, major, minor, patch, pre }, rest))
    }

    /// The least version that it can mean, and what it leaves open. What follows an open number is not looked at.
    fn resolve(&self) -> (String, Open) {
        let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
        let pre = self.pre.map(|pre| format!("-{pre}")).unwrap_or_default();
        let (minor, patch) = (self.minor.unwrap_or_default(), self.patch.unwrap_or_default());
        if is_open(self.major) {
            (format!("0.0.0{pre}"), Open::Major)
        } else if is_open(minor) {
            (format!("{}.0.0{pre}", self.major), Open::Minor)
        } else if is_open(patch) {
            (format!("{}.{minor}.0{pre}", self.major), Open::Patch)
        } else {
            (self.text.to_owned(), Open::Nothing)
        }
    }
}

/// `1.2 - 2` becomes `>= 1.2, <= 2 `, wherever it stands.
fn rewrite_hyphens(text: &str) -> String {
    let mut out = text.to_owned();
    let mut from = 0;
    while let Some((start, end, low, high)) = find_hyphen_range(text, from) {
        // Masterminds replaces the first occurrence of the matched text, and so do we.
        out = out.replacen(&text[start..end], &format!(">= {low}, <= {high} "), 1);
        from = end;
    }
    out
}

fn find_hyphen_range(text: &str, from: usize) -> Option<(usize, usize, &str, &str)> {
    text[from..].char_indices().find_map(|(at, _)| {
        let start = from + at;
        let (low, rest) = VersionPattern::take(skip_space(&text[start..]))?;
        let after = skip_space(rest);
        let high_at = after.strip_prefix('-').filter(|_| after.len() < rest.len())?;
        let high_text = skip_space(high_at);
        let (high, rest) = VersionPattern::take(high_text).filter(|_| high_text.len() < high_at.len())?;
        Some((start, text.len() - skip_space(rest).len(), low.text, high.text))
    })
}

/// RE2's `\s*`.
fn skip_space(text: &str) -> &str {
    text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' '])
}

fn only_releases(version: &Version) -> String {
    let version = quote(version.to_string());
    format!("{version} is a prerelease version and the constraint is only looking for release versions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(constraint: &str, version: &str, want: bool) {
        let constraints = Constraints::parse(constraint).unwrap();
        assert_eq!(constraints.check(&Version::parse(version).unwrap()), want, "{constraint} on {version}");
    }

    #[test]
    fn plain_operators() {
        for (constraint, yes, no) in [
            ("=1.2.3", "1.2.3", "1.2.4"),
            ("!=1.2.3", "1.2.4", "1.2.3"),
            (">1.2.3", "1.2.4", "1.2.3"),
            (">=1.2", "1.2.0", "1.1.9"),
            ("=> 1.2", "1.2.0", "1.1.9"),
            ("<2", "1.9", "2.0"),
            ("<=1.2", "1.2.9", "1.3"),
            ("=<1", "1.9", "2"),
            (">1", "2.0.0", "1.5.0"),
            (">1.1", "1.2.0", "1.1.5"),
            ("!=1.x", "2.0", "1.4"),
            ("!=1.2.x", "1.3", "1.2.9"),
        ] {
            check(constraint, yes, true);
            check(constraint, no, false);
        }
    }

    #[test]
    fn tilde_and_caret() {
        for (constraint, yes, no) in [
            ("~1.2.3", "1.2.9", "1.3.0"),
            ("~>1.2", "1.2.9", "1.3.0"),
            ("~1", "1.9", "2.0"),
            ("1.2", "1.2.7", "1.3.0"),
            ("1.x", "1.7", "2.0"),
            ("^1.2.3", "1.9", "2.0"),
            ("^0.2.3", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("^0.0", "0.0.9", "0.1"),
            ("^0", "0.9", "1.0"),
        ] {
            check(constraint, yes, true);
            check(constraint, no, false);
        }
        for open in ["*", "x", "~*", ">=*", "~0.0.0"] {
            check(open, "7.8.9", true);
        }
    }

    #[test]
    fn groups_and_hyphens() {
        check(">=1.2, <2", "1.9", true);
        check(">=1.2 <2", "2.0", false);
        check("<1 || >=2", "2.1", true);
        check("<1||>=2", "1.5", false);
        check("1.2 - 1.4.5", "1.3", true);
        check("1.2 - 1.4.5", "1.5", false);
        check("1 - 2 || 4 - 5", "4.2", true);
    }

    #[test]
    fn prereleases_need_a_prerelease() {
        check(">=1.19", "1.20.0-gke.1", false);
        check(">=1.19-0", "1.20.0-gke.1", true);
        check(">=1.19-0 <2", "1.20.0-gke.1", true);
        check("^1.2.3-beta.1", "1.2.3-beta.2", true);
        check("!=1.2.3-beta", "1.2.3-beta", false);
    }

    #[test]
    fn errors() {
        for (text, want) in [
            (">=a", "improper constraint: \">=a\""),
            (">= 1.2 foo", "improper constraint: \">= 1.2 foo\""),
            ("1,,2", "improper constraint: \"1,,2\""),
            ("", "improper constraint: \"\""),
            ("1 || ", "improper constraint: \" \""),
            ("1|2.0.0", "constraint parser error"),
            (">1.2.3.4", "improper constraint: \">1.2.3.4\""),
        ] {
            assert_eq!(Constraints::parse(text).unwrap_err().to_string(), want, "{text}");
        }
        let long = "1 ".repeat(300);
        assert!(Constraints::parse(&long).unwrap_err().to_string().contains("too long"));
        let many = vec!["1"; 33].join("||");
        assert!(Constraints::parse(&many).unwrap_err().to_string().contains("too many"));
    }

    #[test]
    fn reasons() {
        let constraints = Constraints::parse(">= 1.2, < 2.0.0 || ^0.3.1").unwrap();
        let reasons = constraints.validate(&Version::parse("0.4").unwrap()).unwrap_err();
        assert_eq!(
            reasons,
            [
                "\"0.4.0\" is less than \"1.2\"",
                "\"0.4.0\" does not have same minor version as \"0.3.1\". Expected minor versions to match when \
                 constraint major version is 0",
            ]
        );
        let reasons = constraints.validate(&Version::parse("1.5-rc").unwrap()).unwrap_err();
        assert_eq!(
            reasons,
            ["\"1.5.0-rc\" is a prerelease version and the constraint is only looking for release versions"]
        );
        assert_eq!(constraints.to_string(), ">=1.2 <2.0.0 || ^0.3.1");
    }
}
