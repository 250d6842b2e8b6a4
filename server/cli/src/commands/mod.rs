//! One command, one file.

pub(crate) mod completion;
pub(crate) mod create;
pub(crate) mod dependency;
pub(crate) mod explain;
pub(crate) mod lint;
pub(crate) mod lsp;
pub(crate) mod package;
pub(crate) mod preview;
pub(crate) mod show;
pub(crate) mod template;
pub(crate) mod version;
