//! A store that was listed once: whoever looks at many releases of a namespace asks for what there is only one time.
//!
//! Only lists are remembered. What is written goes through, and does not show in them: this is for looking.

use super::{Record, RecordStore, StoreError, Stub};

/// A store, with what there was in it at one moment.
pub struct Listed<'s> {
    store: &'s dyn RecordStore,
    stubs: Vec<Stub>,
}

impl std::fmt::Debug for Listed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listed").field("stubs", &self.stubs.len()).finish_non_exhaustive()
    }
}

impl<'s> Listed<'s> {
    /// A store with what is in it.
    pub fn new(store: &'s dyn RecordStore, stubs: Vec<Stub>) -> Self {
        Self { store, stubs }
    }
}

impl RecordStore for Listed<'_> {
    fn stubs(&self, name: Option<&str>) -> Result<Vec<Stub>, StoreError> {
        let wanted = self.stubs.iter().filter(|stub| name.is_none_or(|name| stub.name == name));
        Ok(wanted.cloned().collect())
    }

    fn read(&self, stub: &Stub) -> Result<Record, StoreError> {
        self.store.read(stub)
    }

    fn read_all(&self, stubs: &[Stub]) -> Vec<Result<Record, StoreError>> {
        self.store.read_all(stubs)
    }

    fn create(&self, record: &Record) -> Result<(), StoreError> {
        self.store.create(record)
    }

    fn update(&self, record: &Record) -> Result<(), StoreError> {
        self.store.update(record)
    }

    fn delete(&self, stub: &Stub) -> Result<(), StoreError> {
        self.store.delete(stub)
    }
}
