//! Label selectors, as workloads carry them and as the API server takes them.

use std::fmt;

use serde_json::Value;

use crate::object::Object;

/// Which labels an object must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// All must hold; in the order of their keys, as Go's selectors are.
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    Equals(String),
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

/// A selector that cannot be one; the text is that of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSelector(pub String);

impl Selector {
    /// Reads a map of labels, as Services and ReplicationControllers have it. None, like an empty one, selects all.
    pub fn of_labels(labels: Option<&Value>) -> Self {
        let labels = labels.and_then(Value::as_object);
        Self::of(labels.into_iter().flatten().map(|(key, value)| equals(key, value)).collect())
    }

    /// Reads a `LabelSelector`: `matchLabels` and `matchExpressions`.
    ///
    /// Where there is none it selects all. Go's selector of nothing has no text, so that in a request it is the one of
    /// everything; Helm asks with it all the same.
    pub fn read(selector: Option<&Value>) -> Result<Self, BadSelector> {
        let Some(selector) = selector else { return Ok(Self::default()) };
        let labels = selector.get("matchLabels").and_then(Value::as_object);
        let mut requirements: Vec<_> =
            labels.into_iter().flatten().map(|(key, value)| equals(key, value)).collect();
        let expressions = selector.get("matchExpressions").and_then(Value::as_array);
        for expression in expressions.into_iter().flatten() {
            requirements.push(Requirement::read(expression)?);
        }
        Ok(Self::of(requirements))
    }

    fn of(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort();
        Self { requirements }
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether it selects an object, by its labels.
    pub fn selects(&self, object: &Object) -> bool {
        self.requirements.iter().all(|requirement| requirement.test.holds(object.label(&requirement.key)))
    }
}

fn equals(key: &str, value: &Value) -> Requirement {
    let value = value.as_str().unwrap_or_default().to_owned();
    Requirement { key: key.to_owned(), test: Test::Equals(value) }
}

impl Requirement {
    fn read(expression: &Value) -> Result<Self, BadSelector> {
        let text = |key| expression.get(key).and_then(Value::as_str).unwrap_or_default();
        let values = || {
            let values = expression.get("values").and_then(Value::as_array);
            let mut values: Vec<_> =
                values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            values.sort();
            if values.is_empty() {
                let why = "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty";
                return Err(BadSelector(why.to_owned()));
            }
            Ok(values)
        };
        let test = match text("operator") {
            "In" => Test::In(values()?),
            "NotIn" => Test::NotIn(values()?),
            "Exists" => Test::Exists,
            "DoesNotExist" => Test::DoesNotExist,
            other => return Err(BadSelector(format!("{other:?} is not a valid label selector operator"))),
        };
        Ok(Self { key: text("key").to_owned(), test })
    }
}

impl Test {
    fn holds(&self, label: Option<&str>) -> bool {
        match self {
            Self::Equals(value) => label == Some(value),
            Self::In(values) => label.is_some_and(|label| values.iter().any(|value| value == label)),
            Self::NotIn(values) => label.is_none_or(|label| values.iter().all(|value| value != label)),
            Self::Exists => label.is_some(),
            Self::DoesNotExist => label.is_none(),
        }
    }
}

impl fmt::Display for Selector {
    /// As it stands in a request: `app=web,tier in (a,b),!canary`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Requirement { key, test }) in self.requirements.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            match test {
                Test::Equals(value) => write!(f, "{key}={value}")?,
                Test::In(values) => write!(f, "{key} in ({})", values.join(","))?,
                Test::NotIn(values) => write!(f, "{key} notin ({})", values.join(","))?,
                Test::Exists => f.write_str(key)?,
                Test::DoesNotExist => write!(f, "!{key}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(selector: Value) -> Selector {
        Selector::read(Some(&selector)).unwrap()
    }

    fn labelled(labels: Value) -> Object {
        Object::from(json!({"metadata": {"labels": labels}}))
    }

    #[test]
    fn requests_have_the_keys_in_order() {
        let selector = read(json!({
            "matchLabels": {"tier": "web", "app": "shop"},
            "matchExpressions": [
                {"key": "zone", "operator": "In", "values": ["b", "a"]},
                {"key": "canary", "operator": "DoesNotExist"},
                {"key": "old", "operator": "NotIn", "values": ["yes"]},
                {"key": "release", "operator": "Exists"},
            ],
        }));
        assert_eq!(selector.to_string(), "app=shop,!canary,old notin (yes),release,tier=web,zone in (a,b)");
    }

    #[test]
    fn a_label_that_is_not_there_is_not_among_the_wrong_ones() {
        let selector =
            read(json!({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}));
        assert!(selector.selects(&labelled(json!({}))));
        assert!(!selector.selects(&labelled(json!({"a": "1"}))));
    }

    #[test]
    fn no_selector_selects_all() {
        assert!(Selector::read(None).unwrap().selects(&labelled(json!({}))));
        assert!(Selector::of_labels(None).is_everything());
    }

    #[test]
    fn all_requirements_must_hold() {
        let selector = Selector::of_labels(Some(&json!({"a": "1", "b": "2"})));
        assert!(selector.selects(&labelled(json!({"a": "1", "b": "2", "c": "3"}))));
        assert!(!selector.selects(&labelled(json!({"a": "1"}))));
    }

    #[test]
    fn operators_that_there_are_not_are_named() {
        let selector = json!({"matchExpressions": [{"key": "a", "operator": "Near"}]});
        let error = Selector::read(Some(&selector)).unwrap_err();
        assert_eq!(error.to_string(), "\"Near\" is not a valid label selector operator");
        let empty = json!({"matchExpressions": [{"key": "a", "operator": "In"}]});
        assert!(Selector::read(Some(&empty)).unwrap_err().to_string().contains("can't be empty"));
    }
}
