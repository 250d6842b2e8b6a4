//! Pods that the API server does not let in. Their controller says so in a condition (`ReplicaFailure`) and in events.

use super::{Finding, Kind, between, one_line};
use crate::object::Object;
use crate::ready::quantity::Quantity;

/// What a controller was told when it wanted to make a pod.
pub(super) fn finding(controller: &Object, message: &str, waited_long: bool) -> Finding {
    let why = one_line(reason(message));
    let new = |kind, short: &str, detail: String| Finding::new(kind, controller, short, detail);
    if let Some(quota) = between(message, "exceeded quota: ", ",") {
        let why = why.split_once(", ").map_or(why.as_str(), |(_, numbers)| numbers);
        let detail = format!("its pods do not fit into the quota {quota} ({why})");
        return new(Kind::Quota, &format!("quota {quota} exceeded"), detail)
            .finally(asks_for_more_than_all(message));
    }
    if message.contains("failed quota: ") {
        let detail = format!("its pods must say what the quota counts: {why}");
        return new(Kind::Quota, "quota wants limits", detail).finally(true);
    }
    if let Some(account) = between(message, "serviceaccount \"", "\" not found") {
        let detail = format!("its pods need ServiceAccount {account}, which is missing");
        return new(Kind::Missing, &format!("missing ServiceAccount {account}"), detail).finally(waited_long);
    }
    if message.contains("failed calling webhook") || message.contains("failed to call webhook") {
        let detail = format!("a webhook that must be asked about its pods does not answer: {why}");
        return new(Kind::Refused, "webhook does not answer", detail);
    }
    let is_final =
        ["is forbidden", "denied the request", "is invalid", "denied request", "violates PodSecurity"]
            .iter()
            .any(|words| message.contains(words));
    new(Kind::Refused, "pods are refused", format!("its pods are refused: {why}")).finally(is_final)
}

/// A message without what the controller wraps it in, and without the name of a pod that there never was.
fn reason(message: &str) -> &str {
    let message = message.strip_prefix("Error creating: ").unwrap_or(message);
    let message = message.split_once(" failed error: ").map_or(message, |(_, inner)| inner);
    message.split_once("\" is forbidden: ").map_or(message, |(_, inner)| inner)
}

/// Whether one pod asks for more of something than a quota has in all: no other pod that goes can help.
fn asks_for_more_than_all(message: &str) -> bool {
    let list = |name: &str| {
        let (_, rest) = message.split_once(&format!("{name}: ")).unwrap_or_default();
        let list = rest.split(", used: ").next().unwrap_or_default().split(", limited: ").next();
        list.unwrap_or_default().split(',').filter_map(|item| item.trim().split_once('=')).collect::<Vec<_>>()
    };
    let limited = list("limited");
    list("requested").iter().any(|(resource, asked)| {
        let limit = limited.iter().find(|(limited, _)| limited == resource);
        let limit = limit.and_then(|(_, limit)| Quantity::read(limit));
        limit.zip(Quantity::read(asked)).is_some_and(|(limit, asked)| asked > limit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_that_is_too_small_for_one_pod() {
        let message = |requested: &str| {
            format!(
                "pods \"a\" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu={requested}, used: \
                 pods=1,requests.cpu=1900m, limited: pods=9,requests.cpu=2"
            )
        };
        assert!(asks_for_more_than_all(&message("2500m")));
        assert!(!asks_for_more_than_all(&message("2")));
        assert!(!asks_for_more_than_all("something else"));
    }
}
