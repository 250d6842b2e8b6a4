//! A true dry run: every object goes to the server before anything is written, which checks schemas, admission, quotas, names
//! and owners of fields as if it were meant. Neither Helm does that.
//!
//! What depends on something that is only about to be made cannot be tried: objects in a new namespace, or of a kind whose
//! definition is part of the release. Webhooks that cannot be tried say so. Those are let pass.

use rustc_hash::FxHashSet;

use crate::apply::{self, MANAGER, Method, Writing};
use crate::error::{Error, ErrorKind};
use crate::manifest::{self, Fate, named};
use crate::object::Object;
use crate::patch::managed_fields::conflicts;
use crate::ports::{ApiError, Reply, Request, Target};
use crate::world::{News, Step, World};

/// One object that was tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The object.
    pub target: Target,
    /// What is there now.
    pub live: Option<Object>,
    /// What it is to be.
    pub wanted: Object,
    /// What it would be, or why it cannot be.
    pub outcome: Result<Object, Error>,
}

/// Everything that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Each object that is to be there.
    pub trials: Vec<Trial>,
    /// Live objects that would be taken away.
    pub gone: Vec<Object>,
    /// Why it would not be done.
    pub refused: Option<Error>,
}

impl Tried {
    /// Objects that the server cannot be asked about.
    pub(crate) fn unasked(objects: Vec<Object>) -> Self {
        let trial = |object: Object| Trial {
            target: Target::of(&object),
            live: None,
            outcome: Ok(object.clone()),
            wanted: object,
        };
        Self { trials: objects.into_iter().map(trial).collect(), gone: Vec::new(), refused: None }
    }
}

/// Tries to go from some objects to others.
pub(crate) fn all(world: &World<'_>, current: &[Object], objects: &[Object], writing: Writing) -> Tried {
    let trials = preflight(world, current, objects, writing);
    let refused = problems(&trials, objects);
    let stays = |object: &Object| objects.iter().any(|other| other.key() == object.key());
    let going: Vec<Object> =
        current.iter().filter(|it| !stays(it) && manifest::fate(it) == Fate::Deleted).cloned().collect();
    Tried { trials, gone: live(world, &going), refused }
}

/// Objects as they are now; those that are not there are left out.
pub(crate) fn live(world: &World<'_>, objects: &[Object]) -> Vec<Object> {
    let gets: Vec<_> = objects.iter().map(|object| Request::Get(Target::of(object))).collect();
    apply::send(world, &gets).into_iter().flatten().map(Reply::into_object).collect()
}

/// Tries to write objects.
pub fn preflight(world: &World<'_>, current: &[Object], objects: &[Object], writing: Writing) -> Vec<Trial> {
    world.tell(News::Step(Step::DryRun));
    let writing = Writing { dry_run: true, ..writing };
    let gets: Vec<_> = objects.iter().map(|object| Request::Get(Target::of(object))).collect();
    let replies = apply::send(world, &gets);
    let mut trials: Vec<Trial> = Vec::new();
    let mut requests = Vec::new();
    for (object, reply) in objects.iter().zip(replies) {
        let live = match reply {
            Ok(reply) => Some(reply.into_object()),
            Err(_) => None,
        };
        let request = match &live {
            Some(live) => apply::rewriting(world, current, object, live, writing),
            None => Ok(Some(apply::creation(object, writing, world.dialect))),
        };
        let outcome = match request {
            Ok(Some(request)) => {
                requests.push((trials.len(), request));
                // It is filled in below.
                Ok(Object::default())
            }
            Ok(None) => Ok(live.clone().unwrap_or_default()),
            Err(error) => Err(error),
        };
        trials.push(Trial { target: Target::of(object), live, wanted: object.clone(), outcome });
    }
    let sent: Vec<Request> = requests.iter().map(|(_, request)| request.clone()).collect();
    for ((at, request), reply) in requests.into_iter().zip(apply::send(world, &sent)) {
        let reply = match reply {
            // Our own fields from before server-side apply pass over to it when it is meant.
            Err(error) if writing.upgrade_managers && is_only_ours(&error) => again_by_force(world, request),
            reply => reply,
        };
        let object = &objects[at];
        trials[at].outcome = reply.map(Reply::into_object).map_err(|error| match trials[at].live {
            Some(_) => apply::not_written(object, error, writing),
            None => apply::refused(object, error, writing),
        });
    }
    trials
}

fn is_only_ours(error: &ApiError) -> bool {
    let found = conflicts(error);
    !found.is_empty() && found.iter().all(|conflict| conflict.manager == MANAGER)
}

fn again_by_force(world: &World<'_>, request: Request) -> Result<Reply, ApiError> {
    match request {
        Request::Apply(object, options) => {
            world.cluster.ask(Request::Apply(object, crate::ports::ApplyOptions { force: true, ..options }))
        }
        other => world.cluster.ask(other),
    }
}

/// What stands in the way, all of it; `None` if nothing does.
pub fn problems(trials: &[Trial], objects: &[Object]) -> Option<Error> {
    let made_here = |kind: &str| -> FxHashSet<&str> {
        objects.iter().filter(|object| object.kind() == kind).map(Object::name).collect()
    };
    let namespaces = made_here("Namespace");
    let brings_kinds = !made_here("CustomResourceDefinition").is_empty();
    let is_unclear = |trial: &Trial, error: &Error| {
        let text = error.to_string();
        (trial.live.is_none() && namespaces.contains(trial.target.namespace.as_str()))
            || (trial.live.is_none() && text.contains("namespaces \"") && text.contains("not found"))
            || (brings_kinds && text.contains("no matches for kind"))
            || text.contains("does not support dry run")
    };
    let wrong: Vec<String> = trials
        .iter()
        .filter_map(|trial| Some((trial, trial.outcome.as_ref().err()?)))
        .filter(|(trial, error)| !is_unclear(trial, error))
        .map(|(trial, error)| format!("{}: {error}", named(&trial.target)))
        .collect();
    match wrong.as_slice() {
        [] => None,
        [one] => Some(Error::new(
            ErrorKind::Refused,
            format!("the server refuses, and nothing was changed: {one}"),
        )),
        several => {
            let lines: Vec<String> = several.iter().map(|it| format!("\n- {it}")).collect();
            let message = format!(
                "the server refuses {} objects, and nothing was changed:{}",
                several.len(),
                lines.concat()
            );
            Some(Error::new(ErrorKind::Refused, message))
        }
    }
}

/// How new objects are tried.
pub(crate) fn creating(server_side: bool) -> Writing {
    let method = match server_side {
        true => Method::ServerSide { force_conflicts: false },
        false => Method::ClientSide { three_way: false },
    };
    Writing { method, dry_run: true, upgrade_managers: false }
}
