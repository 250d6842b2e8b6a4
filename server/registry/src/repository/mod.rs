//! Chart repositories of the classic kind: a web server with an `index.yaml` and archives.
//!
//! [`Repositories`] is the user's list of them (`repositories.yaml`), [`Index`] what one of them has, as it was last
//! fetched (`cached`); [`search`](mod@search) finds charts in those.

mod address;
mod cached;
mod index;
mod list;
mod locate;
mod refresh;
pub mod search;

pub use address::{is_same_address, resolve_reference, url_join};
pub use cached::{charts_file, index_file, read_cached, read_cached_chart, unmanaged_name};
pub use index::{ChartVersion, Index, IndexError, IndexTime, NotFound, ReadIndex, add_folder};
pub use list::{Repositories, RepositoriesError, Repository};
pub(crate) use locate::{Located, locate};
pub use refresh::without_credentials;
