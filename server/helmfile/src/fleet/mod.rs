//! All releases of a helmfile, deployed by one program in one go.
//!
//! A [`Fleet`] is planned first: every release is rendered and compared with what is deployed, several at the same time,
//! and nothing is written. Then the [`Plan`] is carried out: what is not wanted goes, what changes is upgraded as soon as
//! what it needs is done ([`schedule`]). What fails stops what needs it, and nothing else.
//!
//! Clusters, charts, values and hooks are a port, [`Yard`], and threads are lent: the command line and the language server
//! bring their own.

mod carry_out;
mod compare;
mod config;
mod deploy;
mod plan;
mod report;
pub mod schedule;
mod takeover;
mod yard;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use text::FileId;

pub use carry_out::{Ended, Outcome, carry_out};
pub use compare::{Compared, Look, What};
pub use config::{Config, Overrides};
pub use plan::{Plan, Unplanned, plan};
pub use report::{comparing, shown_chart};
pub use yard::{Asked, Site, Told, Yard};

use crate::{Release, StateFile};
use schedule::Task;

/// One release of a fleet.
#[derive(Clone, Debug)]
pub struct Unit<'f> {
    /// The file that it stands in.
    pub file: &'f StateFile,
    /// What the file says of it.
    pub release: &'f Release,
    /// How it is deployed.
    pub config: Config,
}

impl Unit<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.release.name.it
    }
}

/// Releases that are worked on together.
#[derive(Clone, Debug, Default)]
pub struct Fleet<'f> {
    /// The releases, in the order of their files.
    pub units: Vec<Unit<'f>>,
    /// What each needs, by number.
    needs: Vec<Vec<usize>>,
    /// Which tree of files each stands in, and how many files of that tree come before its own.
    places: Vec<(FileId, usize)>,
}

impl<'f> Fleet<'f> {
    /// Puts releases together. `files` are all files in the order in which they are done.
    pub fn new(files: &[StateFile], units: Vec<Unit<'f>>) -> Self {
        let by_id: BTreeMap<(FileId, &str), usize> = units
            .iter()
            .enumerate()
            .map(|(at, unit)| ((unit.file.id, unit.release.id.as_str()), at))
            .collect();
        let needs = |unit: &Unit<'_>| {
            let found = unit.release.needs.iter().filter_map(|it| by_id.get(&(unit.file.id, it.it.as_str())));
            found.copied().collect()
        };
        let needs = units.iter().map(needs).collect();
        let place = |unit: &Unit<'_>| {
            let at = files.iter().position(|file| file.id == unit.file.id).unwrap_or_default();
            (root_of(files, unit.file), at)
        };
        let places = units.iter().map(place).collect();
        Self { units, needs, places }
    }

    /// Some of the releases as tasks in their order. Who needs what does not run needs what that needs. Files of one tree
    /// are done one after the other, as Helmfile does them; several files of a folder have nothing to do with each other.
    fn tasks(&self, wanted: &[usize]) -> Vec<Task> {
        let among = |unit: usize| wanted.iter().position(|it| *it == unit);
        let needed = |unit: usize| {
            let (mut open, mut seen, mut found) = (self.needs[unit].clone(), Vec::new(), Vec::new());
            while let Some(next) = open.pop() {
                if seen.contains(&next) {
                    continue;
                }
                seen.push(next);
                match among(next) {
                    Some(task) => found.push(task),
                    None => open.extend(&self.needs[next]),
                }
            }
            found.sort_unstable();
            found
        };
        let before = |unit: usize| {
            let (tree, place) = self.places[unit];
            let is_before = |it: &usize| self.places[*it].0 == tree && self.places[*it].1 < place;
            (0..wanted.len()).filter(|task| is_before(&wanted[*task])).collect()
        };
        wanted.iter().map(|unit| Task { needs: needed(*unit), after: before(*unit) }).collect()
    }

    /// Whether a release needs one of some others, directly or not.
    fn depends_on(&self, unit: usize, others: &[usize]) -> bool {
        let (mut open, mut seen) = (self.needs[unit].clone(), Vec::new());
        while let Some(next) = open.pop() {
            if others.contains(&next) {
                return true;
            }
            if !seen.contains(&next) {
                seen.push(next);
                open.extend(&self.needs[next]);
            }
        }
        false
    }
}

/// The file that names the file that names … this one.
fn root_of(files: &[StateFile], file: &StateFile) -> FileId {
    let mut root = file;
    // No chain is longer than there are files.
    for _ in files {
        let Some((parent, _)) = &root.parent else { break };
        match files.iter().find(|it| it.id == *parent) {
            Some(found) => root = found,
            None => return *parent,
        }
    }
    root.id
}

/// The other way round: who was to wait is waited for.
fn reversed(tasks: &[Task]) -> Vec<Task> {
    let mut turned = vec![Task::default(); tasks.len()];
    for (at, task) in tasks.iter().enumerate() {
        task.needs.iter().for_each(|it| turned[*it].needs.push(at));
        task.after.iter().for_each(|it| turned[*it].after.push(at));
    }
    turned
}
