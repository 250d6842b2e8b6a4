//! `.helmignore`: which files of a folder are no part of the chart.
//!
//! It looks like `.gitignore` and is not: the first rule that matches decides, `**` is refused, a pattern with a
//! slash must match the whole path, and a `!` rule ignores everything that it does *not* match. Archives are
//! loaded without it. Walking folders is `project`'s job; it asks here.

use golang::{glob, path};

use crate::files::strip_bom;

/// The name of the file with the rules.
pub const HELM_IGNORE: &str = ".helmignore";

/// The rules in their order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    patterns: Vec<Pattern>,
}

/// A rule that cannot be used, with the line (from 0) that it stands on. Helm refuses the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreError {
    /// The line, counted from 0.
    pub line: usize,
    /// Helm's text.
    pub message: String,
}

impl std::fmt::Display for IgnoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for IgnoreError {}

#[derive(Clone, Debug)]
struct Pattern {
    glob: String,
    shape: Shape,
    /// Match the last element only, not the path.
    base_only: bool,
    negate: bool,
    folders_only: bool,
}

/// How a pattern can be matched; nearly all need no pattern matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `OWNERS`
    Literal,
    /// `*.swp`, matched against names without a slash in them.
    Ending,
    Glob,
}

impl Shape {
    fn of(glob: &str, base_only: bool) -> Self {
        let is_literal = |text: &str| !text.contains(['*', '?', '[', '\\']);
        match glob.strip_prefix('*') {
            None if is_literal(glob) => Self::Literal,
            Some(ending) if base_only && is_literal(ending) => Self::Ending,
            _ => Self::Glob,
        }
    }
}

impl Rules {
    /// Only what Helm always ignores: hidden files in `templates/`.
    pub fn defaults() -> Self {
        let mut rules = Self::default();
        rules.add_defaults();
        rules
    }

    /// Reads the rules of a file, without the defaults.
    pub fn parse(data: &[u8]) -> Result<Self, IgnoreError> {
        let text = String::from_utf8_lossy(strip_bom(data));
        let mut rules = Self::default();
        for (line, rule) in text.lines().enumerate() {
            rules.add(rule).map_err(|message| IgnoreError { line, message })?;
        }
        Ok(rules)
    }

    /// Reads the rules of a file as far as they can be used, then the defaults: for the editor.
    pub fn parse_tolerant(data: &[u8]) -> (Self, Vec<IgnoreError>) {
        let text = String::from_utf8_lossy(strip_bom(data));
        let mut rules = Self::default();
        let mut errors = Vec::new();
        for (line, rule) in text.lines().enumerate() {
            errors.extend(rules.add(rule).err().map(|message| IgnoreError { line, message }));
        }
        rules.add_defaults();
        (rules, errors)
    }

    /// Appends `templates/.?*`, as Helm does after reading the file.
    pub fn add_defaults(&mut self) {
        // The pattern is good, so there is no error to tell.
        let _ = self.add("templates/.?*");
    }

    /// Whether the file or folder at `path` (relative to the chart, with `/`) is left out. A folder that is left
    /// out takes everything in it along; asking for each of its files is the caller's to avoid.
    pub fn ignores(&self, path: &str, is_folder: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        for pattern in &self.patterns {
            if pattern.negate {
                if (pattern.folders_only && !is_folder) || !pattern.matches(path) {
                    return true;
                }
            } else if (is_folder || !pattern.folders_only) && pattern.matches(path) {
                return true;
            }
        }
        false
    }

    fn add(&mut self, rule: &str) -> Result<(), String> {
        let rule = rule.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported".to_owned());
        }
        glob::match_path(rule, "abc").map_err(|error| error.to_string())?;
        let (negate, rule) = rule.strip_prefix('!').map_or((false, rule), |rest| (true, rest));
        let (folders_only, rule) = rule.strip_suffix('/').map_or((false, rule), |rest| (true, rest));
        let base_only = !rule.contains('/');
        let glob = rule.strip_prefix('/').unwrap_or(rule).to_owned();
        let shape = Shape::of(&glob, base_only);
        self.patterns.push(Pattern { glob, shape, base_only, negate, folders_only });
        Ok(())
    }
}

impl Pattern {
    fn matches(&self, path: &str) -> bool {
        let name = if self.base_only { path::base(path) } else { path };
        match self.shape {
            Shape::Literal => self.glob == name,
            Shape::Ending => name.ends_with(&self.glob[1..]),
            Shape::Glob => glob::match_path(&self.glob, name).unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_match_as_their_patterns_do() {
        let names = ["", "a", "swp", ".swp", "a.swp", "a.swpx", "*.swp", "a/b", "x/a.swp"];
        for glob in ["a", "*", "*.swp", "a/b", "", "*a*", "?"] {
            for base_only in [true, false] {
                let shape = Shape::of(glob, base_only);
                let pattern =
                    Pattern { glob: glob.into(), shape, base_only, negate: false, folders_only: false };
                for name in names {
                    let seen = if base_only { path::base(name) } else { name };
                    let want = glob::match_path(glob, seen).unwrap_or(false);
                    assert_eq!(pattern.matches(name), want, "{glob} {name} {base_only}");
                }
            }
        }
    }

    fn ignores(rules: &str, path: &str) -> bool {
        let (path, is_folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
        Rules::parse(rules.as_bytes()).unwrap().ignores(path, is_folder)
    }

    #[test]
    fn without_slash_the_name_counts() {
        assert!(ignores("*.txt", "a/b.txt"));
        assert!(!ignores("/*.txt", "a/b.txt"));
        assert!(ignores("/*.txt", "b.txt"));
        assert!(ignores("a/*.txt", "a/b.txt"));
        assert!(!ignores("a/*.txt", "x/a/b.txt"));
    }

    #[test]
    fn trailing_slash_means_folder() {
        assert!(ignores("cargo/", "cargo/"));
        assert!(!ignores("cargo/", "cargo"));
        assert!(ignores("cargo", "a/cargo"));
    }

    #[test]
    fn negation_ignores_the_rest() {
        assert!(ignores("!*.yaml", "a.txt"));
        assert!(!ignores("!*.yaml", "a.yaml"));
        assert!(ignores("!a/", "a"));
    }

    #[test]
    fn first_match_wins() {
        assert!(ignores("a.txt\n!*.txt", "a.txt"));
    }

    #[test]
    fn comments_and_roots() {
        assert!(!ignores("#a\n\n  ", "#a"));
        assert!(!ignores("*", "."));
        assert!(!ignores("*", ""));
        assert!(ignores("\u{feff}a", "a"));
    }

    #[test]
    fn defaults_hide_dotfiles_of_templates() {
        assert!(Rules::defaults().ignores("templates/.swp", false));
        assert!(!Rules::defaults().ignores(".swp", false));
    }

    #[test]
    fn errors_tell_the_line() {
        let error = Rules::parse(b"a\n**/b").unwrap_err();
        assert_eq!((error.line, error.to_string().as_str()), (1, "double-star (**) syntax is not supported"));
        assert_eq!(Rules::parse(b"[").unwrap_err().to_string(), "syntax error in pattern");
        let (rules, errors) = Rules::parse_tolerant(b"[\nb");
        assert!(rules.ignores("b", false) && rules.ignores("templates/.x", false));
        assert_eq!(errors.len(), 1);
    }
}
