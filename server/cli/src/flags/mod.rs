//! Flags that several commands share, by what they decide.

mod cluster;
mod deploy;
mod global;
mod limits;
mod output;
mod release;
mod remote;
mod values;

pub(crate) use cluster::ClusterFlags;
pub(crate) use deploy::DeployFlags;
pub(crate) use global::Global;
pub(crate) use limits::LimitFlags;
pub(crate) use output::{Form, yaml_text};
pub(crate) use release::{ApplyFlags, duration, labels, server_side, wait_config};
pub(crate) use remote::{AccessFlags, ChartFlags, FileFlags, SignatureFlags};
pub(crate) use values::ValuesFlags;
