//! What is remembered of a chart from one snapshot to the next. It makes answers faster, never different.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use project::FileCache;
use text::FileTable;

use super::ChartView;
use crate::helmfiles::FleetMemory;
use crate::model::Model;

/// What is remembered, by chart.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    charts: Mutex<HashMap<PathBuf, Arc<ChartMemory>>>,
    /// What is remembered of helmfiles.
    pub(crate) fleets: FleetMemory,
}

impl Memory {
    pub(crate) fn chart(&self, root: &Path) -> Arc<ChartMemory> {
        lock(&self.charts).entry(root.to_owned()).or_default().clone()
    }
}

/// What is remembered of one chart.
#[derive(Debug, Default)]
pub(crate) struct ChartMemory {
    /// Numbers of its files.
    pub(crate) numbers: Numbers,
    /// Values files outside of the chart.
    pub(crate) outside: FileCache,
    views: Mutex<ByTarget<ChartView>>,
    models: Mutex<ByTarget<Model>>,
}

/// The latest of each target, by its name, with the revision that it is of.
type ByTarget<T> = HashMap<String, (u64, Arc<T>)>;

impl ChartMemory {
    /// The latest view of a target that was made.
    pub(crate) fn last_view(&self, target: &str) -> Option<Arc<ChartView>> {
        lock(&self.views).get(target).map(|(_, view)| view.clone())
    }

    /// The latest model of a target that was made.
    pub(crate) fn last_model(&self, target: &str) -> Option<Arc<Model>> {
        lock(&self.models).get(target).map(|(_, model)| model.clone())
    }

    pub(crate) fn remember_view(&self, revision: u64, view: &Arc<ChartView>) {
        remember(&mut lock(&self.views), &view.target.name, revision, view);
    }

    pub(crate) fn remember_model(&self, revision: u64, target: &str, model: &Arc<Model>) {
        remember(&mut lock(&self.models), target, revision, model);
    }
}

/// Numbers of files. They are only ever added, so every snapshot may keep a copy and all copies agree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Arc<Mutex<(FileTable, Arc<FileTable>)>>);

impl Numbers {
    /// Gives numbers to files.
    pub(crate) fn give<R>(&self, work: impl FnOnce(&mut FileTable) -> R) -> R {
        work(&mut lock(&self.0).0)
    }

    /// The same for work that takes long: nobody waits for it. If others gave numbers meanwhile and the work
    /// did too, it is done once more, then alone.
    pub(crate) fn give_slowly<R>(&self, mut work: impl FnMut(&mut FileTable) -> R) -> R {
        let mut mine = (*self.all()).clone();
        let known = mine.len();
        let done = work(&mut mine);
        if mine.len() == known {
            return done;
        }
        let mut table = lock(&self.0);
        if table.0.len() == known {
            table.0 = mine;
            return done;
        }
        work(&mut table.0)
    }

    /// All numbers given so far.
    pub(crate) fn all(&self) -> Arc<FileTable> {
        let mut table = lock(&self.0);
        if table.0.len() != table.1.len() {
            table.1 = Arc::new(table.0.clone());
        }
        table.1.clone()
    }
}

/// As many targets of a chart are remembered.
const TARGETS: usize = 8;

fn remember<T>(all: &mut ByTarget<T>, target: &str, revision: u64, made: &Arc<T>) {
    if all.get(target).is_some_and(|(known, _)| *known > revision) {
        return;
    }
    all.insert(target.to_owned(), (revision, made.clone()));
    let oldest = all.iter().min_by_key(|(_, (revision, _))| *revision).map(|it| it.0.clone());
    if let Some(oldest) = oldest.filter(|_| all.len() > TARGETS) {
        all.remove(&oldest);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_work_does_not_mix_up_numbers() {
        let numbers = Numbers::default();
        let first = numbers.give(|table| table.intern("a"));
        let mut times = 0;
        let slow = numbers.give_slowly(|table| {
            times += 1;
            if times == 1 {
                // Somebody is faster.
                numbers.give(|table| table.intern("fast"));
            }
            (table.intern("a"), table.intern("slow"))
        });
        assert_eq!((times, slow.0), (2, first));
        let all = numbers.all();
        assert_eq!(all.path(slow.1).as_ref(), "slow");
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn slow_work_without_news_is_done_once() {
        let numbers = Numbers::default();
        numbers.give(|table| table.intern("a"));
        let mut times = 0;
        numbers.give_slowly(|table| {
            times += 1;
            numbers.give(|table| table.intern("fast"));
            table.intern("a")
        });
        assert_eq!((times, numbers.all().len()), (1, 2));
    }
}
