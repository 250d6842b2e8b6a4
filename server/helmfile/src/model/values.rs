//! What a release's chart is given: layers in their order, and all of them in one.

use std::sync::Arc;

use chart::Dialect;
use chart::values::{Overrides, UserValues, ValuesError};
use text::{FileId, FileRange};
use yaml::Node;

use crate::merge::over_any;

/// The values of a release.
#[derive(Clone, Debug)]
pub struct ReleaseValues {
    /// What stands for `-f`, in the order in which it counts: `values:`, then `secrets:`.
    pub layers: Vec<Layer>,
    /// What stands for `--set` and its kin, escaped, each with a number for its place.
    pub overrides: Overrides,
    /// What `overrides` were made of, by number.
    pub set_at: Vec<(FileId, Option<FileRange>)>,
}

/// A values file, or what stands for one.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Where the entry stands in the helmfile.
    pub at: Option<FileRange>,
    /// Which file it is.
    pub source: LayerSource,
    /// What Helm is given: the file, what its template printed, or the values that stand in the helmfile, printed.
    pub text: Arc<[u8]>,
    /// What it says to Helm; places are those of the files that the user wrote.
    pub node: Node,
}

/// Where a layer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerSource {
    /// A file.
    File {
        /// Its number.
        id: FileId,
        /// Whether it is a template that ran.
        rendered: bool,
    },
    /// Values that stand in the helmfile.
    Inline,
    /// A file of secrets that was decrypted. Its contents are not for showing.
    Secret {
        /// The path of the encrypted file; empty for secrets that stand in the helmfile.
        path: String,
    },
}

impl ReleaseValues {
    /// All layers merged as `write-values` writes them, without `--set`; the error is go-yaml's about one of them.
    pub fn written(&self) -> Result<Node, yaml::Error> {
        let mut merged = Node::computed(yaml::Value::empty_map());
        for layer in &self.layers {
            let node = yaml::parse_v3(&String::from_utf8_lossy(&layer.text), FileId(0))?;
            if node.value.as_map().is_some() {
                merged = over_any(&merged, &node);
            }
        }
        Ok(merged)
    }

    /// What Helm makes of all of it, every value with the place that won.
    pub fn user_values(
        &self,
        dialect: Dialect,
        read_file: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<UserValues, ValuesError> {
        let files: Vec<Node> = self.layers.iter().map(|it| it.node.clone()).collect();
        let merged = chart::values::merge_files(&files);
        let sets = chart::values::merge(&[], &self.overrides, dialect, read_file)?.sets;
        let merged = self.overrides.apply(&merged, dialect, read_file)?;
        Ok(UserValues { merged, files, sets })
    }
}
