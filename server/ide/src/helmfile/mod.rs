//! Helmfiles: every feature of the editor for `helmfile.yaml`, its bases and its values files.
//!
//! Two sources are asked. What is written is read from the trees that hold while a line is half typed ([`written`]);
//! what it means (state values, releases after templates) is what the loader made of it when it last could, environment by
//! environment. Nothing here loads, reads or runs: files are seen through [`helmfile::World`], repositories through
//! [`Catalog`].

mod completion;
mod dot;
mod findings;
mod fixes;
mod hover;
mod keys;
mod links;
mod navigation;
mod releases;
mod state;
#[cfg(test)]
mod testing;
mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

use ::helmfile::{Loaded, World, model};
use syntax::{EntryId, Template};

pub use findings::{Found, bases_in, environments_in, findings};
pub use fixes::{Change, Fix};
pub use hover::Hover;
pub use links::Link;
pub use releases::ReleaseAt;
pub use state::PathRange;

use crate::catalog::{Catalog, ChartSource, RepositorySource};
use written::{Item, Written};

/// What a file is to a helmfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A helmfile, or a base of one.
    Helmfile,
    /// A file of values: of the state or of a release.
    Values,
}

/// A file of a helmfile at one moment, with all that is known around it.
#[derive(Clone, Copy, Debug)]
pub struct Helmfile<'h> {
    /// Its path, absolute, with `/`.
    pub path: &'h str,
    /// Its trees.
    pub document: &'h Template,
    /// What it is.
    pub role: Role,
    /// What it was loaded as, for each environment; the active one first.
    pub loaded: &'h [Arc<Loaded>],
    /// Files around it.
    pub world: Files<'h>,
    /// Repositories and registries.
    pub catalog: &'h dyn Catalog,
}

/// Files, as the loader sees them.
#[derive(Clone, Copy)]
pub struct Files<'h>(pub &'h dyn World);

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files")
    }
}

impl<'h> std::ops::Deref for Files<'h> {
    type Target = dyn World + 'h;
    fn deref(&self) -> &Self::Target {
        self.0
    }
}

/// A repository or registry that a helmfile, or its user, knows by a name.
struct Repository {
    name: String,
    source: RepositorySource,
}

impl Repository {
    fn is_registry(&self) -> bool {
        self.source.address.starts_with("oci://")
    }
}

impl<'h> Helmfile<'h> {
    fn written(&self) -> Written<'h> {
        Written::new(self.document)
    }

    /// The folder of the file, which paths are relative to.
    fn folder(&self) -> &'h str {
        self.path.rsplit_once('/').map_or("", |it| it.0)
    }

    /// The names of all environments, those of bases included.
    pub fn environment_names(&self) -> BTreeSet<String> {
        let here = self.written().names("environments").map(|it| it.0.to_owned());
        here.chain(self.loaded.iter().map(|it| it.state.environment.clone())).collect()
    }

    /// The item of `releases:` or `templates:` that an entry is in.
    fn release_around(&self, entry: EntryId) -> Option<Item<'h>> {
        let chain = self.document.yaml().chain(entry);
        let around = |list| self.written().items(list).find(|it| chain.contains(&it.entry));
        around("releases").or_else(|| around("templates"))
    }

    /// The ids of all releases as `needs:` writes them, each with its chart.
    fn release_ids(&self) -> Vec<(String, String)> {
        let loaded = self.loaded.iter().filter_map(|it| self.state_of(it)).flat_map(|it| &it.releases);
        let known = loaded.map(|it| (it.id.clone(), it.chart.it.clone()));
        let written = self.written().items("releases").filter_map(|item| {
            let name = item.get("name")?.text;
            let id = match item.get("namespace").map_or("", |it| it.text) {
                "" => name.to_owned(),
                namespace => format!("{namespace}/{name}"),
            };
            Some((id, item.get("chart").map_or_else(String::new, |it| it.text.to_owned())))
        });
        known.chain(written).collect()
    }

    /// The repositories that `chart: name/chart` can name.
    fn repositories(&self) -> Vec<Repository> {
        let states = self.loaded.iter().filter_map(|it| self.state_of(it));
        let loaded: Vec<Repository> = states
            .flat_map(|file| {
                file.repositories.iter().map(|it| (it, RepositorySource::of_helmfile(it, &file.folder)))
            })
            .map(|(item, source)| Repository { name: item.name.clone(), source })
            .collect();
        let written = self.written().items("repositories").filter_map(|item| {
            let is_registry = item.get("oci").is_some_and(|it| it.text == "true");
            let (name, url) = (item.get("name")?.text.to_owned(), item.get("url")?.text.to_owned());
            let item = model::Repository { name, url, oci: is_registry, ..model::Repository::default() };
            let source = RepositorySource::at(RepositorySource::of_helmfile(&item, "").address);
            // What templates say of it is known since it was loaded.
            let is_it = |it: &&Repository| it.name == item.name && it.source.address == source.address;
            let source = loaded.iter().find(is_it).map_or(source, |it| it.source.clone());
            Some(Repository { name: item.name, source })
        });
        let own = self.catalog.repositories().into_iter();
        let own = own.map(|name| Repository { source: RepositorySource::at(format!("@{name}")), name });
        let written: Vec<Repository> = written.collect();
        let mut all: Vec<Repository> = written.into_iter().chain(loaded).chain(own).collect();
        let mut seen = BTreeSet::new();
        all.retain(|it| seen.insert(it.name.clone()));
        all
    }

    /// Where a chart comes from, if it is not a folder.
    fn source_of(&self, chart: &str) -> Option<ChartSource> {
        let known = |name: &str| self.repositories().into_iter().find(|it| it.name == name);
        ChartSource::named(chart, |name| known(name).map(|it| it.source))
    }
}

/// A path relative to a folder, without `.` and `..`.
pub fn resolve_path(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|it| !it.is_empty()).collect(),
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    // On Windows the first part is the drive.
    if parts.first().is_some_and(|it| it.ends_with(':')) {
        parts.join("/")
    } else {
        format!("/{}", parts.join("/"))
    }
}
