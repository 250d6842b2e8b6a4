//! Levels that `boon` leaves out of its error tree and its Go sister does not.
//!
//! `boon` drops an `allOf`, `anyOf`, `oneOf` or `contains` that has a single cause. The cause's place in the schema still
//! leads through it, so the level is put back where the path from the parent's place goes that way.

use serde_json::Value as Json;

use super::report::{Kind, Report, pointer};
use super::words::min_contains;

/// A step from a schema to one inside of it.
#[derive(PartialEq, Eq)]
pub(super) struct Step {
    keyword: String,
    /// The pointer of the schema that it starts from.
    from: String,
    /// The pointer of the schema that it leads to.
    to: String,
    /// How many keys of the instance have been walked after it.
    walked: usize,
}

impl Step {
    /// Whether the Go library shows a level for it.
    fn has_level(&self) -> bool {
        matches!(&*self.keyword, "allOf" | "anyOf" | "oneOf" | "contains")
    }
}

/// The steps from the schema at `base` to that at `url`; none where it lies elsewhere.
pub(super) fn steps_between(base: &str, url: &str, document: &Json) -> Vec<Step> {
    let (Some(rest), Some((_, pointer))) = (url.strip_prefix(base), base.split_once('#')) else {
        return Vec::new();
    };
    let Some(rest) = rest.strip_prefix('/') else { return Vec::new() };
    let mut keys = rest.split('/');
    let (mut steps, mut to, mut walked) = (Vec::new(), pointer.to_owned(), 0);
    while let Some(keyword) = keys.next() {
        let from = to;
        to = format!("{from}/{keyword}");
        let is_list = document.pointer(&unescape(&to)).is_some_and(Json::is_array);
        let takes_name = matches!(
            keyword,
            "properties"
                | "patternProperties"
                | "dependentSchemas"
                | "dependencies"
                | "allOf"
                | "anyOf"
                | "oneOf"
        );
        if takes_name || is_list || keyword == "prefixItems" {
            let Some(key) = keys.next() else { break };
            to = format!("{to}/{key}");
        }
        walked += usize::from(matches!(
            keyword,
            "properties"
                | "patternProperties"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "items"
                | "prefixItems"
                | "additionalItems"
                | "unevaluatedItems"
                | "contains"
        ));
        steps.push(Step { keyword: keyword.to_owned(), from, to: to.clone(), walked });
    }
    steps
}

/// Puts the levels of the steps back around the cause. `own` is the keyword whose level its parent is.
pub(super) fn restore_levels(cause: Report, steps: &[Step], own: &str, document: &Json) -> Report {
    let full = cause.location.clone();
    let walked = steps.last().map_or(0, |step| step.walked);
    let missing =
        steps.iter().enumerate().filter(|(at, step)| step.has_level() && (*at > 0 || step.keyword != own));
    missing.rev().fold(cause, |cause, (at, step)| {
        let here = if at == 0 { 0 } else { steps[at - 1].walked };
        let keep = (full.len() + here).saturating_sub(walked).min(full.len());
        let (text, kind) = match &*step.keyword {
            "allOf" => ("'allOf' failed".to_owned(), Kind::All),
            "anyOf" => ("'anyOf' failed".to_owned(), Kind::Choice),
            "oneOf" => ("'oneOf' failed, none matched".to_owned(), Kind::Choice),
            _ => (contains_text(document, &step.from), Kind::Choice),
        };
        Report {
            location: full[..keep].to_vec(),
            text,
            kind,
            pointer: step.from.clone(),
            causes: vec![cause],
        }
    })
}

/// Where the map with a badly named key is: `boon` forgets that. The steps tell the names of properties; of the elements of
/// a list or a map it is the first that has such a key.
pub(super) fn place_of_name(above: &[String], steps: &[Step], key: &str, instance: &Json) -> Vec<String> {
    let mut place = above.to_vec();
    let mut found = instance.pointer(&pointer(above)).unwrap_or(&Json::Null);
    let mut walked = 0;
    for step in steps.iter().filter(|step| std::mem::replace(&mut walked, step.walked) != step.walked) {
        let name = step.to.rsplit('/').next().filter(|_| step.keyword == "properties").map(unescape);
        let has_key = |it: &Json| it.get(key).is_some();
        let next = match (found, name) {
            (Json::Object(fields), Some(name)) => {
                fields.get_key_value(&name.replace("~1", "/").replace("~0", "~"))
            }
            (Json::Object(fields), None) => fields.iter().find(|(_, it)| has_key(it)),
            (Json::Array(items), _) => match items.iter().position(has_key) {
                Some(at) => {
                    place.push(at.to_string());
                    found = &items[at];
                    continue;
                }
                None => None,
            },
            (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_), _) => None,
        };
        let Some((name, inner)) = next else { break };
        place.push(name.clone());
        found = inner;
    }
    place
}

/// How many steps all causes share, if a level is among them. Several causes that came through one `allOf/0` were one
/// group there, which `boon` dissolves once its own level is gone; Go never does.
pub(super) fn shared_steps(causes: &[(Report, Vec<Step>)], above: usize) -> usize {
    let [(first, steps), rest @ ..] = causes else { return 0 };
    if rest.is_empty() {
        return 0;
    }
    let same_place = |at: usize| {
        let key = first.location.get(at);
        key.is_some() && rest.iter().all(|(cause, _)| cause.location.get(at) == key)
    };
    let places = (0..first.location.len()).take_while(|&at| same_place(at)).count();
    let is_shared = |at: usize, step: &Step| {
        above + step.walked <= places && rest.iter().all(|(_, steps)| steps.get(at) == Some(step))
    };
    let shared = steps.iter().enumerate().take_while(|(at, step)| is_shared(*at, step)).count();
    if steps[..shared].iter().any(Step::has_level) { shared } else { 0 }
}

/// Puts the causes back into the group that they were, and the levels around it.
pub(super) fn restore_group(causes: Vec<(Report, Vec<Step>)>, shared: usize, document: &Json) -> Report {
    let mut above = Vec::new();
    let mut location = Vec::new();
    let mut inner = Vec::new();
    for (cause, mut steps) in causes {
        let below = steps.split_off(shared);
        let walked = |steps: &[Step]| steps.last().map_or(0, |step| step.walked);
        let beyond = walked(&below).saturating_sub(walked(&steps));
        location = cause.location[..cause.location.len().saturating_sub(beyond)].to_vec();
        inner.push(restore_levels(cause, &below, "", document));
        above = steps;
    }
    let pointer = above.last().map_or(String::new(), |step| step.to.clone());
    let group =
        Report { location, text: "validation failed".to_owned(), kind: Kind::All, pointer, causes: inner };
    restore_levels(group, &above, "", document)
}

/// Pointers in addresses are percent-encoded; only the plainest need to be looked up.
pub(super) fn unescape(pointer: &str) -> String {
    pointer.replace("%20", " ").replace("%25", "%")
}

fn contains_text(document: &Json, pointer: &str) -> String {
    match document.pointer(&unescape(pointer)).and_then(|schema| schema.get("minContains")?.as_u64()) {
        Some(want) => min_contains(&[], want as usize),
        None => "no items match contains schema".to_owned(),
    }
}
