//! What a run carries along: the version of Helm, the outside world as a trait, the trace, the budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use golang::Dialect;

use crate::{Failure, Trace, Value};

/// The context of a run, first parameter of every function that needs more than its arguments.
pub struct Cx<'r> {
    /// Which Helm.
    pub dialect: Dialect,
    /// Clock, randomness, cluster.
    pub host: &'r dyn Host,
    /// Where bytes come from, where someone asked.
    pub trace: Option<Trace>,
    /// What the run may use up.
    pub budget: Budget,
    /// Patterns that were compiled; clones share them, so that one memory can serve many runs.
    pub regexes: crate::functions::regex::Cache,
    /// What the run looked at, where someone asked.
    pub reads: Option<Reads>,
}

impl<'r> Cx<'r> {
    /// A run without a trace, with the usual budget.
    pub fn new(dialect: Dialect, host: &'r dyn Host) -> Self {
        let (trace, budget, reads) = (None, Budget::default(), None);
        Self { dialect, host, trace, budget, regexes: crate::functions::regex::Cache::default(), reads }
    }

    /// The same run, which remembers where its bytes come from.
    #[must_use]
    pub fn traced(mut self) -> Self {
        self.trace = Some(Trace::default());
        self
    }
}

/// What a run looked at, as far as someone asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The templates that it ran or looked for, by name.
    pub templates: rustc_hash::FxHashSet<crate::Str>,
}

/// What is asked of a cluster by `lookup`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lookup {
    /// `v1`, `apps/v1`, …
    pub api_version: String,
    /// `Secret`, …
    pub kind: String,
    /// Empty for objects without one, or for all.
    pub namespace: String,
    /// Empty for a list.
    pub name: String,
}

/// What stops a template everywhere but in lint mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetPass {
    /// `required` of nil.
    Missing,
    /// `required` of an empty string.
    Empty,
    /// `fail`.
    Fail,
}

/// The outside world: a preview answers from fixed seeds, a deploy from the real thing.
pub trait Host {
    /// Nanoseconds since 1970, UTC.
    fn now(&self) -> i128;

    /// A template begins to run. What it draws shall not depend on those that ran before it, where a rendering
    /// is to be the same whether all of a chart's templates ran or only some.
    fn enter(&self, _template: &str) {}

    /// Random bytes.
    fn random(&self, into: &mut [u8]);

    /// An RSA key of that many bits (PKCS#1 or PKCS#8, DER) to use in place of a new one: making one takes
    /// longer than a preview may. `None` makes one out of [`Host::random`].
    fn rsa_key(&self, _bits: usize) -> Option<Vec<u8>> {
        None
    }

    /// The local time zone as an IANA name, or `UTC`.
    #[expect(clippy::unnecessary_literal_bound, reason = "others answer out of themselves")]
    fn time_zone(&self) -> &str {
        "UTC"
    }

    /// A live object; an empty map where there is no cluster.
    fn lookup(&self, _query: &Lookup) -> Result<Value, Failure> {
        Ok(crate::Map::new().into())
    }

    /// Whether Helm's lint mode is on: `required` and `fail` then stop nothing.
    fn lints(&self) -> bool {
        false
    }

    /// Told what lint mode let pass, so that whoever wants to can say so.
    fn let_pass(&self, _what: LetPass, _message: &str) {}

    /// An address of a host name; empty where DNS is off.
    fn host_by_name(&self, _name: &str) -> String {
        String::new()
    }
}

/// Limits against templates that would never end, and the flag of whoever waits.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Nodes still to be executed before the run is given up.
    pub steps: u64,
    /// Bytes that strings and outputs may still take together.
    pub bytes: u64,
    /// Raised when nobody waits for the result any more.
    pub cancelled: Option<Arc<AtomicBool>>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 200_000_000, bytes: 1 << 30, cancelled: None }
    }
}

impl Budget {
    /// Uses up one step.
    pub fn step(&mut self) -> Result<(), Failure> {
        self.steps =
            self.steps.checked_sub(1).ok_or("the template did not end within its budget of steps")?;
        if self.steps.trailing_zeros() >= 12
            && self.cancelled.as_ref().is_some_and(|it| it.load(Ordering::Relaxed))
        {
            return Err(Failure::new("cancelled"));
        }
        Ok(())
    }

    /// Uses up the bytes of a new string.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes = self
            .bytes
            .checked_sub(bytes as u64)
            .ok_or("the template made more text than its budget of bytes allows")?;
        Ok(())
    }
}
