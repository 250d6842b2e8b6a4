//! Go's `text/template` and every function that Helm adds to it, to the letter, messages included.
//!
//! Three layers: `parse` makes trees, `exec` walks them, `functions` is the table of what a template may call.
//! [`Value`] is what they all pass around: Go's values with Go's type names, each with its [`Origin`].
//! What a chart is, and what `.Release` or `.Files` mean, is `render`'s business: it brings them as values.

mod budget;
mod cx;
pub mod exec;
mod failure;
pub mod fmt;
mod function;
pub mod functions;
mod origin;
pub mod parse;
pub mod value;

pub use budget::{Budget, Limits, MAX_NESTING, MIB, Refusal};
pub use cx::{Cx, Host, LetPass, Lookup, Reads, Vocabulary};
pub use exec::{ExecError, Place, Plain, Sink, Traced, execute};
pub use failure::Failure;
pub use function::{Arg, Body, Callable, Function, IntoResult, Reflect, Rest, Signature, Templates};
pub use golang::Dialect;
pub use origin::{Frame, FrameId, FrameKind, Keyword, Origin, Segment, Text, TextBuilder, Trace};
pub use parse::{Define, ParseError, TemplateSet, parse};
pub use value::{
    Data, Filled, GoType, Int, IntKind, List, ListType, Looks, Map, MapType, Method, Object, PathId, Paths,
    Read, Str, Struct, Value, Watch,
};
