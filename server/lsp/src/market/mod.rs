//! Charts that come from elsewhere: what repositories and registries have, and fetching it when somebody says so.

mod known;
mod port;

pub(crate) use known::{Asking, Known};
pub use port::{Market, NoMarket};
