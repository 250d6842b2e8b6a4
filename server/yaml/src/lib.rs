//! YAML as Helm reads and prints it: go-yaml v2 (YAML 1.1), each node with its range.

mod value;

pub use value::{Entry, Map, Node, Value};
