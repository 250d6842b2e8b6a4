//! Which kinds a cluster serves, and under which addresses. Asked group by group, when the first of a group is needed, and
//! remembered for as long as the connection lasts.

use std::collections::HashMap;

use chart::Dialect;
use chart::capabilities::{Capabilities, HelmVersion, KubeVersion};
use futures::future::join_all;
use release::Gvk;
use release::ports::{ApiError, Resource, Target};
use serde_json::Value;

use crate::connection::Connection;
use crate::http::{Call, escaped};

/// What is known of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By API version: the kinds, or why they cannot be had.
    groups: HashMap<String, Vec<Resource>>,
    /// What templates are told.
    capabilities: Option<Capabilities>,
}

impl Known {
    pub(crate) fn forget(&mut self) {
        self.groups.clear();
        self.capabilities = None;
    }

    fn find(&self, gvk: &Gvk) -> Option<&Resource> {
        self.groups.get(&gvk.api_version())?.iter().find(|it| it.gvk.kind == gvk.kind)
    }
}

impl Connection {
    pub(crate) fn find_resources(&self, kinds: &[Gvk]) -> Vec<Result<Resource, ApiError>> {
        let missing = self.missing(kinds);
        let found = if missing.is_empty() {
            Vec::new()
        } else {
            self.wait(join_all(missing.iter().map(|it| self.group(it))))
        };
        let mut failed: HashMap<String, ApiError> = HashMap::new();
        let mut known = self.known();
        for (api_version, answer) in missing.into_iter().zip(found) {
            match answer {
                Ok(resources) => drop(known.groups.insert(api_version, resources)),
                Err(error) if error.is_not_found() => {}
                Err(error) => drop(failed.insert(api_version, error)),
            }
        }
        kinds
            .iter()
            .map(|gvk| match (known.find(gvk), failed.get(&gvk.api_version())) {
                (Some(resource), _) => Ok(resource.clone()),
                (None, Some(error)) => Err(error.clone()),
                (None, None) => Err(no_match(gvk)),
            })
            .collect()
    }

    fn missing(&self, kinds: &[Gvk]) -> Vec<String> {
        let known = self.known();
        let mut missing: Vec<String> = kinds
            .iter()
            .map(Gvk::api_version)
            .filter(|it| !it.is_empty() && !known.groups.contains_key(it))
            .collect();
        missing.sort();
        missing.dedup();
        missing
    }

    /// The kinds of one API version.
    async fn group(&self, api_version: &str) -> Result<Vec<Resource>, ApiError> {
        let list = self.api.json(Call::get(base(api_version))).await?;
        let all = list["resources"].as_array().into_iter().flatten();
        let is_whole = |it: &&Value| it["name"].as_str().is_some_and(|name| !name.contains('/'));
        let resource = |it: &Value| Resource {
            gvk: Gvk::new(api_version, it["kind"].as_str().unwrap_or_default()),
            plural: it["name"].as_str().unwrap_or_default().to_owned(),
            namespaced: it["namespaced"].as_bool().unwrap_or_default(),
        };
        Ok(all.filter(is_whole).map(resource).collect())
    }

    /// The address of an object's kind: in a namespace, or in all.
    pub(crate) fn collection(&self, gvk: &Gvk, namespace: &str) -> Result<String, ApiError> {
        let resource =
            self.find_resources(std::slice::from_ref(gvk)).pop().unwrap_or_else(|| Err(no_match(gvk)))?;
        let base = base(&gvk.api_version());
        Ok(match resource.namespaced && !namespace.is_empty() {
            true => format!("{base}/namespaces/{}/{}", escaped(namespace), resource.plural),
            false => format!("{base}/{}", resource.plural),
        })
    }

    /// The address of an object.
    pub(crate) fn address(&self, target: &Target) -> Result<String, ApiError> {
        if target.name.is_empty() {
            return Err(ApiError::unreached("resource name may not be empty"));
        }
        let collection = self.collection(&target.gvk, &target.namespace)?;
        Ok(format!("{collection}/{}", escaped(&target.name)))
    }

    /// What templates are told, asked once.
    pub(crate) fn find_capabilities(&self) -> Result<Capabilities, ApiError> {
        if let Some(known) = &self.known().capabilities {
            return Ok(known.clone());
        }
        let found = self.ask_capabilities()?;
        self.known().capabilities = Some(found.clone());
        Ok(found)
    }

    /// As Helm finds it out (`action.GetVersionSet`).
    fn ask_capabilities(&self) -> Result<Capabilities, ApiError> {
        let asked = async {
            let accept =
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
            let version = self.api.json(Call::get("/version"));
            let core = self.api.json(Call::get("/api").accept(accept));
            let rest = self.api.json(Call::get("/apis").accept(accept));
            let (version, core, rest) = tokio::join!(version, core, rest);
            Ok::<_, ApiError>((version?, core?, rest?))
        };
        let (version, core, rest) = self.wait(asked)?;
        let mut api_versions = Vec::new();
        for list in [&core, &rest] {
            if list["kind"] == "APIGroupDiscoveryList" {
                aggregated(list, &mut api_versions);
            } else {
                self.one_by_one(list, &mut api_versions)?;
            }
        }
        api_versions.sort();
        api_versions.dedup();
        Ok(Capabilities {
            kube_version: kube_version(&version, self.dialect),
            api_versions,
            helm_version: HelmVersion::of(self.dialect),
        })
    }

    /// Servers before 1.26 list their groups, and each group its kinds.
    fn one_by_one(&self, list: &Value, into: &mut Vec<String>) -> Result<(), ApiError> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let core = list["versions"].as_array().into_iter().flatten().map(text);
        let groups = list["groups"].as_array().into_iter().flatten();
        let versions = groups.flat_map(|group| group["versions"].as_array().into_iter().flatten());
        let all: Vec<String> = core.chain(versions.map(|it| text(&it["groupVersion"]))).collect();
        let found = self.wait(join_all(all.iter().map(|it| self.group(it))));
        for (api_version, resources) in all.into_iter().zip(found) {
            // A group whose server is away has no kinds; Helm goes on as well.
            let kinds = resources.unwrap_or_default();
            into.extend(kinds.iter().map(|it| format!("{api_version}/{}", it.gvk.kind)));
            into.push(api_version);
        }
        Ok(())
    }
}

fn aggregated(list: &Value, into: &mut Vec<String>) {
    let each = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    for group in each(list, "items") {
        let name = group["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        for version in each(&group, "versions") {
            let version_name = text(&version, "version");
            let api_version = if name.is_empty() { version_name } else { format!("{name}/{version_name}") };
            for resource in each(&version, "resources") {
                let kinds = each(&resource, "subresources").into_iter().chain([resource]);
                let kinds = kinds.map(|it| text(&it["responseKind"], "kind")).filter(|it| !it.is_empty());
                into.extend(kinds.map(|kind| format!("{api_version}/{kind}")));
            }
            into.push(api_version);
        }
    }
}

fn kube_version(version: &Value, dialect: Dialect) -> KubeVersion {
    let text = |key: &str| version[key].as_str().unwrap_or_default();
    let parsed = KubeVersion::parse(text("gitVersion"), dialect).unwrap_or_default();
    KubeVersion { major: text("major").to_owned(), minor: text("minor").to_owned(), ..parsed }
}

fn base(api_version: &str) -> String {
    match api_version.split_once('/') {
        Some((group, version)) => format!("/apis/{}/{}", escaped(group), escaped(version)),
        None => format!("/api/{}", escaped(api_version)),
    }
}

fn no_match(gvk: &Gvk) -> ApiError {
    let message = format!("no matches for kind \"{}\" in version \"{}\"", gvk.kind, gvk.api_version());
    ApiError { message, ..ApiError::default() }
}
