//! One command, one file.

pub(crate) mod completion;
pub(crate) mod create;
pub(crate) mod dependency;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod get;
pub(crate) mod helmfile;
pub(crate) mod history;
pub(crate) mod install;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod lsp;
pub(crate) mod package;
pub(crate) mod preview;
pub(crate) mod repo;
pub(crate) mod rollback;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod template;
pub(crate) mod test;
pub(crate) mod uninstall;
pub(crate) mod unlock;
pub(crate) mod upgrade;
pub(crate) mod verify;
pub(crate) mod version;
