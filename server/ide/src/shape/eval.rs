//! Evaluates the expressions of a template to shapes: Go's rules for the dot and for variables, without values
//! that only a run would know.
//!
//! A define knows what its dot is from those who call it; a define that calls itself, or one that is called
//! through ten others, ends the search.

use std::sync::Arc;

use syntax::{
    ActionId, Argument, Command, Dot, Expr, Frame, Head, Literal, Name, Pipeline, Value as Declared, Variable,
};
use text::TextSize;

use super::builtin::{Builtin, ROOT};
use super::{Shape, Thing, ValueAt};
use crate::analysis::Analysis;
use crate::source::TemplateSource;

/// How deep expressions, variables and callers are followed.
const MAX_DEPTH: u32 = 24;
/// How many callers of a define are asked.
const MAX_CALLERS: usize = 64;

/// Evaluates expressions of one template.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator<'a> {
    pub(super) analysis: &'a Analysis,
    source: &'a TemplateSource,
    depth: u32,
}

/// Where an expression stands: the blocks around it and what variables it can see.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s, 'a> {
    /// From the outermost in.
    pub frames: &'s [Frame<'a>],
    /// Variables declared before it count.
    pub offset: TextSize,
}

impl<'a> Evaluator<'a> {
    /// For the expressions of `source`.
    pub fn new(analysis: &'a Analysis, source: &'a TemplateSource) -> Self {
        Self { analysis, source, depth: 0 }
    }

    fn deeper(self) -> Option<Self> {
        (self.depth < MAX_DEPTH).then_some(Self { depth: self.depth + 1, ..self })
    }

    /// What the dot is inside of these frames.
    pub fn dot(&self, frames: &[Frame<'a>]) -> Shape {
        let Some((inner, outer)) = frames.split_last() else {
            return Shape::of(Thing::Context(self.source.chart.clone()));
        };
        let Some(deeper) = self.deeper() else { return Shape::unknown() };
        match inner.dot {
            Dot::Outer => deeper.dot(outer),
            Dot::Value(pipeline) => deeper.pipeline(outer, pipeline),
            Dot::Element(pipeline) => deeper.elements(&deeper.pipeline(outer, pipeline)),
            Dot::Passed { name, given } => {
                let given = given.map_or_else(Shape::unknown, |it| deeper.pipeline(outer, it));
                Shape::union([name.map_or_else(Shape::unknown, |it| deeper.passed(it)), given])
            }
            Dot::Unknown => Shape::unknown(),
        }
    }

    /// What `$` is: the dot of the file or of the define around.
    pub fn dollar(&self, frames: &[Frame<'a>]) -> Shape {
        let define = frames.iter().rposition(|it| matches!(it.dot, Dot::Passed { .. }));
        self.dot(&frames[..define.map_or(0, |at| at + 1)])
    }

    /// What a pipeline gives, among these frames.
    pub fn pipeline(&self, frames: &[Frame<'a>], pipeline: &'a Pipeline) -> Shape {
        self.commands(Scope { frames, offset: pipeline.range.start() }, &pipeline.commands)
    }

    fn commands(&self, scope: Scope<'_, 'a>, commands: &'a [Command]) -> Shape {
        let Some(deeper) = self.deeper() else { return Shape::unknown() };
        let mut piped = None;
        for command in commands {
            piped = Some(deeper.command(scope, command, piped.take()));
        }
        piped.unwrap_or_default()
    }

    fn command(&self, scope: Scope<'_, 'a>, command: &'a Command, piped: Option<Shape>) -> Shape {
        if let Some((name, arguments)) = command.function() {
            return self.call(scope, name, arguments, piped);
        }
        command.operands.first().map_or_else(Shape::unknown, |it| self.expr(scope, it))
    }

    /// What an operand is.
    pub fn expr(&self, scope: Scope<'_, 'a>, expr: &'a Expr) -> Shape {
        self.path(scope, &expr.head, &expr.path)
    }

    /// What a head and the fields behind it are.
    pub fn path(&self, scope: Scope<'_, 'a>, head: &'a Head, path: &[Name]) -> Shape {
        let Some(deeper) = self.deeper() else { return Shape::unknown() };
        let start = deeper.head(scope, head);
        path.iter().fold(start, |shape, name| self.field(&shape, &name.text))
    }

    fn head(&self, scope: Scope<'_, 'a>, head: &'a Head) -> Shape {
        match head {
            Head::Dot => self.dot(scope.frames),
            Head::Variable(name) if name == "$" => self.dollar(scope.frames),
            Head::Variable(name) => {
                let variable = self.source.ast().variable(name, scope.offset);
                variable.map_or_else(Shape::unknown, |it| self.variable(&it))
            }
            Head::Function(name) => self.call(scope, name, &[], None),
            Head::Paren(pipeline) => self
                .commands(Scope { frames: scope.frames, offset: pipeline.range.start() }, &pipeline.commands),
            Head::Literal(Literal::String(text)) => Shape::of(Thing::Literal(text.value.as_str().into())),
            Head::Literal(Literal::Number(_)) => Shape::typed("int"),
            Head::Literal(Literal::Char(_)) => Shape::typed("int32"),
            Head::Literal(Literal::Bool(_)) => Shape::typed("bool"),
            Head::Literal(Literal::Nil) => Shape::unknown(),
        }
    }

    /// What a variable holds: what it is declared with, or assigned somewhere.
    pub fn variable(&self, variable: &Variable<'a>) -> Shape {
        let Some(deeper) = self.deeper() else { return Shape::unknown() };
        let ast = self.source.ast();
        let frames = ast.frames_of_action(variable.action);
        let declared = match variable.value {
            Declared::Of(pipeline) => deeper.pipeline(&frames, pipeline),
            Declared::KeyOf(_) => Shape::typed("key or index"),
            Declared::ElementOf(pipeline) => deeper.elements(&deeper.pipeline(&frames, pipeline)),
        };
        Shape::union(std::iter::once(declared).chain(deeper.assignments(variable)))
    }

    fn assignments(&self, variable: &Variable<'a>) -> Vec<Shape> {
        let ast = self.source.ast();
        let assigns = |pipeline: &Pipeline| {
            let declaration = pipeline.declaration.as_ref().filter(|it| it.assigns);
            declaration.is_some_and(|it| it.variables.iter().any(|name| name.text == variable.name.text))
        };
        let inside = ast.actions.iter().enumerate().filter(|(_, it)| variable.scope.contains_range(it.range));
        let found = inside.filter_map(|(at, action)| {
            let pipeline = action.pipeline.as_ref().filter(|it| assigns(it))?;
            Some(self.pipeline(&ast.frames_of_action(ActionId(at as u32)), pipeline))
        });
        found.collect()
    }

    /// What callers pass to a define.
    fn passed(&self, name: &str) -> Shape {
        self.analysis.passed(name, || {
            let callers = self.analysis.callers(name);
            Shape::union(callers.into_iter().take(MAX_CALLERS).map(|(source, action, argument)| {
                let caller = Self { analysis: self.analysis, source, depth: self.depth };
                caller.argument(action, &argument)
            }))
        })
    }

    fn argument(&self, action: ActionId, argument: &Argument<'a>) -> Shape {
        let ast = self.source.ast();
        let frames = ast.frames_of_action(action);
        let scope = |offset| Scope { frames: &frames, offset };
        match argument {
            Argument::Nothing => Shape::unknown(),
            Argument::Operand(expr) => self.expr(scope(expr.range.start()), expr),
            Argument::Pipeline(pipeline) => self.pipeline(&frames, pipeline),
            Argument::Piped(commands) => {
                let start = commands.first().map_or(TextSize::from(0), |it| it.range.start());
                self.commands(scope(start), commands)
            }
        }
    }

    /// A field of whatever it is.
    pub fn field(&self, shape: &Shape, name: &str) -> Shape {
        shape.flat_map(|thing| match thing {
            Thing::Value(value) => Shape::of(Thing::Value(value.child(name))),
            Thing::Context(chart) => self.context_field(chart, name),
            Thing::Builtin(builtin) => self.builtin_field(builtin, name),
            Thing::Dict(entries) => entries.get(name).cloned().unwrap_or_default(),
            Thing::List(_) | Thing::Literal(_) | Thing::Typed(_) => Shape::unknown(),
        })
    }

    fn context_field(&self, chart: &Arc<str>, name: &str) -> Shape {
        let Some(member) = ROOT.iter().find(|it| it.name == name) else { return Shape::unknown() };
        Shape::of(match member.name {
            "Values" => Thing::Value(ValueAt {
                chart: chart.clone(),
                path: Vec::new(),
                key_at: None,
                node: self.analysis.values(chart),
            }),
            "Chart" => Thing::Builtin(Builtin::Chart(chart.clone())),
            "Release" => Thing::Builtin(Builtin::Release),
            "Capabilities" => Thing::Builtin(Builtin::Capabilities),
            "Template" => Thing::Builtin(Builtin::Template),
            "Files" => Thing::Builtin(Builtin::Files(chart.clone())),
            _ => Thing::Builtin(Builtin::Subcharts(chart.clone())),
        })
    }

    fn builtin_field(&self, builtin: &Builtin, name: &str) -> Shape {
        if let Builtin::Subcharts(chart) = builtin {
            let child: Arc<str> = format!("{chart}/charts/{name}").into();
            let known = self.analysis.chart(&child).is_some();
            return if known { Shape::of(Thing::Context(child)) } else { Shape::unknown() };
        }
        let Some(member) = builtin.members().iter().find(|it| it.name == name) else {
            return Shape::unknown();
        };
        Shape::of(Thing::Builtin(match (builtin, member.name) {
            (Builtin::Capabilities, "KubeVersion") => Builtin::KubeVersion,
            (Builtin::Capabilities, "HelmVersion") => Builtin::HelmVersion,
            (Builtin::Capabilities, "APIVersions") => Builtin::ApiVersions,
            (Builtin::Chart(chart) | Builtin::Files(chart), _) => Builtin::Field(member, chart.clone()),
            _ => Builtin::Field(member, self.source.chart.clone()),
        }))
    }

    /// What a `range` over it goes through.
    pub fn elements(&self, shape: &Shape) -> Shape {
        shape.flat_map(|thing| match thing {
            Thing::Value(value) => {
                Shape::union(value.elements().into_iter().map(|it| Shape::of(Thing::Value(it))))
            }
            Thing::Dict(entries) => Shape::union(entries.values().cloned()),
            Thing::List(element) => (**element).clone(),
            Thing::Builtin(Builtin::Subcharts(chart)) => {
                let children = self.analysis.chart(chart).into_iter().flat_map(|it| it.dependencies.iter());
                Shape::union(children.map(|it| Shape::of(Thing::Context(it.full_path.clone()))))
            }
            Thing::Context(_) | Thing::Builtin(_) | Thing::Literal(_) | Thing::Typed(_) => Shape::unknown(),
        })
    }
}
