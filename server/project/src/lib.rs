//! Charts on disk: where they are, what is in them, and when that changes.
//!
//! The only room, beside the binary, that reads files. It hands out bytes as data ([`chart::SourceFile`]), in
//! the order in which Helm reads them, and knows no YAML. Everything above works on what it returned, with
//! the unsaved texts of an editor laid over it ([`lay_over`]).

mod cache;
mod error;
mod find;
mod overlay;
mod path;
mod read;
mod values_files;
mod walk;
mod watch;

pub use cache::FileCache;
pub use error::{ReadError, ReadErrorKind, reason};
pub use find::{FindLimits, chart_root, charts_below, helmfiles_below, is_helmfile, root_chart};
pub use overlay::{Unsaved, lay_over};
pub use path::{path_of, text_of};
pub use read::{
    ChartFiles, DiskFile, ensure_chart, read_archive, read_chart, read_packed, refresh, unpack_archive,
};
pub use values_files::{ValuesCandidate, values_files};
pub use watch::Watcher;
