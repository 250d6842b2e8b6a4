//! What is shown of Secrets: by default how long each value is, and whether it changes.

use data_encoding::BASE64;
use serde_json::{Map, Value};
use text::FileId;
use yaml::{Layout, Numbers};

use super::index::Item;
use crate::json::{to_json, to_node};

/// How Secrets are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    /// As they are.
    Plain,
    /// With their values in plain text.
    Decoded,
    /// With how long their values are.
    Redacted,
}

/// The texts of two objects as they may be shown; one that is not there is empty.
pub(super) fn shown(before: Option<&Item>, after: Option<&Item>, mode: Secrets) -> (String, String) {
    let plain = |item: Option<&Item>| item.map(|it| it.content.clone()).unwrap_or_default();
    let is_other = |item: Option<&Item>| item.is_some_and(|it| it.kind != "Secret");
    if mode == Secrets::Plain || is_other(before) || is_other(after) {
        return (plain(before), plain(after));
    }
    let (old, new) = (before.map(|it| read(&it.content)), after.map(|it| read(&it.content)));
    let data = |secret: &Option<Result<Secret, String>>| match secret {
        Some(Ok(secret)) => secret.data.clone(),
        _ => Vec::new(),
    };
    let (old_data, new_data) = (data(&old), data(&new));
    let show = |item: Option<&Item>,
                secret: Option<Result<Secret, String>>,
                others: &[(String, Vec<u8>)],
                side: Side| {
        match (item, secret) {
            (Some(item), Some(Ok(secret))) => write(item, secret, others, side, mode),
            (_, Some(Err(error))) => format!("Error parsing {} secret: {error}", side.word()),
            _ => String::new(),
        }
    };
    (show(before, old, &new_data, Side::Old), show(after, new, &old_data, Side::New))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }

    fn changed(self) -> &'static str {
        match self {
            Self::Old => "--------",
            Self::New => "++++++++",
        }
    }
}

struct Secret {
    rest: Map<String, Value>,
    /// What it holds, texts included, by key.
    data: Vec<(String, Vec<u8>)>,
}

fn read(content: &str) -> Result<Secret, String> {
    let node = yaml::parse(content, FileId(0), Numbers::AsWritten).map_err(|error| error.message)?;
    let Value::Object(mut rest) = to_json(&node) else { return Err("it is no object".to_owned()) };
    let mut data: Vec<(String, Vec<u8>)> = Vec::new();
    if let Some(Value::Object(encoded)) = rest.shift_remove("data") {
        for (key, value) in encoded {
            let text: String = value.as_str().unwrap_or_default().split_whitespace().collect();
            let bytes = BASE64
                .decode(text.as_bytes())
                .map_err(|error| format!("illegal base64 data at input byte {}", error.position))?;
            data.push((key, bytes));
        }
    }
    if let Some(Value::Object(texts)) = rest.shift_remove("stringData") {
        for (key, value) in texts {
            data.retain(|(known, _)| *known != key);
            data.push((key, value.as_str().unwrap_or_default().as_bytes().to_vec()));
        }
    }
    Ok(Secret { rest, data })
}

fn write(item: &Item, secret: Secret, others: &[(String, Vec<u8>)], side: Side, mode: Secrets) -> String {
    let Secret { mut rest, data } = secret;
    let value = |key: &str, bytes: &[u8]| {
        if mode == Secrets::Decoded {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let same = others.iter().any(|(other, value)| other == key && value == bytes);
        let word = if same { "REDACTED" } else { side.changed() };
        format!("{word} # ({} bytes)", bytes.len())
    };
    let shown: Map<String, Value> =
        data.iter().map(|(key, bytes)| (key.clone(), value(key, bytes).into())).collect();
    // Written where `stringData` stands among the sorted keys, under the name that people know.
    const PLACE: &str = "stringData";
    if !shown.is_empty() {
        rest.insert(PLACE.to_owned(), Value::Object(shown));
    }
    let text = yaml::write(&to_node(&Value::Object(rest)), Layout::V2).unwrap_or_default();
    let text = text.trim_end_matches('\n').to_owned() + "\n";
    let text = if mode == Secrets::Redacted { text.replacen(PLACE, "data", 1) } else { text };
    format!("{}{text}", comment(&item.content))
}

/// The line that says which template it comes from.
fn comment(content: &str) -> &str {
    match content.find('\n') {
        Some(end) if content.starts_with('#') => &content[..=end],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: &str) -> Item {
        let content = format!(
            "# Source: c/s.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: {value}\n  b: eHl6"
        );
        Item { kind: "Secret".into(), content, policy: String::new() }
    }

    #[test]
    fn values_are_redacted() {
        let (old, new) = shown(Some(&item("YWJj")), Some(&item("YWJjZA==")), Secrets::Redacted);
        assert_eq!(
            old,
            "# Source: c/s.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: '-------- # (3 bytes)'\n  \
             b: 'REDACTED # (3 bytes)'\n"
        );
        assert!(new.contains("a: '++++++++ # (4 bytes)'"));
    }

    #[test]
    fn values_are_decoded() {
        let (old, _) = shown(Some(&item("YWJj")), None, Secrets::Decoded);
        assert!(old.ends_with("stringData:\n  a: abc\n  b: xyz\n"), "{old}");
    }

    #[test]
    fn what_is_no_secret_is_said() {
        let (old, _) = shown(Some(&item("$$$$")), None, Secrets::Redacted);
        assert_eq!(old, "Error parsing old secret: illegal base64 data at input byte 0");
    }
}
