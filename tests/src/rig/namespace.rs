//! A namespace of a test's own: its name, its objects, and the records of its releases.

use std::io::Read;
use std::sync::atomic::{AtomicU32, Ordering};

use data_encoding::BASE64;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{Rig, Tool};
use crate::recording::Outcome;
use crate::{Scratch, rig::Api};

/// A namespace, and a folder that is gone with it.
#[derive(Debug)]
pub struct Namespace<'r> {
    rig: &'r Rig,
    name: String,
    folder: Scratch,
}

impl<'r> Namespace<'r> {
    pub(super) fn new(rig: &'r Rig) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        rig.make_namespace(&name);
        Self { rig, name, folder: Scratch::new() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A folder for charts and values, in which tools run.
    pub fn folder(&self) -> &Scratch {
        &self.folder
    }

    /// Objects as they are.
    pub fn api(&self) -> &'r Api {
        &self.rig.api
    }

    /// A tool with arguments, told this namespace, not started yet.
    pub fn command(&self, tool: Tool, args: &[&str]) -> std::process::Command {
        let mut command = self.rig.command(tool, self.folder.path());
        command.args(args).args(["--namespace", &self.name]);
        command
    }

    /// Runs a tool with arguments in this namespace.
    pub fn run(&self, tool: Tool, args: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(tool, args), self.folder.path())
    }

    /// Runs a tool that must succeed; the answer is what it printed.
    #[track_caller]
    pub fn must(&self, tool: Tool, args: &[&str]) -> String {
        let outcome = self.run(tool, args);
        assert_eq!(outcome.code, 0, "{tool:?} {args:?}\n{outcome}");
        outcome.stdout
    }

    /// The path of a resource in this namespace: `path("apps/v1", "deployments")`.
    pub fn path(&self, group_version: &str, plural: &str) -> String {
        let root = if group_version.contains('/') { "apis" } else { "api" };
        format!("/{root}/{group_version}/namespaces/{}/{plural}", self.name)
    }

    /// The objects of a kind in this namespace.
    #[track_caller]
    pub fn list(&self, group_version: &str, plural: &str) -> Vec<Value> {
        self.rig.api.list(&self.path(group_version, plural))
    }

    /// An object of this namespace; `None` where there is none.
    pub fn get(&self, group_version: &str, plural: &str, name: &str) -> Option<Value> {
        let (status, object) = self.rig.api.get(&format!("{}/{name}", self.path(group_version, plural)));
        (status == 200).then_some(object)
    }

    /// The Secrets in which releases are kept, by name and number.
    pub fn record_secrets(&self) -> Vec<Value> {
        let mut secrets = self.list("v1", "secrets");
        secrets.retain(|it| it["type"] == "helm.sh/release.v1");
        let number =
            |it: &Value| it["metadata"]["labels"]["version"].as_str().and_then(|it| it.parse::<u64>().ok());
        let name = |it: &Value| it["metadata"]["labels"]["name"].as_str().unwrap_or_default().to_owned();
        secrets.sort_by_key(|it| (name(it), number(it)));
        secrets
    }

    /// The records of releases as they stand in JSON, by name and number.
    pub fn records(&self) -> Vec<Value> {
        self.record_secrets().iter().map(decoded).collect()
    }

    /// Puts a record back after a change to it, with the label for its status.
    #[track_caller]
    pub fn rewrite_record(&self, secret: &Value, change: impl FnOnce(&mut Value)) {
        let mut record = decoded(secret);
        change(&mut record);
        let patch = json!({
            "metadata": { "labels": { "status": record["info"]["status"] } },
            "data": { "release": encoded(&record) },
        });
        let name = secret["metadata"]["name"].as_str().unwrap();
        let (status, answer) = self.rig.api.merge(&format!("{}/{name}", self.path("v1", "secrets")), &patch);
        assert_eq!(status, 200, "{answer}");
    }

    /// What each revision of a release is: number and status.
    pub fn statuses(&self, release: &str) -> Vec<(i64, String)> {
        let records = self.records().into_iter().filter(|it| it["name"] == release);
        let pair = |it: Value| {
            (
                it["version"].as_i64().unwrap_or(0),
                it["info"]["status"].as_str().unwrap_or_default().to_owned(),
            )
        };
        records.map(pair).collect()
    }

    /// Lets the user `restricted` do something in this namespace, as rules of a Role say it.
    #[track_caller]
    pub fn grant(&self, rules: &Value) {
        const GROUP: &str = "rbac.authorization.k8s.io";
        let meta = json!({ "name": "restricted" });
        let role = json!({
            "apiVersion": format!("{GROUP}/v1"), "kind": "Role", "metadata": meta, "rules": rules,
        });
        let binding = json!({
            "apiVersion": format!("{GROUP}/v1"), "kind": "RoleBinding", "metadata": meta,
            "roleRef": { "apiGroup": GROUP, "kind": "Role", "name": "restricted" },
            "subjects": [{ "apiGroup": GROUP, "kind": "User", "name": "restricted" }],
        });
        for (plural, object) in [("roles", role), ("rolebindings", binding)] {
            let (status, answer) =
                self.rig.api.post(&self.path("rbac.authorization.k8s.io/v1", plural), &object);
            assert_eq!(status, 201, "{answer}");
        }
    }
}

impl Drop for Namespace<'_> {
    /// The objects go with it, in the cluster's own time.
    fn drop(&mut self) {
        self.rig.api.delete(&format!("/api/v1/namespaces/{}", self.name));
    }
}

/// The record in a Secret: base64 for the API, then base64, gzip and JSON by Helm.
fn decoded(secret: &Value) -> Value {
    let outer = BASE64.decode(secret["data"]["release"].as_str().unwrap().as_bytes()).unwrap();
    let packed = BASE64.decode(&outer).unwrap();
    let mut json = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// The other way; Helm reads JSON that is not packed as well.
fn encoded(record: &Value) -> String {
    BASE64.encode(BASE64.encode(record.to_string().as_bytes()).as_bytes())
}
