//! Whether objects are ready, and if not, why.
//!
//! Three answers to one question. [`legacy`] is Helm 3's (and Helm 4's `--wait=legacy`): each kind has its milestone.
//! [`kstatus`] is Helm 4's: any object has one of six statuses, with a sentence; [`watch`] is the wait around it.
//! [`trouble`] is ours: what stands in the way, and whether waiting can help at all; [`summary`] puts it into lines.
//!
//! Nothing here waits, and nothing asks what time it is: whoever waits brings objects and the time.

pub mod fields;
pub mod kstatus;
pub mod legacy;
pub mod quantity;
pub mod selector;
pub mod summary;
pub mod trouble;
pub mod watch;

use crate::object::{Gvk, Object};
use crate::ports::{ApiError, Cluster, Request, Scope, Target};

pub use selector::Selector;

/// What lies around an object: its latest state, and what belongs to it.
///
/// Every [`Cluster`] is one. Whoever has looked already can answer from memory.
pub trait Around {
    /// The latest state of an object. That there is none is an error, as with the API server.
    fn get(&self, target: &Target) -> Result<Object, ApiError>;

    /// The objects of a kind in a namespace that a selector selects.
    fn list(&self, gvk: &Gvk, namespace: &str, selector: &Selector) -> Result<Vec<Object>, ApiError>;
}

impl<C: Cluster + ?Sized> Around for C {
    fn get(&self, target: &Target) -> Result<Object, ApiError> {
        Ok(self.ask(Request::Get(target.clone()))?.into_object())
    }

    fn list(&self, gvk: &Gvk, namespace: &str, selector: &Selector) -> Result<Vec<Object>, ApiError> {
        let scope = Scope {
            gvk: gvk.clone(),
            namespace: namespace.to_owned(),
            labels: selector.to_string(),
            fields: String::new(),
        };
        Ok(self.ask(Request::List(scope))?.into_list())
    }
}
