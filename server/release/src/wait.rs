//! Waiting: for objects to become ready, to go away, for hooks to come to their end.
//!
//! What readiness is, [`crate::ready`] knows. Here it is asked when something changes: the cluster is watched, never polled
//! by us.

use std::ops::ControlFlow;
use std::time::Duration;

use chart::Dialect;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::doctor::Doctor;
use crate::error::{Error, ErrorKind};
use crate::object::{Object, ObjectKey};
use crate::ports::{ApiError, Scope, Seen, Target};
use crate::ready::kstatus::Status;
use crate::ready::watch::{Goal, Reader, Reading, Wait};
use crate::ready::{legacy, summary, watch};
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
    /// To the end, also where it is plain that it is of no use.
    pub keep_waiting: bool,
}

impl Default for WaitConfig {
    fn default() -> Self {
        Self {
            strategy: WaitStrategy::HookOnly,
            jobs: false,
            timeout: Duration::from_mins(5),
            keep_waiting: false,
        }
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
            watched(world, objects, Goal::Ready, reader, config)
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
        Dialect::Helm4 => watched(
            world,
            objects,
            Goal::Ready,
            Reader::Hook,
            WaitConfig { timeout, ..WaitConfig::default() },
        ),
        Dialect::Helm3 => objects.iter().try_for_each(|object| legacy_hook_done(world, object, timeout)),
    }
}

/// Waits for objects to go away.
pub(crate) fn gone(world: &World<'_>, objects: &[Object], timeout: Duration) -> Result<(), Error> {
    if objects.is_empty() {
        return Ok(());
    }
    match world.dialect {
        Dialect::Helm4 => watched(
            world,
            objects,
            Goal::Gone,
            Reader::Ready,
            WaitConfig { timeout, ..WaitConfig::default() },
        ),
        Dialect::Helm3 => legacy_gone(world, objects, timeout),
    }
}

fn watched(
    world: &World<'_>,
    objects: &[Object],
    goal: Goal,
    reader: Reader,
    config: WaitConfig,
) -> Result<(), Error> {
    let wait = Wait::new(goal, objects);
    let waited: FxHashSet<ObjectKey> = wait.objects().map(|(key, _)| key.clone()).collect();
    if waited.is_empty() {
        return Ok(());
    }
    let fails_fast = goal == Goal::Ready && !config.keep_waiting;
    let mut watching = Watching {
        world,
        goal,
        reader,
        wait,
        waited,
        synced: false,
        live: FxHashMap::default(),
        again: Vec::new(),
        told: String::new(),
        doctor: fails_fast.then(|| Doctor::new(world)),
        hopeless: None,
    };
    let ended = observe(world, &scopes(objects), config.timeout, &mut |news| watching.see(news))?;
    let stopped = match (ended, &watching.hopeless) {
        (Ended::Done, None) => None,
        (Ended::Done, Some(why)) => Some(format!("there is no use in waiting: {why}")),
        (Ended::Late, _) => Some("context deadline exceeded".to_owned()),
        (Ended::Cancelled, _) => Some("context canceled".to_owned()),
    };
    watching.wait.end(stopped.as_deref()).map_err(|message| Error::new(ended.error_kind(), message))
}

/// A wait that watches.
struct Watching<'w> {
    world: &'w World<'w>,
    goal: Goal,
    reader: Reader,
    wait: Wait,
    waited: FxHashSet<ObjectKey>,
    /// Whether everything that was there at the beginning has been seen.
    synced: bool,
    /// The objects as they were seen last.
    live: FxHashMap<ObjectKey, Object>,
    /// Objects that time alone may change, and when to look at them again.
    again: Vec<(i128, Object)>,
    /// What was told last.
    told: String,
    /// Who finds out what is wrong; nobody where everything is waited for to the end.
    doctor: Option<Doctor<'w>>,
    /// Why it is of no use to wait longer.
    hopeless: Option<String>,
}

impl Watching<'_> {
    /// Whether the wait is over.
    fn see(&mut self, news: Seen) -> bool {
        let now = self.world.clock.now();
        match news {
            Seen::Object(object) if self.waited.contains(&object.key()) => self.look(object, now),
            Seen::Gone(target) => {
                let key = key_of(&target);
                self.live.remove(&key);
                self.wait.see(&key, &Reading::gone());
            }
            Seen::Synced => {
                self.synced = true;
                let missing = self.waited.iter().filter(|key| !self.live.contains_key(*key));
                missing.for_each(|key| self.wait.see(key, &Reading::gone()));
            }
            Seen::Object(_) | Seen::Tick => {
                let due: Vec<Object> =
                    self.again.extract_if(.., |(at, _)| *at <= now).map(|(_, it)| it).collect();
                for object in due {
                    self.look(object, now);
                }
            }
        }
        if !self.synced {
            return false;
        }
        self.tell_progress();
        if self.wait.is_over() {
            return true;
        }
        if let Some(doctor) = &mut self.doctor {
            self.hopeless = doctor.look(&self.wait, &self.live, now);
        }
        self.hopeless.is_some()
    }

    /// Reads the status of an object, now and again when time alone changes it.
    fn look(&mut self, object: Object, now: i128) {
        let reading = watch::read(&object, self.reader, self.world.cluster, now);
        let key = object.key();
        self.wait.see(&key, &reading);
        self.again.retain(|(_, it)| it.key() != key);
        if let Some(later) = reading.again_in {
            self.again.push((now + later.as_nanos() as i128, object.clone()));
        }
        self.live.insert(key, object);
    }

    /// Tells what is still open, if that is not what was told last.
    fn tell_progress(&mut self) {
        let goal = self.goal;
        let is_done = |reading: &Reading| match goal {
            Goal::Ready => reading.status == Status::Current,
            Goal::Gone => matches!(reading.status, Status::NotFound | Status::Unknown),
        };
        let all = self.wait.objects().count();
        let open: Vec<String> = self
            .wait
            .objects()
            .filter(|(_, reading)| !is_done(reading))
            .map(|(key, reading)| match self.live.get(key) {
                Some(object) if goal == Goal::Ready => summary::line(object, reading, &[]).text,
                _ => format!("{} {}: {}", key.kind, key.name, reading.message),
            })
            .collect();
        let now = open.join("\n");
        if now != self.told {
            self.world.tell(News::Waiting { open: &open, ready: all - open.len(), all });
            self.told = now;
        }
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
