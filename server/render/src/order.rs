//! The order in which Helm installs kinds, and so prints them (`kind_sorter.go`).

use golang::Dialect;

const INSTALL_ORDER: [&str; 36] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// Where Helm 4 puts what Helm 3 sorts among the unknown kinds.
const HELM4_LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// The sort key of a kind: known kinds by their place, unknown ones behind them by name. Sort stably.
pub(crate) fn install_key(kind: &str, dialect: Dialect) -> (usize, &str) {
    let known = INSTALL_ORDER.iter().position(|it| *it == kind);
    let helm4 = || match dialect {
        Dialect::Helm3 => None,
        Dialect::Helm4 => HELM4_LAST.iter().position(|it| *it == kind).map(|at| INSTALL_ORDER.len() + at),
    };
    match known.or_else(helm4) {
        Some(at) => (at, ""),
        None => (usize::MAX, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_come_last_by_name() {
        let mut kinds = ["Zebra", "Ingress", "Ant", "Namespace"];
        kinds.sort_by_key(|kind| install_key(kind, Dialect::Helm4));
        assert_eq!(kinds, ["Namespace", "Ingress", "Ant", "Zebra"]);
    }

    #[test]
    fn webhooks_moved_in_helm4() {
        let sorted = |dialect| {
            let mut kinds = ["ValidatingWebhookConfiguration", "Apple", "MutatingWebhookConfiguration"];
            kinds.sort_by_key(|kind| install_key(kind, dialect));
            kinds[0]
        };
        assert_eq!(sorted(Dialect::Helm3), "Apple");
        assert_eq!(sorted(Dialect::Helm4), "MutatingWebhookConfiguration");
    }
}
