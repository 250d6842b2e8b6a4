//! The name that somebody meant who wrote another one.

use std::ops::Range;

/// The name that differs least from a wanted one, if it is near enough to be a slip; upper and lower case count as the same.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    let lower = wanted.to_lowercase();
    let others = names.into_iter().filter(|name| *name != wanted);
    let all = others.map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name));
    all.filter(|(far, _)| *far <= allowed).min().map(|(_, name)| name)
}

/// A name that was written, and the one that was likely meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What stands there.
    pub written: String,
    /// What should.
    pub meant: String,
}

impl Slip {
    /// What is near to a name.
    pub fn of<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<Self> {
        let meant = nearest(written, names)?.to_owned();
        Some(Self { written: written.to_owned(), meant })
    }

    /// The bytes of a text in which the written name stands for the first time, whole and not as a part of another.
    pub fn find_in(&self, text: &str) -> Option<Range<usize>> {
        let is_of_name = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
        let mut places = text.match_indices(&self.written).map(|(at, name)| at..at + name.len());
        places.find(|it| !text[..it.start].ends_with(is_of_name) && !text[it.end..].starts_with(is_of_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_where_it_is_a_whole_name() {
        let slip = Slip::of("tga", ["tag"]).unwrap();
        assert_eq!(slip.find_in("tgas: {{ .Values.image.tga }}"), Some(23..26));
        assert_eq!((slip.find_in("my-tga"), slip.find_in("")), (None, None));
    }

    #[test]
    fn slips_are_near() {
        let names = ["replicas", "replicaCount", "image", "tag"];
        for (wanted, meant) in [
            ("repilcas", Some("replicas")),
            ("replicacount", Some("replicaCount")),
            ("tags", Some("tag")),
            ("image", None),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), meant, "{wanted}");
        }
    }
}
