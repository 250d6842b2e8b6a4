//! `Chart.yaml` and `Chart.lock` as Helm prints them: the fields that say something, sorted by name, comments gone.
//!
//! Helm marshals its structs (`chart.Metadata`, `chart.Dependency`), so what it did not understand is gone too.

use std::sync::Arc;

use yaml::{Entry, Layout, Map, Node, Value, write};

use super::{Dependency, ImportValue, Lock, Maintainer, Metadata};

/// The fields of a struct by their JSON names.
#[derive(Default)]
struct Fields(Vec<Entry>);

impl Fields {
    fn always(mut self, key: &str, value: Value) -> Self {
        self.0.push(Entry { key: key.into(), key_at: None, node: Node::computed(value) });
        self
    }

    /// Go's `omitempty`.
    fn text(self, key: &str, text: &str) -> Self {
        if text.is_empty() { self } else { self.always(key, Value::String(text.into())) }
    }

    fn flag(self, key: &str, flag: bool) -> Self {
        if flag { self.always(key, Value::Bool(true)) } else { self }
    }

    fn list(self, key: &str, items: Vec<Node>) -> Self {
        if items.is_empty() { self } else { self.always(key, Value::List(items.into())) }
    }

    fn texts(self, key: &str, items: &[String]) -> Self {
        self.list(key, items.iter().map(|it| string(it)).collect())
    }

    fn node(self) -> Node {
        Node::computed(Value::Map(Arc::new(self.0.into_iter().collect())))
    }
}

fn string(text: &str) -> Node {
    Node::computed(Value::String(text.into()))
}

impl Metadata {
    /// As Helm prints it, with a line feed at the end.
    pub fn to_yaml(&self) -> Result<String, yaml::Error> {
        write(&self.to_node(), Layout::V2).map(|text| text + "\n")
    }

    /// The fields that say something.
    pub fn to_node(&self) -> Node {
        let annotation = |(key, text): (&String, &String)| Entry {
            key: key.as_str().into(),
            key_at: None,
            node: string(text),
        };
        let annotations: Map = self.annotations.iter().map(annotation).collect();
        let fields = Fields::default()
            .text("name", &self.name)
            .text("home", &self.home)
            .texts("sources", &self.sources)
            .text("version", &self.version)
            .text("description", &self.description)
            .texts("keywords", &self.keywords)
            .list("maintainers", self.maintainers.iter().map(Maintainer::to_node).collect())
            .text("icon", &self.icon)
            .text("apiVersion", &self.api_version)
            .text("condition", &self.condition)
            .text("tags", &self.tags)
            .text("appVersion", &self.app_version)
            .flag("deprecated", self.deprecated)
            .text("kubeVersion", &self.kube_version)
            .list("dependencies", self.dependencies().iter().map(Dependency::to_node).collect())
            .text("type", &self.kind);
        match annotations.is_empty() {
            true => fields.node(),
            false => fields.always("annotations", Value::Map(annotations.into())).node(),
        }
    }
}

impl Lock {
    /// As Helm prints it, with a line feed at the end.
    pub fn to_yaml(&self) -> Result<String, yaml::Error> {
        write(&self.to_node(), Layout::V2).map(|text| text + "\n")
    }

    /// All its fields.
    pub fn to_node(&self) -> Node {
        let dependencies = self.dependencies.as_ref().map_or(Value::Null, |all| {
            Value::List(all.iter().map(Dependency::to_node).collect::<Vec<_>>().into())
        });
        let generated = if self.generated.is_empty() { golang::time::NEVER } else { &self.generated };
        Fields::default()
            .always("generated", Value::String(generated.into()))
            .always("digest", Value::String(self.digest.as_str().into()))
            .always("dependencies", dependencies)
            .node()
    }
}

impl Maintainer {
    fn to_node(&self) -> Node {
        Fields::default().text("name", &self.name).text("email", &self.email).text("url", &self.url).node()
    }
}

impl Dependency {
    /// The fields that say something, and `repository`, which is always there.
    pub fn to_node(&self) -> Node {
        Fields::default()
            .always("name", Value::String(self.name.as_str().into()))
            .text("version", &self.version)
            .always("repository", Value::String(self.repository.as_str().into()))
            .text("condition", &self.condition)
            .texts("tags", &self.tags)
            .flag("enabled", self.enabled)
            .list("import-values", self.import_values.iter().map(ImportValue::to_node).collect())
            .text("alias", &self.alias)
            .node()
    }
}

impl ImportValue {
    pub(crate) fn to_node(&self) -> Node {
        match self {
            Self::Export(name) => string(name),
            Self::Paths(node) | Self::Other(node) => node.clone(),
            Self::Resolved { child, parent } => {
                Fields::default().text("child", child).text("parent", parent).node()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::load;

    #[track_caller]
    fn check(chart_yaml: &str, want: &str) {
        let chart = load(&format!("#- Chart.yaml\n{chart_yaml}"), golang::Dialect::Helm4).unwrap();
        assert_eq!(chart.metadata.to_yaml().unwrap(), want);
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        check(
            "# c\nversion: 0.1.0\nname: a\napiVersion: v2\nkeywords: []\nhome: ''\nunknown: 1\nappVersion: 1.10\n",
            "apiVersion: v2\nappVersion: \"1.1\"\nname: a\nversion: 0.1.0\n",
        );
    }

    #[test]
    fn dependencies_always_have_a_repository() {
        check(
            "apiVersion: v2\nname: a\nversion: 0.1.0\ndependencies:\n- name: b\n  version: 1.x\n  tags: [x]\n\
             \x20 import-values: [{child: c, parent: d}, e]\n",
            "apiVersion: v2\ndependencies:\n- import-values:\n  - child: c\n    parent: d\n  - e\n  name: b\n  \
             repository: \"\"\n  tags:\n  - x\n  version: 1.x\nname: a\nversion: 0.1.0\n",
        );
    }
}
