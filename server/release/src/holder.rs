//! Who is at a release. It stands in the description of a pending revision for as long as that is pending, so that whoever
//! finds one can tell an operation under way from one whose program is gone.
//!
//! Helm writes nothing of the kind: a revision that it left pending looks the same as one that it is working on.

use std::fmt;

/// A program that works on a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The machine that it runs on.
    pub host: String,
    /// The number of its process there.
    pub process: u32,
    /// Which process of that number, and of which machine of that name: both come again. Whoever made it reads it.
    pub mark: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {}", self.process, self.host)
    }
}

impl Holder {
    /// What a record says while this holder is at it.
    pub fn sign(&self, description: &str) -> String {
        let Self { host, process, mark } = self;
        format!("{description} (chartroom, process {process}/{mark} on {host})")
    }

    /// The holder that a description names.
    pub fn of(description: &str) -> Option<Self> {
        let (_, text) = description.strip_suffix(')')?.rsplit_once(" (chartroom, process ")?;
        let (numbers, host) = text.split_once(" on ")?;
        let (process, mark) = numbers.split_once('/')?;
        Some(Self { host: host.to_owned(), process: process.parse().ok()?, mark: mark.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Holder;

    #[test]
    fn what_was_signed_is_read_again() {
        let holder = Holder { host: "ci-7 (blue) on a".into(), process: 41, mark: "7a:99".into() };
        let signed = holder.sign("Preparing upgrade");
        assert_eq!(signed, "Preparing upgrade (chartroom, process 41/7a:99 on ci-7 (blue) on a)");
        assert_eq!(Holder::of(&signed), Some(holder));
    }

    #[test]
    fn what_helm_writes_names_nobody() {
        for text in ["Preparing upgrade", "Initial install underway", "", "x (chartroom, process a/1 on b)"] {
            assert_eq!(Holder::of(text), None, "{text}");
        }
    }
}
