//! The outside world for templates that a command renders: the real clock and real randomness.

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use release::ports::Cluster;
use template::{Failure, Host, Lookup, Value};

/// The machine that we run on.
#[derive(Debug)]
pub(crate) struct Machine {
    time_zone: String,
    /// Refilled from the system when used up.
    random: Mutex<Vec<u8>>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let time_zone = std::env::var("TZ").ok().filter(|zone| !zone.is_empty()).or_else(linked_zone);
        Self { time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()), random: Mutex::default() }
    }
}

/// The zone that `/etc/localtime` links to.
fn linked_zone() -> Option<String> {
    let target = std::fs::read_link("/etc/localtime").ok()?;
    Some(target.to_str()?.split_once("zoneinfo/")?.1.to_owned())
}

impl Host for Machine {
    fn now(&self) -> i128 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_nanos() as i128)
    }

    fn random(&self, into: &mut [u8]) {
        let mut pool = self.random.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in into {
            if pool.is_empty() {
                let mut fresh = vec![0; 256];
                // Without the system's randomness no secret can be made; stopping is the only safe answer.
                assert!(getrandom::fill(&mut fresh).is_ok(), "the system gives no random bytes");
                *pool = fresh;
            }
            *byte = pool.pop().unwrap_or_default();
        }
    }

    fn time_zone(&self) -> &str {
        &self.time_zone
    }
}

/// The machine, and a cluster for templates that look things up.
pub(crate) struct Asking<'c> {
    pub(crate) machine: Machine,
    pub(crate) cluster: &'c dyn Cluster,
}

impl Host for Asking<'_> {
    fn now(&self) -> i128 {
        Host::now(&self.machine)
    }

    fn random(&self, into: &mut [u8]) {
        self.machine.random(into);
    }

    fn time_zone(&self) -> &str {
        Host::time_zone(&self.machine)
    }

    /// What is not there is an empty map.
    fn lookup(&self, query: &Lookup) -> Result<Value, Failure> {
        match release::look_up(self.cluster, query) {
            Ok(Some(found)) => Ok(Value::from_node(&release::to_node(&found))),
            Ok(None) => Ok(template::Map::new().into()),
            Err(error) => Err(Failure::new(error.message)),
        }
    }
}
