//! Readiness as Helm 3 has it (`pkg/kube/ready.go`), and Helm 4 with `--wait=legacy`.
//!
//! Only kinds that come with Kubernetes have a milestone; all others are ready. What is asked is the manifest, for its
//! version and its selector, and the latest state in the cluster, which is read in the newest version of its group.
//! Where something is not ready, the log says why in Helm 3's words; Helm 4 says the same in fields of its own.
//!
//! Not here: the time between two rounds (two seconds) and the timeout. [`Poll`] is the rest of the wait.

mod deployment;
mod kinds;

pub(super) use deployment::{is_controlled_by, newest_replica_set};

use golang::Dialect;

use super::{Around, Selector};
use crate::object::{Gvk, Object};
use crate::ports::{ApiError, Target};
use crate::ready::selector::BadSelector;

/// What counts as ready.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// A paused Deployment is ready; else it never is. Helm's waits always ask for it.
    pub paused_as_ready: bool,
    /// Jobs must be complete (`--wait-for-jobs`); else they are not looked at.
    pub check_jobs: bool,
    /// Which Helm: the fourth no longer looks at workloads of old versions (`apps/v1beta2`, `extensions/v1beta1`).
    pub dialect: Dialect,
}

/// Why readiness could not be told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The API server did not answer, or refused.
    #[error("{0}")]
    Api(ApiError),
    /// The object's selector is none.
    #[error("{0}")]
    Selector(BadSelector),
    /// A Job has failed more often than it may.
    #[error("job is failed: {namespace}/{name}")]
    JobFailed {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl Error {
    /// Whether Helm asks again: unless a server has refused. Even of a failed Job it asks 30 times more.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => matches!(error.code, 0 | 429) || error.code >= 500 && error.code != 501,
            Self::Selector(_) | Self::JobFailed { .. } => true,
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<BadSelector> for Error {
    fn from(error: BadSelector) -> Self {
        Self::Selector(error)
    }
}

/// What an object's readiness hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pod,
    Job,
    Deployment,
    Claim,
    Service,
    DaemonSet,
    Definition,
    StatefulSet,
    Controller,
    ReplicaSet,
}

/// The kind of a manifest, if it has a milestone.
fn kind(gvk: &Gvk, options: Options) -> Option<Kind> {
    let old = options.dialect == Dialect::Helm3;
    Some(match (gvk.group.as_str(), gvk.version.as_str(), gvk.kind.as_str()) {
        ("", "v1", "Pod") => Kind::Pod,
        ("", "v1", "PersistentVolumeClaim") => Kind::Claim,
        ("", "v1", "Service") => Kind::Service,
        ("", "v1", "ReplicationController") => Kind::Controller,
        ("batch", "v1", "Job") if options.check_jobs => Kind::Job,
        ("apps", "v1", kind) => workload(kind)?,
        ("apps", "v1beta2", kind) if old => workload(kind)?,
        ("apps", "v1beta1", "Deployment" | "StatefulSet") if old => workload(&gvk.kind)?,
        ("extensions", "v1beta1", "Deployment" | "DaemonSet" | "ReplicaSet") if old => workload(&gvk.kind)?,
        ("apiextensions.k8s.io", "v1" | "v1beta1", "CustomResourceDefinition") => Kind::Definition,
        _ => return None,
    })
}

fn workload(kind: &str) -> Option<Kind> {
    Some(match kind {
        "Deployment" => Kind::Deployment,
        "DaemonSet" => Kind::DaemonSet,
        "StatefulSet" => Kind::StatefulSet,
        "ReplicaSet" => Kind::ReplicaSet,
        _ => return None,
    })
}

/// What must be read to tell whether a manifest's object is ready; `None` where it is anyway.
pub fn needs(manifest: &Object, options: Options) -> Option<Target> {
    let mut target = Target::of(manifest);
    match kind(&target.gvk, options)? {
        Kind::Deployment | Kind::DaemonSet | Kind::StatefulSet | Kind::ReplicaSet => {
            target.gvk = Gvk::new("apps/v1", &target.gvk.kind);
        }
        Kind::Pod | Kind::Job | Kind::Claim | Kind::Service | Kind::Definition | Kind::Controller => {}
    }
    Some(target)
}

/// Whether the object of a manifest is ready. What Helm says about it is added to the log.
pub fn is_ready(
    manifest: &Object,
    around: &(impl Around + ?Sized),
    options: Options,
    log: &mut Vec<String>,
) -> Result<bool, Error> {
    let (Some(kind), Some(target)) = (kind(&manifest.gvk(), options), needs(manifest, options)) else {
        return Ok(true);
    };
    let live = around.get(&target)?;
    match kind {
        Kind::Pod => Ok(kinds::pod(&live, log)),
        Kind::Job => kinds::job(&live, log),
        Kind::Deployment => deployment::is_ready(&live, around, options, log),
        Kind::Claim => Ok(kinds::claim(&live, log)),
        Kind::Service => Ok(kinds::service(&live, log)),
        Kind::DaemonSet => Ok(kinds::daemon_set(&live, log)),
        Kind::Definition => Ok(kinds::definition(&live)),
        Kind::StatefulSet => Ok(kinds::stateful_set(&live, log)),
        Kind::Controller => {
            let selector = Selector::of_labels(manifest.at(&["spec", "selector"]));
            Ok(kinds::is_observed(&live, log) && pods_are_ready(manifest, &selector, around, log)?)
        }
        Kind::ReplicaSet => {
            if !kinds::is_observed(&live, log) {
                return Ok(false);
            }
            let selector = read_selector(manifest)
                .map_err(|BadSelector(why)| BadSelector(format!("invalid label selector: {why}")))?;
            pods_are_ready(manifest, &selector, around, log)
        }
    }
}

fn read_selector(object: &Object) -> Result<Selector, BadSelector> {
    Selector::read(object.at(&["spec", "selector"]).filter(|selector| selector.is_object()))
}

fn pods_are_ready(
    manifest: &Object,
    selector: &Selector,
    around: &(impl Around + ?Sized),
    log: &mut Vec<String>,
) -> Result<bool, Error> {
    let pods = around.list(&Gvk::new("v1", "Pod"), manifest.namespace(), selector)?;
    Ok(pods.iter().all(|pod| kinds::pod(pod, log)))
}

/// Whether a hook's Job or Pod has come to its end; all else has as soon as it is there.
pub fn hook_is_done(live: &Object) -> Result<bool, String> {
    match live.kind() {
        "Job" => kinds::job_is_done(live),
        "Pod" => match live.text_at(&["status", "phase"]) {
            "Succeeded" => Ok(true),
            "Failed" => Err(format!("pod {} failed", live.name())),
            _ => Ok(false),
        },
        _ => Ok(true),
    }
}

/// How often Helm asks for one object in a row when it gets errors.
const RETRIES: u32 = 30;

/// A wait in rounds: each looks at the objects in their order, until one is not ready.
#[derive(Clone, Debug)]
pub struct Poll<'m> {
    manifests: &'m [Object],
    options: Options,
    errors: Vec<u32>,
}

impl<'m> Poll<'m> {
    /// A wait for the objects of a manifest.
    pub fn new(manifests: &'m [Object], options: Options) -> Self {
        Self { manifests, options, errors: vec![0; manifests.len()] }
    }

    /// One round: whether all are ready. An error ends the wait.
    pub fn round(&mut self, around: &(impl Around + ?Sized), log: &mut Vec<String>) -> Result<bool, Error> {
        for (manifest, errors) in self.manifests.iter().zip(&mut self.errors) {
            match is_ready(manifest, around, self.options, log) {
                Ok(ready) => {
                    *errors = 0;
                    if !ready {
                        return Ok(false);
                    }
                }
                Err(error) if error.is_retryable() && *errors < RETRIES => {
                    *errors += 1;
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A cluster that answers everything with one error.
    struct Broken(u16);

    impl Around for Broken {
        fn get(&self, _: &Target) -> Result<Object, ApiError> {
            Err(ApiError { code: self.0, message: "no".to_owned(), ..ApiError::default() })
        }

        fn list(&self, _: &Gvk, _: &str, _: &Selector) -> Result<Vec<Object>, ApiError> {
            Ok(Vec::new())
        }
    }

    fn claim() -> [Object; 1] {
        [json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}}).into()]
    }

    #[test]
    fn a_server_that_has_trouble_is_asked_thirty_times_more() {
        let manifests = claim();
        let mut poll = Poll::new(&manifests, Options::default());
        let rounds = (0..99).take_while(|_| poll.round(&Broken(503), &mut Vec::new()).is_ok()).count();
        assert_eq!(rounds, 30);
    }

    #[test]
    fn a_server_that_refuses_is_asked_once() {
        for code in [404, 403, 501] {
            let manifests = claim();
            let mut poll = Poll::new(&manifests, Options::default());
            assert!(poll.round(&Broken(code), &mut Vec::new()).is_err(), "{code}");
        }
    }

    #[test]
    fn what_has_no_milestone_is_not_read() {
        let map: Object = json!({"apiVersion": "v1", "kind": "ConfigMap"}).into();
        assert_eq!(needs(&map, Options::default()), None);
        assert_eq!(is_ready(&map, &Broken(500), Options::default(), &mut Vec::new()), Ok(true));
    }

    #[test]
    fn old_versions_are_read_in_the_new_one_and_only_by_helm_3() {
        let old: Object = json!({"apiVersion": "extensions/v1beta1", "kind": "Deployment"}).into();
        assert_eq!(needs(&old, Options::default()), None);
        let options = Options { dialect: Dialect::Helm3, ..Options::default() };
        assert_eq!(needs(&old, options).unwrap().gvk, Gvk::new("apps/v1", "Deployment"));
    }
}
