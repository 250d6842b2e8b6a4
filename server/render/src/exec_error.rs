//! How each Helm words the failure of a template (`cleanupExecError` in Helm 3, `reformatExecErrorMsg` in 4).
//!
//! Both take Go's text apart again. `fail` and `required` mark theirs, and only what they mark is shown. Helm 4
//! also lays a chain of calls out in blocks, but gives up and shows Go's line as soon as one link of the chain is
//! no error of a template: an error that a function returned.

use golang::Dialect;
use template::ExecError;

const START: &str = "HELM_ERR_START";
const END: &str = "HELM_ERR_END";

/// What Helm prints.
pub(crate) fn message(name: &str, error: &ExecError, dialect: Dialect) -> String {
    let text = error.to_string();
    let mut tokens = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({name}): {text}");
    };
    if let Some(marked) = marked(rest) {
        return format!("execution error at ({location}): {marked}");
    }
    match dialect {
        Dialect::Helm3 => text,
        Dialect::Helm4 => blocks(error).unwrap_or(text),
    }
}

/// What a person needs to hear at the place itself.
pub(crate) fn reason(error: &ExecError) -> String {
    let text = error.to_string();
    if let Some(marked) = marked(&text) {
        return marked.to_owned();
    }
    let calling = error.places.last().map_or("", |place| place.calling.as_str());
    format!("{calling}{}", error.message)
}

/// An error outside of a chart: the marks go, the text stays (`TemplateName` in Helm's `install.go`).
pub(crate) fn without_marks(text: &str) -> String {
    text.replace(START, "").replace(END, "")
}

/// Between the first start mark and the last end mark.
fn marked(text: &str) -> Option<&str> {
    let start = text.find(START)? + START.len();
    let end = text.rfind(END)?;
    text.get(start..end)
}

/// Every link as Go prints it: the places from there on. An error that a function returned is a link too, and
/// mostly no error of a template.
fn blocks(error: &ExecError) -> Option<String> {
    let (last, outer) = error.places.split_last()?;
    if outer.iter().any(|place| !place.calling.starts_with("error calling include: ")) {
        return None;
    }
    let mut found: Vec<Link> = Vec::new();
    for from in 0..error.places.len() {
        // What comes behind the next place is cut off again, and a chain may be long.
        let places = error.places[from..].iter().take(2).cloned().collect();
        let link = ExecError { places, message: error.message.clone() };
        let parsed = Link::parse(&link.to_string())?;
        if found.last() != Some(&parsed) {
            found.push(parsed);
        }
    }
    if !last.calling.is_empty() {
        found.push(Link::parse(&error.message)?);
    }
    let text: String = found.iter().map(Link::print).collect();
    Some(text.trim().to_owned())
}

/// One error of the chain, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
struct Link {
    location: String,
    executing: String,
    message: String,
}

impl Link {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Self { message: text.to_owned(), ..Self::default() });
        }
        Self::executing(rest).or_else(|| Self::simple(rest))
    }

    /// `LOCATION: executing "NAME" at <CONTEXT>: MESSAGE`
    fn executing(text: &str) -> Option<Self> {
        let (location, after) = text.split_once(": executing \"")?;
        let (name, after) = after.split_once('"')?;
        let (context, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        let executing = format!("executing \"{name}\" at <{context}>:");
        Some(Self { location: location.to_owned(), executing, message: own_part(message) })
    }

    /// `LOCATION: MESSAGE`
    fn simple(text: &str) -> Option<Self> {
        let (location, message) = text.rsplit_once(": ")?;
        Some(Self { location: location.to_owned(), executing: String::new(), message: own_part(message) })
    }

    fn print(&self) -> String {
        let mut text = String::new();
        if !self.location.is_empty() {
            text += &format!("{}\n  ", self.location);
        }
        if !self.executing.is_empty() {
            text += &format!("{}\n    ", self.executing);
        }
        if !self.message.is_empty() {
            text += &format!("{}\n", self.message);
        }
        text
    }
}

/// A message without the error of the template below.
fn own_part(message: &str) -> String {
    message.split_once(" template:").map_or(message, |(own, _)| own).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_across_lines() {
        assert_eq!(marked("x: HELM_ERR_STARTa\nbHELM_ERR_END"), Some("a\nb"));
        assert_eq!(marked("x"), None);
    }

    #[test]
    fn a_link_is_taken_apart() {
        let text = r#"template: c/templates/a.yaml:1:3: executing "c/templates/a.yaml" at <include "x" .>: error calling include: template: c/templates/_h.tpl:1:1: more"#;
        let link = Link::parse(text).unwrap();
        assert_eq!(link.location, "c/templates/a.yaml:1:3");
        assert_eq!(link.executing, r#"executing "c/templates/a.yaml" at <include "x" .>:"#);
        assert_eq!(link.message, "error calling include:");
        assert_eq!(Link::parse("plain"), None);
    }
}
