//! Values files that people keep for their environments, in and beside a chart: each makes a target.

use std::path::{Path, PathBuf};

use crate::path::text_of;

/// A values file that makes a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesCandidate {
    /// A short name for people: `dev` for `dev.values.yaml`. No two of one chart have the same.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Values files of a chart other than its own `values.yaml`: `dev.values.yaml`, `values-prod.yaml` and the
/// like in the chart or beside it, and `ci/*-values.yaml`.
pub fn values_files(root: &Path) -> Vec<ValuesCandidate> {
    let mut found = Vec::new();
    let inside = names_in(root);
    found.extend(inside.iter().filter_map(|name| Some((environment(name)?.to_owned(), root.join(name)))));
    let ci = root.join("ci");
    let for_ci = names_in(&ci).into_iter();
    found.extend(for_ci.filter_map(|name| Some((format!("ci/{}", environment(&name)?), ci.join(&name)))));
    if let Some(beside) = root.parent().filter(|it| !it.join("Chart.yaml").is_file() && !is_charts(it)) {
        for name in names_in(beside) {
            let environment = environment(&name).or((stem(&name) == Some("values")).then_some("../values"));
            found.extend(environment.map(|it| (it.to_owned(), beside.join(&name))));
        }
    }
    let mut candidates: Vec<ValuesCandidate> = Vec::new();
    for (name, path) in found {
        let taken = candidates.iter().any(|it| it.name == name);
        let name = if taken { relative(&path, root) } else { name };
        candidates.push(ValuesCandidate { name, path });
    }
    candidates
}

/// The folder of a chart's subcharts, whose neighbours are other subcharts.
fn is_charts(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "charts")
        && folder.parent().is_some_and(|it| it.join("Chart.yaml").is_file())
}

fn relative(path: &Path, root: &Path) -> String {
    match (path.strip_prefix(root), path.file_name()) {
        (Ok(inside), _) => text_of(inside),
        (Err(_), Some(name)) => format!("../{}", name.to_string_lossy()),
        (Err(_), None) => text_of(path),
    }
}

/// `dev` of `dev.values.yaml`, `dev-values.yaml`, `values.dev.yaml`, `values-dev.yaml` and `values_dev.yaml`.
fn environment(name: &str) -> Option<&str> {
    let stem = stem(name)?;
    let between = ['.', '-', '_'];
    let rest = stem
        .strip_suffix("values")
        .and_then(|it| it.strip_suffix(between))
        .or_else(|| stem.strip_prefix("values").and_then(|it| it.strip_prefix(between)))?;
    // `values.schema.yaml` and `values.example.yaml` document; the first is no values file at all.
    (!rest.is_empty() && rest != "schema").then_some(rest)
}

fn stem(name: &str) -> Option<&str> {
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| stem(name).is_some() && name.contains("values")).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], names: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("chart");
        std::fs::create_dir_all(root.join("ci")).unwrap();
        for file in files {
            std::fs::write(root.join(file), "").unwrap();
        }
        let found = values_files(&root);
        assert!(found.iter().all(|it| it.path.is_file()));
        let found: Vec<_> = found.into_iter().map(|it| it.name).collect();
        assert_eq!(found, names);
    }

    #[test]
    fn all_the_ways_to_write_an_environment() {
        check(
            &[
                "values.yaml",
                "a.values.yaml",
                "b-values.yml",
                "values.c.yaml",
                "values-d.yaml",
                "values_e.yaml",
            ],
            &["a", "b", "d", "c", "e"],
        );
    }

    #[test]
    fn what_is_none() {
        check(&["values.yaml", "values.schema.yaml", "valuesx.yaml", "values-.yaml", "values-a.txt"], &[]);
    }

    #[test]
    fn values_for_ci() {
        check(&["ci/ha-values.yaml", "ci/kind.yaml"], &["ci/ha"]);
    }

    #[test]
    fn beside_the_chart() {
        check(&["../dev.values.yaml", "../values.yaml", "../other.yaml"], &["dev", "../values"]);
    }

    #[test]
    fn names_do_not_clash() {
        check(&["values-dev.yaml", "../dev.values.yaml"], &["dev", "../dev.values.yaml"]);
    }
}
