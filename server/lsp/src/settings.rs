//! The settings: section `chartroom`.
//!
//! They come with `initialize` (`initializationOptions`), are pulled where the client can be asked, and are
//! pushed where it cannot. Each setting stands for itself: one of a wrong type is complained about and leaves
//! the others in force.

use std::path::PathBuf;

use golang::Dialect;
use serde_json::Value;
use template::{Limits, MIB};

/// The name of the section.
pub(crate) const SECTION: &str = "chartroom";

/// What the user set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `helmVersion`: which Helm to be, where the two in use differ.
    pub helm_version: HelmVersion,
    /// `checks`: whether to look for more than what Helm refuses.
    pub checks: bool,
    /// `kubernetes.schemas`: whether rendered objects are held against Kubernetes' schemas.
    pub schemas: bool,
    /// `kubernetes.version`: the minor version of Kubernetes 1 whose schemas these are, if not that which templates are told.
    pub schemas_of: Option<u32>,
    /// `kubeVersion`: what templates are told of the cluster.
    pub kube_version: Option<String>,
    /// `release.name`
    pub release_name: String,
    /// `release.namespace`
    pub namespace: String,
    /// `valuesFiles`: laid over the chart's own values in every target. Relative to the chart or to the folder
    /// that is open.
    pub values_files: Vec<String>,
    /// `limits.steps`, `limits.memory` and `limits.output` (both in MiB): how much rendering may use up.
    pub limits: Limits,
    /// `kube.*`
    pub kube: Kube,
    /// `deploy.*`
    pub deploy: Deploy,
}

/// Which cluster is meant, and how carefully it is treated. Editors take these from the user's own settings and never from
/// those of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kube {
    /// `kube.config`: the kubeconfig file, if not the usual one.
    pub config: Option<PathBuf>,
    /// `kube.context`: the context, if not the current one.
    pub context: Option<String>,
    /// `kube.protected`: patterns of contexts where the release's name has to be typed.
    pub protected: Vec<String>,
    /// `kube.trusted`: whether the workspace is trusted. Where it is not, nothing is deployed and programs that the
    /// kubeconfig names for credentials do not run.
    pub trusted: bool,
}

/// How something is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// `deploy.atomic`: bring back what was there if it fails.
    pub atomic: bool,
    /// `deploy.timeout`, in seconds: how long objects are waited for.
    pub timeout: u64,
}

impl Default for Kube {
    fn default() -> Self {
        let protected = crate::releases::PROTECTED.map(str::to_owned).into();
        Self { config: None, context: None, protected, trusted: true }
    }
}

impl Default for Deploy {
    fn default() -> Self {
        Self { atomic: true, timeout: 300 }
    }
}

/// A major version of Helm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HelmVersion {
    /// Helm 3
    Three,
    /// Helm 4
    #[default]
    Four,
}

impl HelmVersion {
    /// What the engine calls it.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Three => Dialect::Helm3,
            Self::Four => Dialect::Helm4,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            helm_version: HelmVersion::default(),
            checks: true,
            schemas: true,
            schemas_of: None,
            kube_version: None,
            // What Helm takes where nothing is said.
            release_name: "release-name".to_owned(),
            namespace: "default".to_owned(),
            values_files: Vec::new(),
            limits: Limits::EDITOR,
            kube: Kube::default(),
            deploy: Deploy::default(),
        }
    }
}

impl Settings {
    /// Takes over what `value` says and keeps the rest. Returns what could not be understood.
    ///
    /// `value` is the section, or an object that has it.
    pub(crate) fn merge(&mut self, value: &Value) -> Vec<String> {
        let value = value.get(SECTION).unwrap_or(value);
        let Some(object) = value.as_object() else { return Vec::new() };
        let mut reader = Reader { complaints: Vec::new() };
        if let Some(version) = object.get("helmVersion").and_then(|it| reader.helm_version(it)) {
            self.helm_version = version;
        }
        if let Some(checks) = object.get("checks").and_then(|it| reader.flag("checks", it)) {
            self.checks = checks;
        }
        if let Some(schemas) =
            value.pointer("/kubernetes/schemas").and_then(|it| reader.flag("kubernetes.schemas", it))
        {
            self.schemas = schemas;
        }
        if let Some(version) = value.pointer("/kubernetes/version") {
            self.schemas_of = reader.minor("kubernetes.version", version);
        }
        match object.get("kubeVersion") {
            Some(Value::Null) => self.kube_version = None,
            Some(it) => self.kube_version = reader.text("kubeVersion", it).filter(|it| !it.is_empty()),
            None => {}
        }
        if let Some(name) = value.pointer("/release/name").and_then(|it| reader.text("release.name", it)) {
            self.release_name = name;
        }
        let namespace = value.pointer("/release/namespace");
        if let Some(namespace) = namespace.and_then(|it| reader.text("release.namespace", it)) {
            self.namespace = namespace;
        }
        if let Some(files) = object.get("valuesFiles").and_then(|it| reader.texts("valuesFiles", it)) {
            self.values_files = files;
        }
        let limits = [
            ("steps", 1, &mut self.limits.steps),
            ("memory", MIB, &mut self.limits.memory),
            ("output", MIB, &mut self.limits.output),
        ];
        for (name, unit, limit) in limits {
            let set = value.pointer(&format!("/limits/{name}"));
            if let Some(number) = set.and_then(|it| reader.limit(&format!("limits.{name}"), it)) {
                *limit = number.saturating_mul(unit);
            }
        }
        self.merge_releases(value, &mut reader);
        reader.complaints
    }

    fn merge_releases(&mut self, value: &Value, reader: &mut Reader) {
        let at = |path: &str| value.pointer(&format!("/{}", path.replace('.', "/")));
        let text =
            |reader: &mut Reader, name: &str| Some(reader.text(name, at(name)?).filter(|it| !it.is_empty()));
        if let Some(config) = text(reader, "kube.config") {
            self.kube.config = config.map(PathBuf::from);
        }
        if let Some(context) = text(reader, "kube.context") {
            self.kube.context = context;
        }
        if let Some(patterns) = at("kube.protected").and_then(|it| reader.texts("kube.protected", it)) {
            self.kube.protected = patterns;
        }
        for (name, flag) in
            [("kube.trusted", &mut self.kube.trusted), ("deploy.atomic", &mut self.deploy.atomic)]
        {
            if let Some(set) = at(name).and_then(|it| reader.flag(name, it)) {
                *flag = set;
            }
        }
        if let Some(seconds) = at("deploy.timeout").and_then(|it| reader.limit("deploy.timeout", it)) {
            self.deploy.timeout = seconds;
        }
    }
}

struct Reader {
    complaints: Vec<String>,
}

impl Reader {
    fn complain<T>(&mut self, name: &str, wanted: &str, value: &Value) -> Option<T> {
        self.complaints.push(format!("setting {SECTION}.{name} must be {wanted}, and is {value}"));
        None
    }

    /// The minor version of Kubernetes 1; nothing where nothing is set.
    fn minor(&mut self, name: &str, value: &Value) -> Option<u32> {
        let text = match value {
            Value::Null => return None,
            Value::String(text) if text.is_empty() => return None,
            other => other.as_str().map_or_else(|| other.to_string(), str::to_owned),
        };
        let mut parts = text.trim_start_matches('v').split('.');
        let minor = (parts.next() == Some("1")).then(|| parts.next()?.parse().ok()).flatten();
        minor.or_else(|| self.complain(name, "a version of Kubernetes, like 1.31", value))
    }

    fn helm_version(&mut self, value: &Value) -> Option<HelmVersion> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match text.trim_start_matches('v').split('.').next() {
            Some("3") => Some(HelmVersion::Three),
            Some("4") => Some(HelmVersion::Four),
            Some("null") | None => None,
            Some(_) => self.complain("helmVersion", "3 or 4", value),
        }
    }

    fn flag(&mut self, name: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::Null => None,
            _ => self.complain(name, "true or false", value),
        }
    }

    fn limit(&mut self, name: &str, value: &Value) -> Option<u64> {
        match value {
            Value::Null => None,
            _ => match value.as_u64().filter(|it| *it > 0) {
                None => self.complain(name, "a number above 0", value),
                limit => limit,
            },
        }
    }

    fn text(&mut self, name: &str, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => self.complain(name, "a text", value),
        }
    }

    fn texts(&mut self, name: &str, value: &Value) -> Option<Vec<String>> {
        match value {
            Value::Null => None,
            Value::Array(items) => Some(items.iter().filter_map(|it| self.text(name, it)).collect()),
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Object(_) => {
                self.complain(name, "a list of paths", value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_section_or_what_has_it() {
        for value in [json!({ "helmVersion": 3 }), json!({ "chartroom": { "helmVersion": "3" } })] {
            let mut settings = Settings::default();
            assert!(settings.merge(&value).is_empty());
            assert_eq!(settings.helm_version, HelmVersion::Three);
            assert_eq!(settings.release_name, "release-name");
        }
    }

    #[test]
    fn everything_can_be_set() {
        let mut settings = Settings::default();
        let value = json!({
            "helmVersion": "v3.22.0", "checks": false, "kubeVersion": "1.31", "valuesFiles": ["a.yaml"],
            "kubernetes": { "schemas": false, "version": "v1.30.2" },
            "release": { "name": "web", "namespace": "shop" },
            "limits": { "steps": 1000, "memory": 64, "output": 1 },
            "kube": { "config": "/k", "context": "kind-dev", "protected": ["*eu*"], "trusted": false },
            "deploy": { "atomic": false, "timeout": 60 },
        });
        assert!(settings.merge(&value).is_empty());
        let expected = Settings {
            helm_version: HelmVersion::Three,
            checks: false,
            schemas: false,
            schemas_of: Some(30),
            kube_version: Some("1.31".into()),
            release_name: "web".into(),
            namespace: "shop".into(),
            values_files: vec!["a.yaml".into()],
            limits: Limits { steps: 1000, memory: 64 * MIB, output: MIB },
            kube: Kube {
                config: Some("/k".into()),
                context: Some("kind-dev".into()),
                protected: vec!["*eu*".into()],
                trusted: false,
            },
            deploy: Deploy { atomic: false, timeout: 60 },
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn a_version_of_kubernetes_is_one() {
        let mut settings = Settings::default();
        let complaints = settings.merge(&json!({ "kubernetes": { "version": "newest" } }));
        let said = "setting chartroom.kubernetes.version must be a version of Kubernetes, like 1.31, and is \"newest\"";
        assert_eq!(complaints, [said]);
        assert!(settings.merge(&json!({ "kubernetes": { "version": 1.29 } })).is_empty());
        assert_eq!(settings.schemas_of, Some(29));
        settings.merge(&json!({ "kubernetes": { "version": "" } }));
        assert_eq!(settings.schemas_of, None);
    }

    #[test]
    fn a_limit_is_a_number() {
        let mut settings = Settings::default();
        let complaints = settings.merge(&json!({ "limits": { "steps": 0, "memory": "1", "output": null } }));
        let said = [
            "setting chartroom.limits.steps must be a number above 0, and is 0",
            "setting chartroom.limits.memory must be a number above 0, and is \"1\"",
        ];
        assert_eq!(complaints, said);
        assert_eq!(settings.limits, Limits::EDITOR);
    }

    #[test]
    fn editors_tell_the_same_limits() {
        let package = include_str!("../../../editors/vscode/package.json");
        let package: Value = serde_json::from_str(package).unwrap();
        let properties = &package["contributes"]["configuration"]["properties"];
        let default = |name: &str| properties[format!("chartroom.limits.{name}")]["default"].clone();
        let Limits { steps, memory, output } = Limits::EDITOR;
        assert_eq!(default("steps"), steps);
        assert_eq!(default("memory"), memory / MIB);
        assert_eq!(default("output"), output / MIB);
        let told = format!("steps = {steps}, memory = {}, output = {}", memory / MIB, output / MIB);
        for text in [
            include_str!("../../../editors/neovim/lua/chartroom/config.lua"),
            include_str!("../../../editors/neovim/doc/chartroom.txt"),
        ] {
            assert!(text.contains(&told), "{told}");
        }
    }

    #[test]
    fn a_wrong_setting_is_named_and_left_alone() {
        let mut settings = Settings::default();
        let complaints = settings.merge(&json!({ "helmVersion": 5, "release": { "name": "web" } }));
        assert_eq!(complaints, ["setting chartroom.helmVersion must be 3 or 4, and is 5"]);
        assert_eq!(settings.release_name, "web");
        assert!(settings.merge(&json!(null)).is_empty());
    }
}
