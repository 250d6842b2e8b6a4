//! What Kubernetes says about its types and fields; read when somebody asks for the first time.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::bundle;

#[derive(Debug)]
struct Docs {
    texts: Vec<&'static str>,
    /// By type, then by field; the type itself is under the empty name.
    numbers: FxHashMap<&'static str, FxHashMap<&'static str, u32>>,
}

/// What is said about a field of a type, or with an empty name about the type itself.
pub(crate) fn doc(of: &str, field: &str) -> Option<String> {
    static DOCS: OnceLock<Docs> = OnceLock::new();
    let docs = DOCS.get_or_init(|| read(bundle::docs()));
    let number = *docs.numbers.get(of)?.get(field)?;
    Some(unescaped(docs.texts.get(number as usize)?))
}

fn read(text: &'static str) -> Docs {
    let mut lines = text.lines();
    let count = lines.next().and_then(|it| it.parse().ok()).unwrap_or(0);
    let texts = lines.by_ref().take(count).collect();
    let (mut numbers, mut of) = (FxHashMap::default(), "");
    for line in lines {
        let Some((head, name)) = line.split_once(' ') else { continue };
        match head.parse() {
            Ok(number) => drop(numbers.entry(of).or_insert_with(FxHashMap::default).insert(name, number)),
            Err(_) => of = name,
        }
    }
    Docs { texts, numbers }
}

/// `\n` is a line break and `\\` a backslash.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        match char {
            '\\' => out.push(if rest.next() == Some('n') { '\n' } else { '\\' }),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_fields_have_texts() {
        let replicas = doc("apps.v1.DeploymentSpec", "replicas").unwrap();
        assert!(replicas.starts_with("Number of desired pods."), "{replicas}");
        assert!(doc("apps.v1.Deployment", "").unwrap().starts_with("Deployment enables"));
        assert_eq!(doc("apps.v1.Deployment", "nothing"), None);
    }

    #[test]
    fn line_breaks_come_back() {
        assert_eq!(unescaped(r"a\nb\\n"), "a\nb\\n");
    }
}
