//! Every feature of the editor, as a function of a snapshot.
//!
//! [`Analysis`] is one chart for one target at one moment; features are methods of it that take a place and
//! answer with plain data in the editor's words. Nothing here knows the protocol, a thread or the disk.

mod analysis;
pub mod catalog;
pub mod chart_yaml;
mod completion;
pub mod dependencies;
mod describe;
mod diagnostics;
mod document_symbols;
mod goto_definition;
pub mod helmfile;
mod hover;
mod keys;
mod kubernetes;
mod place;
mod references;
mod rename;
mod shape;
mod signature_help;
mod source;
#[cfg(test)]
mod testing;
mod values_schema;

pub use analysis::{Analysis, Input};
pub use completion::{ClusterNames, CompletionItem, CompletionKind};
pub use diagnostics::{Diagnostic, READING, Severity};
pub use document_symbols::{DocumentSymbol, SymbolKind};
pub use hover::Hover;
pub use kubernetes::Kubernetes;
pub use references::Reference;
pub use rename::RenameError;
pub use shape::{Builtin, Evaluator, Member, Scope, Shape, Thing, ValueAt};
pub use signature_help::SignatureHelp;
pub use source::{TemplateSource, ValuesSource};
pub use values_schema::SchemaSource;
