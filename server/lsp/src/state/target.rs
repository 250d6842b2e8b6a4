//! What a chart is rendered for: release, namespace, values files.

use std::path::{Path, PathBuf};

use project::{ValuesCandidate, path_of, text_of};

use crate::convert::uri;
use crate::ext;
use crate::helmfiles::ReleaseOfFleet;
use crate::lsp_types::Uri;
use crate::settings::Settings;

/// The name of the target that every chart has.
pub(crate) const DEFAULT: &str = "default";

/// What a chart is rendered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// What people call it.
    pub name: String,
    /// `.Release.Name`
    pub release_name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// Values files in their order: of two that say something, the later one counts.
    pub values_files: Vec<PathBuf>,
    /// The release of a helmfile that it is: then its values are what the helmfile passes, of which `values_files` are
    /// those that it names.
    pub of: Option<ReleaseOfFleet>,
}

impl Target {
    /// In the protocol's words.
    pub(crate) fn to_ext(&self, root: &Path) -> ext::Target {
        ext::Target {
            name: self.name.clone(),
            release_name: self.release_name.clone(),
            namespace: self.namespace.clone(),
            values_files: self.values_files.iter().map(|it| text_of(it)).collect(),
            helmfile: self.of.as_ref().map(|it| Uri(uri::of_path(&text_of(&it.helmfile)))),
            chart: Uri(uri::of_path(&text_of(root))),
        }
    }
}

/// All targets of a chart: `default`, then one for each values file that makes one.
pub(crate) fn targets(
    root: &Path,
    folders: &[PathBuf],
    settings: &Settings,
    candidates: &[ValuesCandidate],
) -> Vec<Target> {
    let always: Vec<PathBuf> = settings.values_files.iter().map(|it| find(it, root, folders)).collect();
    let target = |name: &str, values_files| Target {
        name: name.to_owned(),
        release_name: settings.release_name.clone(),
        namespace: settings.namespace.clone(),
        values_files,
        of: None,
    };
    let mut all = vec![target(DEFAULT, always.clone())];
    for candidate in candidates.iter().filter(|it| it.name != DEFAULT) {
        let mut files: Vec<_> = always.iter().filter(|it| **it != candidate.path).cloned().collect();
        files.push(candidate.path.clone());
        all.push(target(&candidate.name, files));
    }
    all
}

/// A path of the settings: relative to the chart or, if it is not there, to the folder that holds the chart.
fn find(path: &str, root: &Path, folders: &[PathBuf]) -> PathBuf {
    let in_chart = root.join(path_of(path));
    let around =
        folders.iter().filter(|folder| root.starts_with(folder)).map(|folder| folder.join(path_of(path)));
    match around.into_iter().find(|it| it.is_file()) {
        Some(in_folder) if !in_chart.is_file() => in_folder,
        _ => in_chart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_values_file_makes_a_target() {
        let settings = Settings { values_files: vec!["base.yaml".into()], ..Settings::default() };
        let candidate =
            |name: &str| ValuesCandidate { name: name.into(), path: format!("/c/{name}.yaml").into() };
        let all = targets(Path::new("/c"), &[], &settings, &[candidate("dev"), candidate("base")]);
        let names: Vec<_> = all.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["default", "dev", "base"]);
        assert_eq!(all[1].values_files, [PathBuf::from("/c/base.yaml"), "/c/dev.yaml".into()]);
        assert_eq!(all[2].values_files, [PathBuf::from("/c/base.yaml")]);
    }

    #[test]
    fn a_file_of_the_settings_is_looked_for_twice() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("charts/web");
        std::fs::create_dir_all(&root).unwrap();
        std::fs::write(folder.path().join("shared.yaml"), "").unwrap();
        let folders = [folder.path().to_owned()];
        assert_eq!(find("shared.yaml", &root, &folders), folder.path().join("shared.yaml"));
        assert_eq!(find("other.yaml", &root, &folders), root.join("other.yaml"));
        std::fs::write(root.join("shared.yaml"), "").unwrap();
        assert_eq!(find("shared.yaml", &root, &folders), root.join("shared.yaml"));
    }
}
