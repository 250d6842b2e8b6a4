//! In which order releases are done: levels, each of releases that need only those of levels before.
//!
//! The levels and what is refused are those of the library that Helmfile uses (`variantdev/dag`).

use std::collections::{BTreeMap, BTreeSet};

use text::FileRange;

use crate::model::{Release, StateFile};
use crate::{Code, Finding};

/// What becomes of releases that are needed and not selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needs {
    /// They are an error.
    #[default]
    Refuse,
    /// `--skip-needs`: they are left out.
    Skip,
    /// `--include-needs` and `--include-transitive-needs`: they are done too, and what they need themselves.
    Include,
}

/// The selected releases of a file in levels, by their position in [`StateFile::releases`]; for deletions the other way
/// round.
pub fn levels(file: &StateFile, needs: Needs, reverse: bool) -> Result<Vec<Vec<usize>>, Finding> {
    let graph = Graph::of(file)?;
    let all = graph.levels()?;
    let selected = (0..file.releases.len()).filter(|&at| file.releases[at].selected);
    let mut included: BTreeSet<&str> = selected.map(|at| file.releases[at].id.as_str()).collect();
    // From the last level to the first, so that what a release needs that is taken in is taken in too.
    for level in all.iter().rev() {
        for &id in level.iter().filter(|_| needs != Needs::Skip) {
            let wanted_by: Vec<&str> = graph.wanted_by(id).filter(|it| included.contains(it)).collect();
            if included.contains(id) || wanted_by.is_empty() {
                continue;
            }
            if needs == Needs::Refuse {
                return Err(unselected(file, id, &wanted_by));
            }
            included.insert(id);
        }
    }
    let positions = |level: &Vec<&str>| {
        let counts = |release: &&Release| release.selected || graph.needed_only(&release.id, file);
        let here = file.releases.iter().enumerate().filter(|(_, it)| level.contains(&it.id.as_str()));
        let here = here.filter(|(_, it)| included.contains(it.id.as_str()) && counts(it));
        here.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let mut levels: Vec<Vec<usize>> = all.iter().map(positions).filter(|it| !it.is_empty()).collect();
    if reverse {
        levels.reverse();
    }
    Ok(levels)
}

/// Who needs whom, by ids.
struct Graph<'f> {
    needs: BTreeMap<&'f str, Vec<&'f str>>,
    /// The ids in the order of the file.
    order: Vec<&'f str>,
    file: &'f StateFile,
}

impl<'f> Graph<'f> {
    fn of(file: &'f StateFile) -> Result<Self, Finding> {
        let mut needs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut order = Vec::new();
        for release in &file.releases {
            if !needs.contains_key(release.id.as_str()) {
                order.push(release.id.as_str());
            }
            needs.entry(&release.id).or_default().extend(release.needs.iter().map(|it| it.it.as_str()));
        }
        let graph = Self { needs, order, file };
        graph.check()?;
        Ok(graph)
    }

    /// All that is needed must be there.
    fn check(&self) -> Result<(), Finding> {
        for release in &self.file.releases {
            let Some(need) = release.needs.iter().find(|it| !self.needs.contains_key(it.it.as_str())) else {
                continue;
            };
            let (id, name) = (&need.it, need.it.rsplit('/').next().unwrap_or_default());
            let wanted_by: Vec<String> = self.wanted_by(id).map(|it| format!("{it:?}")).collect();
            let message = format!(
                "release(s) {} depend(s) on an undefined release {id:?}. Perhaps you made a typo in \"needs\" or forgot defining a release named {name:?} with appropriate \"namespace\" and \"kubeContext\"?",
                wanted_by.join(", ")
            );
            let finding = Finding::error(Code::UndefinedNeed, need.at, message);
            return Err(match self.similar(id, name) {
                Some(meant) => finding.advise(format!("did you mean {meant:?}?")),
                None => finding,
            });
        }
        Ok(())
    }

    /// A release that may have been meant: of the same name elsewhere, or of nearly the same name.
    fn similar(&self, id: &str, name: &str) -> Option<&'f str> {
        let same = self.order.iter().find(|it| it.rsplit('/').next() == Some(name));
        same.copied().or_else(|| text::nearest(id, self.order.iter().copied()))
    }

    /// The releases that need this one.
    fn wanted_by(&self, id: &str) -> impl Iterator<Item = &'f str> {
        let id = id.to_owned();
        self.order
            .iter()
            .copied()
            .filter(move |it| self.needs.get(it).is_some_and(|needs| needs.contains(&id.as_str())))
    }

    /// Whether no release of this id is selected, so that all of them come in because they are needed.
    fn needed_only(&self, id: &str, file: &StateFile) -> bool {
        !file.releases.iter().any(|it| it.id == id && it.selected)
    }

    /// All ids in levels.
    fn levels(&self) -> Result<Vec<Vec<&'f str>>, Finding> {
        let mut left = self.order.clone();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        let mut levels = Vec::new();
        while !left.is_empty() {
            let ready =
                |id: &&str| self.needs.get(id).is_none_or(|needs| needs.iter().all(|it| done.contains(it)));
            let (level, rest): (Vec<&str>, Vec<&str>) = left.iter().copied().partition(ready);
            if level.is_empty() {
                return Err(self.cycle(&left));
            }
            done.extend(level.iter().copied());
            levels.push(level);
            left = rest;
        }
        Ok(levels)
    }

    /// A cycle among ids that wait for each other.
    fn cycle(&self, left: &[&'f str]) -> Finding {
        let Some(&start) = left.first() else {
            return Finding::error(Code::Cycle, None, "cycle detected");
        };
        let mut path = vec![start];
        let begin = loop {
            let last = path.last().copied().unwrap_or(start);
            let needs = self.needs.get(last).map(Vec::as_slice).unwrap_or_default();
            let Some(next) = needs.iter().copied().find(|it| left.contains(it)) else { break 0 };
            if let Some(at) = path.iter().position(|it| *it == next) {
                break at;
            }
            path.push(next);
        };
        let mut cycle = path.split_off(begin);
        cycle.push(cycle[0]);
        let message = format!("cycle detected: {}", cycle.join(" -> "));
        let place = |pair: &[&str]| self.need_at(pair[0], pair[1]);
        let finding = Finding::error(Code::Cycle, cycle.windows(2).find_map(place), message)
            .advise("one of these releases must not need the next");
        let related = cycle.windows(2).skip(1);
        related.fold(finding, |it, pair| it.relate(place(pair), format!("{} needs {}", pair[0], pair[1])))
    }

    /// Where a release says that it needs another.
    fn need_at(&self, id: &str, need: &str) -> Option<FileRange> {
        let of_id = self.file.releases.iter().filter(|it| it.id == id);
        of_id.flat_map(|it| &it.needs).find(|it| it.it == need)?.at
    }
}

/// Helmfile's words for a need that was not selected.
fn unselected(file: &StateFile, id: &str, wanted_by: &[&str]) -> Finding {
    let mut sorted = wanted_by.to_vec();
    sorted.sort_unstable();
    let quoted: Vec<String> = sorted.iter().map(|it| format!("{it:?}")).collect();
    let (listed, verb) = match &quoted[..] {
        [one] => (one.clone(), "depends"),
        [one, other] => (format!("{one} and {other}"), "depend"),
        [some @ .., last] => (format!("{}, and {last}", some.join(", ")), "depend"),
        [] => (String::new(), "depends"),
    };
    let name = id.rsplit('/').next().unwrap_or_default();
    let message = format!("release {listed} {verb} on {id:?} which does not match the selectors");
    let advice = format!(
        "Please add a selector like \"--selector name={name}\", or indicate whether to skip (--skip-needs) or include (--include-needs) these dependencies"
    );
    let needs =
        file.releases.iter().filter(|it| wanted_by.contains(&it.id.as_str())).flat_map(|it| &it.needs);
    let at = needs.filter(|it| it.it == id).find_map(|it| it.at);
    Finding::error(Code::UnselectedNeed, at, message).advise(advice)
}

#[cfg(test)]
mod tests;
