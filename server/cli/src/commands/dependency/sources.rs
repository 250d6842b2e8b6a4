//! Where dependencies come from: folders, registries, and repositories by their address or by the name that the user gave
//! them.

use std::fmt::Write;

use anyhow::{Result, anyhow, bail};
use chart::Dependency;
use registry::repository::{Repositories, Repository, is_same_address, unmanaged_name};
use registry::{ChartRef, is_oci};

use super::update::Manager;

/// Where a dependency comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// It says nothing: `charts/` has it.
    Vendored,
    /// A folder on this machine.
    Folder,
    /// A registry.
    Registry,
    /// A repository of the user's list, or one by an address that is not in it.
    Repository(Repository),
}

impl Source {
    /// The repository, if nobody added it.
    pub(super) fn unmanaged(&self) -> Option<&Repository> {
        match self {
            Self::Repository(it) if is_unmanaged(it) => Some(it),
            Self::Vendored | Self::Folder | Self::Registry | Self::Repository(_) => None,
        }
    }
}

/// Whether the name is one that was made up for an address.
pub(super) fn is_unmanaged(repository: &Repository) -> bool {
    repository.name == unmanaged_name(&repository.url)
}

impl Manager {
    /// The user's list, empty where there is none, with what counts as if it were in it.
    pub(super) fn list(&self) -> Result<Repositories> {
        let mut list = Repositories::read_or_empty(&self.client.settings().repository_config)?;
        self.repositories.iter().for_each(|it| list.set(it.clone()));
        Ok(list)
    }

    /// A dependency in a registry, by its reference, and how it is asked for.
    pub(super) fn in_registry(&self, dependency: &Dependency) -> ChartRef {
        let reference = format!("{}/{}", dependency.repository, dependency.name);
        let host = reference.strip_prefix("oci://").and_then(|it| it.split('/').next());
        let known = self.registries.iter().find(|(known, _)| Some(known.as_str()) == host);
        let access = known.map_or(&self.asking.access, |it| &it.1).clone();
        ChartRef { reference, access, ..self.asking.clone() }
    }

    /// Where each dependency comes from; the names of repositories in them become addresses, which count in the digest of
    /// the lock (`resolveRepoNames`, `ensureMissingRepos`).
    pub(super) fn resolve_names(
        &mut self,
        required: &[Dependency],
        list: &Repositories,
    ) -> Result<(Vec<Dependency>, Vec<Source>)> {
        let (mut required, mut sources, mut unknown) = (required.to_vec(), Vec::new(), Vec::new());
        for dependency in &mut required {
            let repository = &dependency.repository;
            let source = if let Some(source) = elsewhere(repository) {
                self.check_folder(repository, &source)?;
                source
            } else if let Some(known) = by_name(repository, list) {
                dependency.repository.clone_from(&known.url);
                Source::Repository(known.clone())
            } else if let Some(known) = by_address(repository, list) {
                Source::Repository(known.clone())
            } else if is_address(repository) {
                let (name, url) = (unmanaged_name(repository), repository.clone());
                Source::Repository(Repository { name, url, ..Repository::default() })
            } else {
                unknown.push(repository.clone());
                continue;
            };
            sources.push(source);
        }
        if unknown.is_empty() { Ok((required, sources)) } else { Err(no_definition(&unknown)) }
    }

    fn check_folder(&mut self, repository: &str, source: &Source) -> Result<()> {
        if matches!(source, Source::Folder) {
            self.local_path(repository).map_err(|reason| anyhow!(reason))?;
            if self.debug {
                let _ = writeln!(self.told, "Repository from local path: {repository}");
            }
        }
        Ok(())
    }
}

/// Where what is locked comes from; repositories must be in the user's list (`hasAllRepos`).
pub(super) fn locked_sources(locked: &[Dependency], list: &Repositories) -> Result<Vec<Source>> {
    let (mut sources, mut missing) = (Vec::new(), Vec::new());
    for Dependency { repository, .. } in locked {
        match elsewhere(repository).or_else(|| by_address(repository, list).cloned().map(Source::Repository))
        {
            Some(source) => sources.push(source),
            None => missing.push(repository.as_str()),
        }
    }
    if !missing.is_empty() {
        let missing = missing.join(", ");
        bail!("no repository definition for {missing}. Please add the missing repos via 'helm repo add'");
    }
    Ok(sources)
}

/// What is in no repository.
fn elsewhere(repository: &str) -> Option<Source> {
    if repository.is_empty() {
        Some(Source::Vendored)
    } else if repository.starts_with("file://") {
        Some(Source::Folder)
    } else {
        is_oci(repository).then_some(Source::Registry)
    }
}

/// The repository of the list that is meant by `@name` or `alias:name`.
fn by_name<'l>(repository: &str, list: &'l Repositories) -> Option<&'l Repository> {
    list.get(repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"))?)
}

fn by_address<'l>(address: &str, list: &'l Repositories) -> Option<&'l Repository> {
    list.entries.iter().find(|it| is_same_address(&it.url, address))
}

/// What Go's `url.ParseRequestURI` takes for an address, as far as repositories go.
fn is_address(text: &str) -> bool {
    let is_scheme = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_alphabetic())
            && it.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'))
    };
    match text.split_once(':') {
        Some(("alias", _)) => false,
        Some((scheme, rest)) => is_scheme(scheme) && !rest.contains(' '),
        None => text.starts_with('/'),
    }
}

fn no_definition(unknown: &[String]) -> anyhow::Error {
    let is_name = |it: &&String| !it.contains("//") && !it.starts_with('@') && !it.starts_with("alias:");
    let note = if unknown.iter().any(|it| is_name(&it)) {
        "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\n\
         repository, use \"https://charts.example.com/\" or \"@example\" instead of\n\
         \"example\". Don't forget to add the repo, too ('helm repo add')."
    } else {
        ""
    };
    let unknown = unknown.join(", ");
    anyhow!("no repository definition for {unknown}. Please add them via 'helm repo add'{note}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(repository: &str) -> Dependency {
        Dependency { name: "web".into(), repository: repository.into(), ..Dependency::default() }
    }

    fn list() -> Repositories {
        let mut list = Repositories::default();
        let repository = |name: &str, url: &str| Repository {
            name: name.to_owned(),
            url: url.to_owned(),
            ..Repository::default()
        };
        list.set(repository("shop", "https://shop.host/charts"));
        list.set(repository("other", "https://other.host"));
        list
    }

    #[test]
    fn repositories_are_known_by_name_and_address() {
        let list = list();
        let name = |repository: &str| {
            by_name(repository, &list).or_else(|| by_address(repository, &list)).map(|it| it.name.as_str())
        };
        assert_eq!(name("@shop"), Some("shop"));
        assert_eq!(name("alias:other"), Some("other"));
        assert_eq!(name("https://shop.host/charts/"), Some("shop"));
        assert_eq!(name("https://shop.host"), None);
        assert_eq!(name("shop"), None);
    }

    #[test]
    fn what_is_an_address() {
        for text in ["https://a.host", "ftp:x", "/folder"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["stable", "@shop", "alias:shop", "a b://c", "https://a b"] {
            assert!(!is_address(text), "{text}");
        }
        assert_eq!(
            no_definition(&["@a".to_owned(), "alias:b".to_owned()]).to_string(),
            "no repository definition for @a, alias:b. Please add them via 'helm repo add'"
        );
        assert!(no_definition(&["stable".to_owned()]).to_string().contains("must be URLs or aliases"));
    }

    #[test]
    fn what_is_locked_must_be_in_the_list() {
        let locked = ["", "file://x", "oci://a.host/charts", "https://other.host/"].map(dependency);
        let sources = locked_sources(&locked, &list()).unwrap();
        assert!(
            matches!(&sources[..], [Source::Vendored, Source::Folder, Source::Registry, Source::Repository(it)] if it.name == "other")
        );
        assert_eq!(
            locked_sources(&["https://x.host", "@shop"].map(dependency), &list()).unwrap_err().to_string(),
            "no repository definition for https://x.host, @shop. Please add the missing repos via 'helm repo add'"
        );
    }
}
