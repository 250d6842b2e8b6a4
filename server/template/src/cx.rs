//! What a run carries along: whose templates they are, the outside world as a trait, the trace, the budget.

use golang::Dialect;

use crate::functions::{Known, find_known};
use crate::{Budget, Failure, Filled, Trace, Value};

/// The context of a run, first parameter of every function that needs more than its arguments.
pub struct Cx<'r> {
    /// Which Helm.
    pub dialect: Dialect,
    /// Whose templates they are.
    pub vocabulary: Vocabulary,
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
    /// Dicts that may contain themselves, if somebody will empty them when nobody looks at them any more.
    pub filled: Filled,
}

impl<'r> Cx<'r> {
    /// A run without a trace, with the usual budget.
    pub fn new(dialect: Dialect, host: &'r dyn Host) -> Self {
        let (trace, budget, reads) = (None, Budget::default(), None);
        let regexes = crate::functions::regex::Cache::default();
        let vocabulary = Vocabulary::HELM;
        Self { dialect, vocabulary, host, trace, budget, regexes, reads, filled: Filled::default() }
    }

    /// The same run, which remembers where its bytes come from.
    #[must_use]
    pub fn traced(mut self) -> Self {
        self.trace = Some(Trace::default());
        self
    }
}

/// What differs between Helm and other programs that use the same language of templates.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// The functions that there are.
    pub find: fn(&str, Dialect) -> Option<&'static Known>,
    /// What Go's messages call the set of templates, and every text that is given to `tpl`.
    pub root: &'static str,
    /// Whether a key that a map has not is an error (`missingkey=error`), and not nothing.
    pub missing_key_fails: bool,
    /// Whether `tpl` tells its text with what goes wrong in it, and drops `<no value>`, as Helm's does.
    pub helms_tpl: bool,
}

impl Vocabulary {
    /// Helm's.
    pub const HELM: Self =
        Self { find: find_known, root: "gotpl", missing_key_fails: false, helms_tpl: true };
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

    /// A function that reaches further out than any of Helm's. Only who brings a [`Vocabulary`] with such functions is
    /// ever asked.
    fn outside(&self, name: &'static str, _args: &[Value]) -> Result<Value, Failure> {
        Err(Failure::new(format!("there is no outside for {name}")))
    }

    /// An address of a host name; empty where DNS is off.
    fn host_by_name(&self, _name: &str) -> String {
        String::new()
    }
}
