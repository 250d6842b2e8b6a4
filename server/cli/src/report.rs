//! Errors for people: what, where (with the line and the place in it underlined), why, through which calls, and what to
//! do about it.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use render::{Excerpt, Hint};
use text::FileRange;

use crate::rendered::Sources;

/// Calls that are shown, from the innermost out: nobody reads a thousand.
const MAX_CALLS: usize = 16;
/// Lines of the rendering that are shown around a place in it.
const LINES_AROUND: usize = 3;

/// An error of rendering with the source lines that it is about, and a hint if there is one.
pub(crate) fn report(error: &render::Error, hint: Option<&Hint>, sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let title = Level::ERROR.primary_title(error.reason.as_str());
    let mut group = Group::with_title(title);
    let known = |at: &FileRange| sources.text(at.file).is_some();
    if let Some(at) = error.at.filter(known) {
        group = group.element(snippet(at, sources, AnnotationKind::Primary, "here"));
        for call in error.chain.iter().rev().filter(|call| known(call)).take(MAX_CALLS) {
            group = group.element(snippet(*call, sources, AnnotationKind::Context, "called from here"));
        }
    }
    let rendered = error.rendered.as_ref().map(|excerpt| (rendered_path(excerpt), excerpt));
    if let Some((path, excerpt)) = &rendered {
        group = group.element(rendered_snippet(path, excerpt));
    }
    if let Some(hint) = hint {
        group = group.element(Level::HELP.message(hint.text.as_str()));
        if let Some(at) = hint.at.filter(known) {
            group = group.element(snippet(at, sources, AnnotationKind::Context, "here"));
        }
    }
    renderer.render(&[group])
}

fn snippet<'s>(
    at: FileRange,
    sources: &'s Sources,
    kind: AnnotationKind,
    label: &'s str,
) -> Snippet<'s, Annotation<'s>> {
    let text = sources.text(at.file).unwrap_or_default();
    let clamp = |offset: usize| text.floor_char_boundary(offset.min(text.len()));
    let start = clamp(at.range.start().into());
    // A range over many lines would hide what it is about.
    let first_line = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let end = clamp(at.range.end().into()).min(first_line).max(start);
    Snippet::source(text).path(sources.path(at.file)).annotation(kind.span(start..end).label(label))
}

fn rendered_path(excerpt: &Excerpt) -> String {
    format!("{} as rendered", excerpt.name)
}

/// The lines of a rendering around a place.
fn rendered_snippet<'s>(path: &'s str, excerpt: &'s Excerpt) -> Snippet<'s, Annotation<'s>> {
    let text = &*excerpt.text;
    // The reader of YAML stops behind what it is about: at a line break, the line before is meant.
    let offset = text.floor_char_boundary(excerpt.offset.min(text.len().saturating_sub(1)));
    let before = text[..offset].rmatch_indices('\n').nth(LINES_AROUND).map_or(0, |(at, _)| at + 1);
    let after =
        text[offset..].match_indices('\n').nth(LINES_AROUND - 1).map_or(text.len(), |(at, _)| offset + at);
    let first_line = text[..before].matches('\n').count() + 1;
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = text[line..].find('\n').map_or(text.len(), |at| line + at);
    let start = line + (text[line..end].len() - text[line..end].trim_start().len());
    let span = start - before..end - before;
    Snippet::source(&text[before..after.max(end)])
        .line_start(first_line)
        .fold(false)
        .path(path)
        .annotation(AnnotationKind::Primary.span(span).label("YAML stops here"))
}
