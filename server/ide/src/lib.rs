//! Every feature of the editor, as a function of a snapshot.
//!
//! [`Analysis`] is one chart for one target at one moment; features are methods of it that take a place and
//! answer with plain data in the editor's words. Nothing here knows the protocol, a thread or the disk.

mod analysis;
mod shape;
mod source;

pub use analysis::{Analysis, Input};
pub use shape::{Builtin, Evaluator, Member, Shape, Thing, ValueAt};
pub use source::{TemplateSource, ValuesSource};
