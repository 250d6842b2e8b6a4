//! The plan for all releases: what is done with each, and what changes by it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chart::Spread;
use release::Error;
use release::record::Stub;

use super::compare::compare;
use super::{Compared, Fleet, Look, What, Yard};

/// What is done with each release.
#[derive(Clone, Debug)]
pub struct Plan {
    /// By the number of the release.
    pub releases: Vec<Compared>,
}

/// Releases that could not be compared, by number, and why. Nothing was changed.
pub type Unplanned = Vec<(usize, Error)>;

impl Plan {
    /// The releases of which something is to be done.
    pub fn chosen(&self, is_it: impl Fn(What) -> bool) -> Vec<usize> {
        (0..self.releases.len()).filter(|it| is_it(self.releases[*it].what)).collect()
    }

    /// Whether nothing is done.
    pub fn is_empty(&self) -> bool {
        self.releases.iter().all(|it| it.what == What::Nothing)
    }

    /// A plan that upgrades every release that is wanted, whether it changes or not: `sync`.
    pub fn everything(fleet: &Fleet<'_>, yard: &dyn Yard, crew: &dyn Spread) -> Result<Self, Unplanned> {
        let mut plan = what_is_there(fleet, yard, crew)?;
        for (unit, compared) in fleet.units.iter().zip(&mut plan.releases) {
            compared.what = match (compared.what, unit.release.installed) {
                (What::Nothing, true) => What::Install,
                (What::Delete, true) => What::Upgrade,
                (what, _) => what,
            };
        }
        Ok(plan)
    }

    /// A plan that deletes every release that is there: `destroy`.
    pub fn nothing_left(fleet: &Fleet<'_>, yard: &dyn Yard, crew: &dyn Spread) -> Result<Self, Unplanned> {
        what_is_there(fleet, yard, crew)
    }
}

/// Compares every release with what is deployed.
pub fn plan(fleet: &Fleet<'_>, yard: &dyn Yard, look: &Look, crew: &dyn Spread) -> Result<Plan, Unplanned> {
    let listed = list(fleet, yard, crew)?;
    each(fleet, crew, |at| compare(yard, &fleet.units[at], look, &listed[at]))
        .map(|releases| Plan { releases })
}

/// What is there would be deleted.
fn what_is_there(fleet: &Fleet<'_>, yard: &dyn Yard, crew: &dyn Spread) -> Result<Plan, Unplanned> {
    let listed = list(fleet, yard, crew)?;
    let what = |stubs: &Vec<Stub>| {
        let last = stubs.iter().max_by_key(|stub| stub.version);
        if super::compare::is_there(last) { What::Delete } else { What::Nothing }
    };
    Ok(Plan { releases: listed.iter().map(|it| Compared::without_diff(what(it))).collect() })
}

/// The records of each release. Every namespace is listed once.
fn list(fleet: &Fleet<'_>, yard: &dyn Yard, crew: &dyn Spread) -> Result<Vec<Vec<Stub>>, Unplanned> {
    let mut places: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, unit) in fleet.units.iter().enumerate() {
        let release = unit.release;
        places.entry((&release.kube_context, &release.namespace.it)).or_default().push(at);
    }
    let places: Vec<Vec<usize>> = places.into_values().collect();
    let found = gathered(places.len(), crew, |place| {
        let first = places[place][0];
        let look = || {
            let site = yard.site(&fleet.units[first])?;
            let stubs = site.records.stubs(None)?;
            // Whoever renders afterwards finds the answer there, and many do at the same time.
            site.cluster.capabilities()?;
            Ok(stubs)
        };
        look().map_err(|error| (first, error))
    })?;
    let mut listed = vec![Vec::new(); fleet.units.len()];
    for (units, stubs) in places.iter().zip(found) {
        for at in units {
            let own = stubs.iter().filter(|stub| stub.name == fleet.units[*at].name());
            listed[*at] = own.cloned().collect();
        }
    }
    Ok(listed)
}

/// Does something for each release, several at the same time.
fn each<T: Send>(
    fleet: &Fleet<'_>,
    crew: &dyn Spread,
    work: impl Fn(usize) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Unplanned> {
    gathered(fleet.units.len(), crew, |at| work(at).map_err(|error| (at, error)))
}

/// The results of work that is done in any order, or everything that went wrong.
fn gathered<T: Send>(
    count: usize,
    crew: &dyn Spread,
    work: impl Fn(usize) -> Result<T, (usize, Error)> + Sync,
) -> Result<Vec<T>, Unplanned> {
    let done: Vec<Mutex<Option<_>>> = (0..count).map(|_| Mutex::new(None)).collect();
    crew.each(&vec![0; count], &|at| {
        let result = work(at);
        *done[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    let (mut good, mut bad) = (Vec::with_capacity(count), Vec::new());
    for result in done.into_iter().filter_map(|it| it.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        match result {
            Ok(result) => good.push(result),
            Err(error) => bad.push(error),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}
