//! YAML as Helm reads and prints it: go-yaml v2 (YAML 1.1), then JSON; each node with its range. And go-yaml v3, as
//! Helmfile does.

mod build;
mod duplicates;
mod emit;
mod error;
mod events;
mod grammar;
mod key_order;
mod parse;
mod parts;
mod resolve;
mod scalar;
mod scanner;
mod value;
mod verb;
mod written;

pub use duplicates::{Duplicate, duplicate_keys};
pub use emit::{Emitter, Layout, write};
pub use error::Error;
pub use events::{Event, EventKind, Properties, Style, events};
pub use key_order::{key_order, sort_keys};
pub use parse::{Numbers, parse, parse_all, parse_all_v3, parse_v3};
pub use parts::parse_parts;
pub use scalar::{as_read, check, check_key};
pub use value::{Entry, Map, Node, Value};
pub use written::{Content, NodeId, Written, WrittenNode};
