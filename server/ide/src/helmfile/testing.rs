//! Helmfiles in strings, for the tests of features.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::helmfile::{Entry, Fault, Loaded, Output, PathKind, Program, Request, World};
use fixtures::Fixture;
use syntax::Template;
use text::TextSize;

use super::{Files, Helmfile, Role};
use crate::catalog::testing::Shop;

/// The folder that the files of a fixture lie in.
pub(super) const FOLDER: &str = "/work";

/// A fixture with its helmfile loaded for every environment that it names.
pub(super) struct Desk {
    pub(super) fixture: Fixture,
    world: Texts,
    loaded: Vec<Arc<Loaded>>,
    path: String,
    document: Template,
}

impl Desk {
    /// The cursor's file is the helmfile; without one, the first. It was last loaded when the cursor's line was not there
    /// yet.
    #[track_caller]
    pub(super) fn new(fixture: &str, environments: &[&str]) -> Self {
        let fixture = Fixture::parse(fixture);
        let cursor = fixture.cursors().first().copied();
        let good = |path: &str, text: &str| match cursor.filter(|it| fixture.path(it.file) == path) {
            Some(cursor) => without_line(text, cursor.offset.into()),
            None => text.to_owned(),
        };
        let texts = fixture.files().map(|(path, text)| (format!("{FOLDER}/{path}"), good(path, text)));
        let world = Texts(texts.map(|(path, text)| (path, text.into_bytes().into())).collect());
        let load = |environment: &&str| {
            let request = Request {
                folder: FOLDER.to_owned(),
                environment: Some((*environment).to_owned()),
                ..Request::default()
            };
            Arc::new(::helmfile::load(&request, &world))
        };
        let loaded = environments.iter().map(load).collect();
        let path = fixture.cursors().first().map_or_else(
            || fixture.files().next().unwrap().0.to_owned(),
            |it| fixture.path(it.file).to_owned(),
        );
        let document = Template::parse(fixture.file(&path));
        Self { world, loaded, path: format!("{FOLDER}/{path}"), document, fixture }
    }

    pub(super) fn helmfile(&self) -> Helmfile<'_> {
        Helmfile {
            path: &self.path,
            document: &self.document,
            role: Role::Helmfile,
            loaded: &self.loaded,
            world: Files(&self.world),
            catalog: &Shop,
        }
    }

    pub(super) fn cursor(&self) -> TextSize {
        self.fixture.cursor().offset
    }
}

fn without_line(text: &str, offset: usize) -> String {
    let start = text[..offset].rfind('\n').map_or(0, |it| it + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |it| offset + it + 1);
    format!("{}{}", &text[..start], &text[end..])
}

/// Files that are nowhere but in a fixture.
struct Texts(BTreeMap<String, Arc<[u8]>>);

impl World for Texts {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        let text = self.0.get(path).cloned();
        text.ok_or_else(|| Fault::missing(format!("open {path}: no such file or directory")))
    }

    fn kind(&self, path: &str) -> Result<Option<PathKind>, Fault> {
        let is_folder =
            || self.0.keys().any(|it| it.starts_with(&format!("{}/", path.trim_end_matches('/'))));
        Ok(match self.0.contains_key(path) {
            true => Some(PathKind::File),
            false => is_folder().then_some(PathKind::Folder),
        })
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let inside = format!("{}/", folder.trim_end_matches('/'));
        let rests = self.0.keys().filter_map(|it| it.strip_prefix(&inside));
        let entry = |rest: &str| match rest.split_once('/') {
            Some((name, _)) => (name.to_owned(), true),
            None => (rest.to_owned(), false),
        };
        let found: BTreeSet<(String, bool)> = rests.map(entry).collect();
        let entry = |(name, is_folder): (String, bool)| Entry {
            name,
            kind: if is_folder { PathKind::Folder } else { PathKind::File },
        };
        Ok(found.into_iter().map(entry).collect())
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn run(&self, program: &Program) -> Result<Output, Fault> {
        Err(Fault::untrusted(format!("{} does not run in an editor", program.program)))
    }

    fn decrypt(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        Err(Fault::untrusted(format!("{path} is not decrypted in an editor")))
    }

    fn secret(&self, reference: &str) -> Result<String, Fault> {
        Err(Fault::untrusted(format!("{reference} is not looked up in an editor")))
    }

    fn fetch(&self, source: &str) -> Result<String, Fault> {
        Err(Fault::untrusted(format!("{source} is not fetched in an editor")))
    }

    fn host(&self) -> &dyn template::Host {
        &Still
    }
}

/// No clock and no randomness.
struct Still;

impl template::Host for Still {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(0);
    }
}
