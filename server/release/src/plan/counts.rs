//! How much plans change, in one line for people.

use std::fmt;
use std::iter::Sum;

/// How much one plan or several change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects that are created.
    pub added: usize,
    /// Objects that change.
    pub changed: usize,
    /// Objects that are deleted.
    pub removed: usize,
    /// Workloads whose pods are replaced.
    pub restarts: usize,
    /// Hooks that run.
    pub hooks: usize,
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, it| Self {
            added: sum.added + it.added,
            changed: sum.changed + it.changed,
            removed: sum.removed + it.removed,
            restarts: sum.restarts + it.restarts,
            hooks: sum.hooks + it.hooks,
        })
    }
}

/// `1 added, 2 changed, 1 deleted, 1 restart, 2 hooks`
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = [
            (self.added, "added"),
            (self.changed, "changed"),
            (self.removed, "deleted"),
            (self.restarts, if self.restarts == 1 { "restart" } else { "restarts" }),
            (self.hooks, if self.hooks == 1 { "hook" } else { "hooks" }),
        ];
        let told: Vec<String> =
            told.iter().filter(|it| it.0 > 0).map(|(count, what)| format!("{count} {what}")).collect();
        f.write_str(if told.is_empty() { "nothing changes" } else { "" })?;
        f.write_str(&told.join(", "))
    }
}
