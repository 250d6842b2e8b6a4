//! The port itself: requests of a release as calls to the server.

use std::ops::ControlFlow;
use std::time::Duration;

use chart::capabilities::Capabilities;
use futures::StreamExt;
use futures::stream;
use http::Method;
use release::ports::{
    ApiError, Cluster, DeleteOptions, Identity, PatchKind, Propagation, Reply, Request, Resource, Scope,
    Seen, Target, Validation, WriteOptions,
};
use release::{Gvk, Object};
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::http::Call;

/// So many requests are under way at the same time.
const AT_ONCE: usize = 24;

/// What the server prints for people.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/// Lists come in parts of so many objects.
const PAGE: &str = "500";

impl Cluster for Connection {
    fn identity(&self) -> Result<Identity, ApiError> {
        self.identify()
    }

    fn capabilities(&self) -> Result<Capabilities, ApiError> {
        self.find_capabilities()
    }

    fn resources(&self, kinds: &[Gvk]) -> Vec<Result<Resource, ApiError>> {
        self.find_resources(kinds)
    }

    fn forget_resources(&self) {
        self.known().forget();
    }

    fn send(&self, requests: &[Request]) -> Vec<Result<Reply, ApiError>> {
        let kinds: Vec<Gvk> = requests.iter().map(gvk).collect();
        // One round for all kinds, before the requests themselves.
        self.find_resources(&kinds);
        let calls: Vec<_> = requests.iter().map(|request| self.call(request)).collect();
        let work = stream::iter(calls.into_iter().zip(requests))
            .map(|(call, request)| async move {
                match request {
                    Request::List(_) => self.pages(call?).await.map(Reply::List),
                    Request::Delete(..) => self.api.bytes(call?).await.map(|_| Reply::Deleted),
                    _ => self.api.json(call?).await.map(|it| Reply::Object(it.into())),
                }
            })
            .buffered(AT_ONCE);
        self.wait(work.collect())
    }

    fn observe(
        &self,
        scopes: &[Scope],
        for_at_most: Duration,
        see: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    ) -> Result<bool, ApiError> {
        self.watch(scopes, for_at_most, see)
    }

    fn logs(&self, pod: &Target, container: &str, lines: u32, previous: bool) -> Result<String, ApiError> {
        let call = Call::get(format!("{}/log", self.address(pod)?))
            .query("container", container)
            .query("tailLines", lines.to_string())
            .query("previous", if previous { "true" } else { "" });
        let bytes = self.wait(self.api.bytes(call))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn tables(&self, targets: &[Target]) -> Vec<Result<Value, ApiError>> {
        let kinds: Vec<Gvk> = targets.iter().map(|target| target.gvk.clone()).collect();
        self.find_resources(&kinds);
        let calls: Vec<_> = targets.iter().map(|target| self.address(target)).collect();
        let work = stream::iter(calls)
            .map(|address| async move { self.api.json(Call::get(address?).accept(TABLE)).await })
            .buffered(AT_ONCE);
        self.wait(work.collect())
    }
}

fn gvk(request: &Request) -> Gvk {
    match request {
        Request::Get(target) | Request::Patch(target, ..) | Request::Delete(target, _) => target.gvk.clone(),
        Request::List(scope) => scope.gvk.clone(),
        Request::Create(object, _) | Request::Replace(object, _) | Request::Apply(object, _) => object.gvk(),
    }
}

impl Connection {
    /// All objects of a scope as the server prints them for people.
    pub fn table_of(&self, scope: &Scope) -> Result<Value, ApiError> {
        self.wait(self.api.json(self.listing(scope)?.accept(TABLE)))
    }

    fn call(&self, request: &Request) -> Result<Call, ApiError> {
        Ok(match request {
            Request::Get(target) => Call::get(self.address(target)?),
            Request::List(scope) => self.listing(scope)?,
            Request::Create(object, options) => {
                let call = Call::new(Method::POST, self.collection(&object.gvk(), object.namespace())?);
                written(call, options).body("application/json", object.as_value())
            }
            Request::Replace(object, options) => {
                let call = Call::new(Method::PUT, self.address(&Target::of(object))?);
                written(call, options).body("application/json", object.as_value())
            }
            Request::Apply(object, options) => {
                let call = Call::new(Method::PATCH, self.address(&Target::of(object))?);
                let force = options.force.to_string();
                let applied = without_server_fields(object);
                // JSON is YAML.
                written(call, &options.write)
                    .query("force", force)
                    .body("application/apply-patch+yaml", &applied)
            }
            Request::Patch(target, patch, options) => {
                let content_type = match patch.kind {
                    PatchKind::Strategic => "application/strategic-merge-patch+json",
                    PatchKind::Merge => "application/merge-patch+json",
                    PatchKind::Json => "application/json-patch+json",
                };
                let call = Call::new(Method::PATCH, self.address(target)?);
                written(call, options).body(content_type, &patch.body)
            }
            Request::Delete(target, options) => {
                let call = Call::new(Method::DELETE, self.address(target)?);
                call.body("application/json", &deletion(options))
            }
        })
    }

    pub(crate) fn listing(&self, scope: &Scope) -> Result<Call, ApiError> {
        Ok(Call::get(self.collection(&scope.gvk, &scope.namespace)?)
            .query("labelSelector", scope.labels.clone())
            .query("fieldSelector", scope.fields.clone()))
    }

    /// All parts of a list. Items of a list do not say their kind.
    async fn pages(&self, call: Call) -> Result<Vec<Object>, ApiError> {
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let page = call.clone().query("limit", PAGE).query("continue", next.clone());
            let mut list = self.api.json(page).await?;
            list["metadata"]["continue"].as_str().unwrap_or_default().clone_into(&mut next);
            objects.extend(items(&mut list));
            if next.is_empty() {
                return Ok(objects);
            }
        }
    }
}

/// The items of a list, each with its kind.
pub(crate) fn items(list: &mut Value) -> Vec<Object> {
    let api_version = list["apiVersion"].clone();
    let kind = list["kind"].as_str().unwrap_or_default().trim_end_matches("List").to_owned();
    let items = match list["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    let complete = |mut item: Value| {
        if item["kind"].is_null() {
            item["kind"] = kind.as_str().into();
            item["apiVersion"] = api_version.clone();
        }
        Object::from(item)
    };
    items.into_iter().map(complete).collect()
}

fn written(call: Call, options: &WriteOptions) -> Call {
    let validation = match options.validation {
        Validation::Ignore => "Ignore",
        Validation::Warn => "Warn",
        Validation::Strict => "Strict",
    };
    call.query("fieldManager", options.manager.clone())
        .query("fieldValidation", validation)
        .query("dryRun", if options.dry_run { "All" } else { "" })
}

/// Who applies must not say what only the server says.
fn without_server_fields(object: &Object) -> Value {
    let mut value = object.as_value().clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("managedFields");
    }
    value
}

fn deletion(options: &DeleteOptions) -> Value {
    let propagation = match options.propagation {
        Propagation::Background => "Background",
        Propagation::Foreground => "Foreground",
        Propagation::Orphan => "Orphan",
    };
    let mut body = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation});
    if options.dry_run {
        body["dryRun"] = json!(["All"]);
    }
    if let Some(uid) = &options.uid {
        body["preconditions"] = json!({"uid": uid});
    }
    body
}
