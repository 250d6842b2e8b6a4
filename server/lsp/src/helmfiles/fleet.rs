//! One helmfile, loaded for each of its environments.

use std::sync::Arc;

use helmfile::{Loaded, Request, World};
use ide::helmfile::{bases_in, environments_in};
use project::FileCache;
use syntax::Template;

use super::world::{Looks, ScreenWorld};
use crate::state::Snapshot;

/// One helmfile, loaded for each of its environments.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// Its path, with `/`.
    pub path: Arc<str>,
    /// What it is for each environment, in the order in which they are written.
    pub loaded: Vec<Arc<Loaded>>,
    /// The same, with what was last good where it cannot be loaded now: for features, which go on meanwhile.
    pub good: Vec<Arc<Loaded>>,
    /// It and its bases.
    pub written_in: Vec<Arc<str>>,
    looks: Looks,
}

impl Fleet {
    /// Loads a helmfile, or takes the last one if nothing that it looked at changed.
    pub(super) fn new(
        snapshot: &Snapshot,
        cache: &FileCache,
        path: &str,
        last: Option<&Arc<Self>>,
    ) -> Arc<Self> {
        if let Some(last) = last.filter(|it| it.looks.hold(snapshot, cache)) {
            return last.clone();
        }
        let world = ScreenWorld::new(snapshot, cache);
        let written_in = bases(path, &world);
        let mut names: Vec<String> = Vec::new();
        for name in
            written_in.iter().filter_map(|it| document(it, &world)).flat_map(|it| environments_in(&it))
        {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            names.push(helmfile::DEFAULT_ENVIRONMENT.to_owned());
        }
        let loaded: Vec<Arc<Loaded>> = names.iter().map(|it| Arc::new(load(path, it, &world))).collect();
        let good = loaded.iter().map(|it| good(it, last)).collect();
        Arc::new(Self { path: path.into(), loaded, good, written_in, looks: world.looks() })
    }

    /// The names of its environments.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &str> {
        self.loaded.iter().map(|it| it.state.environment.as_str())
    }

    /// What it is for an environment.
    pub(crate) fn environment(&self, name: &str) -> Option<&Arc<Loaded>> {
        self.good.iter().find(|it| it.state.environment == name)
    }

    /// All that was looked at.
    pub(super) fn looks(&self) -> &Looks {
        &self.looks
    }

    /// Whether a file has a part in it, or would have if it were there.
    pub(crate) fn looks_at(&self, path: &str) -> bool {
        self.looks.are_at(path)
    }

    /// Whether a file is the helmfile, one of its bases, or a helmfile that it names.
    pub(crate) fn is_state(&self, path: &str) -> bool {
        let named = self.loaded.iter().flat_map(|it| &it.state.files);
        self.written_in.iter().any(|it| **it == *path) || named.into_iter().any(|it| it.path == path)
    }
}

/// One that could be loaded, now or the last time.
fn good(now: &Arc<Loaded>, last: Option<&Arc<Fleet>>) -> Arc<Loaded> {
    let known = last.and_then(|it| it.environment(&now.state.environment));
    match known {
        Some(known) if !now.is_ok() && has_releases(known) && !has_releases(now) => known.clone(),
        _ => now.clone(),
    }
}

fn has_releases(loaded: &Loaded) -> bool {
    loaded.state.files.iter().any(|it| !it.releases.is_empty())
}

/// Loads a helmfile for an environment.
fn load(path: &str, environment: &str, world: &dyn World) -> Loaded {
    let mut loaded = helmfile::load(&request(path, environment), world);
    environment.clone_into(&mut loaded.state.environment);
    loaded
}

/// What is asked for: a helmfile for an environment.
pub(super) fn request(path: &str, environment: &str) -> Request {
    Request {
        folder: path.rsplit_once('/').map_or("/", |it| it.0).to_owned(),
        file: Some(path.to_owned()),
        environment: Some(environment.to_owned()),
        ..Request::default()
    }
}

fn document(path: &str, world: &dyn World) -> Option<Template> {
    let bytes = world.read(path).ok()?;
    Some(Template::parse(std::str::from_utf8(&bytes).ok()?))
}

/// A helmfile and its bases, which may name environments as well. Bases have no bases.
fn bases(path: &str, world: &dyn World) -> Vec<Arc<str>> {
    let folder = path.rsplit_once('/').map_or("", |it| it.0);
    let named = document(path, world).map(|it| bases_in(&it)).unwrap_or_default();
    let full = named.iter().map(|it| ide::helmfile::resolve_path(folder, it).into());
    full.chain([path.into()]).collect()
}
