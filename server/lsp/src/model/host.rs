//! The outside world for templates in a preview: the real clock, and randomness that is the same in each
//! rendering, so that a preview does not flicker.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use template::{Failure, Lookup, Value};

use crate::releases::Facts;

/// What previews are told of the outside.
#[derive(Debug, Default)]
pub(crate) struct Host {
    /// The template that is running: what it draws is its own, whichever others run.
    template: RefCell<String>,
    drawn: Cell<u64>,
    /// What the cluster answered, if somebody asked it.
    facts: Option<Arc<Facts>>,
}

/// One seed for as long as the server lives.
static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// One key of each size: making one takes longer than a preview may, and nobody uses what a preview shows.
static RSA_KEYS: LazyLock<Mutex<HashMap<usize, Option<Vec<u8>>>>> = LazyLock::new(Mutex::default);

impl Host {
    /// With the answers of a cluster.
    pub(super) fn of(facts: Option<Arc<Facts>>) -> Self {
        Self { facts, ..Self::default() }
    }
}

impl template::Host for Host {
    fn now(&self) -> i128 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_nanos() as i128)
    }

    fn enter(&self, template: &str) {
        template.clone_into(&mut self.template.borrow_mut());
        self.drawn.set(0);
    }

    fn random(&self, into: &mut [u8]) {
        for chunk in into.chunks_mut(8) {
            let mut hasher = SEED.build_hasher();
            hasher.write(self.template.borrow().as_bytes());
            hasher.write_u64(self.drawn.replace(self.drawn.get() + 1));
            let bytes = hasher.finish().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }

    fn lookup(&self, query: &Lookup) -> Result<Value, Failure> {
        match self.facts.as_ref().map(|it| it.look_up(query)) {
            Some(Ok(Some(found))) => Ok(Value::from_node(&release::to_node(&found))),
            Some(Ok(None)) | None => Ok(template::Map::new().into()),
            Some(Err(reason)) => Err(Failure::new(reason)),
        }
    }

    fn rsa_key(&self, bits: usize) -> Option<Vec<u8>> {
        let mut keys = RSA_KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        keys.entry(bits)
            .or_insert_with(|| template::functions::certificates::new_rsa_key(&Self::default(), bits))
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use template::Host as _;

    use super::*;

    fn draw(host: &Host) -> [u8; 12] {
        let mut bytes = [0; 12];
        host.random(&mut bytes);
        bytes
    }

    #[test]
    fn each_template_draws_for_itself() {
        let host = Host::default();
        host.enter("a");
        let (first, second) = (draw(&host), draw(&host));
        assert_ne!(first, second);
        host.enter("b");
        assert_ne!(draw(&host), first);
        host.enter("a");
        assert_eq!(draw(&host), first);
    }

    #[test]
    fn a_key_is_made_once() {
        let key = Host::default().rsa_key(512);
        assert!(key.is_some());
        assert_eq!(Host::default().rsa_key(512), key);
    }
}
