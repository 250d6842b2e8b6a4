//! The order in which releases are worked on: each as soon as what it needs is done, several at the same time.
//!
//! What fails stops what needs it, and nothing else. Helmfile works in levels instead, and stops everything after a level
//! in which something failed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use chart::Spread;

/// Something to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// What must have been done well before, by number.
    pub needs: Vec<usize>,
    /// What must have come to its end before, whatever that was.
    pub after: Vec<usize>,
}

/// What became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was done.
    Done,
    /// It was begun, and failed.
    Failed,
    /// It was not begun, since this one that it needs was not done.
    Unmet(usize),
    /// It was not begun, since somebody wanted everything to end.
    Stopped,
}

/// Does all tasks on lent threads, `workers` at the same time. `work` says whether a task was done well; nothing is begun
/// any more once `stop` says so.
pub fn run(
    tasks: &[Task],
    crew: &dyn Spread,
    workers: usize,
    stop: &(dyn Fn() -> bool + Sync),
    work: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Fate> {
    let board = Board { tasks, state: Mutex::new(vec![State::Open; tasks.len()]), changed: Condvar::new() };
    let workers = workers.clamp(1, tasks.len().max(1));
    crew.each(&vec![0; workers], &|_| {
        while let Some(task) = board.next(stop) {
            let mut begun = Begun { board: &board, task, fate: Fate::Failed };
            if work(task) {
                begun.fate = Fate::Done;
            }
        }
    });
    let fate = |state: &State| match state {
        State::Over(fate) => *fate,
        // Only tasks that need each other in a circle are left.
        State::Open | State::Running => Fate::Stopped,
    };
    board.lock().iter().map(fate).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Running,
    Over(Fate),
}

/// What is known of all tasks, for those who look for work.
struct Board<'b> {
    tasks: &'b [Task],
    state: Mutex<Vec<State>>,
    changed: Condvar,
}

impl Board<'_> {
    fn lock(&self) -> MutexGuard<'_, Vec<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task that can be begun. Waits while there may be one later.
    fn next(&self, stop: &(dyn Fn() -> bool + Sync)) -> Option<usize> {
        let mut states = self.lock();
        loop {
            if stop() {
                states
                    .iter_mut()
                    .filter(|it| **it == State::Open)
                    .for_each(|it| *it = State::Over(Fate::Stopped));
            }
            self.settle(&mut states);
            if let Some(task) = (0..self.tasks.len()).find(|it| self.is_ready(&states, *it)) {
                states[task] = State::Running;
                return Some(task);
            }
            if !states.contains(&State::Running) {
                return None;
            }
            states = self.changed.wait(states).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives up what needs something that was not done, and what needs that, and so on.
    fn settle(&self, states: &mut [State]) {
        let unmet = |states: &[State], task: usize| {
            let missed = |it: &&usize| matches!(states[**it], State::Over(fate) if fate != Fate::Done);
            self.tasks[task].needs.iter().find(missed).map(|it| match states[*it] {
                State::Over(Fate::Stopped) => Fate::Stopped,
                _ => Fate::Unmet(*it),
            })
        };
        loop {
            let open = (0..states.len()).filter(|it| states[*it] == State::Open);
            let found = open.into_iter().find_map(|task| Some((task, unmet(states, task)?)));
            let Some((task, fate)) = found else { return };
            states[task] = State::Over(fate);
        }
    }

    fn is_ready(&self, states: &[State], task: usize) -> bool {
        let Task { needs, after } = &self.tasks[task];
        states[task] == State::Open
            && needs.iter().chain(after).all(|it| matches!(states[*it], State::Over(_)))
    }
}

/// A task that runs. It is over when this goes, also where whoever works on it panics: others would wait for ever.
struct Begun<'b> {
    board: &'b Board<'b>,
    task: usize,
    fate: Fate,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.board.lock()[self.task] = State::Over(self.fate);
        self.board.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use chart::InTurn;

    use super::*;

    /// As many threads as are asked for.
    struct Threads;

    impl Spread for Threads {
        fn each(&self, sizes: &[usize], work: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                for at in 0..sizes.len() {
                    scope.spawn(move || work(at));
                }
            });
        }
    }

    fn needs(needs: &[usize]) -> Task {
        Task { needs: needs.to_vec(), after: Vec::new() }
    }

    /// Runs tasks, of which some fail; gives the fates, and the order in which they were begun.
    fn done(tasks: &[Task], crew: &dyn Spread, workers: usize, failing: &[usize]) -> (Vec<Fate>, Vec<usize>) {
        let begun = Mutex::new(Vec::new());
        let fates = run(tasks, crew, workers, &|| false, &|task| {
            begun.lock().unwrap().push(task);
            !failing.contains(&task)
        });
        (fates, begun.into_inner().unwrap())
    }

    #[test]
    fn needs_come_first() {
        let tasks = [needs(&[2]), needs(&[0]), needs(&[])];
        for crew in [&InTurn as &dyn Spread, &Threads] {
            let (fates, order) = done(&tasks, crew, 3, &[]);
            assert_eq!(fates, [Fate::Done; 3]);
            assert_eq!(order, [2, 0, 1]);
        }
    }

    #[test]
    fn the_order_of_the_file_is_kept_where_nothing_is_needed() {
        assert_eq!(done(&[needs(&[]), needs(&[]), needs(&[])], &InTurn, 1, &[]).1, [0, 1, 2]);
    }

    #[test]
    fn a_failure_stops_what_needs_it_and_nothing_else() {
        let tasks = [needs(&[]), needs(&[0]), needs(&[1]), needs(&[]), needs(&[3])];
        let (fates, order) = done(&tasks, &InTurn, 2, &[0]);
        assert_eq!(fates, [Fate::Failed, Fate::Unmet(0), Fate::Unmet(1), Fate::Done, Fate::Done]);
        assert_eq!(order, [0, 3, 4]);
    }

    #[test]
    fn what_comes_after_a_failure_only_by_order_is_done() {
        let tasks = [needs(&[]), Task { needs: Vec::new(), after: vec![0] }];
        let (fates, order) = done(&tasks, &Threads, 2, &[0]);
        assert_eq!((fates, order), (vec![Fate::Failed, Fate::Done], vec![0, 1]));
    }

    #[test]
    fn no_more_run_at_once_than_are_wanted() {
        let tasks = vec![Task::default(); 20];
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        run(&tasks, &Threads, 3, &|| false, &|_| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(2));
            now.fetch_sub(1, Ordering::SeqCst);
            true
        });
        assert_eq!(most.into_inner(), 3);
    }

    #[test]
    fn nothing_begins_after_somebody_stopped_it() {
        let stop = AtomicBool::new(false);
        let tasks = [needs(&[]), needs(&[0]), needs(&[])];
        let fates = run(&tasks, &InTurn, 1, &|| stop.load(Ordering::SeqCst), &|_| {
            stop.store(true, Ordering::SeqCst);
            true
        });
        assert_eq!(fates, [Fate::Done, Fate::Stopped, Fate::Stopped]);
    }

    #[test]
    fn a_circle_is_no_end_of_the_world() {
        assert_eq!(done(&[needs(&[1]), needs(&[0])], &Threads, 2, &[]).0, [Fate::Stopped; 2]);
    }
}
