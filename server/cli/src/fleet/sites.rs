//! The clusters of a fleet: one connection for each context that a release names.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, anyhow};
use chart::Dialect;
use cluster::{ClusterConfig, Connection, Driver, Storage};
use helmfile::fleet::{Site, Unit};
use release::{Error, ErrorKind, Holder};

use super::holder;
use crate::flags::Global;
use crate::host::Machine;
use crate::memory;
use crate::site::{Watcher, driver};

/// Connections to clusters.
pub(crate) struct Sites {
    /// By context; the empty one is the current.
    connections: Vec<(String, Connection)>,
    driver: Driver,
    dialect: Dialect,
    machine: Machine,
    /// The namespace of releases that name none, where it is not that of the context.
    namespace: Option<String>,
    holder: Holder,
    interrupted: Arc<AtomicBool>,
    debug: bool,
}

impl Sites {
    /// Finds the clusters of all releases. Nothing is sent yet.
    pub(crate) fn open<'c>(global: &Global, contexts: impl Iterator<Item = &'c str>) -> Result<Self> {
        memory::stay_small();
        let dialect = global.helm.dialect();
        let mut contexts: Vec<String> = contexts.map(str::to_owned).collect();
        contexts.sort();
        contexts.dedup();
        let open = |context: String| {
            let mut config: ClusterConfig = global.cluster.config();
            if !context.is_empty() {
                config.context = Some(context.clone());
            }
            let connection = Connection::open(&config, dialect).map_err(|error| anyhow!(error))?;
            Ok((context, connection))
        };
        let connections = contexts.into_iter().map(open).collect::<Result<Vec<_>>>()?;
        let interrupted = Arc::new(AtomicBool::new(false));
        // One of them hears the signal for all; who hears it twice ends at once.
        if let Some((_, first)) = connections.first() {
            first.on_interrupt(interrupted.clone());
        }
        Ok(Self {
            connections,
            driver: driver()?,
            dialect,
            machine: Machine::new(),
            namespace: global.namespace.clone().filter(|it| !it.is_empty()),
            holder: holder::myself(),
            interrupted,
            debug: global.debug,
        })
    }

    /// Whether somebody wants everything to end.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// The cluster of a release.
    pub(crate) fn connection(&self, unit: &Unit<'_>) -> Result<&Connection, Error> {
        let context = &unit.release.kube_context;
        let found = self.connections.iter().find(|(name, _)| name == context);
        found.map(|(_, connection)| connection).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("there is no connection to the context \"{context}\""))
        })
    }

    /// Where a release is deployed.
    pub(crate) fn site(&self, unit: &Unit<'_>) -> Result<Site<'_>, Error> {
        let connection = self.connection(unit)?;
        let namespace = match (unit.release.namespace.it.as_str(), &self.namespace) {
            ("", Some(namespace)) => namespace,
            ("", None) => connection.namespace(),
            (namespace, _) => namespace,
        };
        Ok(Site {
            cluster: connection,
            namespace: namespace.to_owned(),
            records: Box::new(Storage::new(connection, self.driver, namespace)),
            clock: &self.machine,
            observer: Box::new(Watcher::of_release(unit.name(), &self.interrupted, &self.holder, self.debug)),
            dialect: self.dialect,
        })
    }
}
