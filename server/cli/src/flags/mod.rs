//! Flags that several commands share, by what they decide.

mod global;
mod values;

pub(crate) use global::{Global, Helm};
pub(crate) use values::ValuesFlags;
