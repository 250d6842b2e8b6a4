//! Links of a helmfile: every path in it that leads somewhere.

use ::helmfile::PathKind;
use text::TextRange;

use super::written::{Path, PathOf};
use super::{Helmfile, Role, resolve_path};

/// A path in a helmfile, and the file that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The path, without its quotes.
    pub range: TextRange,
    /// The file: of a chart its `Chart.yaml`, of a folder of helmfiles the first.
    pub file: String,
}

impl Helmfile<'_> {
    /// All paths that lead to a file.
    pub fn links(&self) -> Vec<Link> {
        if self.role != Role::Helmfile {
            return Vec::new();
        }
        let paths = self.written().paths();
        paths.iter().filter_map(|it| Some(Link { range: it.scalar.range, file: self.target(it)? })).collect()
    }

    /// The file that a path leads to, if it is there.
    pub(super) fn target(&self, path: &Path<'_>) -> Option<String> {
        let full = resolve_path(self.folder(), path.scalar.text);
        match (path.of, self.world.kind(&full).ok()??) {
            (PathOf::Chart, PathKind::Folder) => self.file(format!("{full}/Chart.yaml")),
            (PathOf::Helmfile, PathKind::Folder) => self.first_in(&full),
            (_, PathKind::File) => Some(full),
            (PathOf::Values | PathOf::Other, PathKind::Folder) => None,
        }
    }

    fn file(&self, path: String) -> Option<String> {
        matches!(self.world.kind(&path), Ok(Some(PathKind::File))).then_some(path)
    }

    /// What Helmfile would take of a folder.
    fn first_in(&self, folder: &str) -> Option<String> {
        let mut named = ["helmfile.yaml", "helmfile.yaml.gotmpl"].into_iter();
        let named = named.find_map(|name| self.file(format!("{folder}/{name}")));
        named.or_else(|| {
            let mut names: Vec<String> =
                self.world.list(folder).ok()?.into_iter().map(|it| it.name).collect();
            names.sort();
            let is_state = |it: &String| [".yaml", ".gotmpl"].iter().any(|end| it.ends_with(end));
            let first = names.into_iter().find(is_state)?;
            Some(format!("{folder}/{first}"))
        })
    }
}
