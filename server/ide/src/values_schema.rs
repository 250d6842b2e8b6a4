//! What `values.schema.json` says of values: which keys there may be, what they are for, what may stand there.
//!
//! A value is spoken of by the schema of its chart and, below the subchart's name, by those of the charts above. References
//! within the file, `allOf` and its like, and both ways of a condition are looked into: what one of several alternatives
//! allows may be meant. Whether values fit is the business of `chart::schema`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use text::{FileId, FileRange};
use yaml::{Entry, Node, Numbers, Value};

use crate::analysis::Analysis;
use crate::completion::within_quotes;
use crate::shape::ValueAt;

/// The `values.schema.json` of a chart.
#[derive(Debug)]
pub struct SchemaSource {
    /// Its number.
    pub file: FileId,
    /// The full path of its chart.
    pub chart: Arc<str>,
    text: Arc<str>,
    document: OnceLock<Option<Node>>,
}

impl SchemaSource {
    /// A schema, read when someone asks.
    pub fn new(file: FileId, chart: Arc<str>, text: Arc<str>) -> Self {
        Self { file, chart, text, document: OnceLock::new() }
    }

    /// JSON is YAML, and ours knows where everything stands. `None` while it cannot be read.
    fn document(&self) -> Option<&Node> {
        let read = || yaml::parse(&self.text, self.file, Numbers::AsWritten).ok();
        self.document.get_or_init(read).as_ref()
    }

    /// A text in it without its quotes.
    fn within_quotes(&self, at: FileRange) -> FileRange {
        let text = self.text.get(Range::from(at.range)).unwrap_or_default();
        FileRange { range: within_quotes(text, at.range), ..at }
    }
}

/// Schemas in schemas: more than this says nothing that anyone would read.
const MAX_PARTS: usize = 200;

/// A schema that speaks of a value, with what it is a part of.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    source: &'a SchemaSource,
    document: &'a Node,
    schema: &'a Node,
    /// Whether other values are described by it as well.
    is_shared: bool,
}

/// All that schemas say of one value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said<'a> {
    parts: Vec<Part<'a>>,
}

impl Analysis {
    /// What schemas say of a value.
    pub(crate) fn said_of(&self, value: &ValueAt) -> Said<'_> {
        let below = value.chart.split("/charts/").skip(1).map(Arc::from);
        let path: Vec<Arc<str>> = below.chain(value.path.iter().cloned()).collect();
        let of = |source: &Arc<SchemaSource>| source.chart.split("/charts/").skip(1).count();
        let mut said = Said::default();
        for source in &self.input.schemas {
            let names = source.chart.split("/charts/").skip(1);
            let is_around = names.zip(path.iter().map(Some).chain(std::iter::repeat(None)));
            let inside = is_around.into_iter().all(|(name, key)| key.is_some_and(|key| **key == *name));
            let Some(document) = source.document().filter(|_| inside) else { continue };
            let root = Said::default().with(Part { source, document, schema: document, is_shared: false });
            let found = path[of(source)..].iter().fold(root, |said, key| said.child(key));
            said.parts.extend(found.parts);
        }
        said
    }
}

impl<'a> Said<'a> {
    /// With a schema, and all that it leads to for the same value.
    fn with(mut self, part: Part<'a>) -> Self {
        let known = |it: &Part<'a>| std::ptr::eq(it.schema, part.schema);
        if self.parts.len() >= MAX_PARTS || self.parts.iter().any(known) {
            return self;
        }
        self.parts.push(part);
        let reference = part.schema.get("$ref").and_then(|it| it.value.as_str());
        let target = reference.and_then(|it| pointed(part.document, it));
        let one = ["if", "then", "else"].into_iter().filter_map(|it| part.schema.get(it));
        let several =
            ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|it| part.schema.get(it)?.value.as_list());
        let inner = one.chain(several.flat_map(|it| it.iter()));
        let said = inner.fold(self, |said, schema| said.with(Part { schema, ..part }));
        let times = reference.map_or(0, |it| part.source.text.matches(&format!("\"{it}\"")).count());
        let is_shared = part.is_shared || times > 1;
        target.into_iter().fold(said, |said, schema| said.with(Part { schema, is_shared, ..part }))
    }

    /// What they say of a key, or of an element, `[0]`.
    fn child(&self, key: &str) -> Self {
        let is_element = key.starts_with('[');
        let mut said = Self::default();
        for part in &self.parts {
            let inner = match is_element {
                true => element(part.schema, key),
                false => part.schema.get("properties").and_then(|it| it.get(key)),
            };
            if let Some(schema) = inner {
                said = said.with(Part { schema, ..*part });
            }
        }
        if !said.parts.is_empty() || is_element {
            return said;
        }
        let others = self.parts.iter().filter_map(|part| {
            let schema = part.schema.get("additionalProperties")?;
            schema.value.as_map().map(|_| Part { schema, ..*part })
        });
        others.fold(said, Self::with)
    }

    /// The keys that they know below it, each with what they say of it and whether it must be there.
    pub(crate) fn keys(&self) -> BTreeMap<&'a str, (Said<'a>, bool)> {
        let mut keys = BTreeMap::new();
        for entry in self
            .parts
            .iter()
            .filter_map(|it| it.schema.get("properties")?.value.as_map())
            .flat_map(|it| it.iter())
        {
            let is_required = self
                .parts
                .iter()
                .any(|it| required(it.schema).any(|it| it.value.as_str() == Some(&entry.key)));
            keys.entry(&*entry.key).or_insert_with(|| (self.child(&entry.key), is_required));
        }
        keys
    }

    /// Where they name a key: as a property, and as one that must be there.
    pub(crate) fn names(&self, key: &str) -> Vec<FileRange> {
        let mut found = Vec::new();
        for part in &self.parts {
            let properties = part.schema.get("properties").and_then(|it| it.value.as_map());
            let property = properties.and_then(|it| it.entry(key)).and_then(|it: &Entry| it.key_at);
            let listed =
                required(part.schema).filter(|it| it.value.as_str() == Some(key)).filter_map(|it| it.at);
            found.extend(property.into_iter().chain(listed).map(|it| part.source.within_quotes(it)));
        }
        found
    }

    /// Whether they name a key where they speak of other values, too.
    pub(crate) fn shares(&self, key: &str) -> bool {
        let names = |it: &&Part<'a>| it.schema.get("properties").is_some_and(|it| it.get(key).is_some());
        self.parts.iter().filter(names).any(|it| it.is_shared)
    }

    /// What it is for.
    pub(crate) fn description(&self) -> Option<&'a str> {
        let say = |key: &str| self.parts.iter().find_map(|it| it.schema.get(key)?.value.as_str());
        say("description").or_else(|| say("title")).filter(|it| !it.is_empty())
    }

    /// What kind of value it is, in words: `text`, `list or null`.
    pub(crate) fn kind(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for kind in self.parts.iter().filter_map(|it| it.schema.get("type")) {
            let all = kind.value.as_list().map_or(std::slice::from_ref(kind), |it| it.as_slice());
            for word in all.iter().filter_map(|it| it.value.as_str()).map(in_words) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words.join(" or ")
    }

    /// The values that may stand there, if only some may.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        let listed = |it: &Part<'a>| it.schema.get("enum").and_then(|it| it.value.as_list());
        let listed = self.parts.iter().filter_map(listed).flat_map(|it| it.iter());
        let single = self.parts.iter().filter_map(|it| it.schema.get("const"));
        let mut choices: Vec<Choice> = Vec::new();
        for choice in listed.chain(single).filter_map(|it| Choice::of(&it.value)) {
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
        if choices.is_empty() && self.kind() == "boolean" {
            return [true, false].into_iter().filter_map(|it| Choice::of(&Value::Bool(it))).collect();
        }
        choices
    }

    /// What it is for, and what it may be, as Markdown.
    pub(crate) fn documentation(&self) -> String {
        let listed = self.choices();
        let one_of = (!listed.is_empty() && self.kind() != "boolean").then(|| {
            let shown: Vec<String> = listed.iter().map(|it| format!("`{}`", it.written)).collect();
            format!("One of {}.", shown.join(", "))
        });
        let paragraphs = self.description().map(str::to_owned).into_iter().chain(one_of);
        paragraphs.collect::<Vec<_>>().join("\n\n")
    }
}

/// A value that may stand somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// As it is written in a values file.
    pub(crate) written: String,
    /// The same where there are quotes already.
    pub(crate) quoted: String,
}

impl Choice {
    /// What is no more than one word or number.
    fn of(value: &Value) -> Option<Self> {
        if value.as_map().is_some() || value.as_list().is_some() {
            return None;
        }
        let text = yaml::write(&Node::computed(value.clone()), yaml::Layout::V2).ok()?;
        let written = text.trim_end().to_owned();
        let quoted = value.as_str().map_or_else(|| written.clone(), str::to_owned);
        (!written.contains('\n')).then_some(Self { written, quoted })
    }
}

/// What a schema asks to be there.
fn required(schema: &Node) -> impl Iterator<Item = &Node> {
    schema.get("required").and_then(|it| it.value.as_list()).into_iter().flat_map(|it| it.iter())
}

/// The schema of an element of a list.
fn element<'a>(schema: &'a Node, key: &str) -> Option<&'a Node> {
    let at: usize = key.trim_matches(['[', ']']).parse().ok()?;
    let listed = |it: &'a Node| it.value.as_list().and_then(|it| it.get(at));
    let first = schema.get("prefixItems").and_then(listed);
    let items = schema.get("items");
    let one = items.filter(|it| it.value.as_map().is_some());
    first.or_else(|| items.and_then(listed)).or(one).or_else(|| schema.get("additionalItems"))
}

/// What a reference within the file leads to.
fn pointed<'a>(document: &'a Node, reference: &str) -> Option<&'a Node> {
    let pointer = reference.strip_prefix('#')?;
    pointer.split('/').skip(1).try_fold(document, |node, step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        match node.value.as_list() {
            Some(items) => items.get(step.parse::<usize>().ok()?),
            None => node.get(&step),
        }
    })
}

fn in_words(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "array" => "list",
        "object" => "map",
        other => other,
    }
}

#[cfg(test)]
mod tests;
