//! What Helmfile asks of a file before it reads it (`pkg/policy`): the order of its first keys, line by line.

use text::{FileId, FileRange};

use crate::{Code, Finding};

/// A key at the start of a line, or a line of dashes.
struct TopKey<'t> {
    name: &'t str,
    offset: usize,
}

const SEPARATOR: &str = "---";

/// What is wrong with the order of keys.
pub(super) fn check(text: &str, file: FileId, path: &str) -> Result<(), Finding> {
    let keys = top_keys(text);
    let place = |key: &TopKey<'_>| Some(FileRange::new(file, key.offset, key.offset + key.name.len()));
    if keys.iter().all(|it| it.name == SEPARATOR) {
        let message = format!("no top-level config keys are found in {path}");
        return Err(Finding::error(Code::Policy, Some(FileRange::new(file, 0, 0)), message)
            .advise("a helmfile has keys such as `releases:` at the start of lines"));
    }
    let ordered: Vec<&TopKey<'_>> = keys.iter().filter(|it| priority(it.name).is_some()).collect();
    if let Some(pair) = ordered.windows(2).find(|pair| priority(pair[0].name) > priority(pair[1].name)) {
        let (before, key) = (pair[0].name, pair[1].name);
        let message = format!("top-level config key {key} must be defined before {before} in {path}");
        return Err(Finding::error(Code::Policy, place(pair[1]), message)
            .relate(place(pair[0]), format!("`{before}` stands here")));
    }
    let mut last: Option<&TopKey<'_>> = None;
    let mut seen: Vec<&str> = Vec::new();
    for key in keys.iter().filter(|it| matches!(it.name, "environments" | "releases" | SEPARATOR)) {
        // A key that comes again does not count again.
        if key.name != SEPARATOR && seen.contains(&key.name) {
            continue;
        }
        seen.push(key.name);
        if key.name != SEPARATOR && last.is_some_and(|it| it.name != SEPARATOR) {
            let message = "environments and releases cannot be defined within the same YAML part. Use --- to extract the environments into a dedicated part";
            return Err(
                Finding::error(Code::Policy, place(key), message).advise("put a line `---` before this key")
            );
        }
        last = Some(key);
    }
    Ok(())
}

fn priority(name: &str) -> Option<u32> {
    match name {
        "bases" | "environments" => Some(0),
        "releases" => Some(1),
        _ => None,
    }
}

fn top_keys(text: &str) -> Vec<TopKey<'_>> {
    let mut offset = 0;
    let mut keys = Vec::new();
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        let letters = trimmed.len() - trimmed.trim_start_matches(|it: char| it.is_ascii_alphabetic()).len();
        if trimmed == SEPARATOR {
            keys.push(TopKey { name: SEPARATOR, offset });
        } else if letters > 0 && trimmed[letters..].starts_with(':') {
            keys.push(TopKey { name: &trimmed[..letters], offset });
        }
        offset += line.len();
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_message(text: &str, want: &str) {
        let got = check(text, FileId(0), "helmfile.yaml").err().map(|it| it.message).unwrap_or_default();
        assert!(got.starts_with(want) && got.is_empty() == want.is_empty(), "{got}");
    }

    #[test]
    fn order_of_keys() {
        check_message("bases: []\n---\nreleases: []\n", "");
        check_message("environments:\n  a:\n---\nreleases: []\n", "");
        check_message("environments:\n  a:\nreleases: []\n", "environments and releases cannot");
        check_message("releases: []\n---\nbases: []\n", "top-level config key bases must be defined before");
        check_message("# nothing\n", "no top-level config keys");
        check_message("releases: []\n---\nreleases: []\n", "");
    }
}
