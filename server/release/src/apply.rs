//! Writing objects into a cluster and taking them away, as Helm does (`pkg/kube/client.go`), but several at a time.
//!
//! Kinds follow one another in the order of the manifest; objects of one kind are worked on together. Where Helm goes on
//! after a failure, so do we: what can be written is written, and all that failed is told.

use chart::Dialect;

use crate::error::{Error, ErrorKind};
use crate::manifest::{self, go_gvk, named};
use crate::object::Object;
use crate::patch;
use crate::ports::{
    ApiError, ApplyOptions, DeleteOptions, Propagation, Reply, Request, Target, Validation, WriteOptions,
};
use crate::world::{Done, News, World};

/// Who the fields belong to that we write: the same as in both Helms, so that teams can mix tools.
pub const MANAGER: &str = "helm";

/// How objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writing {
    /// By which method.
    pub method: Method,
    /// Have the server check everything and write nothing.
    pub dry_run: bool,
    /// Take over what was written from the client's side before it is applied (`csaupgrade`).
    pub upgrade_managers: bool,
}

/// The two ways to write an object that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Server-side apply.
    ServerSide {
        /// Take fields from other managers.
        force_conflicts: bool,
    },
    /// Patches that we compute.
    ClientSide {
        /// Look at the live object also where the kind is not built in.
        three_way: bool,
    },
    /// Put the new object in the place of the old one (`--force-replace`).
    Replace {
        /// What is not there is applied.
        server_side: bool,
    },
}

impl Method {
    /// Whether new objects are applied instead of created.
    fn applies(self) -> bool {
        match self {
            Self::ServerSide { .. } => true,
            Self::ClientSide { .. } => false,
            Self::Replace { server_side } => server_side,
        }
    }

    fn force_conflicts(self) -> bool {
        matches!(self, Self::ServerSide { force_conflicts: true })
    }
}

/// What was done with objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Made, or tried to be made.
    pub created: Vec<Target>,
    /// Written, or tried to be written.
    pub updated: Vec<Target>,
    /// Taken away.
    pub deleted: Vec<Target>,
}

/// Makes objects. The error names all that could not be made.
pub fn create_all(world: &World<'_>, objects: &[Object], writing: Writing) -> Result<(), Error> {
    let mut errors = Vec::new();
    for kind in runs_of_kinds(objects) {
        let requests: Vec<_> = kind.iter().map(|object| creation(object, writing, world.dialect)).collect();
        for (object, reply) in kind.iter().zip(send(world, &requests)) {
            match reply {
                Ok(_) => world.tell(News::Done(&Target::of(object), Done::Created)),
                Err(error) => errors.push(refused(object, error, writing)),
            }
        }
    }
    match several(errors, world.dialect) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Makes what is not there, writes what is, and takes away what is only in `current`.
pub fn update_all(
    world: &World<'_>,
    current: &[Object],
    target: &[Object],
    writing: Writing,
) -> (Changes, Result<(), Error>) {
    let mut changes = Changes::default();
    let done = write_all(world, current, target, writing, &mut changes)
        .and_then(|()| delete_rest(world, current, target, writing, &mut changes));
    (changes, done)
}

fn write_all(
    world: &World<'_>,
    current: &[Object],
    target: &[Object],
    writing: Writing,
    changes: &mut Changes,
) -> Result<(), Error> {
    let gets: Vec<_> = target.iter().map(|object| Request::Get(Target::of(object))).collect();
    let mut live = send(world, &gets).into_iter();
    let mut errors = Vec::new();
    for kind in runs_of_kinds(target) {
        let mut new = Vec::new();
        let mut old = Vec::new();
        for object in kind {
            match live.next() {
                Some(Ok(reply)) => old.push((object, reply.into_object())),
                Some(Err(error)) if error.is_not_found() => new.push(object),
                Some(Err(error)) => {
                    return Err(Error::from(error).context("could not get information about the resource"));
                }
                None => {}
            }
        }
        make_missing(world, &new, writing, changes)?;
        errors.extend(write_existing(world, current, &old, writing, changes));
    }
    match Error::joined(errors, " && ") {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// What cannot be made ends the whole update, as in Helm.
fn make_missing(
    world: &World<'_>,
    objects: &[&Object],
    writing: Writing,
    changes: &mut Changes,
) -> Result<(), Error> {
    let requests: Vec<_> = objects.iter().map(|object| creation(object, writing, world.dialect)).collect();
    changes.created.extend(objects.iter().map(|object| Target::of(object)));
    for (object, reply) in objects.iter().zip(send(world, &requests)) {
        match reply {
            Ok(_) => world.tell(News::Done(&Target::of(object), Done::Created)),
            Err(error) => return Err(refused(object, error, writing).context("failed to create resource")),
        }
    }
    Ok(())
}

fn write_existing(
    world: &World<'_>,
    current: &[Object],
    objects: &[(&Object, Object)],
    writing: Writing,
    changes: &mut Changes,
) -> Vec<Error> {
    changes.updated.extend(objects.iter().map(|(object, _)| Target::of(object)));
    let mut errors = Vec::new();
    let mut asked = Vec::new();
    for (object, live) in objects {
        match rewriting(world, current, object, live, writing) {
            Ok(Some(request)) => asked.push((*object, live, request)),
            Ok(None) => world.tell(News::Done(&Target::of(object), Done::Unchanged)),
            Err(error) => errors.push(error),
        }
    }
    let requests: Vec<_> = asked.iter().map(|(_, _, request)| request.clone()).collect();
    for ((object, live, _), reply) in asked.iter().zip(send(world, &requests)) {
        match reply {
            Ok(reply) => {
                let same = reply.into_object().resource_version() == live.resource_version();
                let done = if same { Done::Unchanged } else { Done::Updated };
                world.tell(News::Done(&Target::of(object), done));
            }
            Err(error) => errors.push(not_written(object, error, writing)),
        }
    }
    errors
}

/// What is to be sent for an object that is there; `None` where nothing is to change.
pub(crate) fn rewriting(
    world: &World<'_>,
    current: &[Object],
    object: &Object,
    live: &Object,
    writing: Writing,
) -> Result<Option<Request>, Error> {
    let write = write_options(writing, world.dialect);
    match writing.method {
        Method::ServerSide { .. } => {
            if writing.upgrade_managers && !writing.dry_run {
                upgrade_managers(world, object, live, writing)?;
            }
            Ok(Some(applying(object, writing, world.dialect)))
        }
        Method::Replace { .. } => {
            let mut replacement = object.clone();
            replacement.set_resource_version(live.resource_version());
            Ok(Some(Request::Replace(replacement, write)))
        }
        Method::ClientSide { three_way } => {
            let key = object.key();
            let original = current.iter().find(|it| it.key() == key).unwrap_or(live);
            let patch = patch::patch_for(original, object, live, three_way).map_err(|error| {
                Error::new(ErrorKind::Manifest, format!("failed to create patch: {error}"))
            })?;
            Ok(patch.map(|patch| Request::Patch(Target::of(object), patch, write)))
        }
    }
}

/// Moves the fields that were written from the client's side to server-side apply, so that they can be taken away by it.
fn upgrade_managers(
    world: &World<'_>,
    object: &Object,
    live: &Object,
    writing: Writing,
) -> Result<(), Error> {
    /// As often as client-go tries where somebody else was faster.
    const ATTEMPTS: usize = 5;
    let target = Target::of(object);
    let mut live = live.clone();
    for attempt in 1.. {
        let Some(patch) = patch::managed_fields::upgrade(&live, &[MANAGER], MANAGER) else { return Ok(()) };
        let write = write_options(writing, world.dialect);
        match world.cluster.ask(Request::Patch(target.clone(), patch, write)) {
            Ok(_) => return Ok(()),
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => {
                live = world.cluster.get(&target)?.unwrap_or_default();
            }
            Err(error) => {
                let what = format!(
                    "failed to patch object to upgrade CSA field manager {}/{} {}",
                    target.namespace,
                    target.name,
                    go_gvk(&target)
                );
                return Err(Error::from(error).context(what));
            }
        }
    }
    Ok(())
}

/// Takes away what was part of the last revision and is no longer part of this one.
fn delete_rest(
    world: &World<'_>,
    current: &[Object],
    target: &[Object],
    writing: Writing,
    changes: &mut Changes,
) -> Result<(), Error> {
    // The version of a kind does not count: an object may be served in several.
    let wanted: rustc_hash::FxHashSet<_> = target.iter().map(Object::key).collect();
    let rest: Vec<_> = current.iter().filter(|it| !wanted.contains(&it.key())).map(Target::of).collect();
    let gets: Vec<_> = rest.iter().cloned().map(Request::Get).collect();
    let mut going = Vec::new();
    for (target, reply) in rest.iter().zip(send(world, &gets)) {
        let Ok(live) = reply.map(Reply::into_object) else { continue };
        if manifest::is_kept(&live) {
            world.tell(News::Done(target, Done::Kept));
        } else {
            going.push((target, live.uid().to_owned()));
        }
    }
    let deletes: Vec<_> = going
        .iter()
        .map(|(target, uid)| deletion(target, Propagation::Background, Some(uid.clone()), writing.dry_run))
        .collect();
    let mut errors = Vec::new();
    for ((target, _), reply) in going.into_iter().zip(send(world, &deletes)) {
        match reply {
            Ok(_) => {
                world.tell(News::Done(target, Done::Deleted));
                changes.deleted.push(target.clone());
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                let what = format!(
                    "failed to delete resource namespace={}, name={}, kind={}",
                    target.namespace, target.name, target.gvk.kind
                );
                errors.push(Error::from(error).context(what));
            }
        }
    }
    match Error::joined(errors, " && ") {
        // Helm 3 only logs it.
        Some(error) if world.dialect == Dialect::Helm3 => {
            world.tell(News::Warning(&error.to_string()));
            Ok(())
        }
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Takes objects away. What is not there any more counts as taken away.
pub fn delete_all(world: &World<'_>, targets: &[Target], propagation: Propagation) -> Vec<Error> {
    let mut errors = Vec::new();
    for kind in targets.chunk_by(|a, b| a.gvk.kind == b.gvk.kind) {
        let requests: Vec<_> = kind.iter().map(|it| deletion(it, propagation, None, false)).collect();
        for (target, reply) in kind.iter().zip(send(world, &requests)) {
            match reply {
                Ok(_) => world.tell(News::Done(target, Done::Deleted)),
                Err(error) if error.is_not_found() => {}
                Err(error) => errors.push(error.into()),
            }
        }
    }
    errors
}

/// Objects that are there already and not part of the last revision: those that are ours, or may be taken over.
///
/// The error is about the first that belongs to somebody else (`existingResourceConflict`, `requireAdoption`).
pub fn already_there(
    world: &World<'_>,
    objects: &[Object],
    release: &str,
    namespace: &str,
    take_ownership: bool,
) -> Result<Vec<Object>, Error> {
    let mut named_objects = Vec::new();
    for object in objects {
        match (object.name(), object.text_at(&["metadata", "generateName"])) {
            ("", generated) if !generated.is_empty() => {}
            (_, "") => named_objects.push(object),
            _ => {
                let message = "metadata.name and metadata.generateName cannot both be set";
                return Err(Error::new(ErrorKind::Manifest, message));
            }
        }
    }
    let gets: Vec<_> = named_objects.iter().map(|object| Request::Get(Target::of(object))).collect();
    let mut there = Vec::new();
    for (object, reply) in named_objects.iter().zip(send(world, &gets)) {
        let what = named(&Target::of(object));
        let live = match reply {
            Ok(reply) => reply.into_object(),
            Err(error) if error.is_not_found() => continue,
            Err(error) => {
                let context = format!("could not get information about the resource {what}");
                return Err(Error::from(error).context(context));
            }
        };
        if !take_ownership {
            manifest::check_owner(&live, release, namespace).map_err(|problem| {
                let message =
                    format!("{what} exists and cannot be imported into the current release: {problem}");
                Error::new(ErrorKind::Ownership, message)
            })?;
        }
        there.push((*object).clone());
    }
    Ok(there)
}

pub(crate) fn send(world: &World<'_>, requests: &[Request]) -> Vec<Result<Reply, ApiError>> {
    if requests.is_empty() { Vec::new() } else { world.cluster.send(requests) }
}

fn runs_of_kinds(objects: &[Object]) -> impl Iterator<Item = &[Object]> {
    objects.chunk_by(|a, b| a.kind() == b.kind())
}

pub(crate) fn creation(object: &Object, writing: Writing, dialect: Dialect) -> Request {
    // What has its name made up by the server can only be created.
    if writing.method.applies() && !object.name().is_empty() {
        applying(object, writing, dialect)
    } else {
        Request::Create(object.clone(), write_options(writing, dialect))
    }
}

fn applying(object: &Object, writing: Writing, dialect: Dialect) -> Request {
    let write = write_options(writing, dialect);
    Request::Apply(object.clone(), ApplyOptions { write, force: writing.method.force_conflicts() })
}

fn deletion(target: &Target, propagation: Propagation, uid: Option<String>, dry_run: bool) -> Request {
    Request::Delete(target.clone(), DeleteOptions { propagation, uid, dry_run })
}

/// Helm lets the server look for unknown fields where it applies; where it patches, nobody does.
fn write_options(writing: Writing, dialect: Dialect) -> WriteOptions {
    let strict = match writing.method {
        Method::ServerSide { .. } => true,
        Method::Replace { .. } => dialect == Dialect::Helm4,
        Method::ClientSide { .. } => false,
    };
    let validation = if strict { Validation::Strict } else { Validation::Ignore };
    WriteOptions { dry_run: writing.dry_run, manager: MANAGER.to_owned(), validation }
}

/// What is said of an object that could not be made.
pub(crate) fn refused(object: &Object, error: ApiError, writing: Writing) -> Error {
    if writing.method.applies() { apply_error(object, error) } else { error.into() }
}

/// What is said of an object that could not be written.
pub(crate) fn not_written(object: &Object, error: ApiError, writing: Writing) -> Error {
    match writing.method {
        Method::ServerSide { .. } => apply_error(object, error),
        Method::Replace { .. } => Error::from(error).context("failed to replace object"),
        Method::ClientSide { .. } => {
            let what = format!("cannot patch \"{}\" with kind {}", object.name(), object.kind());
            Error::from(error).context(what)
        }
    }
}

fn apply_error(object: &Object, error: ApiError) -> Error {
    let target = Target::of(object);
    let which = format!("{}/{} {}", target.namespace, target.name, go_gvk(&target));
    let what = match error.code {
        415 => "server-side apply not available on the server".to_owned(),
        _ if error.is_conflict() => format!("conflict occurred while applying object {which}"),
        _ => format!("server-side apply failed for object {which}"),
    };
    Error::from(error).context(what)
}

/// Several errors as one, as each Helm writes them.
fn several(errors: Vec<Error>, dialect: Dialect) -> Option<Error> {
    match dialect {
        Dialect::Helm4 => Error::joined(errors, "\n"),
        Dialect::Helm3 => {
            let kind = errors.first()?.kind();
            let count = match errors.len() {
                1 => "1 error".to_owned(),
                more => format!("{more} errors"),
            };
            let lines: Vec<String> = errors.iter().map(|error| format!("* {error}")).collect();
            Some(Error::new(kind, format!("{count} occurred:\n\t{}\n\n", lines.join("\n\t"))))
        }
    }
}
