//! The keys of a helmfile: their types, whether we do them, and what they are for.
//!
//! One table serves all who must know: [`crate::typed`] holds files against it, [`crate::merge`] merges by it, `build`
//! prints in its order, and an editor completes and explains out of it. Types and order are those of Helmfile's structs
//! (`pkg/state/state.go`), because merging and printing depend on them: a field that is no pointer cannot tell its zero
//! from nothing.

mod file;
mod release;

pub use file::{
    ENVIRONMENT, FILE, HELM_DEFAULTS, HOOK, MISSING_FILE_HANDLER_CONFIG, REPOSITORY, SUB_HELMFILE,
};
pub use release::{DEPENDENCY, INHERIT, RELEASE, SET, TRACKED};

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// Of what type its value is.
    pub kind: Kind,
    /// Whether `build` prints it where it says nothing.
    pub always_printed: bool,
    /// Whether we do what it says.
    pub support: Support,
    /// What it is for, in a sentence.
    pub doc: &'static str,
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `bool`: false is the same as nothing.
    Bool,
    /// `*bool`
    MaybeBool,
    /// `int`: 0 is the same as nothing.
    Int,
    /// `*int`
    MaybeInt,
    /// `*float32`
    MaybeFloat,
    /// `string`: an empty one is the same as nothing.
    Text,
    /// `*string`
    MaybeText,
    /// `[]string`
    Texts,
    /// `[]string`, or one string alone.
    TextOrTexts,
    /// `map[string]string`
    TextMap,
    /// `[]any`
    List,
    /// A struct.
    Group(&'static [Key]),
    /// A pointer to one.
    MaybeGroup(&'static [Key]),
    /// A list of structs.
    Groups(&'static [Key]),
    /// A list of structs, or one struct alone.
    GroupOrGroups(&'static [Key]),
    /// A list of structs, or of strings that stand for the struct's key of this name.
    TextsOrGroups(&'static str, &'static [Key]),
    /// Structs by name.
    Named(&'static [Key]),
    /// Anything.
    Any,
}

/// Whether we do what a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// We do.
    Done,
    /// It is taken and has no effect, for this reason.
    NoEffect(&'static str),
    /// It is refused, for this reason.
    Refused(&'static str),
    /// It is refused unless it has this value, for this reason.
    RefusedUnless(&'static str, &'static str),
}

/// The key of that name.
pub fn find(keys: &'static [Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|it| it.name == name)
}

/// The key that may have been meant by a name that is none.
pub fn similar(keys: &'static [Key], name: &str) -> Option<&'static str> {
    text::nearest(name, keys.iter().map(|it| it.name))
}

/// An option of releases where it stands for all of them, with the type that it has there.
const fn of_release(name: &str, kind: Kind) -> Key {
    let mut at = 0;
    while !is(RELEASE[at].name, name) {
        at += 1;
    }
    Key { kind, ..RELEASE[at] }
}

/// Whether two names are the same: `==` is not there before the program runs.
const fn is(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

impl Key {
    const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, always_printed: false, support: Support::Done, doc }
    }

    const fn always_printed(mut self) -> Self {
        self.always_printed = true;
        self
    }

    const fn refused(mut self, why: &'static str) -> Self {
        self.support = Support::Refused(why);
        self
    }

    const fn refused_unless(mut self, value: &'static str, why: &'static str) -> Self {
        self.support = Support::RefusedUnless(value, why);
        self
    }

    const fn no_effect(mut self, why: &'static str) -> Self {
        self.support = Support::NoEffect(why);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_meant() {
        assert_eq!(similar(RELEASE, "namepsace"), Some("namespace"));
        assert_eq!(similar(RELEASE, "createnamespace"), Some("createNamespace"));
        assert_eq!(similar(FILE, "release"), Some("releases"));
        assert_eq!(similar(FILE, "xyz"), None);
    }

    #[test]
    fn no_key_stands_twice() {
        for keys in [FILE, RELEASE, HELM_DEFAULTS, REPOSITORY, ENVIRONMENT, HOOK, SET, INHERIT] {
            for (at, key) in keys.iter().enumerate() {
                assert!(keys[..at].iter().all(|it| it.name != key.name), "{}", key.name);
                assert!(key.doc.ends_with('.'), "{}", key.name);
            }
        }
    }
}
