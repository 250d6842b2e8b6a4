//! Waiting: for objects to become ready, to go away, for hooks to come to their end.
//!
//! What readiness is, [`crate::ready`] knows. Here it is asked when something changes: the cluster is watched, never polled
//! by us.

use std::ops::ControlFlow;
use std::time::Duration;

use chart::Dialect;
use rustc_hash::FxHashSet;

use crate::error::{Error, ErrorKind};
use crate::object::{Object, ObjectKey};
use crate::ports::{ApiError, Scope, Seen, Target};
use crate::ready::watch::{Goal, Reader, Reading, Wait};
use crate::ready::{legacy, watch};
use crate::world::{News, Step, World};

/// What is waited for after objects were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitStrategy {
    /// Only for hooks.
    #[default]
    HookOnly,
    /// For every object, as Helm 4 reads statuses.
    Watcher,
    /// For every object, as Helm 3 reads them.
    Legacy,
}

/// How long is waited, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitConfig {
    /// For what.
    pub strategy: WaitStrategy,
    /// For the end of Jobs, too.
    pub jobs: bool,
    /// For at most so long, each time something is waited for.
    pub timeout: Duration,
}

impl Default for WaitConfig {
    fn default() -> Self {
        Self { strategy: WaitStrategy::HookOnly, jobs: false, timeout: Duration::from_mins(5) }
    }
}

/// Waits for objects to become ready, if that is asked for.
pub(crate) fn ready(world: &World<'_>, objects: &[Object], config: WaitConfig) -> Result<(), Error> {
    if objects.is_empty() || config.strategy == WaitStrategy::HookOnly {
        return Ok(());
    }
    world.tell(News::Step(Step::Waiting));
    match config.strategy {
        WaitStrategy::Legacy => legacy_ready(world, objects, config),
        WaitStrategy::HookOnly | WaitStrategy::Watcher => {
            let reader = if config.jobs { Reader::ReadyWithJobs } else { Reader::Ready };
            watched(world, objects, Goal::Ready, reader, config.timeout)
        }
    }
}

/// Waits for custom resource definitions to be served.
pub(crate) fn established(world: &World<'_>, objects: &[Object], config: WaitConfig) -> Result<(), Error> {
    let strategy = match world.dialect {
        Dialect::Helm3 => WaitStrategy::Legacy,
        Dialect::Helm4 => WaitStrategy::Watcher,
    };
    let timeout = Duration::from_mins(1);
    ready(world, objects, WaitConfig { strategy, timeout, ..config })
}

/// Waits for the objects of a hook to come to their end.
pub(crate) fn hook_done(world: &World<'_>, objects: &[Object], timeout: Duration) -> Result<(), Error> {
    match world.dialect {
        Dialect::Helm4 => watched(world, objects, Goal::Ready, Reader::Hook, timeout),
        Dialect::Helm3 => objects.iter().try_for_each(|object| legacy_hook_done(world, object, timeout)),
    }
}

/// Waits for objects to go away.
pub(crate) fn gone(world: &World<'_>, objects: &[Object], timeout: Duration) -> Result<(), Error> {
    if objects.is_empty() {
        return Ok(());
    }
    match world.dialect {
        Dialect::Helm4 => watched(world, objects, Goal::Gone, Reader::Ready, timeout),
        Dialect::Helm3 => legacy_gone(world, objects, timeout),
    }
}

fn watched(
    world: &World<'_>,
    objects: &[Object],
    goal: Goal,
    reader: Reader,
    timeout: Duration,
) -> Result<(), Error> {
    let mut wait = Wait::new(goal, objects);
    let waited: FxHashSet<ObjectKey> = wait.objects().map(|(key, _)| key.clone()).collect();
    if waited.is_empty() {
        return Ok(());
    }
    let mut seen: FxHashSet<ObjectKey> = FxHashSet::default();
    let mut synced = false;
    let mut again: Vec<(i128, Object)> = Vec::new();
    let mut told = String::new();
    let ended = observe(world, &scopes(objects), timeout, &mut |news| {
        let now = world.clock.now();
        match news {
            Seen::Object(object) if waited.contains(&object.key()) => {
                look(world, &mut wait, &mut again, object.clone(), reader, now);
                seen.insert(object.key());
            }
            Seen::Gone(target) => wait.see(&key_of(&target), &Reading::gone()),
            Seen::Synced => {
                synced = true;
                let missing = waited.iter().filter(|key| !seen.contains(*key));
                missing.for_each(|key| wait.see(key, &Reading::gone()));
            }
            Seen::Object(_) | Seen::Tick => {
                let due: Vec<Object> = again.extract_if(.., |(at, _)| *at <= now).map(|(_, it)| it).collect();
                for object in due {
                    look(world, &mut wait, &mut again, object, reader, now);
                }
            }
        }
        if synced {
            tell_progress(world, &wait, goal, &mut told);
        }
        synced && wait.is_over()
    })?;
    let stopped = match ended {
        Ended::Done => None,
        Ended::Late => Some("context deadline exceeded"),
        Ended::Cancelled => Some("context canceled"),
    };
    wait.end(stopped).map_err(|message| Error::new(ended.error_kind(), message))
}

/// Reads the status of an object, now and again when time alone changes it.
fn look(
    world: &World<'_>,
    wait: &mut Wait,
    again: &mut Vec<(i128, Object)>,
    object: Object,
    reader: Reader,
    now: i128,
) {
    let reading = watch::read(&object, reader, world.cluster, now);
    let key = object.key();
    wait.see(&key, &reading);
    again.retain(|(_, it)| it.key() != key);
    if let Some(later) = reading.again_in {
        again.push((now + later.as_nanos() as i128, object));
    }
}

/// Tells what is still open, if that is not what was told last.
fn tell_progress(world: &World<'_>, wait: &Wait, goal: Goal, told: &mut String) {
    use crate::ready::kstatus::Status;
    let is_done = |reading: &Reading| match goal {
        Goal::Ready => reading.status == Status::Current,
        Goal::Gone => matches!(reading.status, Status::NotFound | Status::Unknown),
    };
    let all = wait.objects().count();
    let open: Vec<String> = wait
        .objects()
        .filter(|(_, reading)| !is_done(reading))
        .map(|(key, reading)| format!("{} {}: {}", key.kind, key.name, reading.message))
        .collect();
    let now = open.join("\n");
    if now != *told {
        world.tell(News::Waiting { open: &open, ready: all - open.len(), all });
        *told = now;
    }
}

/// As Helm 3 waits, but asked when something happens, and every two seconds as Helm does.
fn legacy_ready(world: &World<'_>, objects: &[Object], config: WaitConfig) -> Result<(), Error> {
    let options = legacy::Options { check_jobs: config.jobs, ..legacy::Options::default() };
    let mut poll = legacy::Poll::new(objects, options);
    let mut failure = None;
    let mut log = Vec::new();
    rounds(world, objects, config.timeout, &mut || {
        log.clear();
        match poll.round(world.cluster, &mut log) {
            Ok(done) => {
                let open: Vec<String> = log.last().cloned().into_iter().collect();
                world.tell(News::Waiting { open: &open, ready: 0, all: objects.len() });
                done
            }
            Err(error) => {
                failure = Some(Error::new(ErrorKind::NotReady, error.to_string()));
                true
            }
        }
    })?;
    failure.map_or(Ok(()), Err)
}

fn legacy_hook_done(world: &World<'_>, object: &Object, timeout: Duration) -> Result<(), Error> {
    if !matches!(object.kind(), "Job" | "Pod") {
        return Ok(());
    }
    let target = Target::of(object);
    let mut failure = None;
    rounds(world, std::slice::from_ref(object), timeout, &mut || match world.cluster.get(&target) {
        Ok(None) => false,
        Ok(Some(live)) => match legacy::hook_is_done(&live) {
            Ok(done) => done,
            Err(message) => {
                failure = Some(Error::new(ErrorKind::Hook, message));
                true
            }
        },
        Err(error) => {
            failure = Some(error.into());
            true
        }
    })?;
    failure.map_or(Ok(()), Err)
}

fn legacy_gone(world: &World<'_>, objects: &[Object], timeout: Duration) -> Result<(), Error> {
    let mut failure: Option<ApiError> = None;
    rounds(world, objects, timeout, &mut || {
        objects.iter().all(|object| match world.cluster.get(&Target::of(object)) {
            Ok(None) => true,
            Ok(Some(_)) => false,
            Err(error) => {
                failure.get_or_insert(error);
                true
            }
        })
    })?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// Asks again whenever something happens, and every two seconds, until the answer is yes.
fn rounds(
    world: &World<'_>,
    objects: &[Object],
    timeout: Duration,
    is_done: &mut dyn FnMut() -> bool,
) -> Result<(), Error> {
    const ROUND: i128 = 2_000_000_000;
    /// Several changes at once are one reason to look.
    const SOONEST: i128 = 100_000_000;
    let mut looked = None;
    let mut changed = true;
    let ended = observe(world, &scopes(objects), timeout, &mut |news| {
        changed |= !matches!(news, Seen::Tick);
        let now = world.clock.now();
        let since = looked.map_or(i128::MAX, |at| now - at);
        if since >= ROUND || (changed && since >= SOONEST) {
            looked = Some(now);
            changed = false;
            return is_done();
        }
        false
    })?;
    match ended {
        Ended::Done => Ok(()),
        Ended::Late => Err(Error::new(ErrorKind::NotReady, "timed out waiting for the condition")),
        Ended::Cancelled => Err(Error::new(ErrorKind::Cancelled, "context canceled")),
    }
}

/// How a wait came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Done,
    Late,
    Cancelled,
}

impl Ended {
    fn error_kind(self) -> ErrorKind {
        match self {
            Self::Done | Self::Late => ErrorKind::NotReady,
            Self::Cancelled => ErrorKind::Cancelled,
        }
    }
}

fn observe(
    world: &World<'_>,
    scopes: &[Scope],
    timeout: Duration,
    is_done: &mut dyn FnMut(Seen) -> bool,
) -> Result<Ended, Error> {
    let mut ended = Ended::Late;
    let answered = world.cluster.observe(scopes, timeout, &mut |news| {
        if world.observer.is_cancelled() {
            ended = Ended::Cancelled;
            return ControlFlow::Break(());
        }
        if is_done(news) {
            ended = Ended::Done;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    answered.map(|_| ended).map_err(Error::from)
}

/// What is watched for some objects: a single one of its kind by its name, several by their kind.
fn scopes(objects: &[Object]) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = Vec::new();
    for object in objects {
        let scope = Scope {
            gvk: object.gvk(),
            namespace: object.namespace().to_owned(),
            labels: String::new(),
            fields: format!("metadata.name={}", object.name()),
        };
        let same = |it: &&mut Scope| it.gvk == scope.gvk && it.namespace == scope.namespace;
        match scopes.iter_mut().find(same) {
            Some(known) if known.fields != scope.fields => known.fields.clear(),
            Some(_) => {}
            None => scopes.push(scope),
        }
    }
    scopes
}

fn key_of(target: &Target) -> ObjectKey {
    ObjectKey {
        group: target.gvk.group.clone(),
        kind: target.gvk.kind.clone(),
        namespace: target.namespace.clone(),
        name: target.name.clone(),
    }
}
