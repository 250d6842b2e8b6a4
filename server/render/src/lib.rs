//! From a chart and values to manifests, as Helm prints them, and the way back from every byte.
//!
//! The steps, each its own module: [`prepare`] switches subcharts on and merges values; [`Templates`] parses;
//! [`run`] executes; [`Rendering`] splits what came out into documents, sorts and prints them. Each takes what
//! the last one made, so that an editor keeps what an edit leaves valid.

mod catalog;
mod context;
mod document;
mod engine;
mod environment;
mod error;
mod exec_error;
mod explain;
mod hint;
pub mod lint;
mod memo;
mod moves;
mod order;
mod origins;
mod output;
mod rendering;
mod split;
mod templates;
mod value_map;

pub use catalog::{Definitions, minor};
pub use chart::{InTurn, Spread};
pub use document::{Document, Head, HeadError, Hook};
pub use engine::{Failed, RenderedFile, RunConfig, name_from_template, run, run_telling};
pub use environment::{Environment, Options, Prepared, Release, is_release_name, prepare};
pub use error::{Error, ErrorKind, Excerpt};
pub use explain::{Explanation, Step, StepKind};
pub use hint::{Hint, hint};
pub use memo::{Memo, World};
pub use moves::MovingOrigins;
pub use origins::Origins;
pub use output::{Output, Part, Piece};
pub use rendering::{PrintConfig, Provenance, Rendering};
pub use split::split_manifests;
pub use templates::{TemplateFile, Templates};
pub use value_map::{ValueMap, ValueOrigin};
