//! A cluster that only remembers: enough of an API server to see what an action does with one.
//!
//! Objects have uids, versions and owners of fields in the roughest sense. What is applied is merged; what is written by
//! [`MemoryCluster::refuse`] is refused. Objects change by themselves as a [`Fate`] says, when somebody watches.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chart::Dialect;
use chart::capabilities::Capabilities;
use serde_json::{Value, json};

use crate::object::{Gvk, Object, ObjectKey};
use crate::patch::{Rules, merge, strategic};
use crate::ports::{
    ApiError, Clock, Cluster, DeleteOptions, Identity, Patch, PatchKind, Reply, Request, Resource, Scope,
    Seen, Target,
};

/// What becomes of objects when somebody waits for them: it may change the object, and is asked once per watch.
pub type Fate = Box<dyn Fn(&mut Object) + Send + Sync>;

/// Kinds that live in no namespace.
const GLOBAL: [&str; 6] = [
    "Namespace",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "PersistentVolume",
    "Node",
];

/// A cluster in memory.
#[derive(Default)]
pub struct MemoryCluster {
    state: Mutex<State>,
    fate: Option<Fate>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<ObjectKey, Object>,
    /// Counts everything that is written.
    version: u64,
    /// What was asked, in order: `create Deployment web`.
    log: Vec<String>,
    /// What is refused: a piece of a line of the log, and the error.
    refusals: Vec<(String, ApiError)>,
    identity: Option<Identity>,
    /// Nanoseconds since 1970. Watching takes time.
    now: i128,
}

impl std::fmt::Debug for MemoryCluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryCluster").field("log", &self.state().log).finish_non_exhaustive()
    }
}

impl MemoryCluster {
    /// An empty cluster in which objects change by themselves.
    pub fn with_fate(fate: impl Fn(&mut Object) + Send + Sync + 'static) -> Self {
        Self { fate: Some(Box::new(fate)), ..Self::default() }
    }

    /// From now on it is another cluster, or called otherwise.
    pub fn call_itself(&self, identity: Identity) {
        self.state().identity = Some(identity);
    }

    /// Refuses every request whose line in the log holds a text; reading an object would be `get KIND NAME`.
    pub fn refuse(&self, what: &str, error: ApiError) {
        self.state().refusals.push((what.to_owned(), error));
    }

    /// What was written, in order; reading is not noted, nor are dry runs.
    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// The objects, by group, kind, namespace and name.
    pub fn objects(&self) -> Vec<Object> {
        self.state().objects.values().cloned().collect()
    }

    /// Puts an object there, whoever made it.
    pub fn put(&self, object: Object) {
        self.state().store(object);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, line: String, dry_run: bool) -> Result<(), ApiError> {
        let refused = self.refused(&line);
        if !dry_run {
            self.log.push(line);
        }
        refused
    }

    fn refused(&self, line: &str) -> Result<(), ApiError> {
        let refusal = self.refusals.iter().find(|(what, _)| line.contains(what));
        refusal.map_or(Ok(()), |(_, error)| Err(error.clone()))
    }

    fn find(&self, target: &Target) -> Result<&Object, ApiError> {
        let key = key_of(target);
        self.objects.get(&key).ok_or_else(|| {
            let message = format!("{} \"{}\" not found", target.gvk.kind.to_lowercase(), target.name);
            ApiError { code: 404, reason: "NotFound".to_owned(), message, details: Box::default() }
        })
    }

    fn store(&mut self, mut object: Object) -> Object {
        self.version += 1;
        let (version, key) = (self.version.to_string(), object.key());
        let before = self.objects.get(&key);
        let uid = before.map_or_else(|| format!("uid-{version}"), |it| it.uid().to_owned());
        object.as_value_mut()["metadata"]["uid"] = uid.into();
        // What does not change keeps its version.
        let unchanged = before.is_some_and(|before| {
            let mut new = object.clone();
            new.set_resource_version(before.resource_version());
            new == *before
        });
        if !unchanged {
            object.set_resource_version(&version);
        } else if let Some(before) = before {
            let version = before.resource_version().to_owned();
            object.set_resource_version(&version);
        }
        self.objects.insert(key, object.clone());
        object
    }

    fn write(&mut self, object: Object, dry_run: bool) -> Object {
        if dry_run { object } else { self.store(object) }
    }

    fn answer(&mut self, request: &Request) -> Result<Reply, ApiError> {
        match request {
            Request::Get(target) => {
                self.refused(&format!("get {} {}", target.gvk.kind, target.name))?;
                self.find(target).cloned().map(Reply::Object)
            }
            Request::List(scope) => {
                Ok(Reply::List(self.objects.values().filter(|it| is_in(it, scope)).cloned().collect()))
            }
            Request::Create(object, options) => {
                self.note(format!("create {} {}", object.kind(), object.name()), options.dry_run)?;
                if self.objects.contains_key(&object.key()) {
                    let message =
                        format!("{} \"{}\" already exists", object.kind().to_lowercase(), object.name());
                    let reason = "AlreadyExists".to_owned();
                    return Err(ApiError { code: 409, reason, message, details: Box::default() });
                }
                Ok(Reply::Object(self.write(object.clone(), options.dry_run)))
            }
            Request::Replace(object, options) => {
                self.note(format!("replace {} {}", object.kind(), object.name()), options.dry_run)?;
                Ok(Reply::Object(self.write(object.clone(), options.dry_run)))
            }
            Request::Apply(object, options) => {
                self.note(format!("apply {} {}", object.kind(), object.name()), options.write.dry_run)?;
                let live = self.objects.get(&object.key()).map_or(json!({}), |it| it.as_value().clone());
                let merged = Object::from(merge::apply(&live, object.as_value()));
                Ok(Reply::Object(self.write(merged, options.write.dry_run)))
            }
            Request::Patch(target, patch, options) => {
                self.note(format!("patch {} {}", target.gvk.kind, target.name), options.dry_run)?;
                let patched = patched(self.find(target)?, patch);
                Ok(Reply::Object(self.write(patched, options.dry_run)))
            }
            Request::Delete(target, options) => self.delete(target, options),
        }
    }

    fn delete(&mut self, target: &Target, options: &DeleteOptions) -> Result<Reply, ApiError> {
        self.note(format!("delete {} {}", target.gvk.kind, target.name), options.dry_run)?;
        self.find(target)?;
        if !options.dry_run {
            self.objects.remove(&key_of(target));
        }
        Ok(Reply::Deleted)
    }
}

fn patched(live: &Object, patch: &Patch) -> Object {
    match (patch.kind, Rules::of(&live.gvk())) {
        (PatchKind::Strategic, Some(rules)) => strategic::apply(live.as_value(), &patch.body, rules).into(),
        // Owners of fields are not kept here.
        (PatchKind::Json, _) => live.clone(),
        (PatchKind::Strategic | PatchKind::Merge, _) => merge::apply(live.as_value(), &patch.body).into(),
    }
}

fn key_of(target: &Target) -> ObjectKey {
    ObjectKey {
        group: target.gvk.group.clone(),
        kind: target.gvk.kind.clone(),
        namespace: target.namespace.clone(),
        name: target.name.clone(),
    }
}

fn is_in(object: &Object, scope: &Scope) -> bool {
    let name = scope.fields.strip_prefix("metadata.name=");
    object.kind() == scope.gvk.kind
        && object.gvk().group == scope.gvk.group
        && (scope.namespace.is_empty() || object.namespace() == scope.namespace)
        && name.is_none_or(|name| object.name() == name)
}

impl Cluster for MemoryCluster {
    fn identity(&self) -> Result<Identity, ApiError> {
        let told = self.state().identity.clone();
        let memory = || "memory".to_owned();
        Ok(told.unwrap_or_else(|| Identity { uid: memory(), context: memory(), server: memory() }))
    }

    fn capabilities(&self) -> Result<Capabilities, ApiError> {
        Ok(Capabilities::defaults(Dialect::Helm4))
    }

    fn resources(&self, kinds: &[Gvk]) -> Vec<Result<Resource, ApiError>> {
        let resource = |gvk: &Gvk| {
            if gvk.kind.starts_with("Unknown") {
                let message =
                    format!("no matches for kind \"{}\" in version \"{}\"", gvk.kind, gvk.api_version());
                return Err(ApiError::unreached(message));
            }
            let plural = format!("{}s", gvk.kind.to_lowercase());
            Ok(Resource { gvk: gvk.clone(), plural, namespaced: !GLOBAL.contains(&gvk.kind.as_str()) })
        };
        kinds.iter().map(resource).collect()
    }

    fn forget_resources(&self) {}

    fn send(&self, requests: &[Request]) -> Vec<Result<Reply, ApiError>> {
        let mut state = self.state();
        requests.iter().map(|request| state.answer(request)).collect()
    }

    fn observe(
        &self,
        scopes: &[Scope],
        for_at_most: Duration,
        see: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    ) -> Result<bool, ApiError> {
        const STEP: i128 = 500_000_000;
        let end = self.state().now + for_at_most.as_nanos() as i128;
        let seen = |cluster: &Self| -> Vec<Object> {
            let mut state = cluster.state();
            let keys: Vec<ObjectKey> = state.objects.keys().cloned().collect();
            for key in keys {
                let Some(mut object) = state.objects.get(&key).cloned() else { continue };
                if let Some(fate) = &cluster.fate {
                    fate(&mut object);
                    state.store(object);
                }
            }
            let watched = state.objects.values().filter(|it| scopes.iter().any(|scope| is_in(it, scope)));
            watched.cloned().collect()
        };
        for object in seen(self) {
            if see(Seen::Object(object)).is_break() {
                return Ok(true);
            }
        }
        if see(Seen::Synced).is_break() {
            return Ok(true);
        }
        loop {
            let now = {
                let mut state = self.state();
                state.now += STEP;
                state.now
            };
            if now > end {
                return Ok(false);
            }
            if see(Seen::Tick).is_break() {
                return Ok(true);
            }
        }
    }

    fn logs(&self, _: &Target, _: &str, _: u32, _: bool) -> Result<String, ApiError> {
        Ok(String::new())
    }

    fn tables(&self, targets: &[Target]) -> Vec<Result<Value, ApiError>> {
        targets.iter().map(|_| Err(ApiError::unreached("there are no tables in memory"))).collect()
    }
}

impl Clock for MemoryCluster {
    fn now(&self) -> i128 {
        self.state().now
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "others answer out of themselves")]
    fn time_zone(&self) -> &str {
        "UTC"
    }
}
