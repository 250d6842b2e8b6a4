//! Objects that are there under another name: of what is gone and what is new, those that look alike are one (as git finds
//! renamed files, by the lines that they have in common).

use std::collections::BTreeMap;

use yaml::Written;

use super::compare::Documents;
use super::marshal::marshal;

/// Alike from so many of a hundred on.
const ALIKE: u64 = 60;

/// Of more objects none is looked for.
const MOST: usize = 50;

/// Takes pairs that look alike out of what is gone and what is new; the most alike come first.
pub(super) fn detect(
    nodes: &Written,
    (old, removed): (&Documents, &mut Vec<usize>),
    (new, added): (&Documents, &mut Vec<usize>),
) -> Vec<(usize, usize)> {
    if removed.is_empty() || added.is_empty() || removed.len().max(added.len()) > MOST {
        return Vec::new();
    }
    let prints = |documents: &Documents, places: &[usize]| -> Vec<Print> {
        places.iter().map(|at| Print::of(&marshal(nodes, documents.roots[*at]))).collect()
    };
    let (old_prints, new_prints) = (prints(old, removed), prints(new, added));
    let mut pairs = Vec::new();
    for (from, before) in old_prints.iter().enumerate() {
        for (to, after) in new_prints.iter().enumerate() {
            let (old_name, new_name) = (&old.names[removed[from]], &new.names[added[to]]);
            if let Some(score) = before.likeness(after, old_name, new_name) {
                pairs.push((score, to, from));
            }
        }
    }
    pairs.sort_unstable();
    // One name may be there more than once, and each of them counts by itself.
    let (mut old_left, mut new_left) = (places_of(removed), places_of(added));
    let mut renamed = Vec::new();
    for (_, to, from) in pairs.into_iter().rev() {
        if let (Some(before), Some(after)) = (old_left[from], new_left[to]) {
            renamed.push((before, after));
            (old_left[from], new_left[to]) = (None, None);
        }
    }
    *removed = old_left.into_iter().flatten().collect();
    *added = new_left.into_iter().flatten().collect();
    renamed
}

fn places_of(places: &[usize]) -> Vec<Option<usize>> {
    places.iter().copied().map(Some).collect()
}

/// How much of a text is in lines that are told by a number.
struct Print {
    len: u64,
    seen: u64,
    lines: BTreeMap<u32, u64>,
}

impl Print {
    /// Lines, and pieces of those that are longer than 64 bytes.
    fn of(text: &str) -> Self {
        const MOST: usize = 64;
        let mut print = Self { len: text.len() as u64, seen: 0, lines: BTreeMap::new() };
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let end =
                rest.iter().take(MOST).position(|it| *it == b'\n').map_or(MOST.min(rest.len()), |it| it + 1);
            let (line, others) = rest.split_at(end);
            let is_return = |at: usize| line[at] == b'\r' && line.get(at + 1) == Some(&b'\n');
            let mut hash: u64 = 5381;
            let mut count = 0;
            for at in (0..line.len()).filter(|at| !is_return(*at)) {
                count += 1;
                if line[at] != b'\n' {
                    hash = (hash << 5).wrapping_add(hash).wrapping_add(u64::from(line[at]));
                }
            }
            let key = (hash as u32).wrapping_mul(0x9E37_0001) >> 1;
            *print.lines.entry(key).or_default() += count;
            print.seen += count;
            rest = others;
        }
        print
    }

    /// How alike two texts are, of a hundred, if they are alike enough. Names count for one of these.
    fn likeness(&self, other: &Self, name: &str, other_name: &str) -> Option<u64> {
        let (short, long) = (self.len.min(other.len) + 1, self.len.max(other.len) + 1);
        if short * 100 / long < ALIKE {
            return None;
        }
        let in_common = |(key, count): (&u32, &u64)| other.lines.get(key).copied().unwrap_or(0).min(*count);
        let common: u64 = self.lines.iter().map(in_common).sum();
        let content = match self.seen.max(other.seen) {
            0 => 10_000,
            most => common * 10_000 / most,
        };
        let score = (content * 99 + likeness_of_names(name, other_name) * 100) / 10_000;
        (score >= ALIKE).then_some(score)
    }
}

/// How alike two names are, of a hundred: what is before the last slash, from both ends, and what is behind it, from its end.
fn likeness_of_names(a: &str, b: &str) -> u64 {
    let split = |name: &'_ str| name.rfind('/').map_or(0, |it| it + 1);
    let ((a_folder, a_name), (b_folder, b_name)) =
        (a.as_bytes().split_at(split(a)), b.as_bytes().split_at(split(b)));
    let of_hundred = |same: usize, most: usize| (same * 100).checked_div(most).map_or(100, |it| it as u64);
    let same = |a: &mut dyn Iterator<Item = &u8>, b: &mut dyn Iterator<Item = &u8>| {
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    let longest = a_folder.len().max(b_folder.len());
    let from_start = of_hundred(same(&mut a_folder.iter(), &mut b_folder.iter()), longest);
    let from_end = of_hundred(same(&mut a_folder.iter().rev(), &mut b_folder.iter().rev()), longest);
    let of_name =
        of_hundred(same(&mut a_name.iter().rev(), &mut b_name.iter().rev()), a_name.len().max(b_name.len()));
    ((from_start + from_end) * 25 + of_name * 50) / 100
}
