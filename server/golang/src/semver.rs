//! Versions as Masterminds/semver v3 reads them: what Helm calls a SemVer.
//!
//! [`Version::parse`] is its `NewVersion`: an optional `v`, one to three numbers (leading zeros are fine), a
//! pre-release and metadata. [`Version::parse_strict`] is `StrictNewVersion`. Ranges are in [`constraints`].

mod constraints;

use std::cmp::Ordering;
use std::fmt;

pub use constraints::{ConstraintError, Constraints};

/// Longer texts are refused before anything else.
const MAX_LEN: usize = 256;

/// A version. Equality and order are SemVer's: metadata and spelling do not count.
#[derive(Clone, Debug)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What follows the `-`, or nothing.
    pub pre: String,
    /// What follows the `+`, or nothing.
    pub metadata: String,
    original: String,
}

/// Why a text is no version. The texts are Masterminds' own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionError {
    /// Not of the shape of a version at all.
    Invalid,
    /// The empty text (strict only).
    Empty,
    /// More than 256 bytes.
    TooLong,
    /// A number with other characters than digits (strict only).
    Characters,
    /// A number that starts with 0.
    LeadingZero,
    /// Metadata with an empty part or a character that it may not have.
    Metadata,
    /// A pre-release with an empty part or a character that it may not have.
    Prerelease,
    /// A number above 64 bits: `strconv`'s text.
    Number(String),
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => f.write_str("invalid semantic version"),
            Self::Empty => f.write_str("version string empty"),
            Self::TooLong => write!(f, "version string is too long (max {MAX_LEN} bytes)"),
            Self::Characters => f.write_str("invalid characters in version"),
            Self::LeadingZero => f.write_str("version segment starts with 0"),
            Self::Metadata => f.write_str("invalid metadata string"),
            Self::Prerelease => f.write_str("invalid prerelease string"),
            Self::Number(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for VersionError {}

impl Version {
    /// `NewVersion`: anything that can be read as a version, `v1.2` included.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_LEN {
            return Err(VersionError::TooLong);
        }
        let parts = LooseParts::split(text).ok_or(VersionError::Invalid)?;
        let number = |digits: Option<&str>| digits.map_or(Ok(0), loose_number);
        let version = Self {
            major: loose_number(parts.major)?,
            minor: number(parts.minor)?,
            patch: number(parts.patch)?,
            pre: parts.pre.unwrap_or_default().to_owned(),
            metadata: parts.metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        };
        if !version.pre.is_empty() {
            check_prerelease(&version.pre)?;
        }
        Ok(version)
    }

    /// `StrictNewVersion`: three numbers without leading zeros and without `v`.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(VersionError::TooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VersionError::Invalid);
        };
        let (rest, metadata) = cut(rest, '+');
        if let Some(metadata) = metadata {
            check_metadata(metadata)?;
        }
        let (patch, pre) = cut(rest, '-');
        if let Some(pre) = pre {
            check_prerelease(pre)?;
        }
        for part in [major, minor, patch] {
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VersionError::Characters);
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::LeadingZero);
            }
        }
        Ok(Self {
            major: strict_number(major)?,
            minor: strict_number(minor)?,
            patch: strict_number(patch)?,
            pre: pre.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// The text that was parsed.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The next patch version; of a pre-release, the release itself. `None` where Go panics on overflow.
    #[must_use]
    pub fn inc_patch(&self) -> Option<Self> {
        let patch = if self.pre.is_empty() { self.patch.checked_add(1)? } else { self.patch };
        Some(self.release(self.major, self.minor, patch))
    }

    /// The next minor version.
    #[must_use]
    pub fn inc_minor(&self) -> Option<Self> {
        Some(self.release(self.major, self.minor.checked_add(1)?, 0))
    }

    /// The next major version.
    #[must_use]
    pub fn inc_major(&self) -> Option<Self> {
        Some(self.release(self.major.checked_add(1)?, 0, 0))
    }

    /// The same with another pre-release.
    pub fn set_prerelease(&self, pre: &str) -> Result<Self, VersionError> {
        if !pre.is_empty() {
            check_prerelease(pre)?;
        }
        Ok(Self { pre: pre.to_owned(), ..self.clone() }.respelled(self))
    }

    /// The same with other metadata.
    pub fn set_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(Self { metadata: metadata.to_owned(), ..self.clone() }.respelled(self))
    }

    fn release(&self, major: u64, minor: u64, patch: u64) -> Self {
        let none = String::new;
        Self { major, minor, patch, pre: none(), metadata: none(), original: none() }.respelled(self)
    }

    /// Spells the version anew, with a `v` if the one it was made from had it.
    fn respelled(mut self, from: &Self) -> Self {
        let prefix = if from.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(
            || match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prerelease(&self.pre, &other.pre),
            },
        )
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

/// Whether a version satisfies a constraint; anything that cannot be read does not (Helm's `IsCompatibleRange`).
pub fn is_compatible_range(constraint: &str, version: &str) -> bool {
    let Ok(version) = Version::parse(version) else { return false };
    Constraints::parse(constraint).is_ok_and(|constraints| constraints.check(&version))
}

/// The pieces of a text of the shape of a version.
struct LooseParts<'t> {
    major: &'t str,
    minor: Option<&'t str>,
    patch: Option<&'t str>,
    pre: Option<&'t str>,
    metadata: Option<&'t str>,
}

impl<'t> LooseParts<'t> {
    fn split(text: &'t str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        let text = text.strip_prefix('v').unwrap_or(text);
        let (major, rest) = take_while(text, is_digit);
        if major.is_empty() {
            return None;
        }
        let (minor, rest) = take_dotted(rest, is_digit);
        let (patch, rest) = if minor.is_some() { take_dotted(rest, is_digit) } else { (None, rest) };
        let (pre, rest) = take_identifiers(rest, '-');
        let (metadata, rest) = take_identifiers(rest, '+');
        rest.is_empty().then_some(Self { major, minor, patch, pre, metadata })
    }
}

fn take_while(text: &str, keep: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !keep(byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// `.` and at least one kept byte; the part without its dot.
fn take_dotted(text: &str, keep: impl Fn(u8) -> bool) -> (Option<&str>, &str) {
    let Some(after) = text.strip_prefix('.') else { return (None, text) };
    let (part, rest) = take_while(after, keep);
    if part.is_empty() { (None, text) } else { (Some(part), rest) }
}

/// A sign and identifiers separated by dots, as far as they go.
fn take_identifiers(text: &str, sign: char) -> (Option<&str>, &str) {
    let Some(after) = text.strip_prefix(sign) else { return (None, text) };
    let (first, mut rest) = take_while(after, is_identifier);
    if first.is_empty() {
        return (None, text);
    }
    while let (Some(_), more) = take_dotted(rest, is_identifier) {
        rest = more;
    }
    (Some(&after[..after.len() - rest.len()]), rest)
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn cut(text: &str, sign: char) -> (&str, Option<&str>) {
    text.split_once(sign).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

fn loose_number(digits: &str) -> Result<u64, VersionError> {
    strict_number(digits)
        .map_err(|error| VersionError::Number(format!("error parsing version segment: {error}")))
}

fn strict_number(digits: &str) -> Result<u64, VersionError> {
    digits.parse().map_err(|_| {
        let problem = if digits.is_empty() { "invalid syntax" } else { "value out of range" };
        VersionError::Number(format!("strconv.ParseUint: parsing \"{digits}\": {problem}"))
    })
}

fn check_prerelease(pre: &str) -> Result<(), VersionError> {
    for part in pre.split('.') {
        if part.is_empty() || !part.bytes().all(is_identifier) {
            return Err(VersionError::Prerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VersionError::LeadingZero);
        }
    }
    Ok(())
}

fn check_metadata(metadata: &str) -> Result<(), VersionError> {
    let good = |part: &str| !part.is_empty() && part.bytes().all(is_identifier);
    if metadata.split('.').all(good) { Ok(()) } else { Err(VersionError::Metadata) }
}

/// Part by part: a missing part is least, numbers come before words.
fn compare_prerelease(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => match compare_part(a.unwrap_or_default(), b.unwrap_or_default()) {
                Ordering::Equal => {}
                decided => return decided,
            },
        }
    }
}

fn compare_part(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    if a.is_empty() || b.is_empty() {
        return a.len().cmp(&b.len());
    }
    match (part_number(a), part_number(b)) {
        (None, None) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // Two spellings of one number do not come this far (leading zeros are refused), but Go says "less".
        (Some(a), Some(b)) => {
            if a > b {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
    }
}

/// `strconv.ParseUint`: digits only, so that `-1` and what is too large for 64 bits are words.
fn part_number(part: &str) -> Option<u64> {
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loose(text: &str) -> String {
        Version::parse(text).map_or_else(|error| error.to_string(), |version| version.to_string())
    }

    fn strict(text: &str) -> String {
        Version::parse_strict(text).map_or_else(|error| error.to_string(), |version| version.to_string())
    }

    #[test]
    fn loose_completes() {
        for (text, want) in [
            ("1", "1.0.0"),
            ("v1.2", "1.2.0"),
            ("1.2.3-beta.1+b345", "1.2.3-beta.1+b345"),
            ("v1.2-alpha", "1.2.0-alpha"),
            ("01.02.03", "1.2.3"),
            ("1.2.3+meta-1", "1.2.3+meta-1"),
            ("1.2+x.y", "1.2.0+x.y"),
            ("1.0.0-x-y-z.--", "1.0.0-x-y-z.--"),
        ] {
            assert_eq!(loose(text), want, "{text}");
        }
    }

    #[test]
    fn loose_refuses() {
        let invalid = "invalid semantic version";
        for text in [
            "",
            "v",
            "V1",
            "1.2.3.4",
            "1.2.beta",
            "foo",
            "1.",
            "1.2.",
            "1.0.0-",
            "1.0.0+",
            " 1",
            "1.0.0-a..b",
        ] {
            assert_eq!(loose(text), invalid, "{text}");
        }
        assert_eq!(loose("1.0.0-01"), "version segment starts with 0");
        assert_eq!(
            loose("99999999999999999999"),
            "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range"
        );
        assert_eq!(loose(&"1".repeat(257)), "version string is too long (max 256 bytes)");
    }

    #[test]
    fn strict_says_what_is_wrong() {
        for (text, want) in [
            ("", "version string empty"),
            ("1.2", "invalid semantic version"),
            ("v1.2.3", "invalid characters in version"),
            ("1.02.3", "version segment starts with 0"),
            ("1.2.3-", "invalid prerelease string"),
            ("1.2.3-a..b", "invalid prerelease string"),
            ("1.2.3-01", "version segment starts with 0"),
            ("1.2.3+", "invalid metadata string"),
            ("1..3", "strconv.ParseUint: parsing \"\": invalid syntax"),
            ("1.2.3-a+b.c", "1.2.3-a+b.c"),
        ] {
            assert_eq!(strict(text), want, "{text}");
        }
    }

    #[test]
    fn order() {
        let sorted = [
            "0.9",
            "1.0.0-1",
            "1.0.0-2",
            "1.0.0-11",
            "1.0.0--1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.1",
            "2",
        ];
        for pair in sorted.windows(2) {
            let (a, b) = (Version::parse(pair[0]).unwrap(), Version::parse(pair[1]).unwrap());
            assert!(a < b, "{} < {}", pair[0], pair[1]);
            assert!(b > a, "{} > {}", pair[1], pair[0]);
        }
        assert_eq!(Version::parse("v1").unwrap(), Version::parse("1.0.0+any").unwrap());
    }

    #[test]
    fn increments_keep_the_v() {
        let version = Version::parse("v1.2.3-beta+b").unwrap();
        assert_eq!(version.inc_patch().unwrap().original(), "v1.2.3");
        assert_eq!(version.inc_minor().unwrap().original(), "v1.3.0");
        assert_eq!(version.inc_major().unwrap().to_string(), "2.0.0");
        assert_eq!(version.set_prerelease("rc.1").unwrap().original(), "v1.2.3-rc.1+b");
        assert_eq!(version.set_metadata("").unwrap().original(), "v1.2.3-beta");
        assert!(Version::parse(&format!("{}.0.0", u64::MAX)).unwrap().inc_major().is_none());
    }

    #[test]
    fn compatible_range() {
        assert!(is_compatible_range("^1.2", "v1.9.3"));
        assert!(is_compatible_range(">=1.19-0", "v1.30.0-gke.1"));
        assert!(!is_compatible_range(">=1.19", "v1.30.0-gke.1"));
        assert!(!is_compatible_range("nonsense", "1"));
        assert!(!is_compatible_range("*", "nonsense"));
        assert!(!is_compatible_range("", "1.2.3"));
    }
}
