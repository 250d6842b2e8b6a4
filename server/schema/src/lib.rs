//! What the objects of Kubernetes may say: the schemas of its own kinds, several versions in little room, and those that
//! custom resource definition bring. Objects are held against them, completed from them and explained by them.
//!
//! A [`Catalog`] is what one cluster knows: a minor version of Kubernetes and some definition. It is certain or silent:
//! what the API server might let pass is no finding.
#![warn(missing_docs)]

mod bundle;
mod catalog;
mod custom;
mod docs;
mod explain;
mod kubernetes;
mod lifecycle;
mod shape;
mod validate;

pub use catalog::{Catalog, KindRef, Served};
pub use custom::{CustomKind, definition};
pub use explain::{Field, Holds, Step};
pub use kubernetes::{Kubernetes, NEWEST, OLDEST};
pub use lifecycle::{Lifecycle, lifecycle};
pub use validate::{About, Finding};
