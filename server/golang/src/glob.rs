//! The two pattern languages for file names that Helm uses.
//!
//! [`match_path`] is Go's `filepath.Match`: `.helmignore` and `--show-only`. [`Glob`] is gobwas/glob with `/` as
//! its separator: `.Files.Glob`, where `**` crosses folders and `{a,b}` chooses. They differ in more than looks:
//! a class is negated by `^` in the first and by `!` in the second, which also takes one range only.

use std::fmt;

/// The pattern is malformed (`filepath.ErrBadPattern`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern;

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("syntax error in pattern")
    }
}

impl std::error::Error for BadPattern {}

/// Go's `filepath.Match` on a system whose separator is `/`.
///
/// The whole name must match; `*` and `?` stop at a slash. A malformed pattern is only noticed where matching
/// comes that far, as in Go: an error means that the pattern is bad, its absence does not mean that it is good.
pub fn match_path(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let mut pattern = pattern.as_bytes();
    let mut name = name.as_bytes();
    while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        let last = pattern.is_empty();
        if let Some(left) = match_chunk(chunk, name)?
            && (left.is_empty() || !last)
        {
            name = left;
            continue;
        }
        match if star { skip_to_chunk(chunk, name, last)? } else { None } {
            Some(left) => name = left,
            None => return Ok(false),
        }
    }
    Ok(name.is_empty())
}

/// What is left of `name` after a star and the first place at which `chunk` matches.
fn skip_to_chunk<'n>(chunk: &[u8], name: &'n [u8], last: bool) -> Result<Option<&'n [u8]>, BadPattern> {
    for skipped in 0..name.len() {
        if name[skipped] == b'/' {
            break;
        }
        if let Some(left) = match_chunk(chunk, &name[skipped + 1..])?
            && (left.is_empty() || !last)
        {
            return Ok(Some(left));
        }
    }
    Ok(None)
}

/// Splits off the leading stars and the text up to the next star outside of a class.
fn scan_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|&&byte| byte == b'*').count();
    let pattern = &pattern[stars..];
    let mut in_class = false;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'\\' if at + 1 < pattern.len() => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    (stars > 0, &pattern[..at], &pattern[at..])
}

/// Matches a chunk without stars at the start of `name`; a failed match still reads the chunk to its end, since
/// Go reports what is wrong in it.
fn match_chunk<'n>(mut chunk: &[u8], mut name: &'n [u8]) -> Result<Option<&'n [u8]>, BadPattern> {
    let mut failed = false;
    while let Some(&first) = chunk.first() {
        failed |= name.is_empty();
        match first {
            b'[' => {
                let (found, rest) = if failed { (None, name) } else { take_char(name) };
                name = rest;
                let matched;
                (matched, chunk) = match_class(&chunk[1..], found)?;
                failed |= !matched;
            }
            b'?' => {
                if !failed {
                    failed = name[0] == b'/';
                    name = take_char(name).1;
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == b'\\' {
                    chunk = &chunk[1..];
                }
                let &wanted = chunk.first().ok_or(BadPattern)?;
                if !failed {
                    failed = wanted != name[0];
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Ok((!failed).then_some(name))
}

/// Reads a class after its `[`; says whether `found` is in it, and what follows the `]`.
fn match_class(mut chunk: &[u8], found: Option<char>) -> Result<(bool, &[u8]), BadPattern> {
    let negated = chunk.first() == Some(&b'^');
    if negated {
        chunk = &chunk[1..];
    }
    let mut matched = false;
    let mut ranges = 0;
    loop {
        if ranges > 0 && chunk.first() == Some(&b']') {
            return Ok((matched != negated, &chunk[1..]));
        }
        let (low, rest) = class_char(chunk)?;
        chunk = rest;
        let mut high = low;
        if chunk.first() == Some(&b'-') {
            (high, chunk) = class_char(&chunk[1..])?;
        }
        // Go compares with the zero rune when the match has failed already; the outcome is then not used.
        matched |= found.is_some_and(|found| low <= found && found <= high);
        ranges += 1;
    }
}

/// A possibly escaped character of a class. There must be more after it, at least the `]`.
fn class_char(chunk: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let chunk = match chunk.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => &chunk[1..],
        Some(_) => chunk,
    };
    let (found, rest) = take_char(chunk);
    let found = found.ok_or(BadPattern)?;
    if rest.is_empty() { Err(BadPattern) } else { Ok((found, rest)) }
}

/// The first character and the rest. Patterns and names are valid UTF-8, but a byte-wise literal match may stop
/// inside a character; Go then sees U+FFFD of width one.
fn take_char(text: &[u8]) -> (Option<char>, &[u8]) {
    let Some(chunk) = text.utf8_chunks().next() else { return (None, text) };
    match chunk.valid().chars().next() {
        Some(found) => (Some(found), &text[found.len_utf8()..]),
        None => (Some(char::REPLACEMENT_CHARACTER), &text[1..]),
    }
}

/// A compiled gobwas/glob pattern whose separator is `/`.
///
/// `*` matches within a folder, `**` across folders, `?` one character but a slash, `[abc]`, `[!abc]`, `[a-z]` and
/// `[!a-z]` one character of any kind, `{a,b}` either, `\` takes the next character as it is.
#[derive(Clone, Debug)]
pub struct Glob {
    steps: Vec<Step>,
}

/// One step of the little machine that a pattern becomes; matching is linear in the name.
#[derive(Clone, Debug)]
enum Step {
    Char(char),
    /// `?`
    Single,
    /// `*`
    Any,
    /// `**`
    Super,
    List {
        chars: String,
        not: bool,
    },
    Range {
        low: char,
        high: char,
        not: bool,
    },
    /// Goes on at each of these.
    Split(Vec<usize>),
    /// Goes on there.
    Jump(usize),
}

/// A `{` whose `}` has not come yet.
struct Open {
    split: usize,
    alternatives: Vec<usize>,
    ends: Vec<usize>,
}

impl Glob {
    /// Compiles a pattern; the error is gobwas' text. Helm takes a bad pattern for one that matches everything.
    pub fn compile(pattern: &str) -> Result<Self, String> {
        Compiler::new(pattern).run()
    }

    /// The pattern that matches everything: what `.Files.Glob` falls back to.
    pub fn everything() -> Self {
        Self { steps: vec![Step::Super] }
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &str) -> bool {
        let mut current = Threads::new(self.steps.len());
        let mut next = Threads::new(self.steps.len());
        current.add(&self.steps, 0);
        for found in name.chars() {
            next.clear();
            for &at in &current.list {
                let Some(step) = self.steps.get(at) else { continue };
                match step {
                    Step::Any if found != '/' => next.add(&self.steps, at),
                    Step::Super => next.add(&self.steps, at),
                    _ if step.takes(found) => next.add(&self.steps, at + 1),
                    _ => {}
                }
            }
            std::mem::swap(&mut current, &mut next);
            if current.list.is_empty() {
                return false;
            }
        }
        current.list.contains(&self.steps.len())
    }
}

impl Step {
    /// Whether the step is over after taking this one character.
    fn takes(&self, found: char) -> bool {
        match self {
            Self::Char(wanted) => *wanted == found,
            Self::Single => found != '/',
            Self::List { chars, not } => chars.contains(found) != *not,
            Self::Range { low, high, not } => (*low <= found && found <= *high) != *not,
            Self::Any | Self::Super | Self::Split(_) | Self::Jump(_) => false,
        }
    }
}

/// The steps at which matching stands, each once.
struct Threads {
    list: Vec<usize>,
    seen: Vec<bool>,
}

impl Threads {
    fn new(steps: usize) -> Self {
        Self { list: Vec::new(), seen: vec![false; steps + 1] }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.seen.fill(false);
    }

    fn add(&mut self, steps: &[Step], start: usize) {
        let mut pending = vec![start];
        while let Some(at) = pending.pop() {
            if std::mem::replace(&mut self.seen[at], true) {
                continue;
            }
            match steps.get(at) {
                Some(Step::Split(targets)) => pending.extend(targets),
                Some(Step::Jump(target)) => pending.push(*target),
                Some(Step::Any | Step::Super) => {
                    self.list.push(at);
                    pending.push(at + 1);
                }
                Some(Step::Char(_) | Step::Single | Step::List { .. } | Step::Range { .. }) | None => {
                    self.list.push(at);
                }
            }
        }
    }
}

struct Compiler<'p> {
    chars: std::iter::Peekable<std::str::Chars<'p>>,
    steps: Vec<Step>,
    open: Vec<Open>,
}

impl<'p> Compiler<'p> {
    fn new(pattern: &'p str) -> Self {
        Self { chars: pattern.chars().peekable(), steps: Vec::new(), open: Vec::new() }
    }

    fn run(mut self) -> Result<Glob, String> {
        // A zero rune is gobwas' sign for the end of the pattern, wherever it stands.
        while let Some(found) = self.next()? {
            self.step(found)?;
        }
        while !self.open.is_empty() {
            self.close();
        }
        Ok(Glob { steps: self.steps })
    }

    fn next(&mut self) -> Result<Option<char>, String> {
        match self.chars.next() {
            Some(char::REPLACEMENT_CHARACTER) => Err("could not read rune".to_owned()),
            Some('\0') => {
                self.chars = "".chars().peekable();
                Ok(None)
            }
            found => Ok(found),
        }
    }

    fn step(&mut self, found: char) -> Result<(), String> {
        match found {
            '*' if self.chars.next_if_eq(&'*').is_some() => self.steps.push(Step::Super),
            '*' => self.steps.push(Step::Any),
            '?' => self.steps.push(Step::Single),
            '[' => self.class()?,
            '{' => {
                let split = self.steps.len();
                self.steps.push(Step::Split(Vec::new()));
                self.open.push(Open { split, alternatives: vec![split + 1], ends: Vec::new() });
            }
            ',' if !self.open.is_empty() => {
                let end = self.steps.len();
                self.steps.push(Step::Jump(end));
                if let Some(open) = self.open.last_mut() {
                    open.ends.push(end);
                    open.alternatives.push(end + 1);
                }
            }
            '}' if !self.open.is_empty() => self.close(),
            '\\' => {
                if let Some(escaped) = self.next()? {
                    self.steps.push(Step::Char(escaped));
                }
            }
            _ => self.steps.push(Step::Char(found)),
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let end = self.steps.len();
        for jump in open.ends {
            self.steps[jump] = Step::Jump(end);
        }
        self.steps[open.split] = Step::Split(open.alternatives);
    }

    /// A class after its `[`: either a list of characters or exactly one range.
    fn class(&mut self) -> Result<(), String> {
        let mut first = self.class_char()?;
        let not = first == '!';
        if not {
            first = self.class_char()?;
        }
        if self.chars.next_if_eq(&'-').is_some() {
            let high = self.class_char()?;
            if self.class_char()? != ']' {
                return Err("expected close range character".to_owned());
            }
            if high < first {
                return Err(format!("hi character '{high}' should be greater than lo '{first}'"));
            }
            self.steps.push(Step::Range { low: first, high, not });
            return Ok(());
        }
        let chars = self.class_list(first)?;
        if chars.is_empty() {
            return Err("could not parse range".to_owned());
        }
        self.steps.push(Step::List { chars, not });
        Ok(())
    }

    /// The characters up to the `]`, `\` taking the next one as it is.
    fn class_list(&mut self, first: char) -> Result<String, String> {
        let mut chars = String::new();
        let mut found = first;
        loop {
            match found {
                ']' => return Ok(chars),
                '\\' => chars.push(self.class_char()?),
                _ => chars.push(found),
            }
            found = self.class_char()?;
        }
    }

    fn class_char(&mut self) -> Result<char, String> {
        self.next()?.ok_or_else(|| "unexpected end of input".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_star_stops_at_slash() {
        for (pattern, name, want) in [
            ("*", "abc", true),
            ("*", "a/b", false),
            ("a*", "a", true),
            ("a*b/c", "axxb/c", true),
            ("a*/b", "a/c/b", false),
            ("*c*d", "abcd", true),
            ("?", "/", false),
            ("a?b", "aäb", true),
            ("", "", true),
            ("", "a", false),
            ("*.yaml", ".yaml", true),
            ("templates/.?*", "templates/.x", true),
            ("templates/.?*", "templates/.", false),
        ] {
            assert_eq!(match_path(pattern, name), Ok(want), "{pattern} {name}");
        }
    }

    #[test]
    fn path_classes() {
        for (pattern, name, want) in [
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[\\-x]", "-", true),
            ("[x\\-]", "z", false),
            ("a[!a]b", "a!b", true),
            ("[ä-ö]", "ö", true),
        ] {
            assert_eq!(match_path(pattern, name), Ok(want), "{pattern} {name}");
        }
    }

    #[test]
    fn path_bad_patterns() {
        for pattern in ["[", "[a", "[]a]", "[-]", "[x-]", "[a-b-c]", "a[", "\\"] {
            assert_eq!(match_path(pattern, "ab"), Err(BadPattern), "{pattern}");
        }
        assert_eq!(match_path("*[", ""), Err(BadPattern));
    }

    #[track_caller]
    fn check_glob(pattern: &str, yes: &[&str], no: &[&str]) {
        let glob = Glob::compile(pattern).unwrap();
        for name in yes {
            assert!(glob.matches(name), "{pattern} should match {name}");
        }
        for name in no {
            assert!(!glob.matches(name), "{pattern} should not match {name}");
        }
    }

    #[test]
    fn glob_stars() {
        check_glob("*", &["", "a"], &["a/b"]);
        check_glob("**", &["", "a/b/c"], &[]);
        check_glob("files/*", &["files/", "files/a"], &["files/a/b", "files"]);
        check_glob("**.yaml", &["a/b.yaml", ".yaml"], &["a.yml"]);
        check_glob("a/**/b", &["a/x/b", "a/x/y/b", "a//b"], &["a/b"]);
        check_glob("?*?", &["ac", "abc"], &["a", "a/"]);
        check_glob("*ä", &["åä"], &["å"]);
    }

    #[test]
    fn glob_alternatives() {
        check_glob("*.{yaml,yml}", &["a.yaml", "a.yml"], &["a.json", "d/a.yml"]);
        check_glob("{a,ab}{bc,f}", &["abc", "af", "abf", "abbc"], &["a"]);
        check_glob("{*,**}{a,b}", &["ab", "x/b"], &["ac"]);
        check_glob("{a{b,c},d}e", &["abe", "ace", "de"], &["ae"]);
        check_glob("a,b}", &["a,b}"], &["a"]);
        check_glob("{a,b", &["a", "b"], &["{a"]);
        check_glob("{}x", &["x"], &["{}x"]);
    }

    #[test]
    fn glob_classes() {
        check_glob("[abc]", &["a", "b"], &["d", "ab"]);
        check_glob("[!abc]", &["d", "/"], &["a"]);
        check_glob("[a-c]x", &["bx"], &["dx"]);
        check_glob("[!a-c]", &["d"], &["a"]);
        check_glob("[a\\]]", &["]", "a"], &["\\"]);
        check_glob("\\*", &["*"], &["a"]);
    }

    #[test]
    fn glob_errors() {
        for (pattern, want) in [
            ("[]", "could not parse range"),
            ("[", "unexpected end of input"),
            ("[a-z0-9]", "expected close range character"),
            ("[z-a]", "hi character 'a' should be greater than lo 'z'"),
        ] {
            assert_eq!(Glob::compile(pattern).unwrap_err(), want, "{pattern}");
        }
    }

    #[test]
    fn glob_does_not_explode() {
        let glob = Glob::compile(&"{a,a*}".repeat(200)).unwrap();
        assert!(!glob.matches(&format!("{}/b", "a".repeat(2000))));
    }
}
