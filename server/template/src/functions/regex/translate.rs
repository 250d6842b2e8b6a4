//! Go's regular expressions (RE2) into those of the `regex` crate.
//!
//! Both engines search alike, but they read patterns differently: Go's `\d`, `\w`, `\s` and `\b` are ASCII,
//! its classes know no set operators, `\Q…\E` and octal escapes exist, `a**` does not. So a pattern is read by
//! Go's rules, with Go's complaints, and written anew. Flags such as `(?i)` are spelled out on each atom, which
//! keeps the written pattern free of state.

use std::borrow::Cow;

use super::class;

/// What became of a pattern.
#[derive(Debug)]
pub(super) struct Translation {
    /// The pattern for the `regex` crate; its groups have no names.
    pub(super) pattern: String,
    /// The names of the groups; number 0 is the whole match.
    pub(super) names: Vec<Option<String>>,
}

/// Go's text about a bad pattern.
pub(super) fn error(code: &str, expression: &str) -> String {
    format!("error parsing regexp: {code}: `{}`", shown(expression))
}

/// A pattern in a message, which would be lost behind one that is longer than anybody reads.
pub(super) fn shown(expression: &str) -> Cow<'_, str> {
    const LONGEST: usize = 16 << 10;
    if expression.len() <= LONGEST {
        return expression.into();
    }
    format!("{}…", &expression[..expression.floor_char_boundary(80)]).into()
}

/// Go refuses trees that are higher than this.
const MAX_DEPTH: usize = 1000;
/// Go refuses more repetitions than this, nested ones multiplied.
const MAX_REPEAT: u64 = 1000;

/// Reads a pattern as Go does.
pub(super) fn translate(pattern: &[u8]) -> Result<Translation, String> {
    let whole = std::str::from_utf8(pattern)
        .map_err(|bad| error("invalid UTF-8", &String::from_utf8_lossy(&pattern[bad.valid_up_to()..])))?;
    let mut reader = Reader {
        whole,
        at: 0,
        flags: Flags::default(),
        open: Vec::new(),
        level: Level::default(),
        names: vec![None],
        last_repeat: None,
    };
    reader.read()?;
    if !reader.open.is_empty() {
        return Err(error("missing closing )", whole));
    }
    Ok(Translation { pattern: reader.level.finish().text, names: reader.names })
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold_case: bool,
    multi_line: bool,
    dot_is_any: bool,
    swap_greed: bool,
}

impl Flags {
    fn set(&mut self, letter: char, to: bool) -> bool {
        match letter {
            'i' => self.fold_case = to,
            'm' => self.multi_line = to,
            's' => self.dot_is_any = to,
            'U' => self.swap_greed = to,
            _ => return false,
        }
        true
    }
}

/// The smallest thing that a repetition can follow.
struct Atom {
    text: String,
    /// How many copies of the innermost thing its repetitions make.
    copies: u64,
    /// Whether it ends in a repetition, so that another one needs a group around it.
    repeated: bool,
}

impl Atom {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), copies: 1, repeated: false }
    }
}

/// What stands between one parenthesis and the next: finished alternatives and the one being read.
#[derive(Default)]
struct Level {
    done: String,
    copies: u64,
    atoms: Vec<Atom>,
}

impl Level {
    fn end_alternative(&mut self) {
        for atom in self.atoms.drain(..) {
            self.done.push_str(&atom.text);
            self.copies = self.copies.max(atom.copies);
        }
    }

    fn finish(mut self) -> Atom {
        self.end_alternative();
        Atom { text: self.done, copies: self.copies.max(1), repeated: false }
    }
}

struct Reader<'p> {
    whole: &'p str,
    at: usize,
    flags: Flags,
    /// Levels around this one, with the flags that come back after it and whether it is a capture.
    open: Vec<(Level, Flags, bool)>,
    level: Level,
    names: Vec<Option<String>>,
    /// Where the repetition starts that was read last, if nothing stands after it yet.
    last_repeat: Option<usize>,
}

impl<'p> Reader<'p> {
    fn rest(&self) -> &'p str {
        &self.whole[self.at..]
    }

    fn read(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest().chars().next() {
            let start = self.at;
            let repeats = match next {
                '*' => self.repeat(start, 1, 0, None)?,
                '+' => self.repeat(start, 1, 1, None)?,
                '?' => self.repeat(start, 1, 0, Some(1))?,
                '{' => self.braces(start)?,
                _ => {
                    self.plain(next)?;
                    false
                }
            };
            self.last_repeat = repeats.then_some(start);
        }
        Ok(())
    }

    fn plain(&mut self, next: char) -> Result<(), String> {
        match next {
            '(' => return self.open_group(),
            ')' => return self.close_group(),
            '[' => {
                let (class, len) = class::bracketed(self.rest(), self.flags.fold_case)?;
                self.at += len;
                self.push(class);
                return Ok(());
            }
            '\\' => return self.backslash(),
            '|' => {
                self.level.end_alternative();
                self.level.done.push('|');
            }
            '^' => self.push(if self.flags.multi_line { "(?m:^)" } else { "^" }),
            '$' => self.push(if self.flags.multi_line { "(?m:$)" } else { r"\z" }),
            '.' => self.push(if self.flags.dot_is_any { "(?s:.)" } else { "." }),
            literal => self.push(class::literal(literal as u32, self.flags.fold_case)),
        }
        self.at += next.len_utf8();
        Ok(())
    }

    fn push(&mut self, text: impl Into<String>) {
        self.level.atoms.push(Atom::new(text));
    }

    fn open_group(&mut self) -> Result<(), String> {
        let rest = self.rest();
        if self.open.len() >= MAX_DEPTH {
            return Err(error("expression nests too deeply", self.whole));
        }
        if rest.starts_with("(?") {
            if rest.starts_with("(?P<") && rest.len() > 4 {
                return self.open_named(4);
            }
            if rest.starts_with("(?<") && rest.len() > 3 {
                return self.open_named(3);
            }
            return self.flags_or_group();
        }
        self.names.push(None);
        self.at += 1;
        self.enter(self.flags, true);
        Ok(())
    }

    fn open_named(&mut self, name_at: usize) -> Result<(), String> {
        let rest = self.rest();
        let end = rest.find('>').ok_or_else(|| error("invalid named capture", rest))?;
        let name = rest.get(name_at..end).unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|it| it == b'_' || it.is_ascii_alphanumeric()) {
            return Err(error("invalid named capture", &rest[..=end]));
        }
        self.names.push(Some(name.to_owned()));
        self.at += end + 1;
        self.enter(self.flags, true);
        Ok(())
    }

    fn enter(&mut self, flags_after: Flags, capture: bool) {
        let outer = std::mem::take(&mut self.level);
        self.open.push((outer, flags_after, capture));
    }

    /// `(?i)`, `(?i-s:`, `(?:`: flags for the rest of this group, or a group with flags of its own.
    fn flags_or_group(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let (mut flags, mut to, mut flag_seen) = (self.flags, true, false);
        let mut end = 2;
        for letter in rest[2..].chars() {
            end += letter.len_utf8();
            match letter {
                '-' if to => (to, flag_seen) = (false, false),
                ':' | ')' if to || flag_seen => {
                    self.at += end;
                    if letter == ':' {
                        self.enter(self.flags, false);
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ if flags.set(letter, to) => flag_seen = true,
                _ => break,
            }
        }
        Err(error("invalid or unsupported Perl syntax", &rest[..end]))
    }

    fn close_group(&mut self) -> Result<(), String> {
        let (outer, flags, capture) = self.open.pop().ok_or_else(|| error("unexpected )", self.whole))?;
        let inner = std::mem::replace(&mut self.level, outer).finish();
        let head = if capture { "(" } else { "(?:" };
        let text = format!("{head}{})", inner.text);
        self.level.atoms.push(Atom { text, ..inner });
        self.flags = flags;
        self.at += 1;
        Ok(())
    }

    fn backslash(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let simple = match rest.as_bytes().get(1) {
            Some(b'A') => Some(r"\A"),
            Some(b'b') => Some(r"(?-u:\b)"),
            Some(b'B') => Some(r"(?-u:\B)"),
            Some(b'z') => Some(r"\z"),
            Some(b'C') => return Err(error("invalid escape sequence", r"\C")),
            Some(b'Q') => {
                self.quoted(&rest[2..]);
                return Ok(());
            }
            _ => None,
        };
        if let Some(text) = simple {
            self.at += 2;
            self.push(text);
        } else if let Some((class, len)) = class::escaped(rest, self.flags.fold_case)? {
            self.at += len;
            self.push(class);
        } else {
            let (code, len) = class::escape(rest)?;
            self.at += len;
            self.push(class::literal(code, self.flags.fold_case));
        }
        Ok(())
    }

    /// `\Q` up to `\E` or the end: no character means anything but itself.
    fn quoted(&mut self, rest: &str) {
        let (text, end) = match rest.find(r"\E") {
            Some(end) => (&rest[..end], end + 2),
            None => (rest, rest.len()),
        };
        for it in text.chars() {
            self.push(class::literal(it as u32, self.flags.fold_case));
        }
        self.at += 2 + end;
    }

    /// `{2}`, `{2,}` or `{2,3}`; any other brace stands for itself.
    fn braces(&mut self, start: usize) -> Result<bool, String> {
        let Some((min, max, len)) = repeat_counts(self.rest()) else {
            self.push(r"\{");
            self.at += 1;
            return Ok(false);
        };
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || min > max) {
            return Err(error("invalid repeat count", &self.whole[start..start + len]));
        }
        self.repeat(start, len, min, max)
    }

    /// Repeats the last atom; the operator is `len` bytes long, a `?` after it makes it lazy.
    fn repeat(&mut self, start: usize, len: usize, min: u64, max: Option<u64>) -> Result<bool, String> {
        let mut end = start + len;
        let lazy = self.whole[end..].starts_with('?');
        end += usize::from(lazy);
        if let Some(last) = self.last_repeat {
            return Err(error("invalid nested repetition operator", &self.whole[last..end]));
        }
        let operator = &self.whole[start..end];
        let Some(atom) = self.level.atoms.last_mut() else {
            return Err(error("missing argument to repetition operator", operator));
        };
        if operator.starts_with('{') {
            let copies = if max == Some(0) { 1 } else { max.unwrap_or(min).max(1) * atom.copies };
            if copies > MAX_REPEAT && (min >= 2 || max.is_some_and(|max| max >= 2)) {
                return Err(error("invalid repeat count", operator));
            }
            atom.copies = copies;
        }
        if atom.repeated {
            atom.text = format!("(?:{})", atom.text);
        }
        atom.text.push_str(&self.whole[start..start + len]);
        if lazy != self.flags.swap_greed {
            atom.text.push('?');
        }
        atom.repeated = true;
        self.at = end;
        Ok(true)
    }
}

/// The counts between braces, and how long they are with the braces. Counts that overflow come out as large.
fn repeat_counts(text: &str) -> Option<(u64, Option<u64>, usize)> {
    let end = 1 + text[1..].bytes().take_while(|it| it.is_ascii_digit() || *it == b',').count();
    let inner = text.get(1..end).filter(|_| text[end..].starts_with('}'))?;
    let (min, max) = match inner.split_once(',') {
        None => (inner, Some(inner)),
        Some((min, "")) => (min, None),
        Some((min, max)) => (min, Some(max)),
    };
    let max = max.map(count).map_or(Some(None), |it| it.map(Some))?;
    Some((count(min)?, max, end + 1))
}

/// Digits without leading zeros.
fn count(digits: &str) -> Option<u64> {
    let well_formed = !digits.is_empty()
        && digits.bytes().all(|it| it.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    well_formed.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: &str) {
        let found = translate(pattern.as_bytes());
        assert_eq!(found.map_or_else(|it| it, |it| it.pattern), expected, "{pattern}");
    }

    #[test]
    fn plain_text_stays() {
        check("abc", "abc");
        check("a-b_c/é", r"a\x2Db\x5Fc\x2Fé");
        check("", "");
    }

    #[test]
    fn anchors_and_dots_say_their_flags() {
        check("^.$", r"^.\z");
        check("(?ms)^.$", r"(?m:^)(?s:.)(?m:$)");
        check("(?m:^)$", r"(?:(?m:^))\z");
    }

    #[test]
    fn case_folding_is_spelled_out() {
        check("(?i)a(?-i)b", "(?i:a)b");
        check("(?i:a1)b", "(?:(?i:a)1)b");
    }

    #[test]
    fn perl_classes_are_ascii() {
        check(r"\d+\W", "[0-9]+[^0-9A-Za-z_]");
        check(r"[\d\S]", r"[0-9[^\x09\x0A\x0C\x0D\x20]]");
        check(r"\bx\B", r"(?-u:\b)x(?-u:\B)");
    }

    #[test]
    fn set_operators_of_rust_are_plain_in_go() {
        check("[a&&b]", r"[a\x26\x26b]");
        check("[[a]", r"[\x5Ba]");
        check("[~~]", r"[\x7E\x7E]");
        check(r"\<a\>", r"\x3Ca\x3E");
    }

    #[test]
    fn repetition_takes_the_last_atom() {
        check("ab*?c{2,3}d{,2}", r"ab*?c{2,3}d\{\x2C2\x7D");
        check("a(?i)*", "a*");
        check("a*(?i)*", "(?:a*)*");
        check("(?U)a+b+?", "a+?b+");
    }

    #[test]
    fn complaints_are_those_of_go() {
        check("a**", "error parsing regexp: invalid nested repetition operator: `**`");
        check("*", "error parsing regexp: missing argument to repetition operator: `*`");
        check("a|*?", "error parsing regexp: missing argument to repetition operator: `*?`");
        check("(", "error parsing regexp: missing closing ): `(`");
        check("a)b", "error parsing regexp: unexpected ): `a)b`");
        check("x[a", "error parsing regexp: missing closing ]: `[a`");
        check("[z-a]", "error parsing regexp: invalid character class range: `z-a`");
        check("[[:nope:]]", "error parsing regexp: invalid character class range: `[:nope:]`");
        check(r"\p{Nope}", r"error parsing regexp: invalid character class range: `\p{Nope}`");
        check(r"\8", r"error parsing regexp: invalid escape sequence: `\8`");
        check(r"a\", "error parsing regexp: trailing backslash at end of expression: ``");
        check("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
        check("(?i-)", "error parsing regexp: invalid or unsupported Perl syntax: `(?i-)`");
        check("(?P<a-b>x)", "error parsing regexp: invalid named capture: `(?P<a-b>`");
        check("a{1001}", "error parsing regexp: invalid repeat count: `{1001}`");
        check("a{3,2}", "error parsing regexp: invalid repeat count: `{3,2}`");
        check("((a{100}){100})", "error parsing regexp: invalid repeat count: `{100}`");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let pattern = "(".repeat(5000) + &")".repeat(5000);
        assert!(translate(pattern.as_bytes()).unwrap_err().contains("expression nests too deeply"));
    }
}
