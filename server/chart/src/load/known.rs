//! What reading files came to, for the next time that the same chart is loaded.
//!
//! An editor loads a chart again when one of its files changed. Reading values and unpacking archives is most of
//! the work, and of files that are the same bytes it comes to the same.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use golang::Dialect;
use text::FileId;
use yaml::Node;

use super::documents;
use crate::decode::DecodeError;
use crate::{SourceFile, Spread};

/// What files held, by the identity of their bytes.
#[derive(Clone, Debug, Default)]
pub struct KnownFiles {
    values: HashMap<FileId, Known<Result<Node, DecodeError>>>,
    archives: HashMap<FileId, Known<Vec<SourceFile>>>,
}

#[derive(Clone, Debug)]
struct Known<T> {
    data: Arc<[u8]>,
    came_to: T,
}

fn find<T: Clone>(known: &HashMap<FileId, Known<T>>, file: &SourceFile) -> Option<T> {
    let it = known.get(&file.id)?;
    Arc::ptr_eq(&it.data, &file.data).then(|| it.came_to.clone())
}

impl KnownFiles {
    /// Reads the values of a chart and of its unpacked subcharts.
    pub(super) fn read_values(files: &[SourceFile], dialect: Dialect, spread: &dyn Spread) -> Self {
        let is_values = |path: &str| {
            path == "values.yaml" || path.starts_with("charts/") && path.ends_with("/values.yaml")
        };
        let wanted: Vec<&SourceFile> = files.iter().filter(|file| is_values(&file.path)).collect();
        let sizes: Vec<usize> = wanted.iter().map(|file| file.data.len()).collect();
        let read: Vec<OnceLock<_>> = wanted.iter().map(|_| OnceLock::new()).collect();
        spread.each(&sizes, &|at| {
            read[at].get_or_init(|| documents::read_values(&wanted[at].data, wanted[at].id, dialect));
        });
        let mut known = Self::default();
        for (file, came_to) in wanted.into_iter().zip(read) {
            came_to.into_inner().into_iter().for_each(|it| known.add_values(file, it));
        }
        known
    }

    pub(super) fn values(&self, file: &SourceFile) -> Option<Result<Node, DecodeError>> {
        find(&self.values, file)
    }

    pub(super) fn archive(&self, file: &SourceFile) -> Option<Vec<SourceFile>> {
        find(&self.archives, file)
    }

    pub(super) fn add_values(&mut self, file: &SourceFile, came_to: Result<Node, DecodeError>) {
        self.values.insert(file.id, Known { data: file.data.clone(), came_to });
    }

    pub(super) fn add_archive(&mut self, file: &SourceFile, came_to: Vec<SourceFile>) {
        self.archives.insert(file.id, Known { data: file.data.clone(), came_to });
    }
}
