//! `unused-value`: a key of `values.yaml` that nothing reads.
//!
//! A key counts as read as soon as its name stands anywhere in a template of the chart or of a subchart, in a field, a
//! string or a key; and all keys below one that is handed on whole count too. What is left was never meant by anyone.

use std::hash::{Hash, Hasher};

use chart::Chart;
use rustc_hash::{FxHashSet, FxHasher};
use template::parse::{Command, ExprKind, Source, Visitor, walk};
use text::FileRange;
use yaml::{Entry, Node, Value};

use super::{Finding, Severity, Subject, fields, function, literal};
use crate::TemplateFile;

/// The name of the check.
pub const UNUSED_VALUE: &str = "unused-value";

/// Keys that Helm itself reads.
const HELMS: [&str; 3] = ["global", "tags", "exports"];

pub(super) fn unused(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(file) = &subject.chart.values_file else { return Vec::new() };
    // A chart that has no templates yet has its values for those that will come.
    if !subject.is_complete() || subject.templates.files().is_empty() {
        return Vec::new();
    }
    let mut mentions = Mentions::default();
    subject.templates.files().iter().for_each(|file| mentions.add(file.mentions()));
    if mentions.everything {
        return Vec::new();
    }
    mentions.of_charts(subject.chart);
    let text = file.text().unwrap_or_default();
    let mut search = Search { subject, mentions: &mentions, text, path: Vec::new(), found: Vec::new() };
    search.map(&subject.chart.defaults);
    search.found
}

/// Words, by their hashes: two of the same hash would at worst keep a finding from being found.
#[derive(Clone, Debug, Default)]
struct Words(FxHashSet<u64>);

impl Words {
    fn hash(word: &str) -> u64 {
        let mut hasher = FxHasher::default();
        word.hash(&mut hasher);
        hasher.finish()
    }

    fn insert(&mut self, word: &str) {
        self.0.insert(Self::hash(word));
    }

    fn contains(&self, word: &str) -> bool {
        self.0.contains(&Self::hash(word))
    }
}

/// What templates speak of, by name alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    names: Words,
    /// Names that something ends in: what they stand for is used whole.
    whole: Words,
    /// All values are handed on together.
    everything: bool,
    runs_texts: bool,
    reads_files: bool,
}

impl Mentions {
    /// What one template speaks of.
    pub(crate) fn of(file: &TemplateFile) -> Self {
        let mut mentions = Self::default();
        for define in file.defines() {
            walk(&define.body, &mut Reader { source: &define.source, mentions: &mut mentions });
        }
        mentions
    }

    fn add(&mut self, other: &Self) {
        self.names.0.extend(&other.names.0);
        self.whole.0.extend(&other.whole.0);
        self.everything |= other.everything;
        self.runs_texts |= other.runs_texts;
        self.reads_files |= other.reads_files;
    }

    /// Words of a text in which templates may look for something.
    fn words(&mut self, text: &str) {
        let is_end = |it: char| !(it.is_alphanumeric() || it == '_' || it == '-');
        for word in text.split(is_end).chain(text.split(['.', '/', ' '])).chain([text]) {
            self.whole.insert(word);
            self.names.insert(word);
        }
    }

    /// What charts say outside of their templates: conditions, texts that are run as templates, files.
    fn of_charts(&mut self, root: &Chart) {
        for chart in root.all() {
            for dependency in chart.metadata.dependencies() {
                self.words(&dependency.condition);
                self.words(&dependency.name);
                self.words(&dependency.alias);
                dependency.source.node().and_then(|it| it.get("import-values")).into_iter().for_each(|it| {
                    self.texts(it, &|_| true, 0);
                });
            }
            chart.dependencies.iter().for_each(|it| self.words(it.name()));
            if self.runs_texts {
                self.texts(&chart.defaults, &|text| text.contains("{{"), 0);
                let files = chart.files.iter().filter(|_| self.reads_files);
                for text in files.filter_map(chart::SourceFile::text).collect::<Vec<_>>() {
                    self.words(text);
                }
            }
        }
    }

    /// Words of those texts in a tree that are wanted.
    fn texts(&mut self, node: &Node, wanted: &dyn Fn(&str) -> bool, depth: usize) {
        // YAML trees are at most this deep.
        if depth > 1000 {
            return;
        }
        match &node.value {
            Value::String(text) if wanted(text) => self.words(text),
            Value::List(items) => items.iter().for_each(|it| self.texts(it, wanted, depth + 1)),
            Value::Map(map) => map.iter().for_each(|it| self.texts(&it.node, wanted, depth + 1)),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_) => {}
        }
    }
}

/// Collects the mentions of a template.
struct Reader<'r> {
    source: &'r Source,
    mentions: &'r mut Mentions,
}

/// Functions that look for a key in a map, if the other arguments say for which.
const LOOKS: [&str; 4] = ["index", "get", "hasKey", "dig"];
/// Functions that go through all there is.
const TAKES_ALL: [&str; 9] = [
    "toYaml",
    "toYamlPretty",
    "toJson",
    "toPrettyJson",
    "toRawJson",
    "deepCopy",
    "print",
    "printf",
    "toString",
];

impl<'t> Visitor<'t> for Reader<'t> {
    fn command(&mut self, command: &'t Command) {
        let called = function(command);
        self.mentions.runs_texts |= called == Some("tpl");
        let constant = |it: &template::parse::Expr| literal(it).is_some();
        let rest = command.args.get(1..).unwrap_or_default();
        let looks = called.is_some_and(|it| LOOKS.contains(&it))
            && rest.iter().filter(|it| !constant(it)).count() == 1;
        for arg in &command.args {
            if let Some(text) = literal(arg) {
                self.mentions.words(&text);
            }
            let Some(names) = fields(self.source, arg) else { continue };
            let is_root = matches!(arg.kind, ExprKind::Variable) && self.source.slice(arg.range) == b"$";
            if is_root && called.is_some_and(|it| TAKES_ALL.contains(&it)) {
                self.mentions.everything = true;
            }
            self.mentions.reads_files |= names.contains(&"Files");
            match names.last() {
                Some(&"Values") if !looks => self.mentions.everything = true,
                Some(last) => self.mentions.whole.insert(last),
                None => {}
            }
            for name in names {
                self.mentions.names.insert(name);
            }
        }
    }
}

/// Goes through the values for keys that nobody mentions.
struct Search<'s> {
    subject: &'s Subject<'s>,
    mentions: &'s Mentions,
    text: &'s str,
    path: Vec<String>,
    found: Vec<Finding>,
}

impl Search<'_> {
    fn map(&mut self, node: &Node) {
        let Some(map) = node.value.as_map() else { return };
        for entry in map.iter() {
            let key = &*entry.key;
            let is_helms = self.path.is_empty() && HELMS.contains(&key);
            if is_helms || self.is_anchored(entry) {
                continue;
            }
            self.path.push(key.to_owned());
            if !self.mentions.names.contains(key) {
                let message = format!("nothing reads `{}`", self.path.join("."));
                self.found.extend(self.subject.finding(
                    Severity::Warning,
                    UNUSED_VALUE,
                    message,
                    entry.key_at,
                ));
            } else if !self.mentions.whole.contains(key) {
                // Every mention goes on to something below.
                self.map(&entry.node);
            }
            self.path.pop();
        }
    }

    /// Whether other values may be copies of this one.
    fn is_anchored(&self, entry: &Entry) -> bool {
        let (Some(key), Some(value)) = (entry.key_at, entry.node.at) else { return true };
        let whole = FileRange { file: key.file, range: key.range.cover(value.range) };
        let text = self.text.get(usize::from(whole.range.start())..usize::from(whole.range.end()));
        text.is_none_or(|it| it.contains('&') || it.contains("<<"))
    }
}
