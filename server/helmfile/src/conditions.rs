//! `condition: NAME.enabled`: the state value that decides whether a release counts.

use yaml::Node;

/// What a condition says; the error is Helmfile's text. Without one a release counts.
pub(crate) fn enabled(condition: Option<&Node>, values: &Node) -> Result<bool, String> {
    let condition = condition.and_then(|it| it.value.as_str()).unwrap_or_default();
    match condition.to_lowercase().as_str() {
        "" | "true" => return Ok(true),
        "false" => return Ok(false),
        _ => {}
    }
    let Some(path) =
        condition.strip_suffix("enabled").and_then(|it| it.strip_suffix('.').or(it.is_empty().then_some(it)))
    else {
        return Err(
            "Condition value must be in the form 'foo.enabled' where 'foo' can be modified as necessary"
                .to_owned(),
        );
    };
    let (mut node, mut shown) = (values, String::new());
    for key in path.split('.').filter(|_| !path.is_empty()) {
        shown = format!("{shown}.{key}");
        node = node.get(key).ok_or_else(|| format!("environment values field '{shown}' not found"))?;
        if node.value.as_map().is_none() {
            return Err(format!("environment values field '{shown}' is not a map"));
        }
    }
    Ok(node.get("enabled").and_then(|it| it.value.as_bool()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        let values =
            yaml::parse_v3("a: {enabled: true, b: {enabled: 'true'}}\nc: 1", text::FileId(0)).unwrap();
        let check = |text: &str| {
            let node = Node::computed(yaml::Value::String(text.into()));
            enabled(Some(&node), &values)
        };
        assert_eq!(check("a.enabled"), Ok(true));
        assert_eq!(check("a.b.enabled"), Ok(false));
        assert_eq!(check("False"), Ok(false));
        assert_eq!(check("x.enabled"), Err("environment values field '.x' not found".to_owned()));
        assert_eq!(check("c.enabled"), Err("environment values field '.c' is not a map".to_owned()));
        assert!(check("a.b").is_err());
        assert_eq!(enabled(None, &values), Ok(true));
    }
}
