//! YAML for the screen: keys and places, comments, examples in comments.
//!
//! What a value means is the `yaml` room's business. Here everything is about where things stand, and it has
//! to hold while a line is half typed. So keys are read line by line from their indentation; tree-sitter-yaml
//! is there for what needs a grammar (selections, errors).

mod comments;
mod cursor;
mod examples;
mod flow;
mod outline;
mod values;

pub use comments::KeyDoc;
pub use cursor::{YamlCursor, YamlPart};
pub use outline::{Entry, EntryId, EntryName, Outline, ValueKind, path_text};
pub use values::ValuesFile;
