//! Paths of the system as the rest of the house writes them: absolute, with `/`.

use std::path::{Path, PathBuf};

/// The path as text: `/` between its parts, on Windows without the `\\?\` that canonical paths begin with.
///
/// A name that is not Unicode loses what is not; its file can be read, but not be found again by this text.
pub fn text_of(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.trim_start_matches(r"\\?\").replace('\\', "/") } else { text.into_owned() }
}

/// The path behind a text.
pub fn path_of(text: &str) -> PathBuf {
    if cfg!(windows) { PathBuf::from(text.replace('/', r"\")) } else { PathBuf::from(text) }
}

/// `name` in the folder `folder`, both as text.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(text_of(&path_of("/a b/ü.yaml")), "/a b/ü.yaml");
        assert_eq!(join("", "a"), "a");
        assert_eq!(join("a", "b"), "a/b");
    }
}
