//! A text that is a case: what is said of it, and files.
//!
//! A line `#- path` begins a file. The lines before the first one are comments, some of which, `# key: value`, say what
//! happens; which keys there are is for whoever runs the case.

use std::path::Path;

/// A case as it was written.
#[derive(Debug, Default)]
pub(crate) struct CaseFile {
    /// The name of its file.
    pub name: String,
    /// Keys and values of its head.
    pub said: Vec<(String, String)>,
    /// Paths and texts of its files.
    pub files: Vec<(String, String)>,
}

impl CaseFile {
    /// All cases in a folder, by name.
    pub(crate) fn all(folder: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut all: Vec<Self> = entries.map(|it| Self::read(&it.unwrap().path())).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        Self { name, ..Self::parse(&std::fs::read_to_string(path).unwrap()) }
    }

    fn parse(text: &str) -> Self {
        let mut case = Self::default();
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("#- ") {
                case.files.push((path.trim_end().to_owned(), String::new()));
            } else if let Some((_, file)) = case.files.last_mut() {
                file.push_str(line);
            } else if let Some((key, value)) =
                line.trim_end().strip_prefix("# ").and_then(|it| it.split_once(": "))
            {
                case.said.push((key.to_owned(), value.to_owned()));
            }
        }
        case
    }
}

/// `NAME=VALUE`, as `# env:` has it.
pub(crate) fn variable(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_where_files_begin() {
        let case = CaseFile::parse("# Why.\n# run: a b\n# run: c\n\n#- x/y\n# run: no\n#- z\n");
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(case.said, [pair("run", "a b"), pair("run", "c")]);
        assert_eq!(case.files, [pair("x/y", "# run: no\n"), pair("z", "")]);
    }
}
