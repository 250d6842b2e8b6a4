//! Plans: what an operation would do, shown before it is done, and bound to what was looked at.
//!
//! Everything that can be asked beforehand is asked: each object is tried on the server, and the plan holds what is live
//! beside what would become of it. Nothing is written before [`Intent::carry_out`], and that refuses if the cluster, the
//! release or an object is no longer what the plan was made of.

mod bound;
mod changes;
mod counts;
mod deploy;
mod drift;

pub use bound::{Bound, fingerprint};
pub use changes::{Path, PathStep, Planned, Side};
pub use counts::Counts;
pub use deploy::{Deploy, DeployConfig};
pub use drift::{Drift, drift};

use crate::actions::rollback::{self, RollbackConfig};
use crate::actions::uninstall::{self, UninstallConfig};
use crate::diff::Summary;
use crate::error::Error;
use crate::preflight::Tried;
use crate::record::{HookRecord, Record};
use crate::world::World;

/// What somebody wants to do with a release.
#[derive(Clone, Debug)]
pub enum Intent {
    /// Install it, or upgrade it if it is there.
    Deploy(Box<Deploy>),
    /// Bring an old revision back.
    Rollback(RollbackConfig),
    /// Take it away.
    Uninstall(String, UninstallConfig),
}

/// What would be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The release.
    pub name: String,
    /// Where it is.
    pub namespace: String,
    /// The revision that would be made; none where the release is taken away.
    pub revision: Option<i64>,
    /// Every object that changes, what is dangerous first.
    pub objects: Vec<Planned>,
    /// How much changes.
    pub summary: Summary,
    /// The hooks that would run, in their order.
    pub hooks: Vec<PlannedHook>,
    /// Why the server would not take it.
    pub refused: Option<Error>,
    /// What else is to be known before somebody says yes, a sentence each.
    pub remarks: Vec<String>,
    /// What it was made of.
    pub bound: Bound,
}

/// A hook that would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedHook {
    /// `pre-upgrade`
    pub event: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Intent {
    /// What it would do. Nothing is written.
    pub fn plan(&self, world: &World<'_>) -> Result<Plan, Error> {
        match self {
            Self::Deploy(deploy) => deploy.plan(world),
            Self::Rollback(config) => plan_rollback(world, config),
            Self::Uninstall(name, config) => plan_uninstall(world, name, config),
        }
    }

    /// Does what was planned, if everything is still as it was when it was planned.
    ///
    /// The answer is the last revision; none where the release was taken away with its history.
    pub fn carry_out(self, world: &World<'_>, plan: &Plan) -> Result<Option<Record>, Error> {
        plan.bound.still_holds(world, &plan.name)?;
        match self {
            Self::Deploy(deploy) => deploy.carry_out(world).map(Some),
            Self::Rollback(config) => rollback::rollback(world, &config).map(Some),
            Self::Uninstall(name, config) => {
                uninstall::uninstall(world, &name, &config).map(|done| done.record)
            }
        }
    }
}

/// What the parts of a plan are made of.
struct Draft<'d> {
    name: &'d str,
    namespace: &'d str,
    revision: Option<i64>,
    /// What would be deployed; the old manifest where objects only go.
    manifest: &'d str,
    hooks: &'d [HookRecord],
    events: [&'d str; 2],
    remarks: Vec<String>,
}

impl Draft<'_> {
    fn of_tried(self, world: &World<'_>, tried: &Tried) -> Result<Plan, Error> {
        let before = tried.trials.iter().map(|trial| (&trial.target, trial.live.as_ref()));
        let gone: Vec<_> = tried.gone.iter().map(|it| (crate::ports::Target::of(it), it)).collect();
        let gone = gone.iter().map(|(target, live)| (target, Some(*live)));
        let bound = Bound::new(world, self.name, self.manifest, before.chain(gone))?;
        let (objects, summary) = changes::of_tried(tried, self.manifest, self.namespace)?;
        Ok(self.plan(objects, summary, tried.refused.clone(), bound))
    }

    fn plan(self, objects: Vec<Planned>, summary: Summary, refused: Option<Error>, bound: Bound) -> Plan {
        let of_event = |event: &str| {
            let mut hooks: Vec<&HookRecord> =
                self.hooks.iter().filter(|hook| hook.events.iter().any(|it| it == event)).collect();
            hooks.sort_by(|a, b| (a.weight, &a.name).cmp(&(b.weight, &b.name)));
            let planned = |hook: &HookRecord| PlannedHook {
                event: event.to_owned(),
                kind: hook.kind.clone(),
                name: hook.name.clone(),
            };
            hooks.into_iter().map(planned).collect::<Vec<_>>()
        };
        Plan {
            name: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            revision: self.revision,
            hooks: self.events.into_iter().flat_map(of_event).collect(),
            objects,
            summary,
            refused,
            remarks: self.remarks,
            bound,
        }
    }
}

/// What no rollback brings back, in the words for the person who is about to roll back.
pub const NOT_RESTORED: &str = "A rollback restores Kubernetes objects. Databases, the contents of volumes and everything else outside \
    stay as they are.";

fn plan_rollback(world: &World<'_>, config: &RollbackConfig) -> Result<Plan, Error> {
    let (record, tried) = rollback::trials(world, config)?;
    let mut remarks = vec![NOT_RESTORED.to_owned()];
    if config.apply.no_hooks {
        remarks.push("No hooks run.".to_owned());
    }
    Draft {
        name: &record.name,
        namespace: &record.namespace,
        revision: Some(record.version),
        manifest: &record.manifest,
        hooks: if config.apply.no_hooks { &[] } else { &record.hooks },
        events: ["pre-rollback", "post-rollback"],
        remarks,
    }
    .of_tried(world, &tried)
}

fn plan_uninstall(world: &World<'_>, name: &str, config: &UninstallConfig) -> Result<Plan, Error> {
    let (record, gone, kept) = uninstall::trials(world, name)?;
    let mut remarks: Vec<String> = kept.lines().map(str::to_owned).collect();
    if !config.keep_history {
        remarks.push("The history goes, too: nothing is left to roll back to.".to_owned());
    }
    let tried = Tried { trials: Vec::new(), gone, refused: None };
    Draft {
        name: &record.name,
        namespace: &record.namespace,
        revision: None,
        manifest: &record.manifest,
        hooks: if config.no_hooks { &[] } else { &record.hooks },
        events: ["pre-delete", "post-delete"],
        remarks,
    }
    .of_tried(world, &tried)
}

impl Plan {
    /// Whether nothing would change in the cluster. A new revision would be recorded all the same.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// How much changes.
    pub fn counts(&self) -> Counts {
        let Summary { added, changed, removed, restarts, .. } = self.summary;
        Counts { added, changed, removed, restarts, hooks: self.hooks.len() }
    }

    /// The objects as helm-diff tells changes, for those who read one text.
    pub fn text(&self, head: &str) -> String {
        let mut text = String::new();
        let mut say = |line: &str| {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        };
        head.lines().for_each(&mut say);
        say(&self.counts().to_string());
        self.summary.dangers.iter().for_each(|it| say(&format!("Careful: {it}.")));
        self.remarks.iter().for_each(|it| say(it));
        for hook in &self.hooks {
            say(&format!("Hook {}: {} {}", hook.event, hook.kind, hook.name));
        }
        if let Some(refused) = &self.refused {
            refused.to_string().lines().for_each(&mut say);
        }
        for object in &self.objects {
            text.push_str(&object.text());
        }
        text
    }
}
