//! `--state-values-set`: Helmfile's own syntax, which is not that of Helm's `--set` (`pkg/maputil`, `pkg/config`).

use golang::strconv::parse_int;
use yaml::{Entry, Map, Node, Value};

use crate::merge::{Lists, over_state};
use crate::{Code, Files, Finding, StateValue};
use text::FileRange;

/// All arguments as one tree; each counts as a file, so that values have places.
pub(super) fn parse(arguments: &[StateValue], files: &mut Files) -> Result<Option<Node>, Finding> {
    let mut strings = Node::computed(Value::empty_map());
    let mut typed = strings.clone();
    let mut any = false;
    for argument in arguments {
        let (flag, text, as_string) = match argument {
            StateValue::File(_) => continue,
            StateValue::Set(text) => ("--state-values-set", text, false),
            StateValue::SetString(text) => ("--state-values-set-string", text, true),
        };
        any = true;
        let file = files.add(&format!("{flag} {text}"), text.as_bytes().into());
        let at = Some(FileRange::new(file, 0, text.len()));
        let pairs = if as_string { string_pairs(text) } else { pairs(text) };
        for (key, value) in pairs {
            let Some(value) = value else {
                let message = format!("`{flag} {text}` has no `=` behind `{key}`");
                return Err(
                    Finding::error(Code::Invalid, at, message).advise(format!("write `{flag} {key}=VALUE`"))
                );
            };
            let value = if as_string { Value::String(value.into()) } else { typed_value(value) };
            let into = if as_string { &mut strings } else { &mut typed };
            let keys = parse_key(key);
            let done = match keys.len() > MAX_KEYS {
                true => Err(format!("a path has more than {MAX_KEYS} keys")),
                false => set(into, &keys, Node { value, at }),
            };
            done.map_err(|why| Finding::error(Code::Invalid, at, format!("`{flag} {text}`: {why}")))?;
        }
    }
    Ok(any.then(|| over_state(&strings, &typed, Lists::Sparse)))
}

fn pairs(text: &str) -> Vec<(&str, Option<&str>)> {
    let pair = |it| str::split_once(it, '=').map_or((it, None), |(key, value)| (key, Some(value)));
    text.split(',').map(pair).collect()
}

/// Values may be quoted to hold commas; the quotes stay.
fn string_pairs(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while let Some((key, behind)) = rest.split_once('=') {
        let quote = behind.chars().next().filter(|it| matches!(it, '"' | '\''));
        let quoted = quote.and_then(|_| behind[1..].find(['"', '\'']).map(|end| end + 2));
        let end = quoted.or_else(|| behind.find(',')).unwrap_or(behind.len());
        pairs.push((key.rsplit(',').next().unwrap_or(key), Some(&behind[..end])));
        rest = behind[end..].strip_prefix(',').unwrap_or(&behind[end..]);
    }
    if pairs.is_empty() {
        pairs.push((text, None));
    }
    pairs
}

/// Keys between dots; `\` takes the next character as it is.
fn parse_key(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let (mut key, mut escaped) = (String::new(), false);
    for it in text.chars() {
        match it {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '.' if !escaped => keys.push(std::mem::take(&mut key)),
            _ => key.push(it),
        }
        escaped = false;
    }
    if !key.is_empty() {
        keys.push(key);
    }
    keys
}

/// `true`, `false`, `null` and whole numbers without a leading zero are what they look like.
fn typed_value(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    if text == "0" {
        return Value::Int(0);
    }
    let number = if text.starts_with('0') { None } else { parse_int(text.as_bytes(), 10).ok() };
    number.map_or_else(|| Value::String(text.into()), Value::Int)
}

/// The key and the position behind it: `a[1]`.
fn indexed(key: &str) -> (&str, Option<usize>) {
    let parts = key
        .split_once('[')
        .and_then(|(name, rest)| Some((name, rest.split(']').next()?.trim().parse().ok()?)));
    parts.map_or((key, None), |(name, at)| (name, Some(at)))
}

/// How many keys a path may have: trees deeper than this are read from no file either.
const MAX_KEYS: usize = 1_000;

/// The farthest position of a list; there is no reason for more, and memory to lose.
const MAX_INDEX: usize = 65_536;

fn set(node: &mut Node, keys: &[String], value: Node) -> Result<(), String> {
    let [key, rest @ ..] = keys else { return Err("a key is missing".to_owned()) };
    let (name, index) = indexed(key);
    let Value::Map(map) = &node.value else { return Err(format!("what `{name}` is set in is no map")) };
    let mut map = (**map).clone();
    let mut below = map.get(name).cloned().unwrap_or(Node::computed(Value::Null));
    match index {
        None if rest.is_empty() => below = value,
        None => into_map(&mut below, rest, value)?,
        Some(at) if at > MAX_INDEX => return Err(format!("`{key}` lies beyond {MAX_INDEX}")),
        Some(at) => {
            let mut items = match &below.value {
                Value::Null => Vec::new(),
                Value::List(items) => (**items).clone(),
                _ => return Err(format!("`{name}` is no list")),
            };
            if items.len() <= at {
                items.resize(at + 1, Node::computed(Value::Null));
            }
            if rest.is_empty() {
                items[at] = value;
            } else {
                into_map(&mut items[at], rest, value)?;
            }
            below = Node::computed(Value::List(items.into()));
        }
    }
    map.insert(Entry { key: name.into(), key_at: None, node: below });
    node.value = Value::Map(map.into());
    Ok(())
}

fn into_map(node: &mut Node, keys: &[String], value: Node) -> Result<(), String> {
    if node.value.is_null() {
        node.value = Value::Map(Map::default().into());
    }
    set(node, keys, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[StateValue]) -> String {
        let node = parse(arguments, &mut Files::default()).unwrap().unwrap();
        yaml::write(&node, yaml::Layout::V3).unwrap().replace('\n', "; ")
    }

    #[test]
    fn types_and_paths() {
        let set = |text: &str| parsed(&[StateValue::Set(text.to_owned())]);
        assert_eq!(
            set("a.b=1,c=x=y,d=TRUE,e=007,f=null"),
            "a:;   b: 1; c: x=y; d: true; e: \"007\"; f: null"
        );
        assert_eq!(set("l[1].x=2"), "l:;   - null;   - x: 2");
        assert_eq!(set(r"a\.b=1"), "a.b: 1");
        assert_eq!(parsed(&[StateValue::SetString("a=1,b='x,y'".to_owned())]), "a: \"1\"; b: '''x,y'''");
    }

    #[test]
    fn what_is_no_argument() {
        let error = parse(&[StateValue::Set("a".to_owned())], &mut Files::default()).unwrap_err();
        assert_eq!(error.message, "`--state-values-set a` has no `=` behind `a`");
    }
}
