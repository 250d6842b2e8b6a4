//! Charts' own data as Go's `encoding/json` writes it: fields in the order of Helm's structs, what says nothing left out,
//! what means something in HTML escaped. Digests are made of these bytes, so none may differ.

use golang::strconv::format_float;
use yaml::{Node, Value};

use crate::{Dependency, Maintainer, Metadata};

/// A text.
pub fn text(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
        .into_iter()
        .fold(quoted, |quoted, (found, escaped)| quoted.replace(found, escaped))
}

/// A chart's `Chart.yaml` (`chart.Metadata`): what a registry keeps beside the chart.
pub fn metadata(it: &Metadata) -> String {
    let annotations: Vec<String> =
        it.annotations.iter().map(|(key, value)| format!("{}:{}", text(key), text(value))).collect();
    Fields::default()
        .text("name", &it.name)
        .text("home", &it.home)
        .list("sources", it.sources.iter().map(|it| text(it)))
        .text("version", &it.version)
        .text("description", &it.description)
        .list("keywords", it.keywords.iter().map(|it| text(it)))
        .list("maintainers", it.maintainers.iter().map(maintainer))
        .text("icon", &it.icon)
        .text("apiVersion", &it.api_version)
        .text("condition", &it.condition)
        .text("tags", &it.tags)
        .text("appVersion", &it.app_version)
        .flag("deprecated", it.deprecated)
        .some("annotations", (!annotations.is_empty()).then(|| format!("{{{}}}", annotations.join(","))))
        .text("kubeVersion", &it.kube_version)
        .list("dependencies", it.dependencies().iter().map(dependency))
        .text("type", &it.kind)
        .object()
}

/// A dependency (`chart.Dependency`); `name` and `repository` are always there.
pub(crate) fn dependency(it: &Dependency) -> String {
    Fields::default()
        .some("name", Some(text(&it.name)))
        .text("version", &it.version)
        .some("repository", Some(text(&it.repository)))
        .text("condition", &it.condition)
        .list("tags", it.tags.iter().map(|it| text(it)))
        .flag("enabled", it.enabled)
        .list("import-values", it.import_values.iter().map(|it| node(&it.to_node())))
        .text("alias", &it.alias)
        .object()
}

fn maintainer(it: &Maintainer) -> String {
    Fields::default().text("name", &it.name).text("email", &it.email).text("url", &it.url).object()
}

/// The members of an object, in the order in which they are given.
#[derive(Default)]
struct Fields(Vec<String>);

impl Fields {
    fn some(mut self, name: &str, json: Option<String>) -> Self {
        self.0.extend(json.map(|json| format!("\"{name}\":{json}")));
        self
    }

    fn text(self, name: &str, it: &str) -> Self {
        self.some(name, (!it.is_empty()).then(|| text(it)))
    }

    fn flag(self, name: &str, it: bool) -> Self {
        self.some(name, it.then(|| "true".to_owned()))
    }

    fn list(self, name: &str, items: impl Iterator<Item = String>) -> Self {
        let items: Vec<String> = items.collect();
        self.some(name, (!items.is_empty()).then(|| format!("[{}]", items.join(","))))
    }

    fn object(self) -> String {
        format!("{{{}}}", self.0.join(","))
    }
}

fn node(it: &Node) -> String {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &it.value {
        Value::Null => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => number(*it as f64),
        Value::Uint(it) => number(*it as f64),
        Value::Float(it) => number(*it),
        Value::String(it) => text(it),
        Value::List(items) => format!("[{}]", items.iter().map(node).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let mut members: Vec<_> = map.iter().map(|it| (&*it.key, node(&it.node))).collect();
            members.sort_by_key(|(key, _)| *key);
            let members = members.iter().map(|(key, value)| format!("{}:{value}", text(key)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    })
}

/// A number that was read into `any`, and so is a `float64`.
fn number(number: f64) -> String {
    let plain = number == 0.0 || (1e-6..1e21).contains(&number.abs());
    // Go drops the zero of an exponent with one digit.
    let text = format_float(number, if plain { b'f' } else { b'e' }, -1, 64);
    text.replace("e-0", "e-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::load;

    #[test]
    fn every_field_counts() {
        let chart = load(
            "#- Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- name: s\n  version: <2\n  repository: \"\"\n  \
             condition: a.b\n  tags: [x, z]\n  enabled: true\n  alias: z\n  import-values: [e, {parent: p, child: 1, deep: [1.5, null]}]\n",
            golang::Dialect::Helm4,
        );
        assert_eq!(
            super::dependency(&chart.unwrap().metadata.dependencies()[0]),
            "{\"name\":\"s\",\"version\":\"\\u003c2\",\"repository\":\"\",\"condition\":\"a.b\",\"tags\":[\"x\",\"z\"],\
             \"enabled\":true,\"import-values\":[\"e\",{\"child\":1,\"deep\":[1.5,null],\"parent\":\"p\"}],\"alias\":\"z\"}"
        );
    }

    #[test]
    fn numbers_as_go_writes_them() {
        for (number, want) in
            [(1.0, "1"), (0.5, "0.5"), (1e21, "1e+21"), (1e-7, "1e-7"), (-2e20, "-200000000000000000000")]
        {
            assert_eq!(super::number(number), want);
        }
    }

    #[test]
    fn a_charts_data_is_in_the_order_of_helms_struct() {
        let metadata = Metadata {
            name: "web".into(),
            version: "1.0.0".into(),
            api_version: "v2".into(),
            description: "a <b> & c".into(),
            maintainers: vec![Maintainer { name: "A".into(), email: "a@b".into(), ..Maintainer::default() }],
            annotations: [("b".into(), "2".into()), ("a".into(), "1".into())].into(),
            dependencies: Some(vec![Dependency { name: "db".into(), ..Dependency::default() }]),
            kind: "application".into(),
            ..Metadata::default()
        };
        assert_eq!(
            super::metadata(&metadata),
            r#"{"name":"web","version":"1.0.0","description":"a \u003cb\u003e \u0026 c","maintainers":[{"name":"A","email":"a@b"}],"apiVersion":"v2","annotations":{"a":"1","b":"2"},"dependencies":[{"name":"db","repository":""}],"type":"application"}"#
        );
    }
}
