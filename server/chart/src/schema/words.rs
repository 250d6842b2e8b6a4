//! What is wrong, in the Go library's words.

use boon::ErrorKind;
use serde_json::Value as Json;

use super::english::{float, integer, quote, quote_all};
use super::levels::unescape;
use super::report::Kind;

/// The text of an error and what it is. `url` is the place of the schema.
pub(super) fn describe(kind: &ErrorKind, url: &str, document: &Json) -> (String, Kind) {
    let bounds = |name: &str, got: usize, want: usize| {
        (format!("{name}: got {}, want {}", integer(got), integer(want)), Kind::Plain)
    };
    let limits = |name: &str, got: &serde_json::Number, want: &serde_json::Number| {
        let number = |it: &serde_json::Number| float(it.as_f64().unwrap_or_default());
        (format!("{name}: got {}, want {}", number(got), number(want)), Kind::Plain)
    };
    let plain = |text: String| (text, Kind::Plain);
    match kind {
        ErrorKind::Group => ("validation failed".to_owned(), Kind::All),
        ErrorKind::Schema { url } => {
            (format!("jsonschema validation failed with {}", quote(url)), Kind::Schema)
        }
        ErrorKind::ContentSchema => plain("'contentSchema' failed".to_owned()),
        ErrorKind::PropertyName { prop } => {
            (format!("invalid propertyName {}", quote(prop)), Kind::Name(prop.clone()))
        }
        ErrorKind::Reference { .. } => ("validation failed".to_owned(), Kind::Reference),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            let url = golang::strconv::quote(url);
            plain(format!("both {kw_loc1} and {kw_loc2} resolve to {url} causing reference cycle"))
        }
        ErrorKind::FalseSchema => plain("false schema".to_owned()),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|it| it.to_string()).collect();
            plain(format!("got {got}, want {}", want.join(" or ")))
        }
        ErrorKind::Enum { want } => plain(enumeration(want)),
        ErrorKind::Const { want } => plain(match want {
            Json::Array(_) | Json::Object(_) => "'const' failed".to_owned(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                format!("value must be {}", display(want))
            }
        }),
        ErrorKind::Format { got, want, err } => plain(format!("{} is not valid {want}: {err}", display(got))),
        ErrorKind::MinProperties { got, want } => bounds("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => bounds("maxProperties", *got, *want),
        ErrorKind::AdditionalProperties { got } => {
            let keys: Vec<String> = got.iter().map(ToString::to_string).collect();
            (format!("additional properties {} not allowed", quote_all(&keys)), Kind::Additional(keys))
        }
        ErrorKind::Required { want } => {
            let keys: Vec<String> = want.iter().map(ToString::to_string).collect();
            let noun = if keys.len() == 1 { "property" } else { "properties" };
            (format!("missing {noun} {}", quote_all(&keys)), Kind::Missing(keys))
        }
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            let keys = missing.iter().map(ToString::to_string).collect();
            let text = format!("properties {} required, if {} exists", quote_all(missing), quote(prop));
            (text, Kind::Missing(keys))
        }
        ErrorKind::MinItems { got, want } => bounds("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => bounds("maxItems", *got, *want),
        ErrorKind::Contains => ("no items match contains schema".to_owned(), Kind::Choice),
        ErrorKind::MinContains { got, want } => (min_contains(got, *want), Kind::Choice),
        ErrorKind::MaxContains { got, want } => {
            let (want, matched, at) = (integer(*want), integer(got.len()), spaced(got));
            plain(format!(
                "max {want} items required to match contains schema, but matched {matched} items at {at}"
            ))
        }
        ErrorKind::UniqueItems { got: [i, j] } => {
            plain(format!("items at {} and {} are equal", integer(*i), integer(*j)))
        }
        ErrorKind::AdditionalItems { got } => {
            plain(format!("last {} additionalItem(s) not allowed", integer(*got)))
        }
        ErrorKind::MinLength { got, want } => bounds("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => bounds("maxLength", *got, *want),
        ErrorKind::Pattern { got, want } => {
            // The library shows the pattern after its own translation; the schema has it as written.
            let at = url.split_once('#').map(|(_, pointer)| format!("{}/pattern", unescape(pointer)));
            let written = at.and_then(|at| document.pointer(&at)?.as_str()).unwrap_or(want);
            plain(format!("{} does not match pattern {}", quote(got), quote(written)))
        }
        ErrorKind::ContentEncoding { want, err } => {
            plain(format!("value is not {} encoded: {err}", quote(want)))
        }
        ErrorKind::ContentMediaType { want, err, .. } => {
            plain(format!("value is not of mediatype {}: {err}", quote(want)))
        }
        ErrorKind::Minimum { got, want } => limits("minimum", got, want),
        ErrorKind::Maximum { got, want } => limits("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => limits("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => limits("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => limits("multipleOf", got, want),
        ErrorKind::Not => plain("'not' failed".to_owned()),
        ErrorKind::AllOf => ("'allOf' failed".to_owned(), Kind::All),
        ErrorKind::AnyOf => ("'anyOf' failed".to_owned(), Kind::Choice),
        ErrorKind::OneOf(None) => ("'oneOf' failed, none matched".to_owned(), Kind::Choice),
        ErrorKind::OneOf(Some((i, j))) => {
            plain(format!("'oneOf' failed, subschemas {}, {} matched", integer(*i), integer(*j)))
        }
    }
}

fn enumeration(want: &[Json]) -> String {
    if want.iter().any(|it| it.is_array() || it.is_object()) {
        return "'enum' failed".to_owned();
    }
    let shown: Vec<String> = want.iter().map(display).collect();
    let only = if shown.len() == 1 { "" } else { "one of " };
    format!("value must be {only}{}", shown.join(", "))
}

fn display(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        Json::Null => "<nil>".to_owned(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

/// Too few elements of the kind that should be there.
pub(super) fn min_contains(got: &[usize], want: usize) -> String {
    let want = integer(want);
    if got.is_empty() {
        return format!("min {want} items required to match contains schema, but none matched");
    }
    let matched = integer(got.len());
    format!(
        "min {want} items required to match contains schema, but matched {matched} items at {}",
        spaced(got)
    )
}

fn spaced(indexes: &[usize]) -> String {
    indexes.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
