//! `inherit:` and `defaultInherit:`: a release starts from templates of releases, which may start from others.
//!
//! What the release says wins over its templates, the later ones over the earlier, and lists are put behind each other
//! (`releaseWithInheritedTemplate`).

use yaml::{Node, Value};

use super::Built;
use crate::keys;
use crate::load::{insert, list};
use crate::merge::{Mode, merge};
use crate::{Code, Finding};

/// What a release may leave out of a template.
const EXCEPTIONS: &[&str] =
    &["labels", "values", "valuesTemplate", "setTemplate", "set", "setString", "secrets"];

/// The release with all that it inherits.
pub(super) fn inherited(release: &Node, file: &Node) -> Built<Node> {
    let mut release = release.clone();
    let items = with_defaults(&release, file);
    if !items.is_empty() {
        let at = release.get("inherit").and_then(|it| it.at);
        insert(&mut release, "inherit", Node { value: Value::List(items.into()), at });
    }
    merged(&release, file, &mut Vec::new())
}

/// The templates of all releases first, without those that the release names itself.
fn with_defaults(release: &Node, file: &Node) -> Vec<Node> {
    let own = list(release, "inherit");
    let name =
        |it: &Node| it.get("template").and_then(|it| it.value.as_str()).unwrap_or_default().trim().to_owned();
    let mut names: Vec<String> = own.iter().map(name).collect();
    let mut items = Vec::new();
    for default in list(file, "defaultInherit") {
        let template = default.value.as_str().unwrap_or_default().trim().to_owned();
        if template.is_empty() || names.contains(&template) {
            continue;
        }
        let mut item = Node { value: Value::empty_map(), at: default.at };
        insert(
            &mut item,
            "template",
            Node { value: Value::String(template.as_str().into()), at: default.at },
        );
        items.push(item);
        names.push(template);
    }
    items.extend(own);
    items
}

fn merged(release: &Node, file: &Node, path: &mut Vec<String>) -> Built<Node> {
    let mut below = Node { value: Value::empty_map(), at: release.at };
    for item in list(release, "inherit") {
        let Some(template) = item.get("template") else { return Ok(release.clone()) };
        let name = template.value.as_str().unwrap_or_default().to_owned();
        let at = template.at.or(item.at);
        let cyclic = path.contains(&name);
        path.push(name.clone());
        if cyclic {
            let message = format!("cyclic inheritance detected: {}", path.join("->"));
            return Err(Finding::error(Code::Cycle, at, message));
        }
        let Some(source) = file.get("templates").and_then(|it| it.get(&name)) else {
            let release = release.get("name").and_then(|it| it.value.as_str()).unwrap_or_default();
            let message =
                format!("release {release:?} tried to inherit inexistent release template {name:?}");
            return Err(Finding::error(Code::Invalid, at, message).advise(known(file)));
        };
        let source = stacker::maybe_grow(64 << 10, 1 << 20, || merged(source, file, path))?;
        let source = without(source, &list(&item, "except"))?;
        below = merge(&below, &source, keys::RELEASE, Mode::OverrideAppend);
        path.pop();
    }
    let mut merged = merge(&below, release, keys::RELEASE, Mode::OverrideAppend);
    merged.at = release.at;
    if let Value::Map(map) = &mut merged.value {
        std::sync::Arc::make_mut(map).remove("inherit");
    }
    Ok(merged)
}

fn known(file: &Node) -> String {
    let templates = file.get("templates").and_then(|it| it.value.as_map());
    let names: Vec<&str> = templates.into_iter().flat_map(|it| it.iter()).map(|it| &*it.key).collect();
    if names.is_empty() {
        "there are no `templates:`".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    }
}

/// A template without what the release leaves out.
fn without(mut template: Node, exceptions: &[Node]) -> Built<Node> {
    for exception in exceptions {
        let key = exception.value.as_str().unwrap_or_default();
        if !EXCEPTIONS.contains(&key) {
            let message = format!(
                "{key:?} is not allowed under `inherit`. Allowed values are \"set\", \"setTemplate\", \"values\", \"valuesTemplate\", \"secrets\", and \"labels\""
            );
            return Err(Finding::error(Code::Invalid, exception.at, message));
        }
        if let Value::Map(map) = &mut template.value {
            std::sync::Arc::make_mut(map).remove(key);
        }
    }
    Ok(template)
}
