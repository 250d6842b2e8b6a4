//! What an object or an item of a list is called, so that it is found on the other side.

use yaml::{Content, NodeId, Written};

use super::text_of;

/// The field of list items that names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identifier {
    /// `name`, `key`, … or any field with another text in every item.
    Field(String),
    /// Kind and name of an object.
    Object,
}

impl Identifier {
    /// What an item is called.
    pub(super) fn name(&self, nodes: &Written, item: NodeId) -> Option<String> {
        match self {
            Self::Field(field) => {
                let value = value_of(nodes, item, field)?;
                Some(text_of(nodes, nodes.followed(value)).to_owned())
            }
            Self::Object => object_name(nodes, item),
        }
    }
}

/// `apps/v1/Deployment/namespace/name`, without a namespace where none is said.
pub(super) fn object_name(nodes: &Written, object: NodeId) -> Option<String> {
    let text = |id| text_of(nodes, id);
    let mut name = format!(
        "{}/{}",
        text(value_of(nodes, object, "apiVersion")?),
        text(value_of(nodes, object, "kind")?)
    );
    if let Some(namespace) = of_metadata(nodes, object, "namespace") {
        name = format!("{name}/{}", text(namespace));
    }
    Some(format!("{name}/{}", text(of_metadata(nodes, object, "name")?)))
}

/// A field of the metadata. Of what has no fields, dyff takes the whole.
fn of_metadata(nodes: &Written, object: NodeId, field: &str) -> Option<NodeId> {
    let metadata = value_of(nodes, object, "metadata")?;
    match nodes[metadata].content {
        Content::Map(_) => value_of(nodes, metadata, field),
        Content::List(_) => None,
        Content::Scalar(..) | Content::Alias(..) => Some(metadata),
    }
}

/// The value under a key.
fn value_of(nodes: &Written, map: NodeId, key: &str) -> Option<NodeId> {
    let Content::Map(entries) = &nodes[map].content else { return None };
    entries.iter().find(|(it, _)| text_of(nodes, *it) == key).map(|(_, value)| *value)
}
