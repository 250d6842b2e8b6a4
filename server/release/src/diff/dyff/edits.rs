//! What was inserted and deleted between two rows of symbols, as the program diff-match-patch finds it (Myers' algorithm from
//! both ends, with shortcuts that cost the shortest answer now and then).
//!
//! It gives up after a second; we after as many steps as a second holds, so that an answer never depends on the machine.

/// What becomes of a stretch of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    Delete,
    Insert,
    Keep,
}

/// A stretch, and what becomes of it.
pub(super) type Stretch = (Edit, Vec<u32>);

const MOST_STEPS: u64 = 500_000_000;

/// The edits that lead from one text to another, line by line.
pub(super) fn of_lines(old: &str, new: &str) -> Vec<(Edit, String)> {
    let mut lines: Vec<&str> = Vec::new();
    let mut numbers = std::collections::HashMap::new();
    let mut numbered = |text| -> Vec<u32> {
        let number = |line| {
            *numbers.entry(line).or_insert_with(|| {
                lines.push(line);
                u32::try_from(lines.len() - 1).unwrap_or(u32::MAX)
            })
        };
        str::split_inclusive(text, '\n').map(number).collect()
    };
    let (old, new) = (numbered(old), numbered(new));
    let text = |symbols: Vec<u32>| symbols.iter().filter_map(|it| lines.get(*it as usize)).copied().collect();
    find(&old, &new).into_iter().map(|(edit, symbols)| (edit, text(symbols))).collect()
}

/// The edits that lead from one text to another, character by character.
pub(super) fn of_characters(old: &str, new: &str) -> Vec<(Edit, String)> {
    let symbols = |text: &str| -> Vec<u32> { text.chars().map(u32::from).collect() };
    let text = |symbols: Vec<u32>| symbols.into_iter().filter_map(char::from_u32).collect();
    find(&symbols(old), &symbols(new)).into_iter().map(|(edit, symbols)| (edit, text(symbols))).collect()
}

/// Whether no more than so many characters were inserted and deleted.
pub(super) fn are_at_most(most: usize, old: &str, new: &str) -> bool {
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    if old.len().abs_diff(new.len()) > most {
        return false;
    }
    let start = common_prefix(&old, &new);
    let (old, new) = (&old[start..], &new[start..]);
    // How far along `old` one comes with so many edits, for each difference between how far one is in both (Myers 1986).
    let middle = most + 1;
    let mut furthest = vec![0_usize; 2 * middle + 1];
    for edits in 0..=most {
        for diagonal in (0..=2 * edits).step_by(2) {
            let at = middle + diagonal - edits;
            let down = diagonal == 0 || (diagonal != 2 * edits && furthest[at - 1] < furthest[at + 1]);
            let mut x = if down { furthest[at + 1] } else { furthest[at - 1] + 1 };
            let Some(mut y) = (x + middle).checked_sub(at) else { continue };
            if x <= old.len() && y <= new.len() {
                let same = common_prefix(&old[x..], &new[y..]);
                (x, y) = (x + same, y + same);
            }
            furthest[at] = x;
            if x >= old.len() && y >= new.len() {
                return true;
            }
        }
    }
    false
}

fn find(old: &[u32], new: &[u32]) -> Vec<Stretch> {
    Finder { steps: MOST_STEPS }.find(old, new)
}

struct Finder {
    /// How many are left.
    steps: u64,
}

impl Finder {
    fn find(&mut self, old: &[u32], new: &[u32]) -> Vec<Stretch> {
        if old == new {
            return if old.is_empty() { Vec::new() } else { vec![(Edit::Keep, old.to_vec())] };
        }
        let start = common_prefix(old, new);
        let (prefix, old, new) = (&old[..start], &old[start..], &new[start..]);
        let end = common_suffix(old, new);
        let suffix = &old[old.len() - end..];
        let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
        let mut found = Vec::new();
        if !prefix.is_empty() {
            found.push((Edit::Keep, prefix.to_vec()));
        }
        found.extend(super::deeper(|| self.between(old, new)));
        if !suffix.is_empty() {
            found.push((Edit::Keep, suffix.to_vec()));
        }
        merged(found)
    }

    /// For two rows that neither begin nor end alike.
    fn between(&mut self, old: &[u32], new: &[u32]) -> Vec<Stretch> {
        if old.is_empty() {
            return vec![(Edit::Insert, new.to_vec())];
        }
        if new.is_empty() {
            return vec![(Edit::Delete, old.to_vec())];
        }
        let shrinks = old.len() > new.len();
        let (long, short) = if shrinks { (old, new) } else { (new, old) };
        if let Some(at) = position(long, short, 0) {
            let edit = if shrinks { Edit::Delete } else { Edit::Insert };
            return vec![
                (edit, long[..at].to_vec()),
                (Edit::Keep, short.to_vec()),
                (edit, long[at + short.len()..].to_vec()),
            ];
        }
        if short.len() == 1 {
            return replaced(old, new);
        }
        if let Some(Half { long: (long_before, long_after), short: (short_before, short_after), common }) =
            half(long, short)
        {
            let ((old_before, old_after), (new_before, new_after)) = if shrinks {
                ((long_before, long_after), (short_before, short_after))
            } else {
                ((short_before, short_after), (long_before, long_after))
            };
            let mut found = self.find(old_before, new_before);
            found.push((Edit::Keep, common.to_vec()));
            found.extend(self.find(old_after, new_after));
            return found;
        }
        match self.bisect(old, new) {
            None => replaced(old, new),
            Some((x, y)) => {
                let mut found = self.find(&old[..x], &new[..y]);
                found.extend(self.find(&old[x..], &new[y..]));
                found
            }
        }
    }

    /// Where the shortest way from one to the other has its middle. `None` if they have nothing in common, or if it takes too
    /// long to say.
    fn bisect(&mut self, old: &[u32], new: &[u32]) -> Option<(usize, usize)> {
        let (old_len, new_len) = (signed(old.len()), signed(new.len()));
        let most = (old_len + new_len + 1) / 2;
        let width = 2 * most;
        let delta = old_len - new_len;
        let meets_forward = delta % 2 != 0;
        let mut forward = Frontier::new(most);
        let mut backward = Frontier::new(most);
        for edits in 0..most {
            if edits % 16 == 0 && self.steps == 0 {
                return None;
            }
            for is_forward in [true, false] {
                let (mine, theirs) =
                    if is_forward { (&mut forward, &backward) } else { (&mut backward, &forward) };
                let mut diagonal = mine.low - edits;
                while diagonal <= edits - mine.high {
                    let x = mine.next(diagonal, edits);
                    let y = x - diagonal;
                    let same = if is_forward {
                        common_prefix(rest(old, x), rest(new, y))
                    } else {
                        common_suffix(head(old, x), head(new, y))
                    };
                    self.steps = self.steps.saturating_sub(1 + same as u64);
                    let (x, y) = (x + signed(same), y + signed(same));
                    mine.set(diagonal, x);
                    let other = most + delta - diagonal;
                    if x > old_len {
                        mine.high += 2;
                    } else if y > new_len {
                        mine.low += 2;
                    } else if is_forward == meets_forward && (0..width).contains(&other) {
                        let met = theirs.furthest[usize::try_from(other).unwrap_or(0)];
                        if met != -1 && x >= old_len - met {
                            let (x, y) = if is_forward { (x, y) } else { (met, met - (other - most)) };
                            return Some((usize::try_from(x).ok()?, usize::try_from(y).ok()?));
                        }
                    }
                    diagonal += 2;
                }
            }
        }
        None
    }
}

/// How far one comes on each diagonal from one end.
struct Frontier {
    furthest: Vec<isize>,
    middle: isize,
    /// Diagonals at either side that have left the grid.
    low: isize,
    high: isize,
}

impl Frontier {
    fn new(most: isize) -> Self {
        let mut furthest = vec![-1; usize::try_from(2 * most).unwrap_or(0)];
        if let Some(first) = furthest.get_mut(usize::try_from(most + 1).unwrap_or(0)) {
            *first = 0;
        }
        Self { furthest, middle: most, low: 0, high: 0 }
    }

    fn at(&self, diagonal: isize) -> isize {
        let at = usize::try_from(self.middle + diagonal).ok();
        at.and_then(|it| self.furthest.get(it)).copied().unwrap_or(-1)
    }

    fn set(&mut self, diagonal: isize, x: isize) {
        let at = usize::try_from(self.middle + diagonal).ok();
        if let Some(it) = at.and_then(|it| self.furthest.get_mut(it)) {
            *it = x;
        }
    }

    fn next(&self, diagonal: isize, edits: isize) -> isize {
        let (before, after) = (self.at(diagonal - 1), self.at(diagonal + 1));
        if diagonal == -edits || (diagonal != edits && before < after) { after } else { before + 1 }
    }
}

fn signed(it: usize) -> isize {
    isize::try_from(it).unwrap_or(isize::MAX)
}

/// What is behind so many symbols from the beginning; nothing outside the row.
fn rest(row: &[u32], from: isize) -> &[u32] {
    usize::try_from(from).ok().and_then(|it| row.get(it..)).unwrap_or_default()
}

/// What is before so many symbols from the end.
fn head(row: &[u32], from_end: isize) -> &[u32] {
    let end = usize::try_from(from_end).ok().and_then(|it| row.len().checked_sub(it));
    end.map(|it| &row[..it]).unwrap_or_default()
}

fn replaced(old: &[u32], new: &[u32]) -> Vec<Stretch> {
    vec![(Edit::Delete, old.to_vec()), (Edit::Insert, new.to_vec())]
}

fn common_prefix<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn common_suffix<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Where a row stands in another one, from there on.
fn position(long: &[u32], short: &[u32], from: usize) -> Option<usize> {
    let last = long.len().checked_sub(short.len())?;
    (from..=last).find(|at| &long[*at..at + short.len()] == short)
}

/// A stretch in common that is at least half as long as the longer row, and what is before and behind it.
struct Half<'s> {
    long: (&'s [u32], &'s [u32]),
    short: (&'s [u32], &'s [u32]),
    common: &'s [u32],
}

fn half<'s>(long: &'s [u32], short: &'s [u32]) -> Option<Half<'s>> {
    if long.len() < 4 || short.len() * 2 < long.len() {
        return None;
    }
    let first = half_around(long, short, long.len().div_ceil(4));
    let second = half_around(long, short, long.len().div_ceil(2));
    match (first, second) {
        (Some(first), Some(second)) => {
            Some(if first.common.len() > second.common.len() { first } else { second })
        }
        (first, second) => first.or(second),
    }
}

/// The same, if a quarter of the longer row that begins there is in it.
fn half_around<'s>(long: &'s [u32], short: &'s [u32], at: usize) -> Option<Half<'s>> {
    let seed = &long[at..at + long.len() / 4];
    let mut best: Option<Half<'s>> = None;
    let mut found = position(short, seed, 0);
    while let Some(here) = found {
        let behind = common_prefix(&long[at..], &short[here..]);
        let before = common_suffix(&long[..at], &short[..here]);
        if before + behind > best.as_ref().map_or(0, |it| it.common.len()) {
            best = Some(Half {
                long: (&long[..at - before], &long[at + behind..]),
                short: (&short[..here - before], &short[here + behind..]),
                common: &short[here - before..here + behind],
            });
        }
        found = if here + 1 < short.len() { position(short, seed, here + 1) } else { None };
    }
    best.filter(|it| it.common.len() * 2 >= long.len())
}

/// Stretches of one kind joined, and what deletions and insertions have in common kept.
fn merged(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut stretches = stretches;
    loop {
        stretches = joined(stretches);
        if !shifted(&mut stretches) {
            return stretches;
        }
    }
}

fn joined(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    let (mut deletes, mut inserts) = (Run::default(), Run::default());
    for (edit, mut symbols) in stretches.into_iter().chain([(Edit::Keep, Vec::new())]) {
        match edit {
            Edit::Delete => deletes.add(symbols),
            Edit::Insert => inserts.add(symbols),
            Edit::Keep => {
                let (deleted, inserted) = (std::mem::take(&mut deletes), std::mem::take(&mut inserts));
                if deleted.count + inserted.count > 1 {
                    flush(&mut out, deleted, inserted, &mut symbols);
                } else {
                    // A single one stays, even if nothing is in it.
                    out.extend(deleted.into_stretch(Edit::Delete));
                    out.extend(inserted.into_stretch(Edit::Insert));
                }
                match out.last_mut() {
                    Some((Edit::Keep, before)) => before.extend(symbols),
                    _ => out.push((Edit::Keep, symbols)),
                }
            }
        }
    }
    if out.last().is_some_and(|(_, symbols)| symbols.is_empty()) {
        out.pop();
    }
    out
}

/// What was deleted or inserted since something was kept, and in how many stretches.
#[derive(Default)]
struct Run {
    count: usize,
    symbols: Vec<u32>,
}

impl Run {
    fn add(&mut self, symbols: Vec<u32>) {
        self.count += 1;
        self.symbols.extend(symbols);
    }

    fn into_stretch(self, edit: Edit) -> Option<Stretch> {
        (self.count > 0).then_some((edit, self.symbols))
    }
}

fn flush(out: &mut Vec<Stretch>, mut deleted: Run, mut inserted: Run, after: &mut Vec<u32>) {
    if deleted.count > 0 && inserted.count > 0 {
        let same = common_prefix(&inserted.symbols, &deleted.symbols);
        if same > 0 {
            let kept = inserted.symbols.drain(..same).collect::<Vec<_>>();
            deleted.symbols.drain(..same);
            match out.last_mut() {
                Some((Edit::Keep, before)) => before.extend(kept),
                _ => out.insert(0, (Edit::Keep, kept)),
            }
        }
        let same = common_suffix(&inserted.symbols, &deleted.symbols);
        if same > 0 {
            let kept = inserted.symbols.split_off(inserted.symbols.len() - same);
            deleted.symbols.truncate(deleted.symbols.len() - same);
            after.splice(0..0, kept);
        }
    }
    out.extend(deleted.into_stretch(Edit::Delete));
    out.extend(inserted.into_stretch(Edit::Insert));
}

/// Shifts single edits between two kept stretches over one of these, if that makes one kept stretch of both.
fn shifted(stretches: &mut Vec<Stretch>) -> bool {
    let mut changed = false;
    let mut at = 1;
    while at + 1 < stretches.len() {
        if let [(Edit::Keep, before), (_, edited), (Edit::Keep, after)] = &mut stretches[at - 1..=at + 1] {
            if edited.ends_with(before) {
                let len = edited.len() - before.len();
                edited.truncate(len);
                edited.splice(0..0, before.iter().copied());
                after.splice(0..0, before.iter().copied());
                stretches.remove(at - 1);
                changed = true;
            } else if edited.starts_with(after) {
                before.extend(&*after);
                edited.drain(..after.len());
                edited.extend(&*after);
                stretches.remove(at + 1);
                changed = true;
            }
        }
        at += 1;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, want: &str) {
        let show = |(edit, text): (Edit, String)| match edit {
            Edit::Delete => format!("-{text}"),
            Edit::Insert => format!("+{text}"),
            Edit::Keep => format!("={text}"),
        };
        let found: Vec<String> = of_characters(old, new).into_iter().map(show).collect();
        assert_eq!(found.join(" "), want);
    }

    #[test]
    fn characters() {
        check("abc", "abc", "=abc");
        check("abc", "ab123c", "=ab +123 =c");
        check("apples", "bananas", "+banan =a -pple =s");
        check("a", "b", "-a +b");
        check("1234567890", "abcdef", "-1234567890 +abcdef");
    }

    #[test]
    fn lines() {
        let found = of_lines("a\nb\nc\n", "a\nx\nc\n");
        assert_eq!(found[1..3], [(Edit::Delete, "b\n".to_owned()), (Edit::Insert, "x\n".to_owned())]);
    }

    #[test]
    fn few_edits_are_counted() {
        for (old, new, edits) in
            [("", "", 0), ("ab", "ac", 2), ("abc", "", 3), ("kitten", "sitting", 5), ("x", "xyz", 2)]
        {
            assert!(are_at_most(edits, old, new), "{old} {new}");
            assert!(edits == 0 || !are_at_most(edits - 1, old, new), "{old} {new}");
        }
    }
}
