//! Between the protocol's words and ours. Nothing beyond this module knows a `Position` or a URI.

pub(crate) mod from;
pub(crate) mod to;
pub(crate) mod uri;
