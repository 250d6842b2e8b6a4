//! A few threads and a queue. Handlers must not compute on the thread that reads the client's messages.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that do one job after the other. Jobs still waiting when it is dropped are dropped with it.
#[derive(Debug)]
pub(crate) struct Pool {
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    ready: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Pool {
    /// Starts the threads.
    pub(crate) fn new(name: &str, threads: usize) -> Self {
        let queue = Arc::<Queue>::default();
        for _ in 0..threads {
            let queue = queue.clone();
            let started = thread::Builder::new().name(name.to_owned()).spawn(move || queue.work());
            if let Err(error) = started {
                tracing::error!("cannot start a thread for {name}: {error}");
            }
        }
        Self { queue }
    }

    /// Puts a job at the end of the queue. Jobs catch their own panics.
    pub(crate) fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        self.queue.lock().jobs.push_back(Box::new(job));
        self.queue.ready.notify_one();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock();
        waiting.closed = true;
        waiting.jobs.clear();
        self.queue.ready.notify_all();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            job();
        }
    }

    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.jobs.pop_front() {
                return Some(job);
            }
            waiting = self.ready.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("jobs", &self.lock().jobs.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn one_thread_works_in_order() {
        let pool = Pool::new("test", 1);
        let (sender, receiver) = channel();
        for number in 0..100 {
            let sender = sender.clone();
            pool.spawn(move || sender.send(number).unwrap());
        }
        drop(sender);
        assert!(receiver.iter().eq(0..100));
    }

    #[test]
    fn what_waits_is_dropped_with_the_pool() {
        let pool = Pool::new("test", 1);
        let (go, gate) = channel::<()>();
        let (started, is_started) = channel();
        pool.spawn(move || {
            started.send(()).unwrap();
            let _ = gate.recv();
        });
        is_started.recv().unwrap();
        let (sender, receiver) = channel::<()>();
        pool.spawn(move || sender.send(()).unwrap());
        drop(pool);
        drop(go);
        assert!(receiver.recv().is_err());
    }
}
