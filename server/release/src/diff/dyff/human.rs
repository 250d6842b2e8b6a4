//! Differences in words.

use data_encoding::BASE64;
use yaml::{Content, NodeId, Written};

use super::blocks::{arranged, behind, each_behind, side_by_side};
use super::edits::{self, Edit};
use super::paint::{self, Paint, visible_len};
use super::{Detail, Difference, DyffConfig, Group, Path, Step, arrange, certificates, neat, text_of};

/// A text is mostly the same if no larger part of it changes.
const MINOR: f64 = 0.1;

/// So few characters are a minor change of any text: two that are replaced.
const FEW: usize = 4;

/// Of a change that takes more characters nobody asks whether it is minor.
const MOST: usize = 10_000;

/// Tells all differences. `roots`: also in which document they are.
pub(super) fn tell(nodes: Written, differences: Vec<Difference>, roots: bool, config: &DyffConfig) -> String {
    let paint = Paint { colour: config.colour };
    let mut teller = Teller { nodes, paint, width: config.width };
    let mut out = String::new();
    for Difference { path, details } in differences {
        out += &format!("\n{}\n", teller.path(path.as_ref(), roots));
        let blocks: Option<Vec<String>> = details.into_iter().map(|it| teller.detail(it)).collect();
        match blocks {
            Some(blocks) => out += &arranged(&blocks, config.width),
            // dyff says no more once it meets something that it cannot say.
            None => return out,
        }
    }
    out + "\n"
}

struct Teller {
    nodes: Written,
    paint: Paint,
    width: usize,
}

impl Teller {
    fn path(&self, path: Option<&Path>, roots: bool) -> String {
        let Some(Path { root, steps }) = path else { return self.paint.bold("(file level)") };
        let step = |step: &Step| match step {
            Step::Key(name) | Step::Name(name) if name.is_empty() => None,
            Step::Key(name) => Some(self.paint.within(name, |paint, it| paint.bold(it))),
            Step::Name(name) => Some(self.paint.within(name, |paint, it| paint.bold(&paint.italic(it)))),
            Step::Item(number) => Some(self.paint.bold(&number.to_string())),
        };
        let shown = match steps.is_empty() {
            true => self.paint.bold("(root level)"),
            false => steps.iter().filter_map(step).collect::<Vec<_>>().join("."),
        };
        if !roots {
            return shown;
        }
        let root = self.paint.within(root, |paint, it| paint.coloured(&format!("({it})"), paint::ROOT));
        format!("{shown}  {root}")
    }

    fn added(&self, text: &str) -> String {
        self.paint.coloured(text, paint::ADDED)
    }

    fn removed(&self, text: &str) -> String {
        self.paint.coloured(text, paint::REMOVED)
    }

    fn title(&self, text: &str) -> String {
        self.paint.coloured(&format!("{text}\n"), paint::CHANGED)
    }

    /// What is said of one difference; `None` for what cannot be said.
    fn detail(&mut self, detail: Detail) -> Option<String> {
        match detail {
            Detail::Added(group) => Some(self.group("+", "added", group, &neat::GREENISH)),
            Detail::Removed(group) => Some(self.group("-", "removed", group, &neat::REDDISH)),
            Detail::Changed(old, new) => self.change(old, new),
            Detail::Reordered(old, new) => Some(self.order(&old, &new)),
        }
    }

    fn group(&mut self, sign: &str, word: &str, mut group: Group, scheme: &neat::Scheme) -> String {
        let count = match &group {
            Group::Document(_) => counted(1, "document", "documents"),
            Group::Items(items) => counted(items.len(), "list entry", "list entries"),
            Group::Entries(entries) => counted(entries.len(), "map entry", "map entries"),
        };
        match &mut group {
            Group::Document(root) => arrange::arrange(&mut self.nodes, *root),
            Group::Items(items) => items.iter().for_each(|it| arrange::arrange(&mut self.nodes, *it)),
            Group::Entries(entries) => {
                *entries = arrange::arrange_entries(&mut self.nodes, std::mem::take(entries));
            }
        }
        let yaml = neat::group(&self.nodes, &group, scheme, self.paint);
        self.title(&format!("{sign} {count} {word}:")) + &arranged(&[yaml], self.width)
    }

    fn change(&self, old: NodeId, new: NodeId) -> Option<String> {
        let (old_type, new_type) = (self.type_of(old), self.type_of(new));
        let texts = (text_of(&self.nodes, old), text_of(&self.nodes, new));
        match (old_type, new_type) {
            ("string", "string") => return Some(self.texts(texts.0, texts.1)),
            ("binary", "binary") => return self.binaries(texts.0, texts.1),
            _ => {}
        }
        let title = if old_type == new_type {
            "± value change".to_owned()
        } else {
            let [old_type, new_type] = [old_type, new_type].map(|it| self.paint.italic(it));
            format!("± type change from {old_type} to {new_type}")
        };
        Some(self.title(&title) + &self.replaced(&self.yaml(old), &self.yaml(new)))
    }

    fn replaced(&self, old: &str, new: &str) -> String {
        self.removed(&behind("- ", old)) + &self.added(&behind("+ ", new))
    }

    /// A node as YAML, without line breaks at its end.
    fn yaml(&self, id: NodeId) -> String {
        self.yaml_lines(id).trim_end_matches('\n').to_owned()
    }

    fn yaml_lines(&self, id: NodeId) -> String {
        if self.nodes[id].tag == "!!null" {
            return "<nil>".to_owned();
        }
        neat::node(&self.nodes, id, self.paint)
    }

    fn type_of(&self, id: NodeId) -> &str {
        let node = &self.nodes[self.nodes.followed(id)];
        match &node.content {
            Content::Map(_) => "map",
            Content::List(_) => "list",
            Content::Scalar(..) | Content::Alias(..) => match node.tag.as_str() {
                "!!str" => "string",
                "!!null" => "<nil>",
                // A tag of the user's loses its first two letters like others.
                tag => tag.get(2..).unwrap_or_default(),
            },
        }
    }

    fn texts(&self, old: &str, new: &str) -> String {
        if let Some((old, new)) = certificates::summaries(old, new) {
            return self.title("± certificate change") + &self.certificates(&old, &new);
        }
        if old.contains('\n') || new.contains('\n') {
            return self.lines(old, new);
        }
        let title = self.title("± value change");
        // Without colours nobody sees which characters it is.
        if self.paint.colour && is_minor(old, new) {
            return title + &self.characters(old, new);
        }
        title + &self.replaced(old, new)
    }

    fn lines(&self, old: &str, new: &str) -> String {
        let (mut inserts, mut deletions, mut shown) = (0, 0, String::new());
        for (edit, text) in edits::of_lines(old, new) {
            match edit {
                Edit::Insert => {
                    inserts += 1;
                    shown += &self.added(&each_behind("+ ", &text));
                }
                Edit::Delete => {
                    deletions += 1;
                    shown += &self.removed(&each_behind("- ", &text));
                }
                Edit::Keep => {}
            }
        }
        let (inserts, deletions) =
            (counted(inserts, "insert", "inserts"), counted(deletions, "deletion", "deletions"));
        let title = format!("± value change in multiline text ({inserts}, {deletions})");
        self.title(&title) + &shown + "\n"
    }

    fn characters(&self, old: &str, new: &str) -> String {
        let (mut before, mut after) = (self.removed("- "), self.added("+ "));
        for (edit, text) in edits::of_characters(old, new) {
            match edit {
                Edit::Keep => {
                    before += &self.paint.coloured(&text, paint::SAME_IN_REMOVED);
                    after += &self.paint.coloured(&text, paint::SAME_IN_ADDED);
                }
                Edit::Delete => before += &self.paint.bold(&self.removed(&text)),
                Edit::Insert => after += &self.paint.bold(&self.added(&text)),
            }
        }
        format!("{before}\n{after}\n")
    }

    fn certificates(&self, old: &str, new: &str) -> String {
        let pairs: Vec<(&str, &str)> = old.split('\n').zip(new.split('\n')).collect();
        let side = |mark: &str, line: &dyn Fn(&(&str, &str)) -> String| {
            let lines: Vec<String> = pairs.iter().map(line).collect();
            behind(mark, &lines.join("\n"))
        };
        let before = side(&self.removed("- "), &|(old, new)| match old == new {
            true => self.paint.coloured(old, paint::SAME_IN_REMOVED),
            false => self.removed(old),
        });
        let after = side(&self.added("+ "), &|(old, new)| match old == new {
            true => self.paint.coloured(new, paint::SAME_IN_ADDED),
            false => self.added(new),
        });
        arranged(&[before, after], self.width)
    }

    fn binaries(&self, old: &str, new: &str) -> Option<String> {
        let dump = |text: &str| {
            let text: String = text.chars().filter(|it| !matches!(it, '\n' | '\r')).collect();
            BASE64.decode(text.as_bytes()).ok().map(|it| hex_dump(&it))
        };
        let (old, new) = (dump(old)?, dump(new)?);
        let blocks = [self.removed(&behind("- ", &old)), self.added(&behind("+ ", &new))];
        Some(self.title("± content change") + &arranged(&blocks, self.width))
    }

    fn order(&self, old: &[NodeId], new: &[NodeId]) -> String {
        const BETWEEN: &str = ", ";
        let names = |ids: &[NodeId]| -> Vec<String> {
            let name = |id: &NodeId| match text_of(&self.nodes, *id) {
                "" => self.yaml_lines(*id),
                text => text.to_owned(),
            };
            ids.iter().map(name).collect()
        };
        let (old, new) = (names(old), names(new));
        let len = |names: &[String]| {
            let between = names.len().saturating_sub(1) * BETWEEN.len();
            names.iter().map(|it| visible_len(it)).sum::<usize>() + between
        };
        let told = if len(&old).max(len(&new)) < self.width / 2 {
            let line = |sign: &str, names: &[String]| format!("{sign} {}\n", names.join(BETWEEN));
            self.removed(&line("-", &old)) + &self.added(&line("+", &new))
        } else {
            side_by_side(" ", 2, &[self.removed(&old.join("\n")), self.added(&new.join("\n"))])
        };
        self.title("⇆ order changed") + &told
    }
}

/// Whether a text stays mostly as it is.
fn is_minor(old: &str, new: &str) -> bool {
    let shortest = old.len().min(new.len());
    let most = (shortest as f64 * MINOR) as usize;
    // The largest part that is still less.
    let most = (0..=most + 1).rev().find(|it| (*it as f64 / shortest as f64) < MINOR).unwrap_or(0);
    edits::are_at_most(most.clamp(FEW, MOST), old, new)
}

/// A number in words as far as people say it in words, and what is counted.
fn counted(number: usize, one: &str, many: &str) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let word = WORDS.get(number).map_or_else(|| number.to_string(), |it| (*it).to_owned());
    format!("{word} {}", if number == 1 { one } else { many })
}

/// Bytes as `hexdump -C` shows them.
fn hex_dump(bytes: &[u8]) -> String {
    let line = |(number, bytes): (usize, &[u8])| {
        let cell = |at: usize| {
            let byte = bytes.get(at).map_or("  ".to_owned(), |it| format!("{it:02x}"));
            format!(" {byte}{}", if at == 7 { " " } else { "" })
        };
        let cells: String = (0..16).map(cell).collect();
        let shown = |byte: &u8| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '.' };
        let text: String = bytes.iter().map(shown).collect();
        format!("{:08x} {cells}  |{text}|\n", number * 16)
    };
    bytes.chunks(16).enumerate().map(line).collect()
}
