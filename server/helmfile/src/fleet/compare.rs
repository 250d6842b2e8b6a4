//! One release compared with what is deployed of it, and nothing written.
//!
//! The base is what an upgrade really starts from. helm-diff takes the newest revision even if that failed, so that a
//! second `helmfile apply` leaves a failed release alone where its manifests are the wanted ones already; here it is
//! deployed again. What comes out differently each time it is rendered is no change.

use release::actions::upgrade::Begun;
use release::diff::{Diff, DiffConfig, Index, IndexConfig, diff, mark_restless};
use release::record::{HookRecord, Status, Stub};
use release::{Error, Rendered, World};
use serde_json::{Map, Value};

use super::{Asked, Unit, Yard, takeover};

/// How releases are compared.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// How objects are.
    pub diff: DiffConfig,
    /// Hooks are left out.
    pub no_hooks: bool,
    /// Tests are objects like others.
    pub include_tests: bool,
    /// What is not installed yet is not compared with nothing.
    pub skip_new: bool,
}

/// What is to be done with a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Nothing: it is as it should be, or not there as it should not.
    Nothing,
    /// It is installed.
    Install,
    /// It is upgraded: something changes.
    Upgrade,
    /// It is upgraded although nothing changes: the last revision failed, or was left pending.
    Repair(Status),
    /// It is deleted.
    Delete,
}

impl What {
    /// Whether it is written.
    pub fn is_update(self) -> bool {
        matches!(self, Self::Install | Self::Upgrade | Self::Repair(_))
    }
}

/// A release, compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What is to be done with it.
    pub what: What,
    /// What changes. Nothing where it is deleted, or was not looked at.
    pub diff: Diff,
    /// Whether nobody wanted to see what changes.
    pub was_left_out: bool,
    /// What it was rendered to, if it changes: it need not be rendered again.
    pub(super) prepared: Option<Prepared>,
}

/// A rendering that is kept until it is deployed.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// What it was rendered to.
    pub(super) rendered: Rendered,
    /// For which revision; none where the release is installed.
    pub(super) revision: Option<i64>,
}

impl Compared {
    pub(super) fn without_diff(what: What) -> Self {
        Self { what, diff: Diff::default(), was_left_out: true, prepared: None }
    }
}

/// Whether Helm's `list` shows a release: it was not uninstalled, and its last revision is no old one.
pub(super) fn is_there(last: Option<&Stub>) -> bool {
    last.is_some_and(|it| !matches!(it.status, Status::Uninstalled | Status::Superseded | Status::Unknown))
}

/// Compares a release. `stubs` are those of its records.
pub(super) fn compare(
    yard: &dyn Yard,
    unit: &Unit<'_>,
    look: &Look,
    stubs: &[Stub],
) -> Result<Compared, Error> {
    let last = stubs.iter().max_by_key(|stub| stub.version);
    if !unit.release.installed {
        let what = if is_there(last) { What::Delete } else { What::Nothing };
        return Ok(Compared::without_diff(what));
    }
    if look.skip_new && !is_there(last) {
        return Ok(Compared::without_diff(What::Install));
    }
    let site = yard.site(unit)?;
    let listed = release::record::Listed::new(&*site.records, stubs.to_vec());
    let world = site.world_of(&listed, unit.config.history_max);
    let mut config = look.diff.clone();
    config.suppressed_lines.extend(unit.config.suppressed_lines.iter().cloned());
    let comparing = Comparing { yard, unit, look, config, world: &world, namespace: &site.namespace };
    match last {
        Some(last) if last.status != Status::Uninstalled => comparing.with_last(last),
        _ => comparing.with_nothing(),
    }
}

struct Comparing<'c> {
    yard: &'c dyn Yard,
    unit: &'c Unit<'c>,
    look: &'c Look,
    /// How objects are compared.
    config: DiffConfig,
    world: &'c World<'c>,
    namespace: &'c str,
}

impl Comparing<'_> {
    fn with_nothing(&self) -> Result<Compared, Error> {
        let values = self.yard.values(self.unit)?;
        let asked = asked(self.unit, self.namespace, None, values);
        let rendered = self.yard.render(self.unit, self.world, asked, false)?;
        let diff = diff(&Index::default(), &self.index(&rendered.manifest, &rendered.hooks)?, &self.config);
        let prepared = Some(Prepared { rendered, revision: None });
        Ok(Compared { what: What::Install, diff, was_left_out: false, prepared })
    }

    fn with_last(&self, last: &Stub) -> Result<Compared, Error> {
        let (name, records) = (self.unit.name(), &self.world.records);
        let last = records.store().read(last).or_else(|_| records.last(name))?;
        takeover::examine(self.yard, self.world, self.unit, &last)?;
        if last.info.status == Status::Uninstalling {
            return self.with_nothing();
        }
        let status = last.info.status;
        let begun = Begun::after(self.world, last)?;
        let given = self.yard.values(self.unit)?;
        let once = self.render(&begun, given.clone(), true)?;
        let old = self.index(&begun.current.manifest, &begun.current.hooks)?;
        let once = self.index(&once.manifest, &once.hooks)?;
        let mut found = diff(&old, &once, &self.config);
        if !found.any && status == Status::Deployed {
            return Ok(Compared { what: What::Nothing, diff: found, was_left_out: false, prepared: None });
        }
        // What is shown is what will be deployed; what differs from the first rendering is made up each time.
        let rendered = self.render(&begun, given, false)?;
        let new = self.index(&rendered.manifest, &rendered.hooks)?;
        found = diff(&old, &new, &self.config);
        mark_restless(&mut found, &new, &once, &self.config);
        let what = match (found.any, status) {
            (true, _) => What::Upgrade,
            (false, Status::Deployed) => What::Nothing,
            (false, status) => What::Repair(status),
        };
        let prepared =
            (what != What::Nothing).then_some(Prepared { rendered, revision: Some(begun.revision) });
        Ok(Compared { what, diff: found, was_left_out: false, prepared })
    }

    fn render(&self, begun: &Begun, given: Map<String, Value>, brief: bool) -> Result<Rendered, Error> {
        let asked = asked(self.unit, self.namespace, Some(begun), given);
        self.yard.render(self.unit, self.world, asked, brief)
    }

    fn index(&self, manifest: &str, hooks: &[HookRecord]) -> Result<Index, Error> {
        let mut text = manifest.to_owned();
        if !self.look.no_hooks {
            for hook in hooks {
                text += &format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest);
            }
        }
        let config = IndexConfig {
            namespace: self.namespace.to_owned(),
            include_tests: self.look.include_tests,
            ..IndexConfig::default()
        };
        Index::read(&text, &config)
    }
}

/// What is to be rendered for an upgrade, or where nothing was begun for an installation.
pub(super) fn asked(
    unit: &Unit<'_>,
    namespace: &str,
    begun: Option<&Begun>,
    given: Map<String, Value>,
) -> Asked {
    let (values, own_values) = match begun {
        Some(begun) => begun.values(unit.config.values, given),
        None => (given, None),
    };
    let release = render::Release {
        name: unit.name().to_owned(),
        namespace: namespace.to_owned(),
        is_upgrade: begun.is_some(),
        revision: begun.map_or(1, |it| it.revision),
    };
    Asked { release, values, own_values }
}
