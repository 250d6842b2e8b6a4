//! Helm's checks on `Chart.yaml`, in its order and words. They also clean the texts that people read.

use std::collections::HashSet;

use golang::{path, semver::Version, strconv};
use text::FileRange;

use super::{Dependency, Metadata};
use crate::decode::DecodeError;

/// Said of a null among the maintainers.
pub(super) const NULL_MAINTAINER: &str = "validation: maintainers must not contain empty or null nodes";
/// Said of a null among the dependencies.
pub(super) const NULL_DEPENDENCY: &str = "validation: dependencies must not contain empty or null nodes";

/// Cleans the texts and returns the first thing that Helm would object to.
pub fn validate(metadata: &mut Metadata) -> Option<DecodeError> {
    for text in [
        &mut metadata.name,
        &mut metadata.description,
        &mut metadata.home,
        &mut metadata.icon,
        &mut metadata.condition,
        &mut metadata.tags,
        &mut metadata.app_version,
        &mut metadata.kube_version,
    ] {
        sanitize(text);
    }
    metadata.sources.iter_mut().for_each(sanitize);
    metadata.keywords.iter_mut().for_each(sanitize);
    for maintainer in &mut metadata.maintainers {
        sanitize(&mut maintainer.name);
        sanitize(&mut maintainer.email);
        sanitize(&mut maintainer.url);
    }
    metadata.dependencies.iter_mut().flatten().for_each(sanitize_dependency);
    check_fields(metadata).or_else(|| check_dependencies(metadata))
}

fn check_fields(metadata: &Metadata) -> Option<DecodeError> {
    let at = |field: &str| metadata.source.value_at(field).or_else(|| metadata.source.key_at(field));
    let quoted = |field: &str, text: &str, problem: &str| {
        error(format!("chart.metadata.{field} {} is {problem}", strconv::quote(text)), at(field))
    };
    let missing = |field: &str| error(format!("chart.metadata.{field} is required"), at(field));
    if metadata.api_version.is_empty() {
        return missing("apiVersion");
    }
    let name = metadata.name.as_str();
    if name.is_empty() {
        return missing("name");
    }
    if name == "." || name == ".." {
        return quoted("name", name, "not allowed");
    }
    if name != path::base(name) {
        return quoted("name", name, "invalid");
    }
    if metadata.version.is_empty() {
        return missing("version");
    }
    if Version::parse(&metadata.version).is_err() {
        return quoted("version", &metadata.version, "invalid");
    }
    if !matches!(metadata.kind.as_str(), "" | "application" | "library") {
        return error("chart.metadata.type must be application or library".to_owned(), at("type"));
    }
    None
}

fn check_dependencies(metadata: &Metadata) -> Option<DecodeError> {
    let mut names = HashSet::new();
    for dependency in metadata.dependencies() {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !dependency.alias.bytes().all(good) {
            let name = strconv::quote(&dependency.name);
            let at = dependency.source.value_at("alias");
            return error(format!("dependency {name} has disallowed characters in the alias"), at);
        }
        let name = dependency.local_name();
        if !names.insert(name) {
            let message = format!("more than one dependency with name or alias {}", strconv::quote(name));
            return error(message, dependency.source.at());
        }
    }
    None
}

fn error(message: String, at: Option<FileRange>) -> Option<DecodeError> {
    Some(DecodeError { message: format!("validation: {message}"), at })
}

fn sanitize_dependency(dependency: &mut Dependency) {
    sanitize(&mut dependency.name);
    sanitize(&mut dependency.version);
    sanitize(&mut dependency.repository);
    sanitize(&mut dependency.condition);
    dependency.tags.iter_mut().for_each(sanitize);
}

/// Every kind of space becomes a plain one, what cannot be printed goes.
fn sanitize(text: &mut String) {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return;
    }
    *text = text
        .chars()
        .filter_map(
            |found| if found.is_whitespace() { Some(' ') } else { strconv::is_print(found).then_some(found) },
        )
        .collect();
}
