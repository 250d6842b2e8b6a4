//! Paths into values as `--set` writes them: `image.tag`, `hosts[0].name`, `annotations.kubernetes\.io/role`.

use std::fmt;
use std::sync::Arc;

use yaml::Node;

/// A path from a chart's `.Values` on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValuePath(pub Vec<PathStep>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathStep {
    /// Down a map.
    Key(Arc<str>),
    /// Down a list.
    Index(usize),
}

impl PathStep {
    /// The key, if it is one.
    pub fn key(&self) -> Option<&str> {
        if let Self::Key(key) = self { Some(key) } else { None }
    }
}

/// What `--set` takes for something else in a key.
const SPECIAL: &[char] = &['.', ',', '=', '[', '\\'];

impl ValuePath {
    /// Reads a path. `\` takes the next character as it is; a leading `.Values.` may be there or not.
    ///
    /// The error says what is wrong, in words for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('.').unwrap_or(text);
        let mut rest = text.strip_prefix("Values.").unwrap_or(text).chars();
        let mut steps = Vec::new();
        let (mut key, mut after_index) = (String::new(), false);
        loop {
            let next = rest.next();
            match next {
                None | Some('.' | '[') if !key.is_empty() => {
                    steps.push(PathStep::Key(std::mem::take(&mut key).into()));
                }
                None | Some('.' | '[') if std::mem::take(&mut after_index) => {}
                Some('[') if steps.is_empty() => return Err("a path begins with a key".to_owned()),
                None | Some('.' | '[') => {
                    return Err("a key is missing between two dots or at the end".to_owned());
                }
                Some('\\') => key.extend(rest.next()),
                Some(other) => key.push(other),
            }
            match next {
                None => return Ok(Self(steps)),
                Some('[') => {
                    let (index, behind) =
                        rest.as_str().split_once(']').ok_or("a `[` is not closed by `]`")?;
                    let index = index.parse().map_err(|_| format!("`[{index}]` is no position of a list"))?;
                    steps.push(PathStep::Index(index));
                    if !(behind.is_empty() || behind.starts_with(['.', '['])) {
                        return Err("a `.` is missing behind `]`".to_owned());
                    }
                    rest = behind.chars();
                    after_index = true;
                }
                Some(_) => {}
            }
        }
    }

    /// What the path leads to.
    pub fn find<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        follow(node, &self.0)
    }
}

/// Follows steps down a tree.
pub(crate) fn follow<'n>(node: &'n Node, steps: &[PathStep]) -> Option<&'n Node> {
    steps.iter().try_fold(node, |node, step| match step {
        PathStep::Key(key) => node.get(key),
        PathStep::Index(at) => node.value.as_list()?.get(*at),
    })
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Key(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    for character in key.chars() {
                        if SPECIAL.contains(&character) {
                            f.write_str("\\")?;
                        }
                        write!(f, "{character}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, steps: usize) {
        let path = ValuePath::parse(text).unwrap();
        assert_eq!((path.to_string().as_str(), path.0.len()), (text, steps));
    }

    #[test]
    fn paths_read_as_they_are_written() {
        check("image", 1);
        check("image.tag", 2);
        check("hosts[0].paths[12].path", 5);
        check("a[0][1]", 3);
        check(r"annotations.kubernetes\.io/role", 2);
        check(r"a\[0\\", 1);
    }

    #[test]
    fn the_way_templates_write_it_is_taken() {
        assert_eq!(ValuePath::parse(".Values.a.b"), ValuePath::parse("a.b"));
        assert_eq!(ValuePath::parse("Values.a"), ValuePath::parse("a"));
    }

    #[test]
    fn what_is_no_path_is_told() {
        for text in ["", ".", "a.", "a..b", "[0]", "a[x]", "a[0", "a[0]b", "a[0].", "a[-1]"] {
            assert!(ValuePath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths_lead_through_maps_and_lists() {
        let node = crate::testing::node(&serde_json::json!({"a": [{"b.c": 1}]}));
        let find = |text: &str| ValuePath::parse(text).unwrap().find(&node).is_some();
        assert!(find(r"a[0].b\.c") && !find("a[1]") && !find("a.b"));
    }
}
