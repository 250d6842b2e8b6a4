//! What releases need of the outside: a cluster, a clock, and somebody to tell.
//!
//! The calls block. Where many objects are meant, they go through one call, so that whoever answers may work on them at
//! the same time; answers come in the order of the questions. Records have a port of their own, beside them.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use chart::capabilities::Capabilities;
use serde_json::Value;

use crate::object::{Gvk, Object};

/// Where an object stands, and in which version it is talked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// What it is.
    pub gvk: Gvk,
    /// Empty for what lives in no namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Target {
    /// Where an object says that it stands.
    pub fn of(object: &Object) -> Self {
        Self { gvk: object.gvk(), namespace: object.namespace().to_owned(), name: object.name().to_owned() }
    }
}

/// One request to the API server.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Reads an object. The answer is [`Reply::Object`].
    Get(Target),
    /// Reads all objects of a kind. The answer is [`Reply::List`].
    List(Scope),
    /// Makes an object. With `generateName` the answer has its name.
    Create(Object, WriteOptions),
    /// Puts an object in the place of what is there (`PUT`).
    Replace(Object, WriteOptions),
    /// Server-side apply; with `force` it takes fields from other managers.
    Apply(Object, ApplyOptions),
    /// Changes an object by a patch.
    Patch(Target, Patch, WriteOptions),
    /// Removes an object. The answer is [`Reply::Deleted`].
    Delete(Target, DeleteOptions),
}

/// A patch as it goes over the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// How the server is to read it.
    pub kind: PatchKind,
    /// The patch.
    pub body: Value,
}

/// How a patch is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// `application/strategic-merge-patch+json`: only for kinds that are built in.
    Strategic,
    /// `application/merge-patch+json`, RFC 7396.
    Merge,
    /// `application/json-patch+json`, RFC 6902.
    Json,
}

/// How something is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Have the server check everything and write nothing.
    pub dry_run: bool,
    /// Who the changed fields belong to from then on.
    pub manager: String,
    /// What the server does about fields that it does not know.
    pub validation: Validation,
}

/// How something is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// As with every write.
    pub write: WriteOptions,
    /// Take fields from other managers instead of refusing.
    pub force: bool,
}

/// What the server does about fields that it does not know, and about those that come twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// Nothing.
    #[default]
    Ignore,
    /// It says so in a header.
    Warn,
    /// It refuses.
    Strict,
}

/// How something is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What becomes of what it owns.
    pub propagation: Propagation,
    /// Only if it still is the object with this `uid`.
    pub uid: Option<String>,
    /// Have the server check everything and delete nothing.
    pub dry_run: bool,
}

/// What becomes of objects that a deleted one owns (`--cascade`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted afterwards.
    #[default]
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay.
    Orphan,
}

/// All objects of a kind, in one namespace or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// What they are.
    pub gvk: Gvk,
    /// Empty for all namespaces, and for what lives in none.
    pub namespace: String,
    /// A selector of labels, empty for none.
    pub labels: String,
    /// A selector of fields, empty for none.
    pub fields: String,
}

/// An answer of the API server.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The object, as it is now, or as it would be after a dry run.
    Object(Object),
    /// The objects, in the order of the server.
    List(Vec<Object>),
    /// The request to delete was taken. What has finalizers is still there.
    Deleted,
}

impl Reply {
    /// The object that came; an empty one for other answers.
    pub fn into_object(self) -> Object {
        match self {
            Self::Object(object) => object,
            Self::List(_) | Self::Deleted => Object::default(),
        }
    }

    /// The objects that came.
    pub fn into_list(self) -> Vec<Object> {
        match self {
            Self::List(list) => list,
            Self::Object(object) => vec![object],
            Self::Deleted => Vec::new(),
        }
    }
}

/// Why the API server did not do something, or why it could not be asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiError {
    /// The status of HTTP; 0 where there was no answer.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, …; empty where there was no answer.
    pub reason: String,
    /// What the server says, or what went wrong on the way.
    pub message: String,
    /// `details` of the server's `Status`: causes, and how long to wait.
    pub details: Box<Value>,
}

impl ApiError {
    /// Something that went wrong before a server could answer.
    pub fn unreached(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Whether there is no such object.
    pub fn is_not_found(&self) -> bool {
        self.code == 404
    }

    /// Whether an object of that name is there already.
    pub fn is_already_exists(&self) -> bool {
        self.reason == "AlreadyExists"
    }

    /// Whether someone else changed the object, or owns the fields.
    pub fn is_conflict(&self) -> bool {
        self.reason == "Conflict"
    }

    /// Whether we may not.
    pub fn is_forbidden(&self) -> bool {
        self.code == 403
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

/// A kind as a cluster serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// What stands in addresses: `deployments`.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// Which cluster it is. A name of a context or an address says nothing: two clusters can have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The `uid` of the namespace `kube-system`: each cluster has its own. Empty where we may not read it.
    pub uid: String,
    /// The context of the kubeconfig, if it was found by one.
    pub context: String,
    /// The address of the API server.
    pub server: String,
}

/// What is seen of watched objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// An object is there, or has changed.
    Object(Object),
    /// An object is gone.
    Gone(Target),
    /// All that was there at the beginning of the watch has been told.
    Synced,
    /// Time has passed: at least twice a second, so that whoever watches can look at clocks and at who wants to stop.
    Tick,
}

/// A cluster.
pub trait Cluster: Send + Sync {
    /// Which one it is.
    fn identity(&self) -> Result<Identity, ApiError>;

    /// What templates are told of it.
    fn capabilities(&self) -> Result<Capabilities, ApiError>;

    /// Kinds as they are served. The errors have the text of `kubectl`: `no matches for kind "X" in version "y/v1"`.
    fn resources(&self, kinds: &[Gvk]) -> Vec<Result<Resource, ApiError>>;

    /// Looks at what is served again: kinds were added.
    fn forget_resources(&self);

    /// Carries requests out, in any order and at the same time. The answers are in the order of the requests.
    fn send(&self, requests: &[Request]) -> Vec<Result<Reply, ApiError>>;

    /// Watches objects until `see` says that it has seen enough, or for as long as it may.
    ///
    /// Where watching is not allowed or ends, it lists from time to time instead. The answer is whether `see` ended it.
    fn observe(
        &self,
        scopes: &[Scope],
        for_at_most: Duration,
        see: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    ) -> Result<bool, ApiError>;

    /// The last lines that a container printed; with `previous` those of the one that ran before.
    fn logs(&self, pod: &Target, container: &str, lines: u32, previous: bool) -> Result<String, ApiError>;

    /// Objects as the server prints them for people: a `Table` of `meta.k8s.io/v1` each.
    fn tables(&self, targets: &[Target]) -> Vec<Result<Value, ApiError>>;

    /// Carries one request out.
    fn ask(&self, request: Request) -> Result<Reply, ApiError> {
        self.send(std::slice::from_ref(&request))
            .pop()
            .unwrap_or_else(|| Err(ApiError::unreached("there was no answer")))
    }

    /// Reads an object; `None` where there is none.
    fn get(&self, target: &Target) -> Result<Option<Object>, ApiError> {
        match self.ask(Request::Get(target.clone())) {
            Ok(reply) => Ok(Some(reply.into_object())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since 1970.
    fn now(&self) -> i128;

    /// The name of the time zone that people here live in, as the IANA has it.
    fn time_zone(&self) -> &str;
}
