//! Flags that several commands share, by what they decide.

mod global;
mod values;

pub(crate) use global::Global;
pub(crate) use values::ValuesFlags;
