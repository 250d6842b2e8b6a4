//! Where a command works: the cluster, the records in it, and somebody at a terminal who watches.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use cluster::{Connection, Driver, Storage};
use release::ports::Clock;
use release::record::Records;
use release::{Done, Holder, News, Observer, Step, World};
use template::Host;

use crate::flags::Global;
use crate::host::Machine;
use crate::{memory, output};

/// A cluster that was found, and what it takes to work in it.
pub(crate) struct Site {
    connection: Connection,
    driver: Driver,
    namespace: String,
    dialect: Dialect,
    machine: Machine,
    watcher: Watcher,
}

impl Site {
    /// Finds the cluster. Nothing is sent yet.
    pub(crate) fn open(global: &Global) -> Result<Self> {
        memory::stay_small();
        let dialect = global.helm.dialect();
        let driver = driver()?;
        let connection =
            Connection::open(&global.cluster.config(), dialect).map_err(|error| anyhow!(error))?;
        let given = global.namespace.clone().filter(|it| !it.is_empty());
        let namespace = given.unwrap_or_else(|| connection.namespace().to_owned());
        let watcher = Watcher::new(global.debug);
        connection.on_interrupt(watcher.interrupted.clone());
        Ok(Self { connection, driver, namespace, dialect, machine: Machine::new(), watcher })
    }

    /// The namespace that is meant.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The cluster.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The records of the namespace, or of all.
    pub(crate) fn storage(&self, everywhere: bool) -> Storage<'_> {
        let namespace = if everywhere { "" } else { &self.namespace };
        Storage::new(&self.connection, self.driver, namespace)
    }

    /// Works with the records of the namespace.
    pub(crate) fn work<T>(&self, max_history: usize, work: impl FnOnce(&World<'_>) -> T) -> T {
        let storage = self.storage(false);
        work(&World {
            cluster: &self.connection,
            records: Records::new(&storage).keeping(max_history),
            clock: &self.machine,
            observer: &self.watcher,
            dialect: self.dialect,
        })
    }
}

/// In what records are kept.
pub(crate) fn driver() -> Result<Driver> {
    match std::env::var("HELM_DRIVER").unwrap_or_default().as_str() {
        "" | "secret" | "secrets" => Ok(Driver::Secrets),
        "configmap" | "configmaps" => Ok(Driver::ConfigMaps),
        "memory" => bail!(
            "HELM_DRIVER=memory keeps nothing from one command to the next, so chartroom does not have it"
        ),
        "sql" => bail!("HELM_DRIVER=sql keeps records in a database, which chartroom cannot read"),
        other => bail!("unknown driver \"{other}\""),
    }
}

impl Clock for Machine {
    fn now(&self) -> i128 {
        Host::now(self)
    }

    fn time_zone(&self) -> &str {
        Host::time_zone(self)
    }
}

/// Somebody at a terminal, or a log. What they are told goes to standard error, so that results stay results.
pub(crate) struct Watcher {
    interrupted: Arc<AtomicBool>,
    debug: bool,
    /// What stands before every line: which release it is about where there are several.
    prefix: String,
    /// Who works, for records that may be left pending.
    holder: Option<Holder>,
    /// What was told last of the wait, so that it is told once.
    last: Mutex<String>,
}

impl Watcher {
    fn new(debug: bool) -> Self {
        Self {
            interrupted: Arc::default(),
            debug,
            prefix: String::new(),
            holder: None,
            last: Mutex::default(),
        }
    }

    /// One of several releases that are watched at the same time, and stopped together.
    pub(crate) fn of_release(
        name: &str,
        interrupted: &Arc<AtomicBool>,
        holder: &Holder,
        debug: bool,
    ) -> Self {
        Self {
            interrupted: interrupted.clone(),
            prefix: format!("{name}: "),
            holder: Some(holder.clone()),
            ..Self::new(debug)
        }
    }

    fn remark(&self, text: &str) {
        output::remark(&format!("{}{text}", self.prefix));
    }

    fn waiting(&self, open: &[String], ready: usize, all: usize) {
        let Some(first) = open.first() else { return };
        let more = match open.len() {
            1 => String::new(),
            len => format!(" (and {} more)", len - 1),
        };
        let line = format!("waiting: {ready} of {all} ready; {first}{more}");
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            self.remark(&line);
            *last = line;
        }
    }
}

impl Observer for Watcher {
    fn tell(&self, news: News<'_>) {
        match news {
            News::Warning(text) => self.remark(&format!("warning: {text}")),
            News::Log { pod, container, text } => {
                self.remark(&format!("POD LOGS: {pod} ({container})\n{}\n", text.trim_end_matches('\n')));
            }
            News::Waiting { open, ready, all } => self.waiting(open, ready, all),
            News::Step(Step::RollingBack(revision)) => {
                self.remark(&format!("it failed; rolling back to revision {revision}"));
            }
            News::Step(Step::Uninstalling) => self.remark("it failed; uninstalling what was made of it"),
            News::Step(Step::Hook(path)) if self.debug => self.remark(&format!("running hook {path}")),
            News::Done(target, done) if self.debug => {
                let what = match done {
                    Done::Created => "created",
                    Done::Updated => "updated",
                    Done::Unchanged => "unchanged",
                    Done::Deleted => "deleted",
                    Done::Kept => "kept",
                };
                self.remark(&format!("{what} {} {}", target.gvk.kind, target.name));
            }
            News::Step(_) | News::Done(..) => {}
        }
    }

    fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    fn is_cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
