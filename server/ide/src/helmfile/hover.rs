//! Hover in a helmfile: what a key does, what a state value is in each environment, what a release came to.

use std::fmt::Write as _;

use ::helmfile::Release;
use syntax::{CursorContext, EntryName, Place, YamlPart};
use text::{TextRange, TextSize};

use super::dot::{self, Seen};
use super::{Helmfile, Role, keys};
use crate::completion::signature;

/// What a hover shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// Markdown.
    pub markup: String,
}

impl Helmfile<'_> {
    /// Explains what stands at an offset.
    pub fn hover(&self, offset: TextSize) -> Option<Hover> {
        let cursor = self.document.cursor(offset);
        match cursor.place {
            Place::Text if self.role == Role::Helmfile => self.hover_text(offset),
            Place::Text => None,
            place => self.hover_action(&cursor, place),
        }
    }

    fn hover_text(&self, offset: TextSize) -> Option<Hover> {
        let outline = self.document.yaml();
        match outline.cursor(self.document.masked(), offset).part {
            YamlPart::Key { entry: Some(entry), range, .. } => {
                let path = outline.path(entry);
                let key = keys::at(&path)?;
                let mut markup = format!("`{}` _{}_\n\n{}", key.name, key.holds.told(), key.told());
                if let [EntryName::Key(list), EntryName::Item(_), EntryName::Key(name)] = path.as_slice()
                    && list == "releases"
                    && name == "name"
                {
                    markup.push_str(&self.told_release(offset));
                }
                Some(Hover { range, markup })
            }
            YamlPart::Value { entry, range, .. } => {
                let key = keys::at(&outline.path(entry))?;
                let range = self.written().raw(entry).map_or(range, |it| it.range);
                let item = self.item_at(offset);
                let is_name = item.is_some_and(|it| it.child("name") == Some(entry));
                let markup = match key.holds {
                    keys::Holds::Chart => self.told_chart(entry)?,
                    keys::Holds::Text if is_name => self.told_release(offset),
                    _ => return None,
                };
                Some(Hover { range, markup: markup.trim().to_owned() })
            }
            YamlPart::Key { entry: None, .. } | YamlPart::Comment => None,
        }
    }

    /// What a release is in each environment: chart, version, namespace, values files.
    fn told_release(&self, offset: TextSize) -> String {
        let Some(item) = self.item_at(offset) else { return String::new() };
        let range = self.document.yaml().entry(item.entry).full;
        let mut text = String::new();
        for loaded in self.loaded {
            for release in self.releases_at(loaded, range) {
                let environment = &loaded.state.environment;
                let _ = write!(text, "\n\n**{environment}**: {}", told(release));
            }
        }
        text
    }

    /// The newest version of a chart that is fetched, and what it is.
    fn told_chart(&self, entry: syntax::EntryId) -> Option<String> {
        let chart = self.written().scalar(entry)?;
        let source = self.source_of(chart.text)?;
        let versions = self.catalog.versions(&source)?;
        let newest = versions.first()?;
        let app = if newest.app_version.is_empty() {
            String::new()
        } else {
            format!(" (app {})", newest.app_version)
        };
        Some(format!(
            "`{}` of {}\n\n{}\n\nnewest: {}{app}, {} versions",
            source.name,
            source.repository,
            newest.description,
            newest.version,
            versions.len()
        ))
    }

    fn hover_action(&self, cursor: &CursorContext<'_>, place: Place<'_>) -> Option<Hover> {
        match place {
            Place::Field(field) => {
                let upto = (field.segment + 1).min(field.expr.path.len());
                let seen = dot::resolve(&cursor.frames, &field.expr.head, &field.expr.path[..upto])?;
                Some(Hover { range: field.range, markup: self.told_field(&seen)? })
            }
            Place::Word(word) => {
                let name = &self.document.text()[word.range];
                Some(Hover { range: word.range, markup: function(name)? })
            }
            Place::String(place) => {
                let syntax::StringUse::Argument(call) = place.of else { return None };
                let is_path = matches!(call.function(), Some("get" | "getOrNil")) && call.index == 0;
                let seen = is_path.then(|| state_path(&place.string.value))?;
                Some(Hover { range: place.string.content, markup: self.told_field(&seen)? })
            }
            Place::Text | Place::Comment | Place::Delimiter | Place::Variable(_) | Place::Literal(_) => None,
        }
    }

    fn told_field(&self, seen: &Seen) -> Option<String> {
        match seen {
            Seen::Leaf(member) => Some(format!("`{}` _{}_\n\n{}", seen.display(), member.detail, member.doc)),
            Seen::State(path) | Seen::Own(path) if !path.is_empty() => {
                Some(format!("`{}`\n\n{}", seen.display(), self.told_values(seen)))
            }
            Seen::State(_) | Seen::Own(_) => {
                let keys: Vec<String> = self.keys_below(seen).iter().map(|it| format!("`{it}`")).collect();
                Some(format!("`{}`\n\nState values: {}", seen.display(), keys.join(", ")))
            }
            Seen::Root | Seen::Environment | Seen::Release => {
                let names: Vec<String> = seen.members().iter().map(|it| format!("`{}`", it.name)).collect();
                Some(format!("`{}`\n\n{}", seen.display(), names.join(", ")))
            }
        }
    }
}

/// A dotted path of `get`.
fn state_path(path: &str) -> Seen {
    Seen::State(path.split('.').map(Into::into).collect())
}

fn told(release: &Release) -> String {
    let version = match release.version.it.as_str() {
        "" => String::new(),
        version => format!(" {version}"),
    };
    let namespace = match release.namespace.it.as_str() {
        "" => String::new(),
        namespace => format!(" in `{namespace}`"),
    };
    let state = match (release.installed, release.enabled) {
        (false, _) => ", to be taken away",
        (true, false) => ", switched off by its condition",
        (true, true) => "",
    };
    let values = release.values.iter().chain(&release.secrets).map(|it| match it.node.value.as_str() {
        Some(path) => format!("\n- `{path}`"),
        None => "\n- values of its own".to_owned(),
    });
    let sets = release.set.iter().map(|it| format!("\n- set `{}`", it.name));
    let layers: String = values.chain(sets).collect();
    format!("`{}` from `{}`{version}{namespace}{state}{layers}", release.name.it, release.chart.it)
}

fn function(name: &str) -> Option<String> {
    let known = ::helmfile::functions::find(name, chart::Dialect::Helm4)?;
    let docs = template::functions::docs_among(::helmfile::functions::FAMILIES, name);
    let docs = docs.or_else(|| template::functions::docs(name)).unwrap_or_default();
    Some(format!("`{name}{}`\n\n{docs}", signature(&known.signature)))
}
