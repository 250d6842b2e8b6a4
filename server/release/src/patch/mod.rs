//! Patches as Helm makes them on the client's side (`pkg/kube/client.go`, `createPatch`).
//!
//! Kinds that are built in are merged strategically, three ways. For all others Helm compares the last revision with this
//! one and does not look at the live object, unless it takes it over.

pub mod managed_fields;
pub mod merge;
mod rules;
pub mod strategic;

use serde_json::Value;

use crate::object::Object;
use crate::ports::{Patch, PatchKind};

pub use rules::Rules;
pub use strategic::PatchError;

/// The patch that makes `target` of a live object; `None` where nothing is to change.
pub fn patch_for(
    original: &Object,
    target: &Object,
    live: &Object,
    three_way: bool,
) -> Result<Option<Patch>, PatchError> {
    let (original, modified, current) = (original.as_value(), target.as_value(), live.as_value());
    let patch = match Rules::of(&target.gvk()) {
        Some(rules) => Patch {
            kind: PatchKind::Strategic,
            body: strategic::three_way(original, modified, current, rules)?,
        },
        None if three_way => {
            Patch { kind: PatchKind::Merge, body: merge::three_way(original, modified, current) }
        }
        None => Patch { kind: PatchKind::Merge, body: merge::create(original, modified) },
    };
    let is_empty = patch.body.as_object().is_some_and(serde_json::Map::is_empty) || patch.body == Value::Null;
    Ok((!is_empty).then_some(patch))
}
