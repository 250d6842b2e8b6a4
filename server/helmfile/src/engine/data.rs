//! What templates see: `.Values`, `.Environment`, `.Release` and the rest, in Helmfile's structs.

use template::{Map, MapType, Origin, Str, Struct, Value};
use yaml::{Entry, Node};

use super::value::from_node;
use crate::model::Labels;

/// The data of a template.
#[derive(Clone, Debug)]
pub(crate) struct TemplateData {
    /// `.Environment`
    pub(crate) environment: EnvironmentData,
    /// `.Values` and `.StateValues`
    pub(crate) values: Node,
    /// `.Namespace`: the one that overrides all.
    pub(crate) namespace: String,
    /// What only templates of releases and of their values see.
    pub(crate) release: Option<ReleaseData>,
    /// What only hooks see.
    pub(crate) hook: Option<HookData>,
}

/// What hooks see beside the rest.
#[derive(Clone, Debug)]
pub(crate) struct HookData {
    /// `.Event.Name`
    pub(crate) event: &'static str,
    /// `.Event.Error`, if something went wrong before.
    pub(crate) error: Option<String>,
    /// `.HelmfileCommand`
    pub(crate) command: String,
}

/// `.Environment`
#[derive(Clone, Debug)]
pub(crate) struct EnvironmentData {
    pub(crate) name: String,
    pub(crate) kube_context: String,
    pub(crate) values: Node,
    pub(crate) defaults: Node,
}

/// `.Release`, and what comes with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReleaseData {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
    pub(crate) chart: String,
    pub(crate) version: String,
    pub(crate) kube_context: String,
    /// `.Chart` of the file.
    pub(crate) file_chart: String,
    /// `.KubeContext` of the file.
    pub(crate) file_kube_context: String,
}

impl TemplateData {
    /// What `.` is; `placeholders` are set where nothing is.
    pub(crate) fn dot(&self, placeholders: &[String]) -> Value {
        let values = from_node(&with_placeholders(&self.values, placeholders), Origin::NONE);
        let environment = self.environment.value(placeholders);
        let namespace = Value::from(self.namespace.as_str());
        if let Some(hook) = &self.hook {
            return hook.dot(environment, namespace, values, self.release.as_ref());
        }
        let Some(release) = &self.release else {
            let fields = vec![
                ("Environment", environment),
                ("Namespace", namespace),
                ("Values", values.clone()),
                ("StateValues", values),
            ];
            return Struct::value("*state.EnvironmentTemplateData", fields);
        };
        let fields = vec![
            ("Environment", environment),
            ("Release", release.value()),
            ("Values", values.clone()),
            ("StateValues", values),
            ("KubeContext", Value::from(release.file_kube_context.as_str())),
            ("Namespace", namespace),
            ("Chart", Value::from(release.file_chart.as_str())),
        ];
        Struct::value("state.releaseTemplateData", fields)
    }
}

impl HookData {
    /// A map, so that a key that is not there is an error like any other.
    fn dot(
        &self,
        environment: Value,
        namespace: Value,
        values: Value,
        release: Option<&ReleaseData>,
    ) -> Value {
        let error = self.error.as_deref().map_or(Value::NIL, Value::from);
        let event = Struct::value("event.event", vec![("Name", Value::from(self.event)), ("Error", error)]);
        let mut entries = vec![
            ("Environment", environment),
            ("Namespace", namespace),
            ("Event", event),
            ("HelmfileCommand", Value::from(self.command.as_str())),
        ];
        if let Some(release) = release {
            entries.push(("Values", values));
            entries.push(("Release", release.spec()));
        }
        entries.into_iter().collect::<Map>().into()
    }
}

impl EnvironmentData {
    fn value(&self, placeholders: &[String]) -> Value {
        let fields = vec![
            ("Name", Value::from(self.name.as_str())),
            ("KubeContext", Value::from(self.kube_context.as_str())),
            ("Values", from_node(&with_placeholders(&self.values, placeholders), Origin::NONE)),
            ("Defaults", from_node(&self.defaults, Origin::NONE)),
            ("CLIOverrides", Map::new().into()),
        ];
        Struct::value("environment.Environment", fields)
    }
}

impl ReleaseData {
    fn labels(&self) -> Value {
        let label = |(key, value): (&String, &String)| (Str::from(key.as_str()), Value::from(value.as_str()));
        Map::typed(MapType::Strings, self.labels.iter().map(label).collect()).into()
    }

    /// What hooks see: the release as Helmfile holds it, of which these fields are of use.
    fn spec(&self) -> Value {
        let fields = vec![
            ("Name", Value::from(self.name.as_str())),
            ("Namespace", Value::from(self.namespace.as_str())),
            ("Labels", self.labels()),
            ("Chart", Value::from(self.chart.as_str())),
            ("Version", Value::from(self.version.as_str())),
            ("KubeContext", Value::from(self.kube_context.as_str())),
        ];
        Struct::value("*state.ReleaseSpec", fields)
    }

    fn value(&self) -> Value {
        let fields = vec![
            ("Name", Value::from(self.name.as_str())),
            ("Namespace", Value::from(self.namespace.as_str())),
            ("Labels", self.labels()),
            ("Chart", Value::from(self.chart.as_str())),
            ("ChartVersion", Value::from(self.version.as_str())),
            ("KubeContext", Value::from(self.kube_context.as_str())),
        ];
        Struct::value("state.releaseTemplateDataRelease", fields)
    }
}

/// A tree with empty texts at the paths that lead nowhere.
fn with_placeholders(node: &Node, paths: &[String]) -> Node {
    let mut node = node.clone();
    for path in paths {
        node = with_placeholder(&node, path);
    }
    node
}

fn with_placeholder(node: &Node, path: &str) -> Node {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let Some(map) = node.value.as_map() else { return node.clone() };
    let below = match (map.get(key), rest) {
        (Some(_), None) => return node.clone(),
        (Some(below), Some(rest)) => with_placeholder(below, rest),
        (None, None) => Node::computed(yaml::Value::String("".into())),
        (None, Some(rest)) => with_placeholder(&Node::computed(yaml::Value::empty_map()), rest),
    };
    let mut map = (**map).clone();
    map.insert(Entry { key: key.into(), key_at: None, node: below });
    Node { value: yaml::Value::Map(map.into()), at: node.at }
}

/// The path of state values that an expression reads and that leads nowhere: `image.tag` for `.Values.image.tag`.
pub(super) fn missing_path(expression: &str, key: &str, data: &TemplateData) -> Option<String> {
    let names: Vec<&str> = expression.trim_start_matches('$').strip_prefix('.')?.split('.').collect();
    let (root, path) = match &names[..] {
        ["Values" | "StateValues", path @ ..] => (&data.values, path),
        ["Environment", "Values", path @ ..] => (&data.environment.values, path),
        _ => return None,
    };
    let mut node = root;
    for name in path {
        match node.get(name) {
            Some(below) => node = below,
            None if *name == key && node.value.as_map().is_some() => return Some(path.join(".")),
            None => return None,
        }
    }
    None
}
