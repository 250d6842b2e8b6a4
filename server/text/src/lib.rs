//! Positions and texts: the one vocabulary in which all rooms speak of places.
//!
//! A place is a byte offset ([`TextSize`]) or range ([`TextRange`]) in a file named by a [`FileId`].
//! Lines and columns exist only at the edges: in the protocol (UTF-8, UTF-16 or UTF-32 columns) and in
//! messages for people. A document that is being edited is a [`Text`], its changes are [`Edit`]s.

mod column;
mod edit;
mod line_index;
mod nearest;
mod place;
mod text;

pub use column::{Encoding, LineColumn};
pub use edit::{Bias, Edit};
pub use line_index::LineIndex;
pub use nearest::{Slip, nearest};
pub use place::{FileId, FilePos, FileRange, FileTable};
pub use text::Text;
pub use text_size::{TextRange, TextSize};
