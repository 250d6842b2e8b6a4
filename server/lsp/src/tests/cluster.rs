//! A cluster in memory, for tests of what the server does with releases.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chart::Dialect;
use release::memory::MemoryCluster;
use release::ports::{Clock, Cluster, Identity};
use release::record::{MemoryStore, Record, RecordStore};
use template::Host;

use crate::{Asked, Clusters, Context, Site};

/// One cluster, reached by whatever context is asked for.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) site: Arc<MemorySite>,
    /// The clusters that were allowed.
    pub(super) allowed: Mutex<Vec<Identity>>,
    /// What was asked for, in order.
    pub(super) asked: Mutex<Vec<Asked>>,
}

#[derive(Debug, Default)]
pub(super) struct MemorySite {
    pub(super) cluster: MemoryCluster,
    pub(super) store: MemoryStore,
}

impl Memory {
    /// `1 superseded, 2 deployed`
    pub(super) fn history(&self, name: &str) -> String {
        let mut stubs = self.site.store.stubs(Some(name)).unwrap();
        stubs.sort_by_key(|it| it.version);
        let told: Vec<String> =
            stubs.iter().map(|it| format!("{} {}", it.version, it.status.as_str())).collect();
        told.join(", ")
    }
}

impl Memory {
    /// The newest revision.
    pub(super) fn last(&self, name: &str) -> Record {
        let stubs = self.site.store.stubs(Some(name)).unwrap();
        self.site.store.read(stubs.iter().max_by_key(|it| it.version).unwrap()).unwrap()
    }
}

impl Clusters for Memory {
    fn contexts(&self, _: &Asked) -> Result<Vec<Context>, String> {
        let context =
            |name: &str, is_current| Context { name: name.into(), is_current, ..Context::default() };
        Ok(vec![context("here", true), context("there", false)])
    }

    fn open(&self, asked: &Asked, _: Dialect) -> Result<Arc<dyn Site>, String> {
        self.asked.lock().unwrap().push(asked.clone());
        let context = asked.context.as_deref().unwrap_or("here");
        let server = if context == "here" { "https://127.0.0.1:6443" } else { "https://cluster.example" };
        self.site.cluster.call_itself(Identity {
            uid: "u".to_owned(),
            context: context.to_owned(),
            server: server.to_owned(),
        });
        Ok(self.site.clone())
    }

    fn is_allowed(&self, cluster: &Identity) -> bool {
        self.allowed.lock().unwrap().contains(cluster)
    }

    fn allow(&self, cluster: &Identity) -> Result<(), String> {
        self.allowed.lock().unwrap().push(cluster.clone());
        Ok(())
    }

    fn keep_text(&self, name: &str, _: &str) -> Result<PathBuf, String> {
        Ok(PathBuf::from("/kept").join(name.trim_start_matches('/')))
    }
}

impl Site for MemorySite {
    #[expect(clippy::unnecessary_literal_bound, reason = "others answer out of themselves")]
    fn namespace(&self) -> &str {
        "shop"
    }

    fn cluster(&self) -> &dyn Cluster {
        &self.cluster
    }

    fn clock(&self) -> &dyn Clock {
        &self.cluster
    }

    fn records(&self, _: &str) -> Box<dyn RecordStore + '_> {
        Box::new(&self.store)
    }

    fn host(&self) -> Box<dyn Host + '_> {
        Box::new(NoHost)
    }
}

struct NoHost;

impl Host for NoHost {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(7);
    }
}
