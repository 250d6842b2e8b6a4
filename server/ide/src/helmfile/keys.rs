//! The keys of a helmfile by where they stand, and what may stand behind them.
//!
//! Which keys there are, of which types and what for, is [`helmfile::keys`]' word. Here is what an editor knows beyond the
//! type: which text is a path, a chart, a release.

use ::helmfile::keys::{FILE, Key as Known, Kind, Support};
use syntax::EntryName;

/// A key, with what may stand behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    /// What it is for.
    pub(crate) doc: &'static str,
    support: Support,
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holds {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The path of a file.
    File,
    /// Paths of files, or values themselves.
    Files,
    /// Texts.
    Texts,
    /// Whatever the user likes.
    Anything,
    /// A chart: a folder, `repository/name`, or `oci://…`.
    Chart,
    /// The version of the chart beside it.
    Version,
    /// Releases of this file, by their names.
    Needs,
    /// The condition of a release.
    Condition,
    /// `name=value` of labels.
    Selectors,
    /// A namespace.
    Namespace,
    /// These keys.
    Keys(&'static [Known]),
    /// A list with these keys in each item.
    List(&'static [Known]),
    /// Names that the user chooses, with these keys in each.
    Named(&'static [Known]),
    /// A list of paths, or of these keys.
    Helmfiles(&'static [Known]),
    /// The name of something in `templates:`.
    Template,
}

/// What may stand at a place, and the keys there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Keys may be typed here.
    Keys(&'static [Known]),
    /// Names of the user's own may be typed here, each of which takes these keys.
    Names(&'static [Known]),
    /// Items of a list.
    Items(Key),
    /// Nothing that we know.
    Free,
}

/// When hooks run, in their order.
pub(crate) const HOOK_EVENTS: [&str; 7] =
    ["prepare", "preapply", "presync", "preuninstall", "postuninstall", "postsync", "cleanup"];

/// What may stand below a path of names, from the top of the file down.
pub(crate) fn below<'p>(path: impl IntoIterator<Item = &'p EntryName>) -> Place {
    path.into_iter().fold(Place::Keys(FILE), step)
}

/// The key at a path of names.
pub(crate) fn at(path: &[EntryName]) -> Option<Key> {
    let (last, above) = path.split_last()?;
    match (below(above), last) {
        (Place::Keys(keys), EntryName::Key(name)) => {
            let known = ::helmfile::keys::find(keys, name)?;
            Some(Key::of(known, above.is_empty()))
        }
        (Place::Items(key), EntryName::Item(_)) => Some(key),
        _ => None,
    }
}

fn step(place: Place, name: &EntryName) -> Place {
    match (place, name) {
        (Place::Keys(keys), EntryName::Key(name)) => {
            ::helmfile::keys::find(keys, name).map_or(Place::Free, |it| within(Key::of(it, false)))
        }
        (Place::Names(keys), EntryName::Key(_)) => Place::Keys(keys),
        (Place::Items(Key { holds: Holds::List(keys) | Holds::Helmfiles(keys), .. }), EntryName::Item(_)) => {
            Place::Keys(keys)
        }
        _ => Place::Free,
    }
}

/// What may stand in the value of a key.
fn within(key: Key) -> Place {
    match key.holds {
        Holds::Keys(keys) => Place::Keys(keys),
        Holds::Named(keys) => Place::Names(keys),
        Holds::List(_)
        | Holds::Helmfiles(_)
        | Holds::Files
        | Holds::Texts
        | Holds::Needs
        | Holds::Selectors => Place::Items(key),
        Holds::Text
        | Holds::Flag
        | Holds::Number
        | Holds::Word(_)
        | Holds::File
        | Holds::Anything
        | Holds::Chart
        | Holds::Version
        | Holds::Condition
        | Holds::Namespace
        | Holds::Template => Place::Free,
    }
}

impl Key {
    /// A key of the table. At the top of a file `chart` is no chart but something for templates.
    pub(crate) fn of(known: &Known, is_top: bool) -> Self {
        let holds = match (known.kind, known.name) {
            (Kind::Text, "chart") if is_top => Holds::Text,
            (kind, name) => Holds::of(kind, name),
        };
        Self { name: known.name, holds, doc: known.doc, support: known.support }
    }

    /// What it is for, and whether we do it.
    pub(crate) fn told(&self) -> String {
        match self.support {
            Support::Done => self.doc.to_owned(),
            Support::NoEffect(why) => format!("{}\n\nIt has no effect: {why}.", self.doc),
            Support::Refused(why) => format!("{}\n\nChartroom refuses it: {why}.", self.doc),
            Support::RefusedUnless(value, why) => {
                format!("{}\n\nChartroom refuses anything but `{value}`: {why}.", self.doc)
            }
        }
    }

    /// Whether it does something.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.support, Support::Done)
    }
}

impl Holds {
    fn of(kind: Kind, name: &str) -> Self {
        match kind {
            Kind::Bool | Kind::MaybeBool => Self::Flag,
            Kind::Int | Kind::MaybeInt | Kind::MaybeFloat => Self::Number,
            Kind::Text | Kind::MaybeText => Self::of_text(name),
            Kind::Texts | Kind::TextOrTexts if name == "needs" => Self::Needs,
            Kind::Texts | Kind::TextOrTexts if name == "selectors" => Self::Selectors,
            Kind::Texts | Kind::TextOrTexts => Self::Texts,
            Kind::List if matches!(name, "values" | "valuesTemplate" | "secrets") => Self::Files,
            Kind::List => Self::Texts,
            Kind::TextMap | Kind::Any => Self::Anything,
            Kind::Group(keys) | Kind::MaybeGroup(keys) => Self::Keys(keys),
            Kind::Groups(keys) | Kind::GroupOrGroups(keys) => Self::List(keys),
            Kind::TextsOrGroups(_, keys) => Self::Helmfiles(keys),
            Kind::Named(keys) => Self::Named(keys),
        }
    }

    fn of_text(name: &str) -> Self {
        match name {
            "missingFileHandler" => Self::Word(&["Error", "Warn", "Info", "Debug"]),
            "cascade" => Self::Word(&["background", "foreground", "orphan"]),
            "serverSide" => Self::Word(&["true", "false", "auto"]),
            "mergeStrategy" => Self::Word(&["override", "fallback"]),
            "managed" => Self::Word(&["acr"]),
            "updateStrategy" => Self::Word(&["reinstall", "reinstallIfForbidden"]),
            "chart" | "directory" => Self::Chart,
            "version" => Self::Version,
            "namespace" | "forceNamespace" => Self::Namespace,
            "condition" => Self::Condition,
            "template" => Self::Template,
            "path" | "file" | "lockFilePath" | "caFile" | "certFile" | "keyFile" | "keyring"
            | "chartPath" | "registryConfig" | "filename" => Self::File,
            _ => Self::Text,
        }
    }

    /// What it is, for people.
    pub(crate) fn told(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Word(words) => words.join(" | "),
            Self::File => "path".to_owned(),
            Self::Files => "list of paths or values".to_owned(),
            Self::Texts => "list of texts".to_owned(),
            Self::Anything => "values".to_owned(),
            Self::Chart => "chart".to_owned(),
            Self::Version => "version or range".to_owned(),
            Self::Needs => "list of releases".to_owned(),
            Self::Condition => "state value".to_owned(),
            Self::Selectors => "list of selectors".to_owned(),
            Self::Namespace => "namespace".to_owned(),
            Self::Keys(_) => "keys".to_owned(),
            Self::List(_) | Self::Helmfiles(_) => "list".to_owned(),
            Self::Named(_) => "by name".to_owned(),
            Self::Template => "name of a template".to_owned(),
        }
    }

    /// Whether its value stands on lines of its own.
    pub(crate) fn is_section(self) -> bool {
        !matches!(
            self,
            Self::Text
                | Self::Flag
                | Self::Number
                | Self::Word(_)
                | Self::File
                | Self::Chart
                | Self::Version
                | Self::Condition
                | Self::Namespace
                | Self::Template
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<EntryName> {
        let name = |it: &str| it.parse().map_or_else(|_| EntryName::Key(it.to_owned()), EntryName::Item);
        text.split('.').map(name).collect()
    }

    #[track_caller]
    fn check(at: &str, told: &str) {
        let told_now = super::at(&path(at)).map(|it| it.holds.told());
        assert_eq!(told_now.as_deref(), (!told.is_empty()).then_some(told), "{at}");
    }

    #[test]
    fn places_know_their_keys() {
        check("releases", "list");
        check("releases.0.chart", "chart");
        check("releases.0.version", "version or range");
        check("releases.0.needs.1", "list of releases");
        check("releases.3.set.0.file", "path");
        check("releases.0.hooks.0.events.1", "list of texts");
        check("templates.base.wait", "true or false");
        check("environments.dev.values.0", "list of paths or values");
        check("environments.dev.kubeContext", "text");
        check("helmfiles.0.path", "path");
        check("helmfiles.0.selectors.0", "list of selectors");
        check("releases.0.labels.tier", "");
        check("chart", "text");
        check("nonsense", "");
    }
}
