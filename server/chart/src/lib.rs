//! Charts: what a folder or an archive holds, what it depends on, and which values its templates see.
//!
//! Bytes come in as data, so that an editor's unsaved text, a disk and an archive are the same thing here.
//! [`load()`] sorts files into a [`Chart`]; [`dependencies`] switches subcharts on and off; [`values`] reads what
//! the user says; [`coalesce`] lays it over what the charts say; [`schema`] judges the outcome. Every value keeps the
//! place in the file that won, and [`layers`] tells who lost. [`lock`] chooses versions,
//! [`vendored`] judges what lies in `charts/`, [`mod@pack`] makes archives. Rendering is `render`'s job.
//!
//! Helm's two living versions differ in details; where they do, functions take a [`Dialect`].

pub mod archive;
pub mod capabilities;
mod chart;
pub mod coalesce;
pub mod decode;
pub mod dependencies;
mod files;
mod govalue;
pub mod ignore;
pub mod json;
pub mod layers;
pub mod load;
pub mod lock;
mod metadata;
pub mod pack;
pub mod schema;
mod spread;
pub mod values;
pub mod vendored;
pub mod warning;

pub use chart::{Chart, ChartData, Crd};
pub use files::{SourceFile, strip_bom};
pub use golang::Dialect;
pub use load::{
    LoadContext, LoadError, LoadErrorKind, LoadedChart, load, load_any_version, load_spread, load_tolerant,
};
pub use metadata::{
    Dependency, ImportValue, Lock, METADATA_FIELDS, Maintainer, Metadata, read_chart_yaml,
    read_chart_yaml_strictly, read_metadata_field, validate,
};

pub use spread::{InTurn, Spread};

#[cfg(test)]
mod testing;
