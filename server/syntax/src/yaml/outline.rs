//! The keys of a YAML text as a flat tree, read line by line.
//!
//! Indentation says what belongs to what, so a line that is broken spoils nothing but itself. Blocks,
//! sequences (also those no deeper than their key), flow collections, quoted keys, block scalars and several
//! documents are understood; anchors and tags are passed over; `? ` keys are not (no values file has them).

use std::fmt::Write as _;

use text::{TextRange, TextSize};

use super::flow;

/// Index of an [`Entry`] in its [`Outline`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub u32);

/// All keys and items of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    pub(super) entries: Vec<Entry>,
    pub(super) roots: Vec<EntryId>,
    pub(super) len: u32,
}

/// A key with its value, or an item of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, or which item.
    pub name: EntryName,
    /// The key as written, with quotes; for an item its `-`, or its value in a flow sequence.
    pub name_range: TextRange,
    /// The value; empty and behind the `:` if there is none. A block starts at its first key or `-`.
    pub value: TextRange,
    /// From the key to behind the value.
    pub full: TextRange,
    /// What the value is.
    pub kind: ValueKind,
    /// The entry whose value this is a part of.
    pub parent: Option<EntryId>,
    /// Keys and items of the value, in order.
    pub children: Vec<EntryId>,
    /// Bytes before the key on its line, `- ` included.
    pub column: u32,
    /// Which document of the text, from 0.
    pub document: u32,
    /// Stands in a comment only: an example, or something switched off.
    pub commented: bool,
}

/// How an entry is called by its parent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EntryName {
    /// A key, without quotes.
    Key(String),
    /// An item, from 0.
    Item(u32),
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Nothing is there.
    Null,
    /// Plain or quoted, on one or more lines.
    Scalar,
    /// `|` or `>`
    BlockScalar,
    /// Keys, as a block or in `{}`.
    Mapping,
    /// Items, as a block or in `[]`.
    Sequence,
    /// `*name`
    Alias,
}

impl Outline {
    /// Reads a text. This never fails.
    pub fn parse(text: &str) -> Self {
        Self::parse_part(text, 0..text.len())
    }

    /// Reads a part of a text, whole lines of it; offsets are of the text.
    pub(super) fn parse_part(text: &str, part: std::ops::Range<usize>) -> Self {
        let mut scanner =
            Scanner { text, outline: Self::default(), levels: Vec::new(), document: 0, block: None };
        let mut at = part.start;
        while at < part.end {
            let end = memchr::memchr(b'\n', &text.as_bytes()[at..part.end]).map_or(part.end, |it| at + it);
            let done = scanner.line(at, end);
            at = if done <= end { end + 1 } else { done };
        }
        let mut outline = scanner.outline;
        outline.len = text.len() as u32;
        outline.close();
        outline
    }

    /// All entries, in order; commented ones come last.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        (0..).map(EntryId).zip(&self.entries)
    }

    /// The entries at the top, of all documents.
    pub fn roots(&self) -> &[EntryId] {
        &self.roots
    }

    /// The entry with this id.
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    /// The children of an entry, or of the text.
    pub fn children(&self, parent: Option<EntryId>) -> &[EntryId] {
        parent.map_or(&self.roots, |id| &self.entry(id).children)
    }

    /// The entries from the top down to `id`.
    pub fn chain(&self, id: EntryId) -> Vec<EntryId> {
        let mut chain: Vec<_> = std::iter::successors(Some(id), |it| self.entry(*it).parent).collect();
        chain.reverse();
        chain
    }

    /// The names from the top down to `id`.
    pub fn path(&self, id: EntryId) -> Vec<EntryName> {
        self.chain(id).into_iter().map(|it| self.entry(it).name.clone()).collect()
    }

    /// The entry at a path, an item by its number. Real entries win over commented ones, and the last of a
    /// key that is given twice wins, as it does in Helm.
    pub fn find(&self, path: &[EntryName]) -> Option<EntryId> {
        let mut at = None;
        for name in path {
            at = Some(self.child(at, name)?);
        }
        at
    }

    /// The entry at a path of keys.
    pub fn find_keys<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<EntryId> {
        let mut at = None;
        for key in keys {
            at = Some(self.child_key(at, key)?);
        }
        at
    }

    /// The entry `name` in the value of `parent`, or at the top.
    pub fn child(&self, parent: Option<EntryId>, name: &EntryName) -> Option<EntryId> {
        let mut found = self.children(parent).iter().copied().filter(|it| self.entry(*it).name == *name);
        let first = found.next()?;
        Some(found.fold(first, |best, it| if self.entry(it).commented { best } else { it }))
    }

    /// The entry with the key `key` in the value of `parent`, or at the top.
    pub fn child_key(&self, parent: Option<EntryId>, key: &str) -> Option<EntryId> {
        self.child(parent, &EntryName::Key(key.to_owned()))
    }

    /// The innermost entry that `offset` is in, on its key or in its value.
    pub fn at(&self, offset: TextSize) -> Option<EntryId> {
        let mut at = None;
        loop {
            let inside = |it: &&EntryId| self.entry(**it).full.contains_inclusive(offset);
            // Where one ends and the next starts, the next is meant.
            match self.children(at).iter().rev().find(inside) {
                Some(next) => at = Some(*next),
                None => return at,
            }
        }
    }

    pub(super) fn push(&mut self, entry: Entry) -> EntryId {
        let id = EntryId(self.entries.len() as u32);
        match entry.parent {
            Some(parent) => self.entries[parent.0 as usize].children.push(id),
            None => self.roots.push(id),
        }
        self.entries.push(entry);
        id
    }

    pub(super) fn entry_mut(&mut self, id: EntryId) -> &mut Entry {
        &mut self.entries[id.0 as usize]
    }

    /// Stretches values over the children; those come behind their parents, so one way back does.
    fn close(&mut self) {
        for at in (0..self.entries.len()).rev() {
            let (full, parent) = (self.entries[at].full, self.entries[at].parent);
            if let Some(parent) = parent {
                let parent = self.entry_mut(parent);
                parent.value = if parent.value.is_empty() { full } else { parent.value.cover(full) };
                parent.full = parent.full.cover(full);
            }
        }
    }
}

/// A path as people write it: `server.extensions[0].name`.
///
/// ```
/// use chartroom_syntax::{EntryName, path_text};
/// let path = [EntryName::Key("env".into()), EntryName::Item(0), EntryName::Key("a.b".into())];
/// assert_eq!(path_text(&path), r#"env[0]["a.b"]"#);
/// ```
pub fn path_text(path: &[EntryName]) -> String {
    let mut out = String::new();
    for name in path {
        match name {
            EntryName::Item(index) => {
                let _ = write!(out, "[{index}]");
            }
            EntryName::Key(key) if key.contains(['.', '[', ' ', '"']) => {
                let _ = write!(out, "[{key:?}]");
            }
            EntryName::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
        }
    }
    out
}

/// A block mapping or sequence that is open.
struct Level {
    column: usize,
    sequence: bool,
    owner: Option<EntryId>,
    last: Option<EntryId>,
    count: u32,
}

struct Scanner<'a> {
    text: &'a str,
    outline: Outline,
    levels: Vec<Level>,
    document: u32,
    /// The entry whose block scalar is open, and the column that its lines must exceed.
    block: Option<(EntryId, usize)>,
}

impl Scanner<'_> {
    /// Reads the line `start..end` and returns where it got to: further if a value takes several lines.
    fn line(&mut self, start: usize, end: usize) -> usize {
        let line = self.text[start..end].trim_end_matches('\r');
        let content = line.trim_start_matches([' ', '\t']);
        let column = line.len() - content.len();
        if let Some((entry, parent)) = self.block {
            if content.is_empty() {
                return end;
            }
            if column > parent {
                self.reach(entry, start + line.trim_end().len());
                return end;
            }
            self.block = None;
        }
        if content.is_empty() || content.starts_with('#') {
            return end;
        }
        if column == 0 && (is_marker(line, "---") || is_marker(line, "...")) {
            self.levels.clear();
            self.document += u32::from(line.starts_with("---") && !self.outline.entries.is_empty());
            return end;
        }
        self.content(start, column, start + line.len())
    }

    /// Reads dashes, a key and a value from `column` on.
    fn content(&mut self, line: usize, column: usize, end: usize) -> usize {
        let mut column = column;
        let mut item = None;
        while let Some(rest) = self.text[line + column..end].strip_prefix('-') {
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if blanks == 0 && !rest.is_empty() {
                break;
            }
            item = Some(self.item(line, column));
            column += 1 + blanks;
        }
        let rest = &self.text[line + column..end];
        if rest.is_empty() || rest.starts_with('#') {
            return end;
        }
        if let Some(key) = flow::key(rest) {
            let entry = self.key(line, column, key.name, key.length);
            return self.value(entry, line + column + key.behind, end, column);
        }
        match item {
            Some(item) => {
                let dash = self.outline.entry(item).column as usize;
                self.value(item, line + column, end, dash)
            }
            None => self.continuation(line + column, end, column),
        }
    }

    fn item(&mut self, line: usize, column: usize) -> EntryId {
        self.pop(|level| level.column > column);
        let same = self.levels.last().is_some_and(|top| top.column == column && top.sequence);
        if !same {
            let owner = self.levels.last().and_then(|top| top.last);
            self.levels.push(Level { column, sequence: true, owner, last: None, count: 0 });
        }
        let range = range(line + column, line + column + 1);
        let index = self.levels.last().map_or(0, |top| top.count);
        self.add(EntryName::Item(index), range, column, ValueKind::Sequence)
    }

    fn key(&mut self, line: usize, column: usize, name: String, length: usize) -> EntryId {
        self.pop(|level| level.column > column || (level.column == column && level.sequence));
        if self.levels.last().is_none_or(|top| top.column < column) {
            let owner = self.levels.last().and_then(|top| top.last);
            self.levels.push(Level { column, sequence: false, owner, last: None, count: 0 });
        }
        let range = range(line + column, line + column + length);
        self.add(EntryName::Key(name), range, column, ValueKind::Mapping)
    }

    fn pop(&mut self, gone: impl Fn(&Level) -> bool) {
        while self.levels.last().is_some_and(&gone) {
            self.levels.pop();
        }
    }

    /// Adds an entry to the innermost level, whose owner so becomes a mapping or a sequence.
    fn add(&mut self, name: EntryName, name_range: TextRange, column: usize, makes: ValueKind) -> EntryId {
        let parent = self.levels.last().and_then(|top| top.owner);
        if let Some(parent) = parent {
            self.outline.entry_mut(parent).kind = makes;
        }
        let id = self.outline.push(Entry {
            name,
            name_range,
            value: TextRange::empty(name_range.end()),
            full: name_range,
            kind: ValueKind::Null,
            parent,
            children: Vec::new(),
            column: column as u32,
            document: self.document,
            commented: false,
        });
        if let Some(top) = self.levels.last_mut() {
            top.last = Some(id);
            top.count += 1;
        }
        id
    }

    /// Reads the value of `entry` from `at` on; `column` is the key's (or dash's), which its lines must exceed.
    fn value(&mut self, entry: EntryId, at: usize, end: usize, column: usize) -> usize {
        let at = flow::skip_properties(&self.text[..end], at);
        let rest = &self.text[at..end];
        let set = |this: &mut Self, kind, until: usize| {
            let it = this.outline.entry_mut(entry);
            it.kind = kind;
            it.value = range(at, until);
            it.full = it.full.cover(it.value);
        };
        match rest.as_bytes().first() {
            None | Some(b'#') => {
                let it = self.outline.entry_mut(entry);
                it.value = TextRange::empty(TextSize::from(at as u32).max(it.name_range.end()));
                it.full = it.full.cover(it.value);
                if rest.is_empty() { end } else { end.max(at) }
            }
            Some(b'|' | b'>') => {
                set(self, ValueKind::BlockScalar, at + flow::without_comment(rest).len());
                self.block = Some((entry, column));
                end
            }
            Some(b'*') => {
                set(self, ValueKind::Alias, at + flow::without_comment(rest).len());
                end
            }
            Some(b'{' | b'[') => {
                let until = flow::collection(self.text, at, column, entry, self.document, &mut self.outline);
                set(self, self.outline.entry(entry).kind, until);
                until
            }
            Some(b'"' | b'\'') => {
                let until = flow::quoted_end(self.text, at, column).unwrap_or(end);
                set(self, ValueKind::Scalar, until);
                until
            }
            Some(_) => {
                set(self, ValueKind::Scalar, at + flow::without_comment(rest).len());
                end
            }
        }
    }

    /// A line that is neither key nor item: more of a plain scalar, a value on its own line, or half a word.
    fn continuation(&mut self, at: usize, end: usize, column: usize) -> usize {
        let owner = self.levels.iter().rev().find(|level| level.column < column).and_then(|level| level.last);
        let Some(owner) = owner else { return end };
        let (kind, key) = (self.outline.entry(owner).kind, self.outline.entry(owner).column);
        match kind {
            ValueKind::Null => self.value(owner, at, end, key as usize),
            ValueKind::Scalar => {
                self.reach(owner, at + flow::without_comment(&self.text[at..end]).len());
                end
            }
            ValueKind::BlockScalar | ValueKind::Mapping | ValueKind::Sequence | ValueKind::Alias => end,
        }
    }

    fn reach(&mut self, entry: EntryId, until: usize) {
        let it = self.outline.entry_mut(entry);
        it.value = it.value.cover(range(until, until));
        it.full = it.full.cover(it.value);
    }
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

pub(super) fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::from(start as u32), TextSize::from(end.max(start) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every entry as its path, `=` and its value.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let outline = Outline::parse(text);
        let shown = outline.entries().map(|(id, entry)| {
            let value = match entry.kind {
                ValueKind::Null => "~".to_owned(),
                ValueKind::Mapping => "{}".to_owned(),
                ValueKind::Sequence => "[]".to_owned(),
                ValueKind::Scalar | ValueKind::BlockScalar | ValueKind::Alias => text[entry.value].to_owned(),
            };
            format!("{}={value}", path_text(&outline.path(id)))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn mappings() {
        check(
            "a: 1\nb:\n  c: 2\n  d:\n    e: 3\nf: 4\n",
            &["a=1", "b={}", "b.c=2", "b.d={}", "b.d.e=3", "f=4"],
        );
        check("a:\nb: # nothing\n", &["a=~", "b=~"]);
    }

    #[test]
    fn sequences() {
        check("a:\n  - 1\n  - 2\n", &["a=[]", "a[0]=1", "a[1]=2"]);
        check(
            "a:\n- 1\n- b: 2\n  c: 3\nd: 4\n",
            &["a=[]", "a[0]=1", "a[1]={}", "a[1].b=2", "a[1].c=3", "d=4"],
        );
        check("- - 1\n  - 2\n- 3\n", &["[0]=[]", "[0][0]=1", "[0][1]=2", "[1]=3"]);
        check("a:\n  -\n    b: 1\n  - c\n", &["a=[]", "a[0]={}", "a[0].b=1", "a[1]=c"]);
    }

    #[test]
    fn keys_of_every_shape() {
        check(
            "\"a b\": 1\n'c''d': 2\ne.f/g: 3\nh i: 4\n<<: *x\n",
            &["[\"a b\"]=1", "c'd=2", "[\"e.f/g\"]=3", "[\"h i\"]=4", "<<=*x"],
        );
        check("a:b: 1\nhttp://x\n", &["a:b=1"]);
    }

    #[test]
    fn values_of_every_shape() {
        check(
            "a: \"x: # y\" # z\nb: x # y\nc: 'it''s'\nd: &e !!str f\n",
            &["a=\"x: # y\"", "b=x", "c='it''s'", "d=f"],
        );
        check("a: \"b\n  c: d\"\ne: 1\n", &["a=\"b\n  c: d\"", "e=1"]);
        check("a: b\n  c\nd: 1\n", &["a=b\n  c", "d=1"]);
        check("a:\n  b\nc: 1\n", &["a=b", "c=1"]);
    }

    #[test]
    fn block_scalars_hide_what_they_hold() {
        check("a: |\n  b: 1\n\n  # c\nd: 2\n", &["a=|\n  b: 1\n\n  # c", "d=2"]);
        check("a:\n  - >-\n    b: 1\n  - c\n", &["a=[]", "a[0]=>-\n    b: 1", "a[1]=c"]);
    }

    #[test]
    fn flow_collections() {
        check(
            "a: {b: 1, \"c\": [2, {d: 3}]}\ne: []\n",
            &["a={}", "a.b=1", "a.c=[]", "a.c[0]=2", "a.c[1]={}", "a.c[1].d=3", "e=[]"],
        );
        check("a: [\n  b,\n  c # d\n]\ne: 1\n", &["a=[]", "a[0]=b", "a[1]=c", "e=1"]);
        check("a: {}\n", &["a={}"]);
    }

    #[test]
    fn a_flow_collection_that_is_not_closed_stops_at_the_next_key() {
        check("a: [b, c\nd: 1\n", &["a=[]", "a[0]=b", "a[1]=c", "d=1"]);
        check("a:\n  b: {c: 1\n  d: 2\ne: 3\n", &["a={}", "a.b={}", "a.b.c=1", "a.d=2", "e=3"]);
    }

    #[test]
    fn a_quote_that_is_not_closed_stops_with_its_line() {
        check("a: \"b\nc: 1\n", &["a=\"b", "c=1"]);
    }

    #[test]
    fn half_a_line_spoils_nothing() {
        check("a:\n  b: 1\n  im\n  c: 2\nd", &["a={}", "a.b=1", "a.c=2"]);
    }

    #[test]
    fn documents_are_counted() {
        let outline = Outline::parse("---\na: 1\n---\nb: 2\n...\n");
        assert_eq!(outline.entries().map(|(_, it)| it.document).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(outline.roots().len(), 2);
    }

    #[test]
    fn carriage_returns_are_no_part_of_values() {
        check("a: 1\r\nb:\r\n  - c\r\n", &["a=1", "b=[]", "b[0]=c"]);
    }

    #[test]
    fn entries_are_found_by_path_and_by_place() {
        let text = "a:\n  b:\n    - c: 1\n";
        let outline = Outline::parse(text);
        let c = outline.find(&[EntryName::Key("a".into()), EntryName::Key("b".into()), EntryName::Item(0)]);
        assert_eq!(outline.entry(c.unwrap()).kind, ValueKind::Mapping);
        let at = outline.at(TextSize::from(text.find('1').unwrap() as u32)).unwrap();
        assert_eq!(path_text(&outline.path(at)), "a.b[0].c");
        assert_eq!(outline.entry(outline.find_keys(["a"]).unwrap()).value, range(5, 18));
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let outline = Outline::parse("a: 1\na: 2\n");
        assert_eq!(outline.find_keys(["a"]), Some(EntryId(1)));
    }
}
