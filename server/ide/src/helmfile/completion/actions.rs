//! Completion in the actions of a helmfile: state values with what they are in each environment, functions, environments.

use chart::Dialect;
use syntax::{CursorContext, FieldPlace, Head, Place, StringPlace, StringUse, WordPlace, WordPosition};
use text::TextRange;

use super::paths;
use crate::completion::{CompletionItem, CompletionKind, words};
use crate::helmfile::Helmfile;
use crate::helmfile::dot::{self, Seen};
use crate::shape::Member;

impl Helmfile<'_> {
    pub(super) fn in_action(&self, cursor: &CursorContext<'_>, place: Place<'_>) -> Vec<CompletionItem> {
        match place {
            Place::Field(field) => self.fields(cursor, &field),
            Place::Word(word) => self.words(cursor, &word),
            Place::Variable(place) if !place.declared => words::visible_variables(cursor, place.range),
            Place::String(place) => self.strings(cursor, &place),
            Place::Variable(_) | Place::Text | Place::Comment | Place::Delimiter | Place::Literal(_) => {
                Vec::new()
            }
        }
    }

    fn fields(&self, cursor: &CursorContext<'_>, field: &FieldPlace<'_>) -> Vec<CompletionItem> {
        let (head, path) = field.receiver();
        let seen = dot::resolve(&cursor.frames, head, path);
        seen.map_or_else(Vec::new, |seen| self.fields_of(&seen, field.range))
    }

    fn fields_of(&self, seen: &Seen, range: TextRange) -> Vec<CompletionItem> {
        let member = |it: &Member| {
            let item = CompletionItem::new(it.name, CompletionKind::Builtin, range);
            item.detail(it.detail).documentation(it.doc)
        };
        let members = seen.members().iter().map(member);
        let value = |key: std::sync::Arc<str>| {
            let child = seen.field(&key)?;
            let values = self.values_of(&child);
            let first = values.first()?;
            let is_section = first.node.value.as_map().is_some();
            let kind = if is_section { CompletionKind::Section } else { CompletionKind::Value };
            let item = CompletionItem::new(&*key, kind, range).rank(0);
            let detail = crate::describe::node_in_a_word(first.node);
            Some(item.detail(detail).documentation(self.told_values(&child)))
        };
        members.chain(self.keys_below(seen).into_iter().filter_map(value)).collect()
    }

    fn words(&self, cursor: &CursorContext<'_>, word: &WordPlace<'_>) -> Vec<CompletionItem> {
        let range = word.range;
        let mut items = Vec::new();
        match word.position {
            WordPosition::TemplateName => return items,
            WordPosition::AfterElse => return words::after_else(range),
            WordPosition::AfterPipe => {}
            WordPosition::ActionStart | WordPosition::PipelineStart | WordPosition::Argument => {
                items.extend(words::visible_variables(cursor, range));
                let dot = dot::resolve(&cursor.frames, &Head::Dot, &[]);
                for mut item in dot.map_or_else(Vec::new, |it| self.fields_of(&it, range)) {
                    item.label.insert(0, '.');
                    item.insert.insert(0, '.');
                    items.push(item.rank(1));
                }
            }
        }
        items.extend(functions(range));
        if word.position == WordPosition::ActionStart {
            items.extend(words::keywords(range));
        }
        items
    }

    /// Paths for what reads files, paths of values for `get`, and what `.Environment.Name` is compared with.
    fn strings(&self, cursor: &CursorContext<'_>, place: &StringPlace<'_>) -> Vec<CompletionItem> {
        let range = place.string.content;
        let StringUse::Argument(call) = place.of else { return Vec::new() };
        match (call.function(), call.index) {
            (Some("readFile" | "isFile" | "readDir" | "isDir" | "readDirEntries"), 0) => {
                self.path_items(range, paths::ANY)
            }
            (Some("get" | "getOrNil"), 0) => self.value_paths(range, false),
            (Some("eq" | "ne"), _) => {
                let mut seen = call.arguments.iter().filter_map(|it| dot::expr(&cursor.frames, it));
                let is_name = seen.any(|it| it.display() == ".Environment.Name");
                let names = self.environment_names().into_iter().filter(|_| is_name);
                names.map(|it| CompletionItem::new(it, CompletionKind::Name, range)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Dotted paths of state values that a condition can name: those that end in `enabled`.
    pub(super) fn conditions(&self, range: TextRange) -> Vec<CompletionItem> {
        self.value_paths(range, true)
    }

    fn value_paths(&self, range: TextRange, only_enabled: bool) -> Vec<CompletionItem> {
        let mut items = Vec::new();
        let mut open = vec![(Seen::State(Vec::new()), String::new())];
        while let Some((seen, path)) = open.pop() {
            for key in self.keys_below(&seen) {
                let Some(child) = seen.field(&key) else { continue };
                let dotted = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                if !only_enabled || &*key == "enabled" {
                    let item = CompletionItem::new(&dotted, CompletionKind::Value, range);
                    items.push(item.documentation(self.told_values(&child)));
                }
                if dotted.matches('.').count() < MAX_DEPTH && items.len() < MAX_PATHS {
                    open.push((child, dotted));
                }
            }
        }
        items.sort_by(|a: &CompletionItem, b| a.label.cmp(&b.label));
        items
    }
}

/// Deeper values, and more of them, are found faster key by key.
const MAX_DEPTH: usize = 6;
const MAX_PATHS: usize = 500;

/// The functions of Helmfile's templates: its own, and those of Helm's that it has.
fn functions(range: TextRange) -> Vec<CompletionItem> {
    let own = words::of_families(::helmfile::functions::FAMILIES, range);
    let is_own = |label: &str| own.iter().any(|it| it.label == label);
    let of_helm = words::functions(Dialect::Helm4, range).into_iter();
    let of_helm = of_helm.filter(|it| !is_own(&it.label));
    let of_helm: Vec<_> =
        of_helm.filter(|it| ::helmfile::functions::find(&it.label, Dialect::Helm4).is_some()).collect();
    own.into_iter().chain(of_helm).collect()
}
