//! Threads for releases: they wait for clusters most of the time, so that there may be more of them than processors.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Result;
use chart::Spread;

/// So many at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crew {
    most: usize,
}

impl Crew {
    /// As many as `--concurrency` says, and no more than `most`. 0 says nothing.
    pub(crate) fn new(concurrency: usize, most: usize) -> Self {
        let wanted = if concurrency == 0 { most } else { concurrency.min(most) };
        Self { most: wanted.max(1) }
    }

    /// As many as there are processors: for work that waits for nothing.
    pub(crate) fn of_processors(concurrency: usize) -> Self {
        Self::new(concurrency, std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Does something for each item, several at the same time, and hands the results over in the order of the items as
    /// soon as they are there. It ends with the first item whose result nobody wants.
    pub(crate) fn in_order<I: Sync, T: Send>(
        self,
        items: &[I],
        work: impl Fn(&I) -> T + Sync,
        mut take: impl FnMut(&I, T) -> Result<()>,
    ) -> Result<()> {
        let enough = AtomicBool::new(false);
        let (sender, results) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let (sender, enough, work) = (sender, &enough, &work);
            scope.spawn(move || {
                let sizes = vec![0; items.len()];
                self.each(&sizes, &|at| {
                    if !enough.load(Ordering::Relaxed) {
                        // Whoever has gone wants nothing more.
                        let _ = sender.send((at, work(&items[at])));
                    }
                });
            });
            let mut early = BTreeMap::new();
            let mut next = 0;
            for (at, result) in results {
                early.insert(at, result);
                while let Some(result) = early.remove(&next) {
                    if let Err(error) = take(&items[next], result) {
                        enough.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                    next += 1;
                }
            }
            Ok(())
        })
    }
}

impl Spread for Crew {
    fn each(&self, sizes: &[usize], work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let run = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= sizes.len() {
                    return;
                }
                work(at);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.most.min(sizes.len()) {
                // Where the system gives no thread, those that there are do the work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, run);
            }
            run();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..40).collect();
        let mut seen = Vec::new();
        let work = |it: &u64| {
            std::thread::sleep(std::time::Duration::from_millis(40 - it));
            it * 2
        };
        Crew::new(0, 8)
            .in_order(&items, work, |_, result| {
                seen.push(result);
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, items.iter().map(|it| it * 2).collect::<Vec<_>>());
        let failed = Crew::new(1, 8)
            .in_order(&items, work, |it, _| if *it == 3 { Err(anyhow::anyhow!("enough")) } else { Ok(()) });
        assert!(failed.is_err());
    }
}
