//! Which lists of built-in kinds merge by which key, and which maps are replaced whole.
//!
//! Helm takes this from the types of its own client, whatever the cluster is; so it lies in the program. The table is made
//! from Kubernetes' OpenAPI document (`cargo xtask merge-rules`).

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::object::Gvk;

const TABLE: &str = include_str!("../../data/merge-rules.txt");

/// Versions that client-go still has types for, though no cluster serves them any more. All others that are not in the table
/// are nobody's. Definitions of the old version are patched as custom resources are.
const OLD_VERSIONS: [&str; 25] = [
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1beta1",
    "batch/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "certificates.k8s.io/v1beta1",
    "coordination.k8s.io/v1beta1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "rbac.authorization.k8s.io/v1beta1",
    "scheduling.k8s.io/v1beta1",
    "storage.k8s.io/v1alpha1",
    "storage.k8s.io/v1beta1",
];

/// How the fields of a type merge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// `None` where nothing below has a rule.
    kind: Option<&'static Type>,
}

type Type = FxHashMap<&'static str, Field>;

/// How one field merges.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Field {
    type_name: &'static str,
    /// Lists: their items are merged rather than replaced.
    pub(super) merges: bool,
    /// Maps: a new value takes the place of the old one.
    pub(super) replaces: bool,
    /// Keys that are not in the new map go away.
    pub(super) retains_keys: bool,
    /// Which field of an item says which item it is; empty for plain values.
    pub(super) merge_key: &'static str,
}

#[derive(Debug, Default)]
struct Table {
    /// By API version and kind; the last is for a version that is not in the table.
    kinds: FxHashMap<(&'static str, &'static str), &'static str>,
    by_group: FxHashMap<(&'static str, &'static str), &'static str>,
    types: FxHashMap<&'static str, Type>,
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| {
        let mut table = Table::default();
        let mut current = "";
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let mut next = || words.next().unwrap_or_default();
            match next() {
                "kind" => {
                    let (api_version, kind, name) = (next(), next(), next());
                    let group = api_version.split_once('/').map_or("", |(group, _)| group);
                    table.kinds.insert((api_version, kind), name);
                    table.by_group.insert((group, kind), name);
                }
                "type" => {
                    current = next();
                    table.types.insert(current, Type::default());
                }
                key => {
                    let (type_name, strategy, merge_key) = (next(), next(), next());
                    let has = |what: &str| strategy.split(',').any(|it| it == what);
                    let field = Field {
                        type_name,
                        merges: has("merge"),
                        replaces: has("replace"),
                        retains_keys: has("retainKeys"),
                        merge_key,
                    };
                    table.types.entry(current).or_default().insert(key, field);
                }
            }
        }
        table
    })
}

impl Rules {
    /// The rules of a built-in kind; `None` for all others, which have none. A version that is not served any more has those
    /// of one that is.
    pub fn of(gvk: &Gvk) -> Option<Self> {
        let table = table();
        let api_version = gvk.api_version();
        let exact = table.kinds.get(&(&*api_version, &*gvk.kind));
        let is_old = OLD_VERSIONS.contains(&&*api_version);
        let name = exact.or_else(|| table.by_group.get(&(&*gvk.group, &*gvk.kind)).filter(|_| is_old))?;
        Some(Self { kind: table.types.get(name) })
    }

    pub(super) fn field(self, key: &str) -> Field {
        self.kind.and_then(|it| it.get(key)).copied().unwrap_or_default()
    }

    /// The rules below a field.
    pub(super) fn below(self, key: &str) -> Self {
        Self { kind: table().types.get(self.field(key).type_name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(api_version: &str, kind: &str) -> Option<Rules> {
        Rules::of(&Gvk::new(api_version, kind))
    }

    #[test]
    fn containers_merge_by_name() {
        let spec = rules("apps/v1", "Deployment").unwrap().below("spec").below("template").below("spec");
        assert_eq!(spec.field("containers").merge_key, "name");
        assert!(spec.field("volumes").retains_keys && spec.field("volumes").merges);
        assert_eq!(spec.below("containers").field("ports").merge_key, "containerPort");
        assert!(!spec.field("tolerations").merges);
    }

    #[test]
    fn old_versions_have_the_rules_of_new_ones() {
        assert!(rules("batch/v1beta1", "CronJob").is_some());
        assert!(rules("apps/v2", "Deployment").is_none());
        assert!(rules("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition").is_none());
        assert!(rules("example.com/v1", "Deployment").is_none());
        assert!(rules("v1", "ConfigMap").is_some());
    }
}
