//! Keys that stand in comments only.
//!
//! Chart authors show what a list or a map may hold by an example in a comment, below the empty value or
//! above the key, and they leave keys switched off between others. To complete such keys they are read as if
//! the `#` were blanks, so that columns and offsets stay, and hung into the outline as `commented` entries.
//!
//! Whether a comment is YAML or prose is a guess: a line counts if it is an item or a key without blanks, and
//! not one of the words with which sentences begin. Where it belongs, its depth and neighbours say.

use text::{TextRange, TextSize};

use super::outline::{Entry, EntryId, EntryName, Outline, ValueKind};

/// Adds what the comments of `text` hold, and returns the lines that are examples rather than descriptions of
/// the key below them.
pub(super) fn add(text: &str, outline: &mut Outline) -> Vec<TextRange> {
    let lines = lines(text, outline);
    let bare = uncommented(text, &lines);
    let mut claimed = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        if lines[from].hash.is_none() {
            from += 1;
            continue;
        }
        let length = lines[from..].iter().take_while(|line| line.hash.is_some()).count();
        let run = from..from + length;
        for segment in segments(&bare, &lines, run.clone()) {
            let fragment = Outline::parse_part(&bare, lines[segment.start].start..lines[segment.end - 1].end);
            let example = Example { lines: &lines, run: run.clone(), segment: segment.clone(), fragment };
            if example.attach(outline) {
                claimed.push(range(lines[segment.start].start, lines[segment.end - 1].end));
            }
        }
        from = run.end;
    }
    claimed
}

struct Line {
    start: usize,
    end: usize,
    /// Column of the first `#`, if the line is a comment.
    hash: Option<usize>,
    /// Column of what stands behind the `#`s.
    content: usize,
    hashes: usize,
    /// Blanks between the last `#` and the content.
    blanks: usize,
    /// Nothing, or nothing to read.
    empty: bool,
}

fn lines(text: &str, outline: &Outline) -> Vec<Line> {
    let scalars: Vec<_> = outline
        .entries()
        .filter(|(_, it)| matches!(it.kind, ValueKind::BlockScalar | ValueKind::Scalar))
        .map(|(_, it)| it.value)
        .collect();
    let mut all = Vec::new();
    let (mut start, mut schema) = (0, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let indent = bare.len() - bare.trim_start().len();
        let after = &bare[indent..];
        let hashes = after.len() - after.trim_start_matches('#').len();
        let behind = &after[hashes..];
        let blanks = behind.len() - behind.trim_start().len();
        let at = TextSize::from((start + indent) as u32);
        // A `#` line of a block scalar is what the scalar holds.
        let next = scalars.partition_point(|it| it.start() <= at);
        let inside = next > 0 && scalars[next - 1].contains(at);
        // What stands between two `@schema` is a schema, not an example.
        let mark = hashes > 0 && behind.trim_start().starts_with("@schema");
        schema = hashes > 0 && (schema != mark);
        all.push(Line {
            start,
            end: start + bare.len(),
            hash: (hashes > 0 && !inside).then_some(indent),
            content: indent + hashes + blanks,
            blanks,
            hashes,
            empty: behind.trim().is_empty() || schema,
        });
        start += line.len();
    }
    all
}

/// The text with the `#`s of comment lines turned into blanks.
fn uncommented(text: &str, lines: &[Line]) -> String {
    let mut out = String::with_capacity(text.len());
    for line in lines {
        out.push_str(&text[out.len()..line.start]);
        if line.hash.is_some() {
            let content = (line.start + line.content).min(line.end);
            out.extend(std::iter::repeat_n(' ', content - line.start));
        }
    }
    out.push_str(&text[out.len()..]);
    out
}

/// The parts of a run of comment lines that look like YAML.
fn segments(bare: &str, lines: &[Line], run: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let content = |at: usize| &bare[lines[at].start..lines[at].end];
    let mut all = Vec::new();
    let mut at = run.start;
    while at < run.end {
        let first = at;
        at += 1;
        if lines[first].empty || !looks_like_yaml(content(first).trim()) {
            continue;
        }
        let belongs = |next: usize| {
            let line = &lines[next];
            let deeper = line.content > lines[first].content;
            let sibling = line.content == lines[first].content && looks_like_yaml(content(next).trim());
            !line.empty && (deeper || sibling)
        };
        while at < run.end && belongs(at) {
            at += 1;
        }
        let single_title = at == first + 1 && content(first).trim().starts_with(char::is_uppercase);
        if !single_title {
            all.push(first..at);
        }
    }
    all
}

/// Words before a colon that begin a sentence rather than a mapping.
const PROSE: [&str; 24] = [
    "ref",
    "refs",
    "reference",
    "see",
    "note",
    "notes",
    "example",
    "examples",
    "e.g",
    "e.g.",
    "eg",
    "i.e",
    "i.e.",
    "default",
    "defaults",
    "warning",
    "todo",
    "important",
    "info",
    "deprecated",
    "tip",
    "caution",
    "http",
    "https",
];

fn looks_like_yaml(line: &str) -> bool {
    let Some(item) = line.strip_prefix("- ") else { return looks_like_pair(line) };
    let item = item.trim();
    looks_like_pair(item) || !item.contains(' ') || item.starts_with(['"', '\'', '{', '['])
}

fn looks_like_pair(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else { return false };
    let key = key.trim_matches(['"', '\'']);
    let value_ok = value.is_empty() || value.starts_with([' ', '\t']);
    let key_ok = !key.is_empty()
        && key.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | '/' | '$'))
        && !PROSE.contains(&key.to_lowercase().as_str());
    let value = value.trim();
    let quoted = value.starts_with(['"', '\'', '{', '[', '|', '>', '&', '*', '#']);
    let words = value.split(" #").next().unwrap_or("").split_whitespace().count();
    key_ok && value_ok && (quoted || words <= 3)
}

/// A piece of commented YAML and where it was found.
struct Example<'a> {
    lines: &'a [Line],
    /// All comment lines around it.
    run: std::ops::Range<usize>,
    segment: std::ops::Range<usize>,
    fragment: Outline,
}

impl Example<'_> {
    /// Hangs the example where it belongs; says whether its lines do not describe the key below.
    fn attach(&self, outline: &mut Outline) -> bool {
        let Some(&first) = self.fragment.roots().first() else { return false };
        let start = TextSize::from(self.lines[self.segment.start].start as u32);
        let real = |outline: &Outline| outline.entries.partition_point(|it| !it.commented);
        let before = outline.entries[..real(outline)].partition_point(|it| it.name_range.start() < start);
        let previous = before.checked_sub(1).map(|at| EntryId(at as u32));
        let next = (before < real(outline)).then_some(EntryId(before as u32));
        let next = next.filter(|it| self.directly_above(outline.entry(*it)));

        if let Some(next) = next.filter(|it| outline.entry(*it).name == self.fragment.entry(first).name) {
            let parent = outline.entry(next).parent;
            self.graft(outline, parent);
            return false;
        }
        if let Some(previous) = previous.filter(|it| self.holds_for(outline.entry(*it))) {
            self.graft(outline, Some(previous));
            return true;
        }
        if self.is_list() {
            if let Some(next) = next.filter(|it| self.lists_for(outline.entry(*it))) {
                self.graft(outline, Some(next));
                return false;
            }
            let list = previous.and_then(|it| self.list_around(outline, it));
            if let Some(list) = list {
                self.graft(outline, Some(list));
            }
            return list.is_some();
        }
        let beside = next.filter(|it| outline.entry(*it).column as usize == self.hash());
        match self.mapping_around(outline, previous).or(beside) {
            Some(sibling) => self.graft(outline, outline.entry(sibling).parent),
            None if self.hash() == 0 && previous.is_none() => self.graft(outline, None),
            None => return false,
        }
        true
    }

    fn is_list(&self) -> bool {
        self.fragment.roots().iter().any(|it| matches!(self.fragment.entry(*it).name, EntryName::Item(_)))
    }

    fn hash(&self) -> usize {
        self.lines[self.segment.start].hash.unwrap_or(0)
    }

    fn line_of(&self, offset: TextSize) -> usize {
        self.lines.partition_point(|line| line.start <= usize::from(offset)).saturating_sub(1)
    }

    fn directly_above(&self, entry: &Entry) -> bool {
        self.line_of(entry.name_range.start()) == self.run.end
    }

    /// The example stands right below an entry without a value, and is meant for it.
    fn holds_for(&self, entry: &Entry) -> bool {
        let line = &self.lines[self.segment.start];
        let below = self.line_of(entry.full.end()) + 1 == self.run.start;
        let empty = entry.children.is_empty()
            && matches!(entry.kind, ValueKind::Null | ValueKind::Mapping | ValueKind::Sequence);
        let (column, hash) = (entry.column as usize, self.hash());
        let deeper = hash > column || (hash == column && line.blanks >= 2);
        let fits = match entry.kind {
            ValueKind::Sequence => self.is_list(),
            ValueKind::Mapping => !self.is_list(),
            _ => self.is_list() || deeper,
        };
        below
            && empty
            && fits
            && hash >= column
            && (deeper || entry.kind != ValueKind::Null || self.is_list())
    }

    /// A list of mappings above a key that has an empty list.
    fn lists_for(&self, entry: &Entry) -> bool {
        let mappings = self.fragment.entries().any(|(_, it)| matches!(it.name, EntryName::Key(_)));
        let empty = entry.children.is_empty() && matches!(entry.kind, ValueKind::Null | ValueKind::Sequence);
        mappings && empty && entry.column as usize == self.hash()
    }

    /// The list whose items are as deep as the comment.
    fn list_around(&self, outline: &Outline, previous: EntryId) -> Option<EntryId> {
        std::iter::successors(Some(previous), |it| outline.entry(*it).parent)
            .find(|it| {
                let entry = outline.entry(*it);
                matches!(entry.name, EntryName::Item(_)) && entry.column as usize == self.hash()
            })
            .and_then(|it| outline.entry(it).parent)
    }

    /// The last key that is as deep as the comment's text, or as the text was before a `# ` or `#` was put before
    /// it, or as the `#`. The example is a sibling of it.
    fn mapping_around(&self, outline: &Outline, previous: Option<EntryId>) -> Option<EntryId> {
        let at = |column: usize| {
            std::iter::successors(previous, |it| outline.entry(*it).parent)
                .find(|it| outline.entry(*it).column as usize == column)
        };
        let line = &self.lines[self.segment.start];
        let moved = [0, line.hashes + 1, line.hashes].into_iter().map(|by| line.content - by);
        let by_text = (line.blanks >= 2).then(|| moved.filter(|it| *it > 0).find_map(at)).flatten();
        by_text.or_else(|| at(self.hash()))
    }

    /// Copies the fragment below `parent`; keys that are there already only get what they lack.
    fn graft(&self, outline: &mut Outline, parent: Option<EntryId>) {
        let mut places: Vec<EntryId> = Vec::new();
        for (_, entry) in self.fragment.entries() {
            let below = entry.parent.map_or(parent, |it| Some(places[it.0 as usize]));
            let there = match &entry.name {
                EntryName::Key(_) => outline.child(below, &entry.name),
                EntryName::Item(_) => None,
            };
            let place = there.unwrap_or_else(|| {
                let mut copy = entry.clone();
                if let EntryName::Item(index) = &mut copy.name {
                    *index = outline.children(below).len() as u32;
                }
                copy.children = Vec::new();
                copy.parent = below;
                copy.commented = true;
                outline.push(copy)
            });
            places.push(place);
        }
    }
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::from(start as u32), TextSize::from(end as u32))
}

#[cfg(test)]
mod tests {
    use super::super::{ValuesFile, path_text};

    /// The paths that stand in comments only.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let values = ValuesFile::parse(text);
        let outline = values.outline();
        let commented = outline.entries().filter(|(_, it)| it.commented);
        let mut paths: Vec<_> = commented.map(|(id, _)| path_text(&outline.path(id))).collect();
        paths.sort();
        assert_eq!(paths, expected);
    }

    #[test]
    fn items_below_an_empty_list() {
        check(
            "a:\n  list: []\n  #  - name: x\n  #    env:\n  #      - name: U\n  #        value: v\n\n  # -- Next\n  b: 1\n",
            &[
                "a.list[0]",
                "a.list[0].env",
                "a.list[0].env[0]",
                "a.list[0].env[0].name",
                "a.list[0].env[0].value",
                "a.list[0].name",
            ],
        );
        check("list: []\n# - name: x\n", &["list[0]", "list[0].name"]);
        check("list:\n  # - name: x\nb: 1\n", &["list[0]", "list[0].name"]);
    }

    #[test]
    fn keys_below_an_empty_map() {
        check(
            "r: {}\n  # limits:\n  #   cpu: 1\n  # requests:\n  #   cpu: 1\nb: 1\n",
            &["r.limits", "r.limits.cpu", "r.requests", "r.requests.cpu"],
        );
        check("r: {}\n# limits:\n#   cpu: 1\n", &["r.limits", "r.limits.cpu"]);
        check("r: {}\n#  limits:\n#    cpu: 1\n", &["r.limits", "r.limits.cpu"]);
    }

    #[test]
    fn prose_before_the_example_is_passed_over() {
        check(
            "r: {}\n  # We recommend not to specify: resources, leave this\n  # lines, after 'r:'.\n  # limits:\n  #  cpu: 1\n",
            &["r.limits", "r.limits.cpu"],
        );
        check("# ref: https://x\n# Note: something to know\n# Default: x\n# e.g:\na: 1\n", &[]);
    }

    #[test]
    fn an_example_above_the_key() {
        check(
            "## e.g:\n## env:\n##   - name: A\n##     value: b\n##\nenv: []\n",
            &["env[0]", "env[0].name", "env[0].value"],
        );
        check("# Extra\n# - name: A\n#   value: b\nenv: []\n", &["env[0]", "env[0].name", "env[0].value"]);
    }

    #[test]
    fn keys_switched_off() {
        check("a:\n  b: 1\n  # c: 2\n  d: 3\n", &["a.c"]);
        check("# x: 1\na: 1\n", &["x"]);
        check("a:\n  # c:\n  #   d: 1\n  b: 1\n", &["a.c", "a.c.d"]);
        check("a:\n  b: 1\n#   c: 2\n  d: 3\n", &["a.c"]);
        check("a:\n  b: 1\n#  c: 2\n  d: 3\n", &["a.c"]);
    }

    #[test]
    fn items_switched_off() {
        check("a:\n  - b: 1\n  # - c: 2\n", &["a[1]", "a[1].c"]);
    }

    #[test]
    fn lists_of_prose_are_no_items() {
        check("# One of\n# - first thing to do\n# - second thing to do\na: 1\n", &[]);
    }

    #[test]
    fn comments_in_block_scalars_are_text() {
        check("a: |\n  # b: 1\n  c\n", &[]);
    }

    #[test]
    fn examples_do_not_describe_the_next_key() {
        let values = ValuesFile::parse("a: []\n# - b: 1\nc: 2\n");
        let id = values.outline().find_keys(["c"]).unwrap();
        assert_eq!(values.doc(id), None);
    }

    #[test]
    fn real_keys_win() {
        let values = ValuesFile::parse("# a:\n#   b: 1\na:\n  b: 2\n");
        let b = values.outline().find_keys(["a", "b"]).unwrap();
        assert!(!values.outline().entry(b).commented);
    }
}
