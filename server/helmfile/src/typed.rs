//! A file's YAML held against the keys that there are: what go-yaml's decoder does for Helmfile's structs.
//!
//! What comes out is a tree again, of the values that Go would hold: scalars are of the key's type, and what Go cannot
//! tell from nothing is left out. Its places are those of the file that the user wrote.

use text::{FileRange, TextRange};
use yaml::{Entry, Map, Node, Value};

use crate::keys::{self, Key, Kind, Support};
use crate::text_map::TextMap;
use crate::{Code, Finding};

/// What a tree is read with.
pub(crate) struct Typing<'t> {
    /// The text that it was read from.
    pub(crate) text: &'t str,
    /// Where that is written.
    pub(crate) map: &'t TextMap,
    /// What is wrong so far.
    pub(crate) findings: Vec<Finding>,
}

impl Typing<'_> {
    /// Reads a struct.
    pub(crate) fn group(&mut self, node: &Node, keys: &'static [Key], what: &str) -> Node {
        let at = self.place(node);
        let map = match &node.value {
            Value::Map(map) => map,
            Value::Null => return Node { value: Value::empty_map(), at },
            _ => {
                let _: Option<()> = self.wrong(node, what, "a map of keys");
                return Node { value: Value::empty_map(), at };
            }
        };
        let entries = map.iter().filter_map(|entry| self.entry(entry, keys, what)).collect::<Map>();
        Node { value: Value::Map(entries.into()), at }
    }

    fn entry(&mut self, entry: &Entry, keys: &'static [Key], what: &str) -> Option<Entry> {
        let key_at = entry.key_at.and_then(|at| self.map.place(at.range));
        let Some(key) = keys::find(keys, &entry.key) else {
            self.unknown(&entry.key, key_at, keys, what);
            return None;
        };
        let node = self.value(&entry.node, key)?;
        self.check_support(key, &node, key_at);
        Some(Entry { key: entry.key.clone(), key_at, node })
    }

    fn unknown(&mut self, name: &str, at: Option<FileRange>, keys: &'static [Key], what: &str) {
        let suggestion = keys::similar(keys, name);
        let code = Code::UnknownKey { suggestion: suggestion.map(str::to_owned) };
        let finding = Finding::error(code, at, format!("`{name}` is no key of {what}"));
        let advice = match suggestion {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "remove it, or correct its name or its indentation".to_owned(),
        };
        self.findings.push(finding.advise(advice));
    }

    fn check_support(&mut self, key: &Key, node: &Node, at: Option<FileRange>) {
        let name = key.name;
        let refused = match key.support {
            Support::Done => return,
            Support::NoEffect(why) => {
                let finding =
                    Finding::warning(Code::Deprecated, at, format!("`{name}` has no effect: {why}"));
                return self.findings.push(finding);
            }
            Support::RefusedUnless(allowed, why) => {
                if node.value.as_str() == Some(allowed) {
                    return;
                }
                why
            }
            Support::Refused(why) => why,
        };
        let message = format!("`{name}` is not supported by Chartroom");
        self.findings.push(Finding::error(Code::Unsupported, at, message).advise(refused));
    }

    /// The value of a key; nothing where Go could not tell it from nothing.
    fn value(&mut self, node: &Node, key: &Key) -> Option<Node> {
        if node.value.is_null() {
            return matches!(key.kind, Kind::Any).then(|| self.map.relocate(node));
        }
        let value = match key.kind {
            Kind::Bool => self.bool(node, key).filter(|it| *it).map(Value::Bool),
            Kind::MaybeBool => self.bool(node, key).map(Value::Bool),
            Kind::Int => self.int(node, key).filter(|it| *it != 0).map(Value::Int),
            Kind::MaybeInt => self.int(node, key).map(Value::Int),
            Kind::MaybeFloat => Some(node.value.clone()),
            Kind::Text => self.text(node, key.name).filter(|it| !it.is_empty()).map(string),
            Kind::MaybeText => self.text(node, key.name).map(string),
            Kind::Texts => self.texts(node, key),
            Kind::TextOrTexts if node.value.as_list().is_none() => {
                let item = self.text(node, key.name).map(string)?;
                let at = self.place(node);
                Some(Value::List(vec![Node { value: item, at }].into()))
            }
            Kind::TextOrTexts => self.texts(node, key),
            Kind::TextMap => self.text_map(node, key),
            Kind::List => self.list(node, key),
            Kind::Group(keys) | Kind::MaybeGroup(keys) => {
                return Some(self.group(node, keys, &format!("`{}`", key.name)));
            }
            Kind::Groups(keys) => self.groups(node, keys, key),
            Kind::GroupOrGroups(keys) if node.value.as_map().is_some() => {
                let item = self.group(node, keys, &format!("`{}`", key.name));
                Some(Value::List(vec![item].into()))
            }
            Kind::GroupOrGroups(keys) => self.groups(node, keys, key),
            Kind::TextsOrGroups(name, keys) => self.texts_or_groups(node, name, keys, key),
            Kind::Named(keys) => self.named(node, keys, key),
            Kind::Any => return Some(self.map.relocate(node)),
        };
        Some(Node { value: value?, at: self.place(node) })
    }

    fn bool(&mut self, node: &Node, key: &Key) -> Option<bool> {
        match &node.value {
            Value::Bool(it) => Some(*it),
            // To the decoder of a typed field the old words still are what they were.
            Value::String(it) if matches!(&**it, "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON") => {
                Some(true)
            }
            Value::String(it) if matches!(&**it, "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF") => {
                Some(false)
            }
            _ => self.wrong(node, &format!("`{}`", key.name), "`true` or `false`"),
        }
    }

    fn int(&mut self, node: &Node, key: &Key) -> Option<i64> {
        match &node.value {
            Value::Int(it) => Some(*it),
            Value::Float(it) if it.fract() == 0.0 => Some(*it as i64),
            _ => self.wrong(node, &format!("`{}`", key.name), "a whole number"),
        }
    }

    /// A scalar as text: `1.10` is that, not the number.
    fn text(&mut self, node: &Node, name: &str) -> Option<String> {
        match &node.value {
            Value::String(it) => Some(it.to_string()),
            Value::Null => Some(String::new()),
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_) => {
                let range = node.at.map_or_else(TextRange::default, |it| it.range);
                Some(self.text[range].to_owned())
            }
            Value::List(_) | Value::Map(_) => self.wrong(node, &format!("`{name}`"), "a string"),
        }
    }

    fn items<'n>(&mut self, node: &'n Node, key: &Key, of: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(items) => Some(&items[..]), // an empty list of selectors is not the same as none
            _ => self.wrong(node, &format!("`{}`", key.name), of),
        }
    }

    fn texts(&mut self, node: &Node, key: &Key) -> Option<Value> {
        let items = self.items(node, key, "a list of strings")?;
        let item = |it: &Node| {
            let value = self.text(it, key.name).map(string)?;
            Some(Node { value, at: self.place(it) })
        };
        Some(Value::List(items.iter().filter_map(item).collect::<Vec<_>>().into()))
    }

    fn text_map(&mut self, node: &Node, key: &Key) -> Option<Value> {
        let Value::Map(map) = &node.value else {
            return self.wrong(node, &format!("`{}`", key.name), "a map of strings");
        };
        let entry = |it: &Entry| {
            let value = self.text(&it.node, &it.key).map(string)?;
            Some(self.moved(it, Node { value, at: self.place(&it.node) }))
        };
        let map = map.iter().filter_map(entry).collect::<Map>();
        (!map.is_empty()).then(|| Value::Map(map.into()))
    }

    fn list(&mut self, node: &Node, key: &Key) -> Option<Value> {
        let items = self.items(node, key, "a list")?;
        Some(Value::List(items.iter().map(|it| self.map.relocate(it)).collect::<Vec<_>>().into()))
    }

    fn groups(&mut self, node: &Node, keys: &'static [Key], key: &Key) -> Option<Value> {
        let items = self.items(node, key, "a list")?;
        let what = format!("an item of `{}`", key.name);
        Some(Value::List(items.iter().map(|it| self.group(it, keys, &what)).collect::<Vec<_>>().into()))
    }

    fn texts_or_groups(&mut self, node: &Node, name: &str, keys: &'static [Key], key: &Key) -> Option<Value> {
        let items = self.items(node, key, "a list")?;
        let what = format!("an item of `{}`", key.name);
        let item = |it: &Node| {
            if it.value.as_str().is_none() {
                return self.group(it, keys, &what);
            }
            let at = self.place(it);
            let entry = Entry { key: name.into(), key_at: at, node: Node { value: it.value.clone(), at } };
            Node { value: Value::Map(Map::from_iter([entry]).into()), at }
        };
        Some(Value::List(items.iter().map(item).collect::<Vec<_>>().into()))
    }

    fn named(&mut self, node: &Node, keys: &'static [Key], key: &Key) -> Option<Value> {
        let Value::Map(map) = &node.value else {
            return self.wrong(node, &format!("`{}`", key.name), "a map");
        };
        let entry = |it: &Entry| {
            let group = self.group(&it.node, keys, &format!("`{}.{}`", key.name, it.key));
            self.moved(it, group)
        };
        let map = map.iter().map(entry).collect::<Map>();
        (!map.is_empty()).then(|| Value::Map(map.into()))
    }

    fn moved(&self, entry: &Entry, node: Node) -> Entry {
        let key_at = entry.key_at.and_then(|at| self.map.place(at.range));
        Entry { key: entry.key.clone(), key_at, node }
    }

    fn wrong<T>(&mut self, node: &Node, what: &str, wanted: &str) -> Option<T> {
        let got = match &node.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        };
        let message = format!("{what} must be {wanted}, and is {got}");
        self.findings.push(Finding::error(Code::WrongType, self.place(node), message));
        None
    }

    fn place(&self, node: &Node) -> Option<FileRange> {
        node.at.and_then(|at| self.map.place(at.range))
    }
}

fn string(text: String) -> Value {
    Value::String(text.into())
}
