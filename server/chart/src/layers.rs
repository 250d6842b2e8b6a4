//! Who says what about a value: all layers that mention a path, the winner first.
//!
//! Coalescing keeps the place that won. For a hover that tells who overrides whom this looks up the path in every
//! layer again, in the order in which Helm lets them win: the `--set` family, `-f` files from the last, the chart's
//! own values, then the subchart's own ones; a parent's `global` before the subchart's.

use text::FileRange;
use yaml::{Node, Value};

use crate::coalesce::GLOBAL_KEY;
use crate::values::{PathStep, UserValues, ValuePath, follow};
use crate::{Chart, ImportValue};

/// A layer that says something about a path.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Which one.
    pub kind: LayerKind,
    /// What it says; null deletes what the later ones say.
    pub node: Node,
    /// Where the key is written, if it is one of a map.
    pub key_at: Option<FileRange>,
    /// How many steps at the end of the path this says nothing about: not 0 where a layer says something else
    /// about a map or list that the path leads through, such as null, and so takes out what is below it.
    pub above: usize,
}

/// Where a layer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// One of the `--set` family, by its position among [`crate::values::Overrides::arguments`].
    Set(usize),
    /// A `-f` file, by its position on the command line.
    File(usize),
    /// The `values.yaml` of the chart with this full path (`root/charts/child`).
    Chart(String),
    /// Taken over by `import-values` from the chart with this full path.
    Import(String),
}

/// All layers that mention `path` (from the root chart's `.Values` on), the winner first.
///
/// `chart` is the root chart after [`crate::dependencies::process`].
pub fn layers_of(chart: &Chart, user: &UserValues, path: &ValuePath) -> Vec<Layer> {
    let keys: Vec<&str> = path.0.iter().map_while(PathStep::key).collect();
    let inside = &path.0[keys.len()..];
    let mut layers = Vec::new();
    let mut search = Search { user, layers: &mut layers };
    let subcharts = subcharts_in(chart, &keys);
    if keys.get(subcharts) == Some(&GLOBAL_KEY) {
        // A subchart's globals are first of all those of its parents, from the root on.
        for level in 0..subcharts {
            let above: Vec<&str> = keys[..level].iter().chain(&keys[subcharts..]).copied().collect();
            collect(&mut search, chart, &[], &above);
        }
    }
    collect(&mut search, chart, &[], &keys);
    layers.into_iter().filter_map(|layer| layer.inside(inside)).collect()
}

impl Layer {
    /// What the layer says further down, in a list. Lists are not merged: whoever says one says all of it.
    fn inside(mut self, steps: &[PathStep]) -> Option<Self> {
        if steps.is_empty() || self.above > 0 {
            self.above += if self.above > 0 { steps.len() } else { 0 };
            return Some(self);
        }
        match follow(&self.node, steps) {
            // `--set a[1]=x` says nothing about `a[0]`.
            Some(Node { value: Value::Null, at: None }) if matches!(self.kind, LayerKind::Set(_)) => None,
            Some(node) => Some(Self { node: node.clone(), key_at: None, ..self }),
            None if matches!(self.kind, LayerKind::Set(_)) && self.node.value.as_list().is_some() => None,
            None => Some(Self { above: steps.len(), ..self }),
        }
    }
}

/// How many keys at the start of the path name a subchart of a subchart.
fn subcharts_in(chart: &Chart, path: &[&str]) -> usize {
    let mut chart = chart;
    let is_subchart = |name: &&&str| match chart.dependency(name) {
        Some(subchart) => {
            chart = subchart;
            true
        }
        None => false,
    };
    path.iter().take_while(is_subchart).count()
}

struct Search<'s> {
    user: &'s UserValues,
    layers: &'s mut Vec<Layer>,
}

impl Search<'_> {
    fn look(&mut self, kind: LayerKind, values: &Node, path: &[&str]) {
        let mut map = values.value.as_map();
        for (at, key) in path.iter().enumerate() {
            let Some(entry) = map.and_then(|map| map.entry(key)) else { return };
            let above = path.len() - at - 1;
            map = entry.node.value.as_map();
            if above == 0 || map.is_none() {
                let same = |layer: &Layer| layer.key_at.is_some() && layer.key_at == entry.key_at;
                if !self.layers.iter().any(same) {
                    self.layers.push(Layer { kind, node: entry.node.clone(), key_at: entry.key_at, above });
                }
                return;
            }
        }
    }

    /// What the user says, in the coordinates of the root.
    fn look_at_user(&mut self, path: &[&str]) {
        let user = self.user;
        for (index, set) in user.sets.iter().enumerate().rev() {
            self.look(LayerKind::Set(index), set, path);
        }
        for (index, file) in user.files.iter().enumerate().rev() {
            self.look(LayerKind::File(index), file, path);
        }
    }
}

/// Adds the layers for `path` of `chart`, whose names from the root on are `prefix`.
fn collect(search: &mut Search, chart: &Chart, prefix: &[&str], path: &[&str]) {
    if prefix.is_empty() {
        search.look_at_user(path);
    }
    search.look(LayerKind::Chart(chart.full_path.to_string()), &chart.defaults, path);
    if let Some((name, rest)) = path.split_first()
        && let Some(subchart) = chart.dependency(name)
        && !rest.is_empty()
    {
        let prefix: Vec<&str> = prefix.iter().chain([name]).copied().collect();
        collect(search, subchart, &prefix, rest);
    }
    collect_imports(search, chart, path);
}

/// Adds what the chart imports under `path`.
fn collect_imports(search: &mut Search, chart: &Chart, path: &[&str]) {
    for dependency in chart.metadata.dependencies() {
        for import in &dependency.import_values {
            let ImportValue::Resolved { child, parent } = import else { continue };
            let parent: Vec<&str> = if parent == "." { Vec::new() } else { parent.split('.').collect() };
            let Some(rest) = path.strip_prefix(&parent[..]).filter(|rest| !rest.is_empty()) else { continue };
            let Some(subchart) = chart.dependency(&dependency.name) else { continue };
            let inner: Vec<&str> = child.split('.').chain(rest.iter().copied()).collect();
            let kind = LayerKind::Import(subchart.full_path.to_string());
            // The parent's own section for the subchart overrides what is imported from it.
            let sectioned: Vec<&str> = [subchart.name()].into_iter().chain(inner.iter().copied()).collect();
            search.look(kind.clone(), &chart.defaults, &sectioned);
            search.look(kind, &subchart.defaults, &inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yaml::Node;

    use super::*;
    use crate::Dialect;
    use crate::dependencies::process;
    use crate::testing::{json as to_json, load, node};
    use crate::values::merge_files;

    const FIXTURE: &str = "#- Chart.yaml
apiVersion: v2
name: p
version: 1.0.0
dependencies:
- {name: s, version: '*', import-values: [data]}
#- values.yaml
a: 1
s: {x: 2}
global: {g: 3}
#- charts/s/Chart.yaml
name: s
version: 1.0.0
#- charts/s/values.yaml
x: 4
global: {g: 5}
exports: {data: {imported: 6}}
";

    fn user(files: &[serde_json::Value], set: Option<serde_json::Value>) -> UserValues {
        let files: Vec<Node> = files.iter().map(node).collect();
        UserValues { merged: merge_files(&files), files, sets: set.iter().map(node).collect() }
    }

    #[track_caller]
    fn check(user: &UserValues, path: &str, want: &str) {
        let chart = load(FIXTURE, Dialect::Helm4).unwrap();
        let chart = process(&chart, &user.merged, Dialect::Helm4).unwrap().chart;
        let path = ValuePath::parse(path).unwrap();
        let layer = |layer: &Layer| {
            let kind = match &layer.kind {
                LayerKind::Set(index) => format!("set {index}"),
                LayerKind::File(index) => format!("-f {index}"),
                LayerKind::Chart(path) => path.clone(),
                LayerKind::Import(path) => format!("import {path}"),
            };
            format!("{kind}{}={}", "^".repeat(layer.above), to_json(&layer.node))
        };
        let layers: Vec<String> = layers_of(&chart, user, &path).iter().map(layer).collect();
        assert_eq!(layers.join(" "), want);
    }

    #[test]
    fn winner_comes_first() {
        let user = user(&[json!({"a": 10}), json!({"a": null}), json!({"b": 1})], Some(json!({"a": "set"})));
        check(&user, "a", "set 0=\"set\" -f 1=null -f 0=10.0 p=1.0");
    }

    #[test]
    fn parents_come_before_subcharts() {
        check(&user(&[json!({"s": {"x": 7}})], None), "s.x", "-f 0=7.0 p=2.0 p/charts/s=4.0");
    }

    #[test]
    fn globals_of_the_root_come_first() {
        let user = user(&[json!({"global": {"g": 8}})], None);
        check(&user, "s.global.g", "-f 0=8.0 p=3.0 p/charts/s=5.0");
    }

    #[test]
    fn imports_come_last() {
        check(&user(&[], None), "imported", "import p/charts/s=6.0");
        check(&user(&[], None), "nothing", "");
    }

    #[test]
    fn what_takes_out_a_map_is_told() {
        let user = user(&[json!({"s": {"x": 7}}), json!({"s": null})], None);
        check(&user, "s.x", "-f 1^=null -f 0=7.0 p=2.0 p/charts/s=4.0");
    }

    #[test]
    fn lists_are_said_as_a_whole() {
        let lists = [json!({"l": [{"x": 1}, {"x": 2}]}), json!({"l": [{"x": 3}]})];
        check(&user(&lists, None), "l[1].x", "-f 1^^=[{\"x\":3.0}] -f 0=2.0");
        check(&user(&lists, None), "l[0].x", "-f 1=3.0 -f 0=1.0");
        let set = user(&lists[..1], Some(json!({"l": [null, {"x": 9}]})));
        check(&set, "l[0].x", "-f 0=1.0");
        check(&set, "l[1].x", "set 0=9.0 -f 0=2.0");
    }
}
