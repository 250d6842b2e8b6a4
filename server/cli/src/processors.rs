//! Several processors for what can be done in any order: parsing templates, reading what they printed.

use std::sync::atomic::{AtomicUsize, Ordering};

use render::Spread;

/// The processors of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processors;

/// Below so many bytes in all, a thread takes longer to start than the work does.
const WORTH_IT: usize = 128 * 1024;
/// More than these have nothing to do with any chart known.
const MOST: usize = 8;

impl Spread for Processors {
    fn each(&self, sizes: &[usize], work: &(dyn Fn(usize) + Sync)) {
        let helpers = if sizes.iter().sum::<usize>() < WORTH_IT { 0 } else { others().min(sizes.len()) };
        // The largest come first, lest one of them is begun when all others are done.
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(sizes[*at]));
        let next = AtomicUsize::new(0);
        let run = || {
            while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(*at);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                // Where the system gives no thread, those that there are do the work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, run);
            }
            run();
        });
    }
}

/// How many processors there are besides this one.
fn others() -> usize {
    std::thread::available_parallelism().map_or(0, |all| all.get().min(MOST) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once() {
        for size in [1, WORTH_IT] {
            let sizes = vec![size; 100];
            let done: Vec<AtomicUsize> = sizes.iter().map(|_| AtomicUsize::new(0)).collect();
            Processors.each(&sizes, &|at| {
                done[at].fetch_add(1, Ordering::Relaxed);
            });
            assert!(done.iter().all(|it| it.load(Ordering::Relaxed) == 1));
        }
    }
}
