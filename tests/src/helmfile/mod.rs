//! Helmfiles as cases, and what the real Helmfile makes of them: releases, merged state, final values, manifests.
//!
//! The same code asks the real one (`cargo xtask record-helmfile`) and ours for the test, so that the two can differ only
//! in what is asked about. Cases lie in `tests/helmfile/cases`, answers in `tests/recorded/helmfile-VERSION`.

mod case;
mod program;
#[cfg(unix)]
mod session;
#[cfg(unix)]
mod verdict;

use std::path::PathBuf;

pub use case::Case;
pub use program::{Helmfile, Verb};
#[cfg(unix)]
pub use session::{Place, Run, Session};

use crate::root;

/// The Helmfile whose answers are kept (1.7.4, with the six commits after it): the folder's name below `tests/recorded`.
pub const RECORDED: &str = "helmfile-1.7.4";

/// Where the answers to a case are kept.
pub fn recorded(case: &Case) -> PathBuf {
    root().join("tests/recorded").join(RECORDED).join(&case.name).with_extension("txt")
}
