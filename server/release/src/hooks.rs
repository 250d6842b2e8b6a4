//! Hooks: one after the other, by weight and name, each waited for (`pkg/action/hooks.go`).
//!
//! Before a hook's object is made again the old one must be gone. Helm 4 does not wait for that unless somebody waits for
//! everything; we do, since an object with finalizers is still there when its successor comes.

use std::time::Duration;

use crate::apply::{self, Method, Writing};
use crate::error::{Error, ErrorKind};
use crate::manifest;
use crate::object::Gvk;
use crate::ports::{Propagation, Request, Scope, Target};
use crate::record::{HookPhase, HookRecord, HookRun, Record};
use crate::wait;
use crate::world::{News, Step, World};

const BEFORE_CREATION: &str = "before-hook-creation";
const SUCCEEDED: &str = "hook-succeeded";
const FAILED: &str = "hook-failed";

/// How hooks run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HookConfig {
    /// Whether objects are applied rather than created.
    pub(crate) server_side: bool,
    /// How long each is waited for.
    pub(crate) timeout: Duration,
}

/// Runs the hooks of an event, and cleans up after them.
pub(crate) fn run(
    world: &World<'_>,
    record: &mut Record,
    event: &str,
    config: HookConfig,
) -> Result<(), Error> {
    match run_only(world, record, event, config) {
        Ok(ran) => clean_up(world, record, &ran, config),
        Err(failed) => {
            // What cleaning up has to say is of less interest than why the hook failed.
            let cleaned = clean_up_failed(world, record, &failed, config);
            if let Err(error) = cleaned {
                world.tell(News::Warning(&error.to_string()));
            }
            Err(failed.error)
        }
    }
}

/// A hook that failed.
#[derive(Debug)]
pub(crate) struct FailedHook {
    pub(crate) error: Error,
    /// The hooks that had run before it.
    ran: Vec<usize>,
    /// The one that failed, if its object had been made.
    failed: Option<usize>,
}

/// Runs the hooks of an event in their order: the answer is which.
pub(crate) fn run_only(
    world: &World<'_>,
    record: &mut Record,
    event: &str,
    config: HookConfig,
) -> Result<Vec<usize>, FailedHook> {
    let order = in_order(&record.hooks, event);
    if !order.is_empty() {
        world.tell(News::Step(Step::Hooks(event)));
    }
    for (at, index) in order.iter().enumerate() {
        run_one(world, record, *index, event, config).map_err(|(error, made)| FailedHook {
            error,
            ran: order[..at].to_vec(),
            failed: made.then_some(*index),
        })?;
    }
    Ok(order)
}

/// Hooks of an event by weight and name; those that have both in common stay in the order of their kinds.
fn in_order(hooks: &[HookRecord], event: &str) -> Vec<usize> {
    let mut order: Vec<usize> = (0..hooks.len()).filter(|at| hooks[*at].runs_on(event)).collect();
    order.sort_by(|a, b| {
        let key = |at: &usize| (hooks[*at].weight, &hooks[*at].name);
        key(a).cmp(&key(b))
    });
    order
}

/// The error comes with whether the object had been made.
fn run_one(
    world: &World<'_>,
    record: &mut Record,
    index: usize,
    event: &str,
    config: HookConfig,
) -> Result<(), (Error, bool)> {
    let namespace = record.namespace.clone();
    let hook = &mut record.hooks[index];
    let path = hook.path.clone();
    world.tell(News::Step(Step::Hook(&path)));
    if hook.delete_policies.is_empty() {
        hook.delete_policies.push(BEFORE_CREATION.to_owned());
    }
    delete_by_policy(world, hook, &namespace, BEFORE_CREATION, config).map_err(|error| (error, false))?;
    let objects = manifest::build(world.cluster, &hook.manifest, &namespace).map_err(|error| {
        (error.context(format!("unable to build kubernetes object for {event} hook {path}")), false)
    })?;
    hook.last_run = HookRun { started_at: Some(world.now()), completed_at: None, phase: HookPhase::Running };
    // Helm does without it if it cannot be kept, too.
    if let Err(error) = world.records.update(record) {
        world.tell(News::Warning(&format!("failed to record the release: {error}")));
    }
    let method = match config.server_side {
        true => Method::ServerSide { force_conflicts: false },
        false => Method::ClientSide { three_way: false },
    };
    let writing = Writing { method, dry_run: false, upgrade_managers: false };
    let made = apply::create_all(world, &objects, writing)
        .map_err(|error| error.context(format!("warning: Hook {event} {path} failed")));
    let done = made
        .map_err(|error| (error, false))
        .and_then(|()| wait::hook_done(world, &objects, config.timeout).map_err(|error| (error, true)));
    let hook = &mut record.hooks[index];
    hook.last_run.completed_at = Some(world.now());
    hook.last_run.phase = if done.is_ok() { HookPhase::Succeeded } else { HookPhase::Failed };
    done.map_err(|(error, made)| {
        let kind = if error.kind() == ErrorKind::Cancelled { ErrorKind::Cancelled } else { ErrorKind::Hook };
        (error.with_kind(kind), made)
    })
}

/// After all hooks of an event: logs are printed and objects deleted, the last ones first.
pub(crate) fn clean_up(
    world: &World<'_>,
    record: &Record,
    ran: &[usize],
    config: HookConfig,
) -> Result<(), Error> {
    for index in ran.iter().rev() {
        let hook = &record.hooks[*index];
        print_logs(world, hook, &record.namespace, SUCCEEDED);
        delete_by_policy(world, hook, &record.namespace, SUCCEEDED, config)?;
    }
    Ok(())
}

/// After a hook that failed: its logs, its object, and the objects of those before it.
pub(crate) fn clean_up_failed(
    world: &World<'_>,
    record: &Record,
    failed: &FailedHook,
    config: HookConfig,
) -> Result<(), Error> {
    let Some(index) = failed.failed else { return Ok(()) };
    let hook = &record.hooks[index];
    print_logs(world, hook, &record.namespace, FAILED);
    if let Err(error) = delete_by_policy(world, hook, &record.namespace, FAILED, config) {
        world.tell(News::Warning(&format!("error deleting the hook resource on hook failure: {error}")));
    }
    failed.ran.iter().try_for_each(|index| {
        delete_by_policy(world, &record.hooks[*index], &record.namespace, SUCCEEDED, config)
    })
}

fn delete_by_policy(
    world: &World<'_>,
    hook: &HookRecord,
    namespace: &str,
    policy: &str,
    config: HookConfig,
) -> Result<(), Error> {
    // With the definition everything of its kind would go.
    if hook.kind == "CustomResourceDefinition" || !hook.delete_policies.iter().any(|it| it == policy) {
        return Ok(());
    }
    let objects = manifest::build(world.cluster, &hook.manifest, namespace).map_err(|error| {
        error.context(format!("unable to build kubernetes object for deleting hook {}", hook.path))
    })?;
    let targets: Vec<Target> = objects.iter().map(Target::of).collect();
    let errors = apply::delete_all(world, &targets, Propagation::Background);
    if let Some(error) = Error::joined(errors, "; ") {
        return Err(error);
    }
    wait::gone(world, &objects, config.timeout)
}

/// What the containers of a hook printed, if its policy asks for it. Helm only grumbles where it cannot be had.
fn print_logs(world: &World<'_>, hook: &HookRecord, namespace: &str, policy: &str) {
    if !hook.output_log_policies.iter().any(|it| it == policy) {
        return;
    }
    let own = manifest::read(&hook.manifest).ok().and_then(|it| Some(it.first()?.namespace().to_owned()));
    let namespace = own.filter(|it| !it.is_empty()).unwrap_or_else(|| namespace.to_owned());
    let scope = |labels: String, fields: String| Scope {
        gvk: Gvk::new("v1", "Pod"),
        namespace: namespace.clone(),
        labels,
        fields,
    };
    let scope = match hook.kind.as_str() {
        "Job" => scope(format!("job-name={}", hook.name), String::new()),
        "Pod" => scope(String::new(), format!("metadata.name={}", hook.name)),
        _ => return,
    };
    if let Err(error) = print_pod_logs(world, scope) {
        world.tell(News::Warning(&format!("error outputting logs for hook failure: {error}")));
    }
}

fn print_pod_logs(world: &World<'_>, scope: Scope) -> Result<(), Error> {
    /// Hooks that print more have their end printed.
    const LINES: u32 = 10_000;
    for pod in world.cluster.ask(Request::List(scope))?.into_list() {
        for container in pod.list_at(&["spec", "containers"]) {
            let container = container["name"].as_str().unwrap_or_default();
            let text = world.cluster.logs(&Target::of(&pod), container, LINES, false)?;
            world.tell(News::Log { pod: pod.name(), container, text: &text });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_run_by_weight_then_name() {
        let hook = |name: &str, weight: i64, events: &[&str]| HookRecord {
            name: name.to_owned(),
            weight,
            events: events.iter().map(|it| (*it).to_owned()).collect(),
            ..HookRecord::default()
        };
        let hooks = [
            hook("late", 5, &["pre-install"]),
            hook("b", 0, &["pre-install", "pre-upgrade"]),
            hook("other", -9, &["post-install"]),
            hook("a", 0, &["pre-install"]),
            hook("early", -5, &["pre-install"]),
        ];
        assert_eq!(in_order(&hooks, "pre-install"), [4, 3, 1, 0]);
        assert_eq!(in_order(&hooks, "test"), [0_usize; 0]);
    }
}
