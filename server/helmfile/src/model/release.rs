//! A release as the file wants it, after templates, inheritance, overrides and defaults.

use std::sync::Arc;

use text::FileRange;
use yaml::Node;

use super::{Hook, Labels, Options, Placed};

/// A release that is wanted, or wanted away.
#[derive(Clone, Debug)]
pub struct Release {
    /// Where it is written: the whole item of `releases:`.
    pub at: Option<FileRange>,
    /// Its name.
    pub name: Placed<String>,
    /// Its namespace; empty for the one of the kubeconfig.
    pub namespace: Placed<String>,
    /// The context of the kubeconfig; empty for the current one.
    pub kube_context: String,
    /// What Helmfile calls it in `needs:`: `context/namespace/name` without what is empty.
    pub id: String,
    /// The chart to deploy, as written: a path, `repository/chart`, `oci://…`, a URL. `chart:` of the file or `--chart`
    /// stand in the place of what the release says.
    pub chart: Placed<String>,
    /// The folder of the chart, absolute, if it is one that is there.
    pub chart_folder: Option<String>,
    /// The version, or what it must fit; empty for any.
    pub version: Placed<String>,
    /// The version that the lock file has chosen, if there is one and it names the chart.
    pub locked_version: Option<String>,
    /// `labels:`, `commonLabels:` and the implicit ones: `name`, `namespace`, `chart`.
    pub labels: Labels,
    /// `labels:` and `commonLabels:` only, as `syncReleaseLabels` writes them to the record.
    pub own_labels: Labels,
    /// `description:`
    pub description: String,
    /// False where it is to be deleted.
    pub installed: bool,
    /// What `condition:` says; true without one.
    pub enabled: bool,
    /// Whether it is enabled and fits the selectors.
    pub selected: bool,
    /// The ids of the releases that must be there before it, in full.
    pub needs: Vec<Placed<String>>,
    /// Values in the order in which they count: `valuesTemplate:`, then `values:`.
    pub values: Vec<ValuesEntry>,
    /// `secrets:`, which count after all values.
    pub secrets: Vec<ValuesEntry>,
    /// `set:`, `setTemplate:`, `setString:` and `env:`, which count after all files.
    pub set: Vec<SetArgument>,
    /// Stands before every path of a values file.
    pub values_path_prefix: String,
    /// How it is deployed.
    pub options: Options,
    /// `hooks:`
    pub hooks: Vec<Hook>,
    /// The release as typed tree, as `build` prints it.
    pub tree: Node,
}

/// An item of `values:` or `secrets:`.
#[derive(Clone, Debug)]
pub struct ValuesEntry {
    /// Where it is written.
    pub at: Option<FileRange>,
    /// A string for a path, a map for values that stand there; as written after templates ran.
    pub node: Node,
}

/// An item of `set:` and its kin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetArgument {
    /// Where it is written.
    pub at: Option<FileRange>,
    /// The path of the value, not escaped.
    pub name: String,
    /// What it is set to, not escaped, `ref+…` not looked up.
    pub what: SetKind,
    /// Whether it is text whatever it looks like (`setString`).
    pub as_string: bool,
}

/// What a value is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// `value:`
    Value(Arc<str>),
    /// `values:`: a list; what is no string as JSON.
    Values(Vec<Arc<str>>),
    /// `file:`: the contents of a file.
    File(Arc<str>),
    /// `env:`: a variable of the process's environment.
    Variable(Arc<str>),
}

impl Release {
    /// The last part of the chart: `nginx` for `bitnami/nginx`.
    pub fn chart_name(&self) -> &str {
        self.chart.it.rsplit('/').next().unwrap_or_default()
    }

    /// The chart that the release names itself, which lists show.
    pub fn own_chart(&self) -> &str {
        self.tree.get("chart").and_then(|it| it.value.as_str()).unwrap_or(&self.chart.it)
    }

    /// The version to fetch: what the lock file has chosen, or else what the release says.
    pub fn chart_version(&self) -> &str {
        self.locked_version.as_deref().unwrap_or(&self.version.it)
    }

    /// Whether the chart is a path, as Helmfile tells it (`isLocalChart`).
    pub fn has_local_chart(&self) -> bool {
        is_local_chart(&self.chart.it)
    }

    /// The repository and the chart in it, where the chart is neither a path nor a URL.
    pub fn repository_and_chart(&self) -> Option<(&str, &str)> {
        let chart = self.chart.it.as_str();
        if is_local_chart(chart) || chart.contains("://") { None } else { chart.split_once('/') }
    }
}

/// Helmfile's `isLocalChart` (`pkg/state/util.go`): one name without a slash counts as a path too.
fn is_local_chart(chart: &str) -> bool {
    if chart.starts_with("./") || chart.starts_with("../") {
        return true;
    }
    !chart.contains("://")
        && (chart.is_empty() || chart.starts_with('/') || !matches!(chart.split('/').count(), 2 | 3))
}

#[cfg(test)]
mod tests {
    use super::is_local_chart;

    #[test]
    fn paths_and_names_of_charts() {
        let local = ["", "chart", "./a", "../a", "/a", "a/b/c/d", "./a/b"];
        assert!(local.iter().all(|it| is_local_chart(it)));
        let remote = ["bitnami/nginx", "a/b/c", "oci://host/a", "https://host/a.tgz", "git::https://host/a"];
        assert!(!remote.iter().any(|it| is_local_chart(it)));
    }
}
