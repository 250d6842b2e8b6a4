//! Records in Secrets and ConfigMaps, where both Helms look for them (`pkg/storage/driver`).
//!
//! What a history needs to know stands on labels, so lists ask for metadata only; a record itself comes when it is read.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use release::ports::ApiError;
use release::record::{
    MAX_SIZE, Record, RecordStore, Status, StoreError, Stub, decode, encode, key, labels, newest_of,
    user_labels,
};
use serde_json::{Map, Value, json};

use crate::connection::Connection;
use crate::http::{Call, escaped};

/// In what records are kept (`HELM_DRIVER`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// In Secrets of the type `helm.sh/release.v1`.
    #[default]
    Secrets,
    /// In ConfigMaps.
    ConfigMaps,
}

impl Driver {
    fn plural(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::ConfigMaps => "configmaps",
        }
    }

    /// The record in an object.
    fn record(self, object: &Value) -> Result<Record, StoreError> {
        let text = object["data"]["release"].as_str().unwrap_or_default();
        let mut record = match self {
            Self::Secrets => {
                let text = BASE64.decode(text.as_bytes());
                decode(&text.map_err(|error| StoreError::Broken(error.to_string()))?)
            }
            Self::ConfigMaps => decode(text.as_bytes()),
        }?;
        record.labels = user_labels(texts(&object["metadata"]["labels"]));
        Ok(record)
    }
}

/// The records of one namespace, or of all.
#[derive(Debug)]
pub struct Storage<'c> {
    connection: &'c Connection,
    driver: Driver,
    /// Empty for all.
    namespace: String,
}

impl<'c> Storage<'c> {
    /// The records in a namespace; an empty one is all.
    pub fn new(connection: &'c Connection, driver: Driver, namespace: &str) -> Self {
        Self { connection, driver, namespace: namespace.to_owned() }
    }

    fn collection(&self, namespace: &str) -> String {
        match namespace {
            "" => format!("/api/v1/{}", self.driver.plural()),
            namespace => format!("/api/v1/namespaces/{}/{}", escaped(namespace), self.driver.plural()),
        }
    }

    fn address(&self, stub: &Stub) -> String {
        let namespace = if stub.namespace.is_empty() { &self.namespace } else { &stub.namespace };
        format!("{}/{}", self.collection(namespace), escaped(&key(&stub.name, stub.version)))
    }

    async fn read_one(&self, stub: &Stub) -> Result<Record, StoreError> {
        let object = self.connection.api.json(Call::get(self.address(stub))).await.map_err(|error| {
            match error.is_not_found() {
                true => StoreError::NotFound,
                false => StoreError::Refused(
                    format!("get: failed to get \"{}\"", key(&stub.name, stub.version)),
                    error,
                ),
            }
        })?;
        self.driver.record(&object).map_err(|error| broken(stub, &error))
    }

    /// What is told of each record that a selector selects, page by page: of so many first, then of as many as a look at
    /// the last page says.
    fn pages<'s>(
        &'s self,
        selector: &'s str,
        accept: &'static str,
        limit: usize,
        limit_after: fn(&[Value]) -> usize,
    ) -> impl Stream<Item = Result<Vec<Value>, ApiError>> + Send + 's {
        stream::try_unfold(Some((String::new(), limit)), move |next| async move {
            let Some((next, limit)) = next else { return Ok(None) };
            let call = Call::get(self.collection(&self.namespace))
                .accept(accept)
                .query("labelSelector", selector)
                .query("limit", limit.to_string())
                .query("continue", next);
            let mut page = self.connection.api.json(call).await?;
            let next = page["metadata"]["continue"].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
            let items = match page["items"].take() {
                Value::Array(items) => items,
                _ => Vec::new(),
            };
            let limit = limit_after(&items);
            Ok(Some((items, next.map(|it| (it, limit)))))
        })
    }

    async fn list_stubs(&self, selector: &str) -> Result<Vec<Stub>, ApiError> {
        let accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
        let pages: Vec<Vec<Value>> = self.pages(selector, accept, 500, |_| 500).try_collect().await?;
        Ok(pages.iter().flatten().filter_map(stub).collect())
    }

    /// Records by what their labels say. Pages of about [`PAGE`] keep memory small where records are large, and questions
    /// few where they are not.
    async fn list_records(&self, selector: &str) -> Result<Vec<(Stub, Record)>, ApiError> {
        let read = |item: &Value| Some((stub(item)?, self.driver.record(item).ok()?.in_brief()));
        let pages = self.pages(selector, "application/json", 25, fitting);
        pages.map_ok(|items| items.iter().filter_map(read).collect::<Vec<_>>()).try_concat().await
    }

    /// The object that holds a record.
    fn object(&self, record: &Record, stamp: &str) -> Result<Value, StoreError> {
        let text = encode(record)?;
        check_size(record, &text)?;
        let mut labels: Map<String, Value> =
            labels(record).into_iter().map(|(key, value)| (key, value.into())).collect();
        labels.insert(stamp.to_owned(), now().to_string().into());
        let metadata = json!({"name": key(&record.name, record.version), "labels": labels});
        Ok(match self.driver {
            Driver::Secrets => json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": metadata,
                "type": "helm.sh/release.v1",
                "data": {"release": BASE64.encode(text.as_bytes())}
            }),
            Driver::ConfigMaps => json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": metadata,
                "data": {"release": text}
            }),
        })
    }

    fn namespace_of<'s>(&'s self, record: &'s Record) -> &'s str {
        if self.namespace.is_empty() { &record.namespace } else { &self.namespace }
    }
}

/// How much of records is asked for at once, in bytes.
const PAGE: usize = 512 * 1024;

/// How many records fill a page, if they are as large as these.
fn fitting(items: &[Value]) -> usize {
    let sizes = items.iter().filter_map(|it| it["data"]["release"].as_str()).map(str::len);
    let average = sizes.sum::<usize>() / items.len().max(1);
    (PAGE / average.max(1)).clamp(10, 500)
}

impl RecordStore for Storage<'_> {
    fn stubs(&self, name: Option<&str>) -> Result<Vec<Stub>, StoreError> {
        let selector = match name {
            Some(name) => format!("name={name},owner=helm"),
            None => "owner=helm".to_owned(),
        };
        self.connection.wait(self.list_stubs(&selector)).map_err(|error| {
            let what =
                if name.is_some() { "query: failed to query with labels" } else { "list: failed to list" };
            StoreError::Refused(what.to_owned(), error)
        })
    }

    /// The newest revision is hardly ever a superseded one, so the others come in lists, and the rest one by one.
    fn newest(&self) -> Result<Vec<Record>, StoreError> {
        let work = async {
            tokio::join!(self.list_stubs("owner=helm"), self.list_records("owner=helm,status!=superseded"))
        };
        let refused = |error| StoreError::Refused("list: failed to list".to_owned(), error);
        let (stubs, listed) = self.connection.wait(work);
        let mut wanted = newest_of(stubs.map_err(refused)?);
        let is_same =
            |a: &Stub, b: &Stub| a.name == b.name && a.namespace == b.namespace && a.version == b.version;
        let mut records = Vec::new();
        for (found, record) in listed.map_err(refused)? {
            let before = wanted.len();
            wanted.retain(|stub| !is_same(stub, &found));
            if wanted.len() < before {
                records.push(record);
            }
        }
        records.extend(self.read_all(&wanted).into_iter().flatten().map(Record::in_brief));
        Ok(records)
    }

    fn read(&self, stub: &Stub) -> Result<Record, StoreError> {
        self.connection.wait(self.read_one(stub))
    }

    fn read_all(&self, stubs: &[Stub]) -> Vec<Result<Record, StoreError>> {
        let work = stream::iter(stubs).map(|stub| self.read_one(stub)).buffered(16);
        self.connection.wait(work.collect())
    }

    fn create(&self, record: &Record) -> Result<(), StoreError> {
        let call = Call::new(Method::POST, self.collection(self.namespace_of(record)))
            .body("application/json", &self.object(record, "createdAt")?);
        match self.connection.wait(self.connection.api.json(call)) {
            Ok(_) => Ok(()),
            Err(error) if error.is_already_exists() => Err(StoreError::Exists),
            Err(error) => Err(StoreError::Refused("create: failed to create".to_owned(), error)),
        }
    }

    fn update(&self, record: &Record) -> Result<(), StoreError> {
        let stub = Stub { namespace: self.namespace_of(record).to_owned(), ..record.stub() };
        let call = Call::new(Method::PUT, self.address(&stub))
            .body("application/json", &self.object(record, "modifiedAt")?)
            .persistent();
        match self.connection.wait(self.connection.api.json(call)) {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreError::Refused("update: failed to update".to_owned(), error)),
        }
    }

    fn delete(&self, stub: &Stub) -> Result<(), StoreError> {
        let call = Call::new(Method::DELETE, self.address(stub));
        match self.connection.wait(self.connection.api.bytes(call)) {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Err(StoreError::NotFound),
            Err(error) => Err(StoreError::Refused("delete: failed to delete".to_owned(), error)),
        }
    }
}

/// What the labels of an object say, if they are those of a record.
fn stub(object: &Value) -> Option<Stub> {
    let metadata = &object["metadata"];
    let label = |key: &str| metadata["labels"][key].as_str();
    Some(Stub {
        name: label("name")?.to_owned(),
        namespace: metadata["namespace"].as_str().unwrap_or_default().to_owned(),
        version: label("version")?.parse().ok()?,
        status: Status::named(label("status").unwrap_or_default()),
    })
}

fn texts(map: &Value) -> Vec<(String, String)> {
    let entries = map.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn broken(stub: &Stub, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(format!("failed to decode data \"{}\": {error}", key(&stub.name, stub.version)))
}

/// What would not fit is told before anything is sent, with what takes the room.
fn check_size(record: &Record, text: &str) -> Result<(), StoreError> {
    if text.len() <= MAX_SIZE {
        return Ok(());
    }
    let files = record.chart.largest_files();
    let largest: Vec<String> =
        files.iter().take(3).map(|(name, size)| format!("{name} ({size} bytes)")).collect();
    Err(StoreError::TooLarge(format!(
        "create: failed to create: Secret \"{}\" is invalid: data: Too long: may not be more than {MAX_SIZE} bytes: the \
         record of the release has {} bytes when packed. Largest files of the chart: {}. Files that no template needs can be \
         left out by .helmignore",
        key(&record.name, record.version),
        text.len(),
        largest.join(", ")
    )))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_long_as_records_are_short() {
        let of = |size: usize| fitting(&vec![json!({ "data": { "release": "x".repeat(size) } }); 3]);
        assert_eq!([of(100), of(10_000), of(1_000_000)], [500, 52, 10]);
        assert_eq!(fitting(&[]), 500);
    }
}
