//! What a place of a template means: the thing that hover explains, definition goes to and rename renames.

use syntax::{CursorContext, Expr, Frame, Place, StringUse};
use text::{FilePos, FileRange, TextRange, TextSize};

use crate::analysis::Analysis;
use crate::shape::{Evaluator, Scope, Shape, Thing};
use crate::source::TemplateSource;

/// What stands at a place, with the range that names it.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// A field: what it can be.
    Field(Shape),
    /// A variable, by where it is declared.
    Variable { name: String, declared: TextRange, shape: Shape },
    /// `$` or the lone dot.
    Dot(Shape),
    /// A function.
    Function(String),
    /// A named template, at its definition or where it is called.
    Define(String),
    /// A file of `.Files`.
    File(String),
}

/// A place in a template, looked at closely.
pub(crate) struct Look<'a> {
    pub(crate) source: &'a TemplateSource,
    pub(crate) cursor: CursorContext<'a>,
    pub(crate) evaluator: Evaluator<'a>,
}

impl<'a> Look<'a> {
    /// Looks at a place of a template; `None` for other files.
    pub(crate) fn at(analysis: &'a Analysis, pos: FilePos) -> Option<Self> {
        let source = analysis.template(pos.file)?;
        let mut cursor = source.ast().cursor(source.text(), pos.offset);
        // In front of an operand nothing is typed yet; someone who points there means the operand.
        let operand = source.text()[pos.offset.into()..].starts_with(['.', '$']);
        if operand && matches!(cursor.place, Place::Word(word) if word.range.is_empty()) {
            cursor = source.ast().cursor(source.text(), pos.offset + TextSize::from(1));
        }
        Some(Self { source, cursor, evaluator: Evaluator::new(analysis, source) })
    }

    /// The frames that expressions at the cursor are evaluated in.
    pub(crate) fn frames(&self) -> &[Frame<'a>] {
        &self.cursor.frames
    }

    /// The scope of an expression at the cursor.
    pub(crate) fn scope(&self, expr: &Expr) -> Scope<'_, 'a> {
        Scope { frames: &self.cursor.frames, offset: expr.range.start() }
    }

    /// What it means, and the range that means it.
    pub(crate) fn meaning(&self) -> Option<(Meaning, FileRange)> {
        let here = |range| self.source.at(range);
        match self.cursor.place {
            Place::Field(field) if field.expr.path.is_empty() => {
                let shape = self.evaluator.dot(self.frames());
                Some((Meaning::Dot(shape), here(field.expr.head_range)))
            }
            Place::Field(field) => {
                let upto = (field.segment + 1).min(field.expr.path.len());
                let path = &field.expr.path[..upto];
                let shape = self.evaluator.path(self.scope(field.expr), &field.expr.head, path);
                Some((Meaning::Field(shape), here(field.range)))
            }
            Place::Variable(place) => {
                let name = &self.source.text()[place.range];
                if name == "$" {
                    return Some((Meaning::Dot(self.evaluator.dollar(self.frames())), here(place.range)));
                }
                let variable = self.source.ast().variable_named_at(self.cursor.offset)?;
                let shape = self.evaluator.variable(&variable);
                let meaning =
                    Meaning::Variable { name: name.to_owned(), declared: variable.name.range, shape };
                Some((meaning, here(place.range)))
            }
            Place::Word(word) => {
                let name = &self.source.text()[word.range];
                (!name.is_empty()).then(|| (Meaning::Function(name.to_owned()), here(word.range)))
            }
            Place::String(place) => {
                let meaning = self.string(place.of, &place.string.value)?;
                Some((meaning, here(place.string.content)))
            }
            Place::Text | Place::Comment | Place::Delimiter | Place::Literal(_) => None,
        }
    }

    fn string(&self, of: StringUse<'a>, value: &str) -> Option<Meaning> {
        let call = match of {
            StringUse::TemplateName(_) => return Some(Meaning::Define(value.to_owned())),
            StringUse::Value => return None,
            StringUse::Argument(call) => call,
        };
        match (call.function(), call.index) {
            (Some("include"), 0) => Some(Meaning::Define(value.to_owned())),
            (Some("index" | "get" | "hasKey"), at) if at > 0 => {
                let map = call.arguments.first()?;
                let mut shape = self.evaluator.expr(self.scope(map), map);
                for key in call.arguments.get(1..at)? {
                    shape = self.evaluator.field(&shape, &key.string()?.value);
                }
                Some(Meaning::Field(self.evaluator.field(&shape, value)))
            }
            (None, 0) if self.is_files_method(call.callee) => Some(Meaning::File(value.to_owned())),
            _ => None,
        }
    }

    /// Whether it is `.Files.Get` or another method that takes a path.
    pub(crate) fn is_files_method(&self, callee: &'a Expr) -> bool {
        let Some((_, owner)) = callee.path.split_last() else { return false };
        if owner.last().is_some_and(|name| name.text == "Files") {
            return true; // whatever the dot is here, nothing else goes by that name
        }
        let shape = self.evaluator.path(self.scope(callee), &callee.head, owner);
        shape.options().iter().any(|it| matches!(it, Thing::Builtin(crate::Builtin::Files(_))))
    }
}
