//! Records in memory: for tests, and for `HELM_DRIVER=memory`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Record, RecordStore, StoreError, Stub, key};

/// Records of any namespace, as long as the program runs.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// By namespace and key.
    records: Mutex<BTreeMap<(String, String), Record>>,
}

impl MemoryStore {
    fn records(&self) -> MutexGuard<'_, BTreeMap<(String, String), Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(stub: &Stub) -> (String, String) {
    (stub.namespace.clone(), key(&stub.name, stub.version))
}

impl RecordStore for MemoryStore {
    fn stubs(&self, name: Option<&str>) -> Result<Vec<Stub>, StoreError> {
        let records = self.records();
        let wanted = records.values().filter(|record| name.is_none_or(|name| record.name == name));
        Ok(wanted.map(Record::stub).collect())
    }

    fn read(&self, stub: &Stub) -> Result<Record, StoreError> {
        self.records().get(&place(stub)).cloned().ok_or(StoreError::NotFound)
    }

    fn create(&self, record: &Record) -> Result<(), StoreError> {
        let mut records = self.records();
        let place = place(&record.stub());
        if records.contains_key(&place) {
            return Err(StoreError::Exists);
        }
        records.insert(place, record.clone());
        Ok(())
    }

    fn update(&self, record: &Record) -> Result<(), StoreError> {
        match self.records().get_mut(&place(&record.stub())) {
            Some(old) => *old = record.clone(),
            None => return Err(StoreError::NotFound),
        }
        Ok(())
    }

    fn delete(&self, stub: &Stub) -> Result<(), StoreError> {
        self.records().remove(&place(stub)).map(drop).ok_or(StoreError::NotFound)
    }
}
