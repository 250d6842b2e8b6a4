//! What the target's cluster would know, and which kinds templates make: found out where nobody waits, kept for those who do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chart::Chart;
use render::{Definitions, RenderedFile};
use schema::Catalog;
use text::FileId;

use super::Rendering;
use crate::state::ChartView;

/// What is kept from model to model.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    definitions: Mutex<Definitions>,
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    catalog: Option<Arc<Catalog>>,
    made: HashMap<FileId, Vec<(String, String)>>,
}

impl Kinds {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The catalog for what was rendered. Definitions that are new are read.
    pub(super) fn catalog(
        &self,
        view: &ChartView,
        chart: &Chart,
        minor: u32,
        rendered: &[RenderedFile],
    ) -> Arc<Catalog> {
        let mut definitions = self.definitions.lock().unwrap_or_else(PoisonError::into_inner);
        let dialect = view.settings.helm_version.dialect();
        let cluster = view.facts.as_ref().map_or(&[][..], |it| &it.kinds);
        let catalog = definitions.catalog(minor, chart, rendered, cluster, dialect);
        self.last().catalog = Some(catalog.clone());
        catalog
    }

    /// The last one. Until there is one, Kubernetes' own kinds are known.
    pub(super) fn known(&self, minor: u32) -> Arc<Catalog> {
        let mut last = self.last();
        match &last.catalog {
            Some(catalog) if catalog.minor() == minor => catalog.clone(),
            _ => last.catalog.insert(Arc::new(Catalog::new(minor, Vec::new()))).clone(),
        }
    }

    /// Remembers which kinds templates made.
    pub(super) fn rendered(&self, rendering: &Rendering) {
        let mut made: HashMap<FileId, Vec<(String, String)>> = HashMap::new();
        for (file, version, kind) in rendering.kinds() {
            made.entry(file).or_default().push((version.to_owned(), kind.to_owned()));
        }
        let mut last = self.last();
        // While something is wrong, what was made before says more than nothing.
        last.made.extend(made);
    }

    pub(super) fn made_by(&self, file: FileId) -> Vec<(String, String)> {
        self.last().made.get(&file).cloned().unwrap_or_default()
    }
}
