//! Names in the cluster, for completion.
//!
//! Of Secrets nothing is kept but their names and keys; records of releases, which are Secrets, are not even read.

use ide::ClusterNames;
use release::Gvk;
use release::ports::{Reply, Request, Scope};

use super::place::Place;

/// What is looked for: version and kind, whether it lives in a namespace, and whether its keys matter.
const KINDS: [(&str, &str, bool, bool); 8] = [
    ("storage.k8s.io/v1", "StorageClass", false, false),
    ("networking.k8s.io/v1", "IngressClass", false, false),
    ("scheduling.k8s.io/v1", "PriorityClass", false, false),
    ("v1", "Namespace", false, false),
    ("v1", "ServiceAccount", true, false),
    ("v1", "PersistentVolumeClaim", true, false),
    ("v1", "Secret", true, true),
    ("v1", "ConfigMap", true, true),
];

/// The names that there are. What may not be read is left out.
pub(super) fn names(place: &Place) -> ClusterNames {
    let list = |(version, kind, namespaced, _): &(&str, &'static str, bool, bool)| {
        Request::List(Scope {
            gvk: Gvk::new(version, kind),
            namespace: if *namespaced { place.id.namespace.clone() } else { String::new() },
            fields: if *kind == "Secret" { "type!=helm.sh/release.v1".to_owned() } else { String::new() },
            ..Scope::default()
        })
    };
    let requests: Vec<Request> = KINDS.iter().map(list).collect();
    let mut found = ClusterNames { place: place.told(), ..ClusterNames::default() };
    for ((_, kind, _, has_keys), reply) in KINDS.iter().zip(place.site.cluster().send(&requests)) {
        let objects = reply.map(Reply::into_list).unwrap_or_default();
        for object in objects.iter().filter(|_| *has_keys) {
            let maps = ["data", "binaryData"].into_iter().filter_map(|at| object.as_value()[at].as_object());
            let keys = maps.flat_map(|map| map.keys().cloned()).collect();
            found.keys.insert((kind, object.name().to_owned()), keys);
        }
        found.names.insert(kind, objects.iter().map(|it| it.name().to_owned()).collect());
    }
    found
}
