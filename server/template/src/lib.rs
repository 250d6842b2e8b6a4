//! Go's `text/template` and every function that Helm adds to it, to the letter, messages included.
//!
//! Three layers: `parse` makes trees, `exec` walks them, `functions` is the table of what a template may call.
//! [`Value`] is what they all pass around: Go's values with Go's type names, each with its [`Origin`].
//! What a chart is, and what `.Release` or `.Files` mean, is `render`'s business: it brings them as values.

mod cx;
mod failure;
mod function;
pub mod functions;
mod origin;
pub mod value;

pub use cx::{Budget, Cx, Host, Lookup};
pub use failure::Failure;
pub use function::{Arg, Body, Callable, Function, IntoResult, Rest, Signature};
pub use golang::Dialect;
pub use origin::{Frame, FrameId, Origin, Segment, Text, TextBuilder, Trace};
pub use value::{Data, GoType, Int, IntKind, List, ListType, Map, MapType, Method, Object, Str, Value};
