//! Flags that several commands share, by what they decide.

mod global;
mod limits;
mod values;

pub(crate) use global::Global;
pub(crate) use limits::LimitFlags;
pub(crate) use values::ValuesFlags;
