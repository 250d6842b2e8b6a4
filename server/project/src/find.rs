//! Which chart a file belongs to, and which charts there are.
//!
//! A folder with a `Chart.yaml` is a chart. One in the `charts/` of another is that one's subchart, and is
//! rendered as a part of it; so most questions are asked of the [`root_chart`]. Helmfiles are told by their names.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// How deep a file may lie below its chart.
const MAX_ANCESTORS: usize = 64;

/// Folders that hold no charts of the user's own, and a great many files.
const SKIPPED: [&str; 3] = ["node_modules", "target", "vendor"];

/// How far to search.
#[derive(Clone, Copy, Debug)]
pub struct FindLimits {
    /// Folders to look into.
    pub folders: usize,
    /// Folders within folders.
    pub depth: usize,
}

impl Default for FindLimits {
    fn default() -> Self {
        Self { folders: 20_000, depth: 16 }
    }
}

/// The nearest folder upwards with a `Chart.yaml`; for a folder, it may be that one itself.
pub fn chart_root(path: &Path) -> Option<PathBuf> {
    path.ancestors().take(MAX_ANCESTORS).find(|it| is_chart(it)).map(Path::to_owned)
}

/// The chart that [`chart_root`] finds or, where that one is a subchart, the outermost chart around it.
pub fn root_chart(path: &Path) -> Option<PathBuf> {
    let mut root = chart_root(path)?;
    while let Some(parent) = parent_chart(&root) {
        root = parent;
    }
    Some(root)
}

fn parent_chart(root: &Path) -> Option<PathBuf> {
    let charts = root.parent().filter(|it| it.file_name().is_some_and(|name| name == "charts"))?;
    charts.parent().filter(|it| is_chart(it)).map(Path::to_owned)
}

/// All charts below a folder that are no subcharts, in the order of their paths. Links are not followed.
pub fn charts_below(folder: &Path, limits: FindLimits) -> Vec<PathBuf> {
    let mut found = Vec::new();
    each_folder(folder, limits, |folder, inside_chart| {
        if inside_chart {
            found.push(folder.to_owned());
        }
    });
    found.sort();
    found
}

/// All helmfiles below a folder, in the order of their paths. Links are not followed.
pub fn helmfiles_below(folder: &Path, limits: FindLimits) -> Vec<PathBuf> {
    let mut found = Vec::new();
    each_folder(folder, limits, |folder, _| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let paths = files.filter(|it| it.file_type().is_ok_and(|it| it.is_file())).map(|it| it.path());
        found.extend(paths.filter(|it| is_helmfile(it)));
    });
    found.sort();
    found
}

/// Whether a file is a helmfile, by its name: `helmfile.yaml`, `helmfile-prod.yaml.gotmpl`, or any YAML in `helmfile.d`.
pub fn is_helmfile(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|it| it.to_string_lossy()) else { return false };
    let stem = name.strip_suffix(".gotmpl").unwrap_or(&name);
    let is_yaml = Path::new(stem).extension().is_some_and(|it| it == "yaml" || it == "yml");
    let folder = path.parent().and_then(Path::file_name);
    is_yaml && (stem.starts_with("helmfile") || folder.is_some_and(|it| it == "helmfile.d"))
}

/// Visits folders, the outer ones first, and tells of each whether it is a chart.
fn each_folder(folder: &Path, limits: FindLimits, mut visit: impl FnMut(&Path, bool)) {
    let mut queue = VecDeque::from([(folder.to_owned(), 0)]);
    for _ in 0..limits.folders {
        let Some((folder, depth)) = queue.pop_front() else { break };
        let inside_chart = is_chart(&folder);
        if depth < limits.depth {
            queue.extend(folders_in(&folder, inside_chart).into_iter().map(|it| (it, depth + 1)));
        }
        visit(&folder, inside_chart);
    }
}

/// Folders worth a look. Those with a meaning in a chart hold subcharts and templates, not charts.
fn folders_in(folder: &Path, inside_chart: bool) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()));
    let wanted = folders.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let of_chart = inside_chart && matches!(&*name, "charts" | "templates" | "crds");
        !name.starts_with('.') && !SKIPPED.contains(&&*name) && !of_chart
    });
    wanted.map(|entry| entry.path()).collect()
}

fn is_chart(folder: &Path) -> bool {
    folder.join("Chart.yaml").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn nearest_chart_upwards() {
        let it = workspace(&["a/Chart.yaml", "a/templates/x/y.yaml", "b/y.yaml"]);
        assert_eq!(chart_root(&it.path().join("a/templates/x/y.yaml")), Some(it.path().join("a")));
        assert_eq!(chart_root(&it.path().join("a")), Some(it.path().join("a")));
        assert_eq!(chart_root(&it.path().join("a/not/there.yaml")), Some(it.path().join("a")));
        assert_eq!(chart_root(&it.path().join("b/y.yaml")), None);
    }

    #[test]
    fn a_subchart_belongs_to_the_outermost_chart() {
        let it = workspace(&["Chart.yaml", "charts/b/Chart.yaml", "charts/b/charts/c/Chart.yaml"]);
        assert_eq!(root_chart(&it.path().join("charts/b/charts/c/values.yaml")), Some(it.path().to_owned()));
        assert_eq!(chart_root(&it.path().join("charts/b/values.yaml")), Some(it.path().join("charts/b")));
    }

    #[test]
    fn a_folder_named_charts_is_no_chart() {
        let it = workspace(&["charts/b/Chart.yaml"]);
        assert_eq!(root_chart(&it.path().join("charts/b/values.yaml")), Some(it.path().join("charts/b")));
    }

    #[test]
    fn all_charts_but_subcharts_and_strangers() {
        let it = workspace(&[
            "x/a/Chart.yaml",
            "x/a/charts/sub/Chart.yaml",
            "x/a/examples/e/Chart.yaml",
            "b/Chart.yaml",
            "node_modules/m/Chart.yaml",
            ".git/Chart.yaml",
        ]);
        let found = charts_below(it.path(), FindLimits::default());
        let expected = ["b", "x/a", "x/a/examples/e"].map(|name| it.path().join(name));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_search_is_bounded() {
        let it = workspace(&["a/b/c/Chart.yaml"]);
        assert!(charts_below(it.path(), FindLimits { depth: 2, folders: 100 }).is_empty());
        assert!(charts_below(it.path(), FindLimits { depth: 9, folders: 3 }).is_empty());
        assert_eq!(charts_below(it.path(), FindLimits { depth: 3, folders: 4 }).len(), 1);
    }

    #[test]
    fn helmfiles_are_told_by_their_names() {
        let it = workspace(&[
            "helmfile.yaml",
            "a/helmfile.yaml.gotmpl",
            "a/helmfile-prod.yml",
            "b/helmfile.d/10-web.yaml",
            "b/values.yaml",
            "c/helmfile.lock",
            ".git/helmfile.yaml",
        ]);
        let found = helmfiles_below(it.path(), FindLimits::default());
        let expected =
            ["a/helmfile-prod.yml", "a/helmfile.yaml.gotmpl", "b/helmfile.d/10-web.yaml", "helmfile.yaml"];
        assert_eq!(found, expected.map(|name| it.path().join(name)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_itself_ends() {
        let it = workspace(&["a/Chart.yaml"]);
        std::os::unix::fs::symlink(it.path(), it.path().join("a/loop")).unwrap();
        assert_eq!(charts_below(it.path(), FindLimits::default()).len(), 1);
    }
}
