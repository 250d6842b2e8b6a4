//! What `lookup` answers to a template (`engine/lookup_func.go`).

use serde_json::{Value, json};
use template::Lookup;

use crate::Gvk;
use crate::ports::{ApiError, Cluster, Reply, Request, Scope, Target};

/// Asks a cluster what a template wants to know: an object, a list of them where no name is given, `None` where there is
/// nothing.
pub fn look_up(cluster: &dyn Cluster, query: &Lookup) -> Result<Option<Value>, ApiError> {
    let gvk = Gvk::new(&query.api_version, &query.kind);
    let namespace = query.namespace.clone();
    let request = if query.name.is_empty() {
        Request::List(Scope { gvk, namespace, ..Scope::default() })
    } else {
        Request::Get(Target { gvk, namespace, name: query.name.clone() })
    };
    match cluster.ask(request) {
        Ok(Reply::Object(object)) => Ok(Some(object.as_value().clone())),
        Ok(reply) => Ok(Some(json!({
            "apiVersion": query.api_version,
            "kind": format!("{}List", query.kind),
            "metadata": {},
            "items": reply.into_list().into_iter().map(Value::from).collect::<Vec<_>>()
        }))),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
