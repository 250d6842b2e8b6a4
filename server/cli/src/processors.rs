//! Several processors for what can be done in any order: parsing templates, reading what they printed.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

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

/// How many processors there are besides this one. The system has to look that up in several files.
fn others() -> usize {
    static OTHERS: OnceLock<usize> = OnceLock::new();
    *OTHERS.get_or_init(|| std::thread::available_parallelism().map_or(0, |all| all.get().min(MOST) - 1))
}

/// So much is given away at once: to wake another processor takes as long as to do a small piece of work.
const AT_ONCE: usize = 8;

/// Somebody beside us who does what we give away.
pub(crate) struct Beside<'b, T> {
    sender: Option<Sender<Vec<T>>>,
    waiting: RefCell<Vec<T>>,
    enough: &'b AtomicBool,
}

impl<T> Beside<'_, T> {
    /// Gives work away, if anybody is there.
    pub(crate) fn give(&self, work: impl FnOnce() -> T) {
        let Some(sender) = &self.sender else { return };
        let mut waiting = self.waiting.borrow_mut();
        waiting.push(work());
        if waiting.len() == AT_ONCE {
            // Whoever has gone leaves the work undone, and it is done later.
            let _ = sender.send(std::mem::take(&mut *waiting));
        }
    }

    /// What has not been begun is left undone.
    pub(crate) fn stop(&self) {
        self.enough.store(true, Ordering::Relaxed);
    }
}

/// Runs with somebody beside us who does `work`, where so many bytes are worth it.
pub(crate) fn beside<T: Send, R>(
    size: usize,
    work: impl Fn(T) + Send,
    run: impl FnOnce(&Beside<'_, T>) -> R,
) -> R {
    let enough = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (sender, receiver) = channel::<Vec<T>>();
        let goes_on = |_: &T| !enough.load(Ordering::Relaxed);
        let helper = move || receiver.into_iter().flatten().take_while(goes_on).for_each(work);
        let is_there = size >= WORTH_IT
            && others() > 0
            && std::thread::Builder::new().spawn_scoped(scope, helper).is_ok();
        run(&Beside { sender: is_there.then_some(sender), waiting: RefCell::default(), enough })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_away_is_done_or_left() {
        for size in [1, WORTH_IT] {
            let done = AtomicUsize::new(0);
            let given = beside(
                size,
                |count| {
                    done.fetch_add(count, Ordering::Relaxed);
                },
                |beside| {
                    (0..100).for_each(|_| beside.give(|| 1));
                    beside.stop();
                    7
                },
            );
            assert_eq!(given, 7);
            assert!(done.load(Ordering::Relaxed) <= if size == 1 { 0 } else { 100 });
        }
    }

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
