//! What a rendering may use up, so that no chart hangs an editor or fills a machine's memory.
//!
//! Everything is counted and nothing is timed: a chart ends at the same place wherever it is rendered. Work is counted
//! in steps, one for each node of a template and each call of a function, more where a function has much to go through.
//! Memory is counted as it is asked for and never given back: charts that matter take a hundredth of it.
//!
//! Who runs out stays out. Many functions swallow what goes wrong (`toYaml` then gives nothing), but the executor asks
//! after each call, and ends the run with what was [refused](Budget::refuse) first.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Data, Failure, Value};

/// How deep lists and dicts may be in each other where a function goes through them. Deeper ones contain themselves, or
/// are out to harm; Go walks down until its stack of a gigabyte is full, and then ends.
pub const MAX_NESTING: usize = 10_000;
/// How many `include`s and `tpl`s may stand in each other. Helm's own limit is 1000 of one name.
pub(crate) const MAX_CALLS: u32 = 5_000;

/// How much all templates of a chart may use up together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of work. An optimised build takes some ten million a second where functions are called, and up to a hundred
    /// million in an empty loop.
    pub steps: u64,
    /// Bytes of texts, lists and dicts that are made on the way.
    pub memory: u64,
    /// Bytes that the templates print. To read them as YAML takes up to forty times as much memory.
    pub output: u64,
}

/// The unit in which people give memory and output.
pub const MIB: u64 = 1 << 20;

impl Limits {
    /// For somebody who waits for the result: about a minute of work.
    pub const COMMAND: Self = Self { steps: 1_000_000_000, memory: 512 * MIB, output: 32 * MIB };
    /// For what is rendered while somebody types: a few seconds.
    pub const EDITOR: Self = Self { steps: 50_000_000, memory: 256 * MIB, output: 8 * MIB };

    /// A part of each.
    #[must_use]
    pub fn divided_by(self, parts: u64) -> Self {
        let parts = parts.max(1);
        Self { steps: self.steps / parts, memory: self.memory / parts, output: self.output / parts }
    }

    /// What is left of each.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            steps: self.steps.saturating_sub(other.steps),
            memory: self.memory.saturating_sub(other.memory),
            output: self.output.saturating_sub(other.output),
        }
    }

    /// The smaller one of each.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self {
            steps: self.steps.min(other.steps),
            memory: self.memory.min(other.memory),
            output: self.output.min(other.output),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::COMMAND
    }
}

/// What a run has left.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    steps: Cell<u64>,
    memory: Cell<u64>,
    output: Cell<u64>,
    refused: Cell<Option<Refusal>>,
    cancelled: Option<Arc<AtomicBool>>,
}

/// Why a run was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many steps.
    Steps,
    /// Too much memory.
    Memory,
    /// Too much printed.
    Output,
    /// Values nested deeper than [`MAX_NESTING`].
    Nesting,
    /// Nobody waits for the result any more.
    Cancelled,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Limits::default(), None)
    }
}

impl Budget {
    /// All that the limits allow, until the flag is raised.
    pub fn new(limits: Limits, cancelled: Option<Arc<AtomicBool>>) -> Self {
        let (steps, memory) = (Cell::new(limits.steps), Cell::new(limits.memory));
        let (output, refused) = (Cell::new(limits.output), Cell::new(None));
        Self { limits, steps, memory, output, refused, cancelled }
    }

    /// The same limits, of which this much is left.
    #[must_use]
    pub fn with_left(mut self, left: Limits) -> Self {
        self.steps = left.steps.into();
        self.memory = left.memory.into();
        self.output = left.output.into();
        self
    }

    /// What is left of the limits.
    pub fn left(&self) -> Limits {
        Limits { steps: self.steps.get(), memory: self.memory.get(), output: self.output.get() }
    }

    /// Uses up one step.
    #[inline]
    pub fn step(&self) -> Result<(), Failure> {
        self.work(1)
    }

    /// Uses up several steps at once.
    #[inline]
    pub fn work(&self, steps: u64) -> Result<(), Failure> {
        let left = self.steps.get();
        // The next multiple of what `LOOK_UP` tells stays below: nothing to be refused, nobody to look up for.
        if left & LOOK_UP < steps {
            return self.work_hard(steps);
        }
        self.steps.set(left - steps);
        Ok(())
    }

    #[cold]
    fn work_hard(&self, steps: u64) -> Result<(), Failure> {
        if self.cancelled.as_ref().is_some_and(|it| it.load(Ordering::Relaxed)) {
            return self.refuse(Refusal::Cancelled);
        }
        match self.steps.get().checked_sub(steps) {
            Some(left) => self.steps.set(left),
            None => return self.refuse(Refusal::Steps),
        }
        Ok(())
    }

    /// Uses up the memory of something new. To fill it is work as well.
    #[inline]
    pub fn allocate(&self, bytes: usize) -> Result<(), Failure> {
        match self.memory.get().checked_sub(bytes as u64) {
            Some(left) => self.memory.set(left),
            None => return self.refuse(Refusal::Memory),
        }
        if bytes < BYTES_A_STEP { Ok(()) } else { self.work((bytes / BYTES_A_STEP) as u64) }
    }

    /// Uses up the memory of notes about something. Whoever makes them cannot fail: the next step does.
    pub(crate) fn note(&self, count: usize, size: usize) {
        let _ = self.allocate(count.saturating_mul(size));
    }

    /// Asks for memory that will be used up when there is something in it.
    pub fn ensure(&self, bytes: usize) -> Result<(), Failure> {
        if bytes as u64 <= self.memory.get() { Ok(()) } else { self.refuse(Refusal::Memory) }
    }

    /// Uses up output.
    pub(crate) fn print(&self, bytes: usize) -> Result<(), Failure> {
        match self.output.get().checked_sub(bytes as u64) {
            Some(left) => self.output.set(left),
            None => return self.refuse(Refusal::Output),
        }
        Ok(())
    }

    /// Ends the run, whatever becomes of this error.
    #[cold]
    pub fn refuse<T>(&self, why: Refusal) -> Result<T, Failure> {
        if self.refused.get().is_none() {
            self.refused.set(Some(why));
        }
        self.steps.set(0);
        Err(self.failure())
    }

    /// Whether anything has been refused.
    #[inline]
    pub fn check(&self) -> Result<(), Failure> {
        if self.steps.get() == 0 && self.refused.get().is_some() { Err(self.failure()) } else { Ok(()) }
    }

    /// The message about what was refused first.
    #[cold]
    fn failure(&self) -> Failure {
        let Limits { steps, memory, output } = self.limits;
        Failure::new(match self.refused.get().unwrap_or(Refusal::Steps) {
            Refusal::Steps => format!(
                "the templates take more than the limit of {steps} steps, \
                 which --max-steps raises (in editors chartroom.limits.steps)"
            ),
            Refusal::Memory => format!(
                "the templates take more than the limit of {} of memory, \
                 which --max-memory raises (in editors chartroom.limits.memory)",
                Mib(memory)
            ),
            Refusal::Output => format!(
                "the templates print more than the limit of {}, \
                 which --max-output raises (in editors chartroom.limits.output)",
                Mib(output)
            ),
            Refusal::Nesting => {
                format!("the value contains itself, or nests deeper than {MAX_NESTING} levels")
            }
            Refusal::Cancelled => "cancelled".to_owned(),
        })
    }
}

/// How often to look up whether anybody waits: every so many steps.
const LOOK_UP: u64 = (1 << 12) - 1;
/// As many bytes are read, changed and written in the time of a step, roughly.
pub(crate) const BYTES_A_STEP: usize = 64;

/// A number of bytes as people give it.
struct Mib(u64);

impl fmt::Display for Mib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(MIB) {
            write!(f, "{} MiB", self.0 / MIB)
        } else {
            write!(f, "{} bytes", self.0)
        }
    }
}

impl Budget {
    /// Pays for going through the arguments of a call, and asks for the memory that functions take while they work on
    /// long ones: escapes, for one, make six bytes out of one.
    pub(crate) fn take_arguments(&self, args: &[Value]) -> Result<(), Failure> {
        let mut work = 1 + (args.len() >> 3) as u64;
        for arg in args {
            let (bytes, weight) = match &arg.data {
                Data::Str(text) => (text.len(), text.len() / BYTES_A_STEP),
                Data::Bytes(bytes) => (bytes.len().saturating_mul(size_of::<Value>()), bytes.len() >> 3),
                Data::List(list) => {
                    let len = list.count();
                    (len.saturating_mul(size_of::<Value>()), len >> 3)
                }
                Data::Invalid | Data::Nil | Data::Bool(_) | Data::Int(..) => continue,
                Data::Float(_) | Data::Complex(_) | Data::Map(_) | Data::Object(_) => continue,
            };
            work += weight as u64;
            if bytes >= LONG {
                self.ensure(bytes.saturating_mul(6))?;
            }
        }
        self.work(work)
    }

    /// Pays for what a call has made. What others hold as well was there before.
    pub(crate) fn take_result(&self, value: &Value) -> Result<(), Failure> {
        match &value.data {
            Data::Str(text) if Arc::strong_count(text.shared()) == 1 => self.allocate(text.len()),
            Data::List(list) => list.own_memory().map_or(Ok(()), |bytes| self.allocate(bytes)),
            Data::Map(map) => map.own_memory().map_or(Ok(()), |bytes| self.allocate(bytes)),
            _ => Ok(()),
        }
    }
}

/// An argument so long that what is made of it is worth a question beforehand.
const LONG: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(steps: u64) -> Budget {
        Budget::new(Limits { steps, memory: 1000, output: 10 }, None)
    }

    #[test]
    fn steps_run_out() {
        let budget = budget(10_000);
        for _ in 0..10_000 {
            budget.step().unwrap();
        }
        let message = budget.step().unwrap_err().message().to_owned();
        assert!(message.contains("limit of 10000 steps") && message.contains("--max-steps"), "{message}");
        assert!(budget.check().is_err() && budget.step().is_err());
    }

    #[test]
    fn work_is_steps() {
        let budget = budget(10_000);
        budget.work(4_000).unwrap();
        budget.work(5_000).unwrap();
        assert_eq!(budget.left().steps, 1_000);
        assert!(budget.work(1_001).is_err());
        assert_eq!(budget.left().steps, 0);
    }

    #[test]
    fn the_first_refusal_counts() {
        let budget = budget(10_000);
        assert!(budget.check().is_ok());
        assert!(budget.ensure(1001).is_err());
        let message = budget.step().unwrap_err().message().to_owned();
        assert!(message.contains("limit of 1000 bytes of memory"), "{message}");
    }

    #[test]
    fn nobody_waits_any_more() {
        let flag = Arc::new(AtomicBool::new(false));
        let budget = Budget::new(Limits::default(), Some(flag.clone()));
        budget.work(1_000_000).unwrap();
        flag.store(true, Ordering::Relaxed);
        assert_eq!(budget.work(1_000_000).unwrap_err().message(), "cancelled");
    }

    #[test]
    fn only_what_is_new_is_paid() {
        let budget = budget(10_000);
        let text = Value::from("abc");
        budget.take_result(&text).unwrap();
        let held = text.clone();
        budget.take_result(&text).unwrap();
        drop(held);
        assert_eq!(budget.left().memory, 997);
    }
}
