//! All that an action on a release works with: where it works, and who watches.

use chart::Dialect;

use crate::holder::Holder;
use crate::ports::{Clock, Cluster, Target};
use crate::record::{Records, Time};

/// Where actions work.
#[derive(Clone, Copy)]
pub struct World<'w> {
    /// The cluster.
    pub cluster: &'w dyn Cluster,
    /// The records of the release's namespace.
    pub records: Records<'w>,
    /// The time.
    pub clock: &'w dyn Clock,
    /// Who watches.
    pub observer: &'w dyn Observer,
    /// Which Helm's words and defaults.
    pub dialect: Dialect,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

impl World<'_> {
    /// Now.
    pub fn now(&self) -> Time {
        Time::new(self.clock.now(), self.clock.time_zone())
    }

    /// Tells the observer.
    pub fn tell(&self, news: News<'_>) {
        self.observer.tell(news);
    }

    /// What a record says while somebody works on it: Helm's text, and who that is where it is known.
    pub(crate) fn signed(&self, description: &str) -> String {
        match self.observer.holder() {
            Some(holder) => holder.sign(description),
            None => description.to_owned(),
        }
    }

    /// Which of two texts this Helm has.
    pub fn words<'t>(&self, helm3: &'t str, helm4: &'t str) -> &'t str {
        match self.dialect {
            Dialect::Helm3 => helm3,
            Dialect::Helm4 => helm4,
        }
    }
}

/// Somebody who watches an action, and may stop it.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn tell(&self, news: News<'_>);

    /// Who works on it, for whoever finds a revision that was left pending.
    fn holder(&self) -> Option<&Holder> {
        None
    }

    /// Whether the action is to come to its end: it stops at the next place where everything is recorded.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// What is told while an action runs.
#[derive(Clone, Debug, PartialEq)]
pub enum News<'n> {
    /// A part of the action begins.
    Step(Step<'n>),
    /// Something was done with an object.
    Done(&'n Target, Done),
    /// How far what is waited for has come: one line for each object that is not ready, and how many are.
    Waiting {
        /// What is not there yet.
        open: &'n [String],
        /// How many are.
        ready: usize,
        /// How many are waited for.
        all: usize,
    },
    /// Lines that a container printed.
    Log {
        /// The pod.
        pod: &'n str,
        /// The container.
        container: &'n str,
        /// What it printed.
        text: &'n str,
    },
    /// Something that Helm would warn of.
    Warning(&'n str),
}

/// A part of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'n> {
    /// The chart's custom resource definitions are made.
    Crds,
    /// Everything is tried on the server, and nothing written.
    DryRun,
    /// The namespace is made.
    Namespace(&'n str),
    /// The hooks of an event run.
    Hooks(&'n str),
    /// One hook runs.
    Hook(&'n str),
    /// Objects are written.
    Writing,
    /// Objects are taken away.
    Deleting,
    /// Objects are waited for.
    Waiting,
    /// It failed, and the last good revision is brought back.
    RollingBack(i64),
    /// It failed, and what was made of it is taken away.
    Uninstalling,
}

/// What was done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was made.
    Created,
    /// It was written.
    Updated,
    /// It is as it should be.
    Unchanged,
    /// It was taken away.
    Deleted,
    /// It stays, since it says that it wants to be kept.
    Kept,
}

/// An observer that does not care.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Observer for Nobody {
    fn tell(&self, _news: News<'_>) {}
}
