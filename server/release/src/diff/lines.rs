//! Lines before and after, with as few changes as can be (a longest common subsequence in linear space, as Hirschberg has
//! it). Where there are several, the choice is that of helm-diff, so that texts are equal.

/// To which side a line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delta {
    /// To both.
    Both,
    /// To what was.
    Old,
    /// To what will be.
    New,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// To which side it belongs.
    pub delta: Delta,
    /// Whether it comes out differently each time it is rendered.
    pub restless: bool,
}

/// Compares two texts.
pub fn diff_lines(old: &str, new: &str, strip_cr: bool) -> Vec<Line> {
    let split = |text: &'_ str| -> Vec<String> {
        let end = |line: &str| {
            if strip_cr { line.strip_suffix('\r').unwrap_or(line).to_owned() } else { line.to_owned() }
        };
        text.split('\n').map(end).collect()
    };
    let (old, new) = (split(old), split(new));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    // The first lines that differ are never part of the end.
    let most = old.len().min(new.len()).saturating_sub(start + 1);
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let mut out = Vec::with_capacity(old.len() + new.len());
    push_all(&mut out, &old[..start], Delta::Both);
    between(&old[start..old.len() - end], &new[start..new.len() - end], &mut out);
    push_all(&mut out, &old[old.len() - end..], Delta::Both);
    out
}

fn push(out: &mut Vec<Line>, text: &str, delta: Delta) {
    out.push(Line { text: text.to_owned(), delta, restless: false });
}

fn push_all(out: &mut Vec<Line>, texts: &[&str], delta: Delta) {
    for text in texts {
        push(out, text, delta);
    }
}

fn between(old: &[&str], new: &[&str], out: &mut Vec<Line>) {
    match old {
        [] => push_all(out, new, Delta::New),
        _ if new.is_empty() => push_all(out, old, Delta::Old),
        [one] => {
            if let Some(at) = new.iter().rposition(|it| it == one) {
                push_all(out, &new[..at], Delta::New);
                push(out, one, Delta::Both);
                push_all(out, &new[at + 1..], Delta::New);
            } else {
                push(out, one, Delta::Old);
                push_all(out, new, Delta::New);
            }
        }
        _ => {
            let (first, second) = old.split_at(old.len() / 2);
            let forward = lengths(first.iter(), new.iter(), new.len());
            let mut backward = lengths(second.iter().rev(), new.iter().rev(), new.len());
            backward.reverse();
            let mut best = 0;
            for at in 0..=new.len() {
                if forward[at] + backward[at] > forward[best] + backward[best] {
                    best = at;
                }
            }
            between(first, &new[..best], out);
            between(second, &new[best..], out);
        }
    }
}

/// How many lines all of `old` has in common with the first 0, 1, 2, … of `new`.
fn lengths<'l>(
    old: impl Iterator<Item = &'l &'l str>,
    new: impl Iterator<Item = &'l &'l str> + Clone,
    count: usize,
) -> Vec<usize> {
    let mut row = vec![0; count + 1];
    for line in old {
        let mut diagonal = 0;
        for (at, other) in new.clone().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if line == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, want: &str) {
        let mark = |line: &Line| match line.delta {
            Delta::Both => format!(" {}", line.text),
            Delta::Old => format!("-{}", line.text),
            Delta::New => format!("+{}", line.text),
        };
        let got: Vec<String> = diff_lines(old, new, false).iter().map(mark).collect();
        assert_eq!(got.join("|"), want);
    }

    #[test]
    fn as_little_as_can_be_changes() {
        check("a\nb\nc", "a\nx\nc", " a|-b|+x| c");
        check("a\nb\nc\nd", "b\nc\nd\ne", "-a| b| c| d|+e");
        check("", "a", "-|+a");
        check("a", "a", " a");
        check("x\na\nb\na", "a\nb\na\ny", "-x| a| b| a|+y");
    }
}
