//! Who says what about a value: all layers that mention a path, the winner first.
//!
//! Coalescing keeps the place that won. For a hover that tells who overrides whom this looks up the path in every
//! layer again, in the order in which Helm lets them win: the `--set` family, `-f` files from the last, the chart's
//! own values, then the subchart's own ones; a parent's `global` before the subchart's.

use text::FileRange;
use yaml::Node;

use crate::coalesce::GLOBAL_KEY;
use crate::values::UserValues;
use crate::{Chart, ImportValue};

/// A layer that says something about a path.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Which one.
    pub kind: LayerKind,
    /// What it says; null deletes what the later ones say.
    pub node: Node,
    /// Where the key is written.
    pub key_at: Option<FileRange>,
}

/// Where a layer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// One of the `--set` family.
    Set,
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
pub fn layers_of(chart: &Chart, user: &UserValues, path: &[&str]) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut search = Search { user, layers: &mut layers };
    let subcharts = subcharts_in(chart, path);
    if path.get(subcharts) == Some(&GLOBAL_KEY) {
        // A subchart's globals are first of all those of its parents, from the root on.
        for level in 0..subcharts {
            let above: Vec<&str> = path[..level].iter().chain(&path[subcharts..]).copied().collect();
            collect(&mut search, chart, &[], &above);
        }
    }
    collect(&mut search, chart, &[], path);
    layers
}

/// All layers that mention `path` in the `.Values` of the subchart below `subchart` (names or aliases from the root).
pub fn layers_of_subchart(chart: &Chart, user: &UserValues, subchart: &[&str], path: &[&str]) -> Vec<Layer> {
    let path: Vec<&str> = subchart.iter().chain(path).copied().collect();
    layers_of(chart, user, &path)
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
        let Some((&last, above)) = path.split_last() else { return };
        let Some(entry) =
            values.path(above.iter().copied()).and_then(|node| node.value.as_map()?.entry(last))
        else {
            return;
        };
        let same = |layer: &Layer| layer.key_at.is_some() && layer.key_at == entry.key_at;
        if !self.layers.iter().any(same) {
            self.layers.push(Layer { kind, node: entry.node.clone(), key_at: entry.key_at });
        }
    }

    /// What the user says, in the coordinates of the root.
    fn look_at_user(&mut self, path: &[&str]) {
        if let Some(set) = &self.user.set {
            self.look(LayerKind::Set, set, path);
        }
        for (index, file) in self.user.files.iter().enumerate().rev() {
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
        UserValues { merged: merge_files(&files), files, set: set.as_ref().map(node) }
    }

    #[track_caller]
    fn check(user: &UserValues, path: &str, want: &str) {
        let chart = load(FIXTURE, Dialect::Helm4).unwrap();
        let chart = process(&chart, &user.merged, Dialect::Helm4).unwrap().chart;
        let path: Vec<&str> = path.split('.').collect();
        let layer = |layer: &Layer| {
            let kind = match &layer.kind {
                LayerKind::Set => "set".to_owned(),
                LayerKind::File(index) => format!("-f {index}"),
                LayerKind::Chart(path) => path.clone(),
                LayerKind::Import(path) => format!("import {path}"),
            };
            format!("{kind}={}", to_json(&layer.node))
        };
        let layers: Vec<String> = layers_of(&chart, user, &path).iter().map(layer).collect();
        assert_eq!(layers.join(" "), want);
    }

    #[test]
    fn winner_comes_first() {
        let user = user(&[json!({"a": 10}), json!({"a": null}), json!({"b": 1})], Some(json!({"a": "set"})));
        check(&user, "a", "set=\"set\" -f 1=null -f 0=10.0 p=1.0");
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
}
