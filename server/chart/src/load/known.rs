//! What reading files came to, for the next time that the same chart is loaded.
//!
//! An editor loads a chart again when one of its files changed. Reading values and unpacking archives is most of
//! the work, and of files that are the same bytes it comes to the same.

use std::collections::HashMap;
use std::sync::Arc;

use text::FileId;
use yaml::Node;

use crate::SourceFile;
use crate::decode::DecodeError;

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
