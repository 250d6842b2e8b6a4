//! `.Chart`, `.Capabilities`, `.Release` and `.Files`: what they are made of in each version of Helm.

use std::collections::BTreeMap;

use chart::capabilities::Capabilities;
use chart::{Chart, Dependency, ImportValue, Maintainer, Metadata};
use golang::Dialect;
use template::{Data, List, ListType, Map, MapType, Str, Value};

use super::record::Record;
use crate::Release;

/// `.Release`.
pub(super) fn release(release: &Release) -> Value {
    let entries: [(&str, Value); 6] = [
        ("Name", release.name.as_str().into()),
        ("Namespace", release.namespace.as_str().into()),
        ("IsUpgrade", release.is_upgrade.into()),
        ("IsInstall", (!release.is_upgrade && release.revision > 0).into()),
        ("Revision", Value::int(release.revision)),
        ("Service", "Helm".into()),
    ];
    entries.into_iter().collect::<Map>().into()
}

/// `.Capabilities`.
pub(super) fn capabilities(capabilities: &Capabilities, dialect: Dialect) -> Value {
    let (package, version_set) = match dialect {
        Dialect::Helm3 => ("chartutil", "chartutil.VersionSet"),
        Dialect::Helm4 => ("common", "common.VersionSet"),
    };
    let kube = &capabilities.kube_version;
    let mut kube_version = Record::new(format!("{package}.KubeVersion"));
    kube_version = kube_version.field("Version", "Version", kube.version.as_str());
    if dialect == Dialect::Helm4 {
        kube_version = kube_version.unexported("normalizedVersion", kube.normalized.as_str());
    }
    kube_version = kube_version.field("Major", "Major", kube.major.as_str());
    kube_version = kube_version.field("Minor", "Minor", kube.minor.as_str());
    let kube_version =
        kube_version.getter("GitVersion", kube.version.as_str()).display(kube.normalized.as_str());
    let helm = &capabilities.helm_version;
    let mut build = Record::new("version.BuildInfo")
        .optional("Version", "version", helm.version.as_str())
        .optional("GitCommit", "git_commit", helm.git_commit.as_str())
        .optional("GitTreeState", "git_tree_state", helm.git_tree_state.as_str())
        .optional("GoVersion", "go_version", helm.go_version.as_str());
    if let Some(version) = &helm.kube_client_version {
        build = build.field("KubeClientVersion", "kube_client_version", version.as_str());
    }
    let versions = capabilities.api_versions.iter().map(|it| Value::from(it.as_str())).collect();
    Record::new(format!("*{package}.Capabilities"))
        .field("KubeVersion", "KubeVersion", kube_version.into_value())
        .field("APIVersions", "APIVersions", List::new(ListType::Named(version_set), versions))
        .field("HelmVersion", "HelmVersion", build.into_value())
        .into_value()
}

/// `.Files`: paths to bytes.
pub(super) fn files(chart: &Chart) -> Value {
    let entry =
        |file: &chart::SourceFile| (Str::from(&*file.path), Value::new(Data::Bytes(file.data.clone())));
    Map::typed(MapType::Files, chart.files.iter().map(entry).collect()).into()
}

/// `.Chart`: a struct in Helm 3, a map of its Go field names in Helm 4.
pub(super) fn chart(chart: &Chart, dialect: Dialect) -> Value {
    let record = metadata(&chart.metadata, dialect);
    match dialect {
        Dialect::Helm3 => record.field("IsRoot", "IsRoot", chart.is_root).into_value(),
        Dialect::Helm4 => {
            let map = record.into_map();
            map.set("IsRoot", chart.is_root.into());
            map.into()
        }
    }
}

fn metadata(it: &Metadata, dialect: Dialect) -> Record {
    let origin = |field: &str, text: &str| {
        Value::from(text).with_origin(template::Origin::from(it.source.value_at(field)))
    };
    let annotations =
        it.annotations.iter().map(|(key, value)| (Str::from(key.as_str()), value.as_str().into()));
    let annotations: BTreeMap<Str, Value> = annotations.collect();
    let annotations = if annotations.is_empty() {
        Map::nil(MapType::Strings)
    } else {
        Map::typed(MapType::Strings, annotations)
    };
    let maintainers = it.maintainers.iter().map(|it| nested(maintainer(it), dialect)).collect();
    let dependencies = it.dependencies().iter().map(|it| nested(dependency(it, dialect), dialect)).collect();
    Record::new("struct { chart.Metadata; IsRoot bool }")
        .optional("Name", "name", origin("name", &it.name))
        .optional("Home", "home", origin("home", &it.home))
        .optional("Sources", "sources", strings(&it.sources, dialect))
        .optional("Version", "version", origin("version", &it.version))
        .optional("Description", "description", origin("description", &it.description))
        .optional("Keywords", "keywords", strings(&it.keywords, dialect))
        .optional("Maintainers", "maintainers", list("[]*chart.Maintainer", maintainers, dialect))
        .optional("Icon", "icon", origin("icon", &it.icon))
        .optional("APIVersion", "apiVersion", origin("apiVersion", &it.api_version))
        .optional("Condition", "condition", origin("condition", &it.condition))
        .optional("Tags", "tags", origin("tags", &it.tags))
        .optional("AppVersion", "appVersion", origin("appVersion", &it.app_version))
        .optional("Deprecated", "deprecated", it.deprecated)
        .optional("Annotations", "annotations", annotations)
        .optional("KubeVersion", "kubeVersion", origin("kubeVersion", &it.kube_version))
        .optional("Dependencies", "dependencies", list("[]*chart.Dependency", dependencies, dialect))
        .optional("Type", "type", origin("type", &it.kind))
}

fn maintainer(it: &Maintainer) -> Record {
    Record::new("*chart.Maintainer")
        .optional("Name", "name", it.name.as_str())
        .optional("Email", "email", it.email.as_str())
        .optional("URL", "url", it.url.as_str())
}

fn dependency(it: &Dependency, dialect: Dialect) -> Record {
    let imports = it.import_values.iter().map(import_value).collect();
    Record::new("*chart.Dependency")
        .field("Name", "name", it.name.as_str())
        .optional("Version", "version", it.version.as_str())
        .field("Repository", "repository", it.repository.as_str())
        .optional("Condition", "condition", it.condition.as_str())
        .optional("Tags", "tags", strings(&it.tags, dialect))
        .optional("Enabled", "enabled", it.enabled)
        .optional("ImportValues", "import-values", List::any(imports))
        .optional("Alias", "alias", it.alias.as_str())
}

fn import_value(it: &ImportValue) -> Value {
    match it {
        ImportValue::Export(name) => name.as_str().into(),
        ImportValue::Paths(node) | ImportValue::Other(node) => Value::from_node(node),
        ImportValue::Resolved { child, parent } => {
            let paths = [("child", child.as_str()), ("parent", parent.as_str())];
            paths.into_iter().collect::<Map>().into()
        }
    }
}

/// Helm 4 turns structs below `.Chart` into maps too, and typed slices into `[]interface {}`.
fn nested(record: Record, dialect: Dialect) -> Value {
    match dialect {
        Dialect::Helm3 => record.into_value(),
        Dialect::Helm4 => record.into_map().into(),
    }
}

fn list(go_name: &'static str, items: Vec<Value>, dialect: Dialect) -> List {
    match dialect {
        Dialect::Helm3 if items.is_empty() => List::nil(ListType::Named(go_name)),
        Dialect::Helm3 => List::new(ListType::Named(go_name), items),
        Dialect::Helm4 => List::any(items),
    }
}

fn strings(items: &[String], dialect: Dialect) -> List {
    let items: Vec<Value> = items.iter().map(|it| it.as_str().into()).collect();
    match dialect {
        Dialect::Helm3 if items.is_empty() => List::nil(ListType::Strings),
        Dialect::Helm3 => List::new(ListType::Strings, items),
        Dialect::Helm4 => List::any(items),
    }
}
