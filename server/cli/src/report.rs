//! Errors for people: what, where (with the line and the place in it underlined), why, and through which calls.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use text::FileRange;

use crate::rendered::Sources;

/// An error of rendering with the source lines that it is about.
pub(crate) fn report(error: &render::Error, sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let title = Level::ERROR.primary_title(error.reason.as_str());
    let Some(at) = error.at.filter(|at| sources.text(at.file).is_some()) else {
        return renderer.render(&[Group::with_title(title)]);
    };
    let mut group = Group::with_title(title).element(snippet(at, sources, AnnotationKind::Primary, "here"));
    for call in error.chain.iter().rev().filter(|call| sources.text(call.file).is_some()) {
        group = group.element(snippet(*call, sources, AnnotationKind::Context, "called from here"));
    }
    renderer.render(&[group])
}

fn snippet<'s>(
    at: FileRange,
    sources: &'s Sources,
    kind: AnnotationKind,
    label: &'s str,
) -> Snippet<'s, annotate_snippets::Annotation<'s>> {
    let text = sources.text(at.file).unwrap_or_default();
    let clamp = |offset: usize| text.floor_char_boundary(offset.min(text.len()));
    let start = clamp(at.range.start().into());
    // A range over many lines would hide what it is about.
    let first_line = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let end = clamp(at.range.end().into()).min(first_line).max(start);
    Snippet::source(text).path(sources.path(at.file)).annotation(kind.span(start..end).label(label))
}
