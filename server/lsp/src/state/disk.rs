//! What is known of the disk: which chart a file belongs to, and what is in the charts.
//!
//! Nothing is read before someone needs it. A change on disk makes a new [`Disk`], in which the charts that
//! it touches are looked at again, when someone needs them: a walk over the folder, reading only what
//! changed. Readers of an older snapshot keep what they have.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use project::{ChartFiles, FindLimits, helmfiles_below, is_helmfile, root_chart};

use super::ChartMemory;

/// What is known of the disk.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    charts: Mutex<HashMap<PathBuf, Arc<LazyChart>>>,
    /// The chart that the files of a folder belong to.
    homes: Mutex<HashMap<PathBuf, Option<PathBuf>>>,
    /// The helmfiles below a folder.
    helmfiles: Mutex<HashMap<PathBuf, Arc<[PathBuf]>>>,
}

impl Disk {
    /// The folder of the chart that a file or folder belongs to; for a subchart, of the chart around it.
    pub(crate) fn home(&self, path: &Path) -> Option<PathBuf> {
        let folder = path.parent().unwrap_or(path);
        let known = {
            let homes = lock(&self.homes);
            homes.get(path).or_else(|| homes.get(folder)).cloned()
        };
        if let Some(home) = known {
            return home;
        }
        let key = if path.is_dir() { path } else { folder };
        let home = root_chart(key);
        lock(&self.homes).insert(key.to_owned(), home.clone());
        home
    }

    /// The helmfiles below a folder.
    pub(crate) fn helmfiles(&self, folder: &Path) -> Arc<[PathBuf]> {
        if let Some(known) = lock(&self.helmfiles).get(folder) {
            return known.clone();
        }
        // Not under the lock: it may take long.
        let found: Arc<[PathBuf]> = helmfiles_below(folder, FindLimits::default()).into();
        lock(&self.helmfiles).insert(folder.to_owned(), found.clone());
        found
    }

    /// The chart in a folder.
    pub(crate) fn chart(&self, root: &Path) -> Arc<LazyChart> {
        let mut charts = lock(&self.charts);
        charts.entry(root.to_owned()).or_insert_with(|| Arc::new(LazyChart::new(root))).clone()
    }

    /// The disk after files changed.
    pub(crate) fn changed(&self, paths: &[PathBuf]) -> Arc<Self> {
        let touched = |chart: &LazyChart, path: &PathBuf| {
            // Values files of targets may lie beside the chart.
            path.starts_with(chart.root.parent().unwrap_or(&chart.root))
        };
        let again = |chart: &Arc<LazyChart>| {
            let changed: Vec<_> = paths.iter().filter(|path| touched(chart, path)).cloned().collect();
            if changed.is_empty() { chart.clone() } else { Arc::new(chart.again(changed)) }
        };
        let charts = lock(&self.charts).iter().map(|(root, chart)| (root.clone(), again(chart))).collect();
        let moved = paths
            .iter()
            .any(|path| path.file_name().is_none_or(|name| name == "Chart.yaml") || !path.is_file());
        let homes = if moved { HashMap::new() } else { lock(&self.homes).clone() };
        let renamed = paths.iter().any(|path| is_helmfile(path) || path.is_dir());
        let helmfiles = if renamed { HashMap::new() } else { lock(&self.helmfiles).clone() };
        Arc::new(Self {
            charts: Mutex::new(charts),
            homes: Mutex::new(homes),
            helmfiles: Mutex::new(helmfiles),
        })
    }

    /// The disk, of which anything may have changed.
    pub(crate) fn doubted(&self) -> Arc<Self> {
        let again = |chart: &Arc<LazyChart>| Arc::new(chart.again(Vec::new()));
        let charts = lock(&self.charts).iter().map(|(root, chart)| (root.clone(), again(chart))).collect();
        // Whether there are other helmfiles is not worth a walk through all folders each time.
        let helmfiles = lock(&self.helmfiles).clone();
        Arc::new(Self {
            charts: Mutex::new(charts),
            homes: Mutex::default(),
            helmfiles: Mutex::new(helmfiles),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A chart that is read when someone needs it.
#[derive(Debug)]
pub(crate) struct LazyChart {
    root: PathBuf,
    /// As it was before.
    last: Option<Arc<ChartFiles>>,
    /// Files to read again whatever their time stamps say.
    changed: Vec<PathBuf>,
    read: OnceLock<Arc<ChartFiles>>,
}

impl LazyChart {
    fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), last: None, changed: Vec::new(), read: OnceLock::new() }
    }

    /// The same chart, to be looked at again.
    fn again(&self, mut changed: Vec<PathBuf>) -> Self {
        let read = self.read.get();
        if read.is_none() {
            changed.extend(self.changed.iter().cloned());
        }
        let last = read.or(self.last.as_ref()).cloned();
        Self { root: self.root.clone(), last, changed, read: OnceLock::new() }
    }

    /// What is in the chart. The very same as last time if nothing changed.
    pub(crate) fn files(&self, memory: &ChartMemory) -> Arc<ChartFiles> {
        let read = || {
            let changed = |path: &Path| self.changed.iter().any(|it| it == path);
            let files = memory
                .numbers
                .give_slowly(|table| project::refresh(&self.root, table, self.last.as_deref(), &changed));
            match &self.last {
                Some(last) if last.same_as(&files) => last.clone(),
                _ => Arc::new(files),
            }
        };
        self.read.get_or_init(read).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("c")).unwrap();
        for name in ["Chart.yaml", "values.yaml"] {
            std::fs::write(folder.path().join("c").join(name), "a: 1").unwrap();
        }
        folder
    }

    #[test]
    fn a_chart_is_read_once() {
        let (folder, memory, disk) = (chart(), ChartMemory::default(), Disk::default());
        let root = folder.path().join("c");
        let first = disk.chart(&root).files(&memory);
        std::fs::write(root.join("values.yaml"), "changed").unwrap();
        assert!(Arc::ptr_eq(&first, &disk.chart(&root).files(&memory)));
    }

    #[test]
    fn a_change_elsewhere_changes_nothing() {
        let (folder, memory, disk) = (chart(), ChartMemory::default(), Disk::default());
        let root = folder.path().join("c");
        let first = disk.chart(&root).files(&memory);
        let next = disk.changed(&[folder.path().join("c/../x")]).doubted();
        assert!(Arc::ptr_eq(&first, &next.chart(&root).files(&memory)));
    }

    #[test]
    fn changes_add_up_until_someone_looks() {
        let (folder, memory, disk) = (chart(), ChartMemory::default(), Disk::default());
        let root = folder.path().join("c");
        let first = disk.chart(&root).files(&memory);
        let next = disk.changed(&[root.join("values.yaml")]).changed(&[root.join("Chart.yaml")]);
        let files = next.chart(&root).files(&memory);
        let same = |at: usize| Arc::ptr_eq(&first.files[at].source.data, &files.files[at].source.data);
        assert!(!same(0) && !same(1));
    }

    #[test]
    fn homes_are_forgotten_when_charts_come_and_go() {
        let (folder, disk) = (chart(), Disk::default());
        let root = folder.path().join("c");
        let file = root.join("templates/a.yaml");
        assert_eq!(disk.home(&file), Some(root.clone()));
        assert_eq!(disk.home(&root), Some(root.clone()));
        std::fs::remove_file(root.join("Chart.yaml")).unwrap();
        assert_eq!(disk.home(&file), Some(root.clone()));
        assert_eq!(disk.changed(&[root.join("Chart.yaml")]).home(&file), None);
    }
}
