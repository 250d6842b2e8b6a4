//! Between quotes: names of templates, paths of files, keys for `index` and its like.

use syntax::{StringPlace, StringUse};
use text::TextRange;

use super::{CompletionItem, CompletionKind, fields};
use crate::analysis::Analysis;
use crate::place::Look;

pub(super) fn complete(analysis: &Analysis, look: &Look<'_>, place: &StringPlace<'_>) -> Vec<CompletionItem> {
    let range = place.string.content;
    let call = match place.of {
        StringUse::TemplateName(_) => return defines(analysis, range, false),
        StringUse::Value => return Vec::new(),
        StringUse::Argument(call) => call,
    };
    match (call.function(), call.index) {
        (Some("include"), 0) => defines(analysis, range, false),
        (Some("index" | "get" | "hasKey"), at) if at > 0 => {
            let Some(map) = call.arguments.first() else { return Vec::new() };
            let mut shape = look.evaluator.expr(look.scope(map), map);
            for key in call.arguments.get(1..at).unwrap_or_default() {
                let Some(key) = key.string() else { return Vec::new() };
                shape = look.evaluator.field(&shape, &key.value);
            }
            fields::of_shape(analysis, &shape, range)
        }
        (None, 0) if look.is_files_method(call.callee) => files(analysis, look, range),
        _ => Vec::new(),
    }
}

/// Names of templates; `quoted` where the quotes are still to be typed.
pub(super) fn defines(analysis: &Analysis, range: TextRange, quoted: bool) -> Vec<CompletionItem> {
    let mut names: Vec<&String> = analysis.all_definitions().keys().collect();
    names.sort();
    let item = |name: &String| {
        let place = analysis.definitions(name).first().map(|(source, _)| shown(source)).unwrap_or_default();
        let mut item = CompletionItem::new(name, CompletionKind::Define, range).detail(place);
        if quoted {
            item.insert = format!("\"{name}\"");
            item.filter = Some(item.insert.clone());
        }
        item
    };
    names.into_iter().map(item).collect()
}

/// A template's path, with its chart where that is a subchart.
pub(crate) fn shown(source: &crate::TemplateSource) -> String {
    match source.chart.split_once("/charts/") {
        Some((_, chart)) => format!("{chart}: {}", source.path),
        None => source.path.to_string(),
    }
}

fn files(analysis: &Analysis, look: &Look<'_>, range: TextRange) -> Vec<CompletionItem> {
    let chart = analysis.chart(&look.source.chart);
    let files = chart.into_iter().flat_map(|chart| chart.files.iter());
    files.map(|file| CompletionItem::new(&*file.path, CompletionKind::File, range)).collect()
}
