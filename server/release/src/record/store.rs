//! Where records lie, and the rules by which Helm looks through them (`pkg/storage`).
//!
//! A store is a port. It knows labels and keys; which revision counts, and which are dropped when there are too many, is
//! decided here for all of them.

use std::collections::BTreeMap;

use super::{Record, Status};
use crate::ports::ApiError;

/// Labels that Helm sets on each record.
const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// Where the record of a revision lies: the name of its Secret or ConfigMap.
pub fn key(name: &str, version: i64) -> String {
    format!("sh.helm.release.v1.{name}.v{version}")
}

/// The labels of a record, without the one that says when.
pub fn labels(record: &Record) -> BTreeMap<String, String> {
    let own = [
        ("name", record.name.clone()),
        ("owner", "helm".to_owned()),
        ("status", record.info.status.as_str().to_owned()),
        ("version", record.version.to_string()),
    ];
    let mut labels: BTreeMap<_, _> = record
        .labels
        .iter()
        .filter(|(key, _)| !is_system_label(key))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    labels.extend(own.map(|(key, value)| (key.to_owned(), value)));
    labels
}

/// The labels that users gave, out of all that a record has.
pub fn user_labels(all: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    all.into_iter().filter(|(key, _)| !is_system_label(key)).collect()
}

fn is_system_label(key: &str) -> bool {
    SYSTEM_LABELS.contains(&key)
}

/// Users may not set what Helm sets (`driver.ContainsSystemLabels`).
pub fn refuse_system_labels(labels: &BTreeMap<String, String>) -> Result<(), StoreError> {
    match labels.keys().any(|key| is_system_label(key)) {
        true => Err(StoreError::SystemLabels),
        false => Ok(()),
    }
}

/// Labels of the last revision with new ones over them; `null` takes one away.
pub fn merged_labels(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut merged = old.clone();
    merged.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
    merged.retain(|_, value| value != "null");
    merged
}

/// What a record's labels say of it, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// The release.
    pub name: String,
    /// Where the record lies.
    pub namespace: String,
    /// The number of the revision.
    pub version: i64,
    /// Where it is in its life.
    pub status: Status,
}

/// Why a record cannot be had or kept. Texts are Helm's.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such record, or no release of that name.
    #[error("release: not found")]
    NotFound,
    /// Somebody else made that revision: the only lock that Helm has.
    #[error("release: already exists")]
    Exists,
    /// There is a release, but nothing of it is deployed.
    #[error("{} has no deployed releases", golang::strconv::quote(.0))]
    NoDeployed(String),
    /// Users may not set these.
    #[error(
        "user supplied labels contains system reserved label name. System labels: [name owner status version createdAt modifiedAt]"
    )]
    SystemLabels,
    /// It would not fit.
    #[error("{0}")]
    TooLarge(String),
    /// What is kept is no record.
    #[error("{0}")]
    Broken(String),
    /// The cluster says no. The text says first what was tried, as Helm has it.
    #[error("{0}: {1}")]
    Refused(String, ApiError),
    /// Several old revisions could not be dropped.
    #[error("encountered {0} deletion errors. First is: {1}")]
    Several(usize, Box<StoreError>),
}

impl StoreError {
    pub(super) fn broken(error: &dyn std::fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }

    /// Whether there is nothing of that name.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound)
    }
}

/// Where records lie: Secrets, ConfigMaps, or memory. A store looks at one namespace, or at all if it is made so.
pub trait RecordStore: Send + Sync {
    /// What the records of a release say on their labels, or those of all releases, in any order.
    fn stubs(&self, name: Option<&str>) -> Result<Vec<Stub>, StoreError>;

    /// Reads a record. What is there but cannot be read is an error.
    fn read(&self, stub: &Stub) -> Result<Record, StoreError>;

    /// Reads many, in their order. One that cannot be read does not keep the others from being read.
    fn read_all(&self, stubs: &[Stub]) -> Vec<Result<Record, StoreError>> {
        stubs.iter().map(|stub| self.read(stub)).collect()
    }

    /// Reads the newest revision of each release, whatever became of it, in any order, as far as lists show them
    /// ([`Record::in_brief`]). What cannot be read is left out, as in Helm.
    fn newest(&self) -> Result<Vec<Record>, StoreError> {
        Ok(self.read_all(&newest_of(self.stubs(None)?)).into_iter().flatten().map(Record::in_brief).collect())
    }

    /// Keeps a new record. [`StoreError::Exists`] if there is one of that name and version.
    fn create(&self, record: &Record) -> Result<(), StoreError>;

    /// Puts a record in the place of one with the same name and version.
    fn update(&self, record: &Record) -> Result<(), StoreError>;

    /// Drops a record.
    fn delete(&self, stub: &Stub) -> Result<(), StoreError>;
}

/// Whoever has a store lends it.
impl<S: RecordStore + ?Sized> RecordStore for &S {
    fn stubs(&self, name: Option<&str>) -> Result<Vec<Stub>, StoreError> {
        (**self).stubs(name)
    }

    fn read(&self, stub: &Stub) -> Result<Record, StoreError> {
        (**self).read(stub)
    }

    fn read_all(&self, stubs: &[Stub]) -> Vec<Result<Record, StoreError>> {
        (**self).read_all(stubs)
    }

    fn newest(&self) -> Result<Vec<Record>, StoreError> {
        (**self).newest()
    }

    fn create(&self, record: &Record) -> Result<(), StoreError> {
        (**self).create(record)
    }

    fn update(&self, record: &Record) -> Result<(), StoreError> {
        (**self).update(record)
    }

    fn delete(&self, stub: &Stub) -> Result<(), StoreError> {
        (**self).delete(stub)
    }
}

/// The newest revision of each release.
pub fn newest_of(mut stubs: Vec<Stub>) -> Vec<Stub> {
    stubs.sort_by(|a, b| (&a.namespace, &a.name, b.version).cmp(&(&b.namespace, &b.name, a.version)));
    stubs.dedup_by(|later, first| later.name == first.name && later.namespace == first.namespace);
    stubs
}

impl Record {
    /// What its labels say.
    pub fn stub(&self) -> Stub {
        Stub {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            version: self.version,
            status: self.info.status,
        }
    }
}

/// The records in a store, looked at as Helm does.
#[derive(Clone, Copy)]
pub struct Records<'s> {
    store: &'s dyn RecordStore,
    /// How many revisions are kept of a release; 0 is all.
    max_history: usize,
}

impl std::fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("max_history", &self.max_history).finish_non_exhaustive()
    }
}

impl<'s> Records<'s> {
    /// Looks at a store and keeps every revision.
    pub fn new(store: &'s dyn RecordStore) -> Self {
        Self { store, max_history: 0 }
    }

    /// Keeps only so many revisions of a release; 0 is all.
    pub fn keeping(self, max_history: usize) -> Self {
        Self { max_history, ..self }
    }

    /// The store.
    pub fn store(&self) -> &'s dyn RecordStore {
        self.store
    }

    /// The revisions of a release, the oldest first. There may be none.
    pub fn stubs(&self, name: &str) -> Result<Vec<Stub>, StoreError> {
        let mut stubs = match self.store.stubs(Some(name)) {
            Err(StoreError::NotFound) => Vec::new(),
            found => found?,
        };
        stubs.sort_by_key(|stub| stub.version);
        Ok(stubs)
    }

    /// The records of a release, the oldest first. What cannot be read is left out, as in Helm.
    pub fn history(&self, name: &str) -> Result<Vec<Record>, StoreError> {
        let stubs = self.stubs(name)?;
        if stubs.is_empty() {
            return Err(StoreError::NotFound);
        }
        let records: Vec<_> = self.store.read_all(&stubs).into_iter().flatten().collect();
        Ok(records)
    }

    /// The newest revision.
    pub fn last(&self, name: &str) -> Result<Record, StoreError> {
        self.newest(&self.stubs(name)?).ok_or(StoreError::NotFound)
    }

    /// One revision.
    pub fn get(&self, name: &str, version: i64) -> Result<Record, StoreError> {
        let stubs = self.stubs(name)?;
        let stub = stubs.iter().find(|stub| stub.version == version).ok_or(StoreError::NotFound)?;
        self.store.read(stub)
    }

    /// The newest revision that counts as deployed. There should be one; Helm makes do with several.
    pub fn deployed(&self, name: &str) -> Result<Record, StoreError> {
        let deployed = self.deployed_stubs(name)?;
        self.newest(&deployed).ok_or_else(|| StoreError::NoDeployed(name.to_owned()))
    }

    /// All revisions that count as deployed, the oldest first.
    pub fn deployed_all(&self, name: &str) -> Result<Vec<Record>, StoreError> {
        self.read_there(&self.deployed_stubs(name)?)
    }

    /// The same without one.
    pub fn deployed_beside(&self, record: &Record) -> Result<Vec<Record>, StoreError> {
        let mut deployed = self.deployed_stubs(&record.name)?;
        deployed.retain(|stub| stub.version != record.version);
        self.read_there(&deployed)
    }

    /// Reads what is still there and is a record; Helm leaves out the rest.
    fn read_there(&self, stubs: &[Stub]) -> Result<Vec<Record>, StoreError> {
        let records = self.store.read_all(stubs).into_iter();
        records.filter(|it| !matches!(it, Err(StoreError::NotFound | StoreError::Broken(_)))).collect()
    }

    fn deployed_stubs(&self, name: &str) -> Result<Vec<Stub>, StoreError> {
        let mut stubs = self.stubs(name)?;
        stubs.retain(|stub| stub.status == Status::Deployed);
        Ok(stubs)
    }

    /// The last of them that can be read.
    fn newest(&self, stubs: &[Stub]) -> Option<Record> {
        stubs.iter().rev().find_map(|stub| self.store.read(stub).ok())
    }

    /// Keeps a new record, and drops the oldest ones where there are too many.
    pub fn create(&self, record: &Record) -> Result<(), StoreError> {
        if self.max_history > 0 {
            self.drop_oldest(&record.name, self.max_history - 1)?;
        }
        self.store.create(record)
    }

    /// Puts a record in the place of what was there.
    pub fn update(&self, record: &Record) -> Result<(), StoreError> {
        self.store.update(record)
    }

    /// Drops all records of a release.
    pub fn purge(&self, name: &str) -> Result<(), StoreError> {
        self.stubs(name)?.iter().try_for_each(|stub| self.store.delete(stub))
    }

    /// Leaves no more than so many, but never drops the one that is deployed (`storage.removeLeastRecent`).
    fn drop_oldest(&self, name: &str, most: usize) -> Result<(), StoreError> {
        let stubs = self.stubs(name)?;
        let too_many = stubs.len().saturating_sub(most);
        let deployed = stubs.iter().rev().find(|stub| stub.status == Status::Deployed);
        let old = stubs.iter().filter(|stub| Some(*stub) != deployed).take(too_many);
        let mut errors: Vec<_> = old.filter_map(|stub| self.store.delete(stub).err()).collect();
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            several => Err(StoreError::Several(several, Box::new(errors.remove(0)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::MemoryStore;

    fn store(revisions: &[(i64, Status)]) -> MemoryStore {
        let store = MemoryStore::default();
        for (version, status) in revisions {
            let mut record = Record { name: "web".into(), version: *version, ..Record::default() };
            record.set_status(*status, "");
            store.create(&record).unwrap();
        }
        store
    }

    fn versions(store: &MemoryStore) -> Vec<i64> {
        Records::new(store).stubs("web").unwrap().iter().map(|stub| stub.version).collect()
    }

    #[test]
    fn the_newest_deployed_counts() {
        use Status::{Deployed, Failed};
        let store = store(&[(1, Deployed), (2, Deployed), (3, Failed)]);
        let records = Records::new(&store);
        assert_eq!(records.last("web").unwrap().version, 3);
        assert_eq!(records.deployed("web").unwrap().version, 2);
        assert_eq!(records.deployed_all("web").unwrap().len(), 2);
        assert_eq!(records.last("x").unwrap_err().to_string(), "release: not found");
        assert_eq!(records.deployed("x").unwrap_err().to_string(), "\"x\" has no deployed releases");
    }

    #[test]
    fn the_oldest_go_but_never_the_deployed() {
        use Status::{Deployed, Failed, Superseded};
        let new = Record { name: "web".into(), version: 5, ..Record::default() };
        let kept = |max: usize| {
            let store = store(&[(1, Superseded), (2, Deployed), (3, Failed), (4, Failed)]);
            Records::new(&store).keeping(max).create(&new).unwrap();
            versions(&store)
        };
        assert_eq!(kept(0), [1, 2, 3, 4, 5]);
        assert_eq!(kept(4), [2, 3, 4, 5]);
        assert_eq!(kept(3), [2, 4, 5]);
        assert_eq!(kept(1), [2, 5]);
    }

    #[test]
    fn a_revision_can_be_made_once() {
        let store = store(&[(1, Status::Deployed)]);
        let again = Record { name: "web".into(), version: 1, ..Record::default() };
        assert!(matches!(Records::new(&store).create(&again), Err(StoreError::Exists)));
    }

    #[test]
    fn labels_of_users_are_kept_apart() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        assert!(refuse_system_labels(&map(&[("owner", "me")])).is_err());
        assert_eq!(
            merged_labels(&map(&[("a", "1"), ("b", "2")]), &map(&[("a", "null"), ("c", "3")])),
            map(&[("b", "2"), ("c", "3")])
        );
        let record =
            Record { name: "web".into(), version: 7, labels: map(&[("team", "x")]), ..Record::default() };
        assert_eq!(labels(&record)["version"], "7");
        assert_eq!(user_labels(labels(&record)), map(&[("team", "x")]));
    }
}
