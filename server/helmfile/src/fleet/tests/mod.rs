//! Fleets in a cluster that only remembers.

mod apply;
mod order;
mod place;
