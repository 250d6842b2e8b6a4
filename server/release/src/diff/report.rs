//! A diff as text.

use std::fmt::Write;

use super::structured::Structured;
use super::{Change, Delta, Diff, DyffConfig, Entry, dyff};

/// In which form a diff is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Line by line.
    #[default]
    Diff,
    /// One line for each object, and how many there are.
    Simple,
    /// One JSON object for each.
    Json,
    /// One JSON object for each, with the fields that change.
    Structured,
    /// Field by field, for people: what dyff says.
    Dyff,
}

/// How a diff is told.
#[derive(Clone, Debug, Default)]
pub struct ReportConfig {
    /// In which form.
    pub form: Form,
    /// So many lines around changes; all if there is no number.
    pub context: Option<usize>,
    /// With colours.
    pub colour: bool,
    /// Of objects of these kinds no lines are shown.
    pub suppressed_kinds: Vec<String>,
    /// How the form that is dyff's is told.
    pub dyff: DyffConfig,
}

const GREEN: &str = "0;32";
const RED: &str = "0;31";
const YELLOW: &str = "0;33";
const MAGENTA: &str = "0;35";
const BRIGHT_BLUE: &str = "0;94";

impl Change {
    /// As programs read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADD",
            Self::Removed => "REMOVE",
            Self::Modified => "MODIFY",
            Self::Ownership => "OWNERSHIP",
            Self::Suppressed => "MODIFY_SUPPRESSED",
            Self::Restless => "NON_DETERMINISTIC",
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Added => GREEN,
            Self::Removed => RED,
            Self::Modified => YELLOW,
            Self::Ownership => MAGENTA,
            Self::Suppressed | Self::Restless => BRIGHT_BLUE,
        }
    }

    fn told(self, form: Form) -> &'static str {
        match (self, form) {
            (Self::Suppressed, _) => "has changed, but diff is empty after suppression.",
            (Self::Restless, _) => {
                "comes out differently each time it is rendered, and does not change otherwise."
            }
            (Self::Added, Form::Simple) => "to be added.",
            (Self::Removed, Form::Simple) => "to be removed.",
            (Self::Modified, Form::Simple) => "to be changed.",
            (Self::Ownership, Form::Simple) => "to change ownership.",
            (Self::Added, _) => "has been added:",
            (Self::Removed, _) => "has been removed:",
            (Self::Modified, _) => "has changed:",
            (Self::Ownership, _) => "changed ownership:",
        }
    }
}

impl Diff {
    /// The diff as text.
    pub fn print(&self, config: &ReportConfig) -> String {
        match config.form {
            Form::Diff => self.entries.iter().map(|entry| in_full(entry, config)).collect(),
            Form::Simple => self.simple(config),
            Form::Json => self.json(),
            Form::Structured => self.structured(config),
            Form::Dyff => self.dyff(&config.dyff),
        }
    }

    fn simple(&self, config: &ReportConfig) -> String {
        let mut text: String = self.entries.iter().map(|entry| title(entry, config)).collect();
        let count = |change: Change| self.entries.iter().filter(|entry| entry.change == change).count();
        let _ = writeln!(
            text,
            "Plan: {} to add, {} to change, {} to destroy, {} to change ownership.",
            count(Change::Added),
            count(Change::Modified),
            count(Change::Removed),
            count(Change::Ownership)
        );
        text
    }

    /// Whether there is a change, as it is told in this form: a remark in a manifest is none where fields are told.
    pub fn tells_a_change(&self, config: &ReportConfig) -> bool {
        match config.form {
            Form::Structured => !self.fields(config).is_empty(),
            Form::Diff | Form::Simple | Form::Json | Form::Dyff => self.any,
        }
    }

    fn structured(&self, config: &ReportConfig) -> String {
        let text = crate::record::go_json_indented(&self.fields(config)).unwrap_or_default();
        text + "\n"
    }

    /// All that changes as two texts, whatever was not to be shown left out, and what dyff says of these.
    fn dyff(&self, config: &DyffConfig) -> String {
        let shown = || self.entries.iter().filter(|entry| entry.change != Change::Restless);
        let text = |gone: Delta| -> String {
            shown().flat_map(|entry| ["---\n".to_owned(), entry.without(gone)]).collect()
        };
        dyff(&text(Delta::New), &text(Delta::Old), config)
    }

    /// Each object with its fields. One that is no YAML any more has no fields to tell of, and is told all the same.
    fn fields(&self, config: &ReportConfig) -> Vec<Structured> {
        let of = |entry: &Entry| {
            let (old, new) = (entry.without(Delta::New), entry.without(Delta::Old));
            let suppressed = config.suppressed_kinds.contains(&entry.kind);
            let change = entry.change.as_str();
            Structured::new(&entry.key, change, &old, &new, suppressed)
                .unwrap_or_else(|_| Some(Structured::unread(&entry.key, change)))
        };
        self.entries.iter().filter_map(of).collect()
    }

    /// What changes, and how, as templates of helm-diff see it: without objects whose names are none.
    pub fn rows(&self) -> impl Iterator<Item = (KeyParts<'_>, Change)> {
        self.entries.iter().filter_map(|entry| Some((parts_of(&entry.key)?, entry.change)))
    }

    /// As helm-diff's template for it writes it.
    fn json(&self) -> String {
        let objects: Vec<String> = self.rows().map(|(parts, change)| json(parts, change)).collect();
        format!("[{}]\n", objects.join(","))
    }
}

impl Entry {
    /// Its lines but those of one side.
    fn without(&self, gone: Delta) -> String {
        let lines = self.lines.iter().filter(|line| line.delta != gone);
        lines.map(|line| format!("{}\n", line.text)).collect()
    }
}

/// What a key says of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyParts<'k> {
    /// Its namespace.
    pub namespace: &'k str,
    /// Its name.
    pub name: &'k str,
    /// Its kind.
    pub kind: &'k str,
    /// Its API group, or `v1` for none.
    pub group: &'k str,
}

/// Takes `namespace, name, Kind (group)` apart. What has another name than Kubernetes gives has none.
pub(super) fn parts_of(key: &str) -> Option<KeyParts<'_>> {
    let (rest, group) = key.strip_suffix(')')?.rsplit_once(" (")?;
    let mut parts = rest.splitn(3, ", ");
    let (namespace, name, kind) = (parts.next()?, parts.next()?, parts.next()?);
    let is_plain = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || more.contains(&it))
    };
    let is_known = is_plain(namespace, b"-") && is_plain(name, b"-.") && !group.is_empty();
    is_known.then_some(KeyParts { namespace, name, kind, group })
}

fn json(parts: KeyParts<'_>, change: Change) -> String {
    let KeyParts { namespace, name, kind, group } = parts;
    let change = change.as_str();
    format!(
        "{{\n  \"api\": \"{group}\",\n  \"kind\": \"{kind}\",\n  \"namespace\": \"{namespace}\",\n  \"name\": \"{name}\",\n  \
         \"change\": \"{change}\"\n}}"
    )
}

fn coloured(text: &str, colour: &str, config: &ReportConfig) -> String {
    if config.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
}

fn title(entry: &Entry, config: &ReportConfig) -> String {
    let text = format!("{} {}", entry.key, entry.change.told(config.form));
    coloured(&text, entry.change.colour(), config) + "\n"
}

fn in_full(entry: &Entry, config: &ReportConfig) -> String {
    let mut text = title(entry, config);
    if config.suppressed_kinds.contains(&entry.kind) {
        let told = format!("+ Changes suppressed on sensitive content of type {}\n", entry.kind);
        return text + &coloured(&told, YELLOW, config);
    }
    if entry.change == Change::Restless {
        return text;
    }
    let near = near_changes(entry, config.context);
    let mut omitting = false;
    for (line, near) in entry.lines.iter().zip(near) {
        if !near {
            if !omitting {
                text.push_str("...\n");
            }
            omitting = true;
            continue;
        }
        omitting = false;
        match line.delta {
            Delta::Both if line.text.is_empty() => text.push('\n'),
            Delta::Both => {
                let _ = writeln!(text, "  {}", line.text);
            }
            Delta::Old => text += &(coloured(&format!("- {}", line.text), RED, config) + "\n"),
            Delta::New => text += &(coloured(&format!("+ {}", line.text), GREEN, config) + "\n"),
        }
    }
    text
}

/// Which lines are no farther from a change than so many lines.
fn near_changes(entry: &Entry, context: Option<usize>) -> Vec<bool> {
    let Some(context) = context else { return vec![true; entry.lines.len()] };
    let mut near = vec![false; entry.lines.len()];
    for at in (0..entry.lines.len()).filter(|at| entry.lines[*at].delta != Delta::Both) {
        let end = (at + context + 1).min(near.len());
        near[at.saturating_sub(context)..end].fill(true);
    }
    near
}
