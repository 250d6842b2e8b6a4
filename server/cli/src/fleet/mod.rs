//! What the command line brings for a helmfile: the disk, programs, clusters, charts, and threads.
//!
//! What is done with them is decided in [`helmfile`] and [`helmfile::fleet`].

pub(crate) mod charts;
mod crew;
mod disk;
mod holder;
mod hooks;
mod sites;
mod values;
mod yard;

pub(crate) use charts::{ChartStore, as_added};
pub(crate) use crew::Crew;
pub(crate) use disk::Disk;
pub(crate) use hooks::Hooks;
pub(crate) use sites::Sites;
pub(crate) use values::ReleaseValues;
pub(crate) use yard::{CommandYard, Setting};
