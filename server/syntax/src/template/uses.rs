//! Named templates: where they are defined and where they are called.

use text::TextRange;

use super::ast::{ActionId, ActionKind, Ast, BlockId, Command, Expr, Name, Pipeline, StringLiteral};

/// A `define` or `block`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition<'a> {
    /// Its name.
    pub name: &'a StringLiteral,
    /// The block with its body.
    pub block: BlockId,
    /// From `{{ define` to behind `{{ end }}`.
    pub range: TextRange,
    /// What it prints.
    pub body: TextRange,
}

/// A call of a named template by a constant name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateUse<'a> {
    /// The name as it is given.
    pub name: &'a StringLiteral,
    /// What is passed as the dot.
    pub argument: Argument<'a>,
    /// The action that it stands in.
    pub action: ActionId,
    /// Whether it is called by `include` (else by `template` or `block`).
    pub include: bool,
}

/// What a call passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// Nothing: the dot inside is nil.
    Nothing,
    /// An operand: `include "x" .`
    Operand(&'a Expr),
    /// A whole pipeline: `template "x" .a | b`
    Pipeline(&'a Pipeline),
    /// What the commands before it in the pipe give: `.a | include "x"`
    Piped(&'a [Command]),
}

impl Ast {
    /// Every named template that is defined here, in order.
    pub fn definitions(&self) -> impl Iterator<Item = Definition<'_>> {
        (0..).map(BlockId).zip(&self.blocks).filter_map(|(id, block)| {
            let first = &block.branches[0];
            let name = self.action(first.action).name.as_ref()?;
            Some(Definition { name, block: id, range: block.range, body: first.body })
        })
    }

    /// Every call of a named template, by `include`, `template` or `block`, where the name is a constant.
    pub fn template_uses(&self) -> Vec<TemplateUse<'_>> {
        let mut all = Vec::new();
        for (action, it) in (0..).map(ActionId).zip(&self.actions) {
            if let (Some(name), ActionKind::Template | ActionKind::Block) = (&it.name, it.kind) {
                let argument = it.pipeline.as_ref().map_or(Argument::Nothing, Argument::Pipeline);
                all.push(TemplateUse { name, argument, action, include: false });
            }
            if let Some(pipeline) = &it.pipeline {
                includes(pipeline, action, &mut all);
            }
        }
        all
    }

    /// Every use of a function: its name and the action it stands in.
    pub fn function_uses(&self) -> Vec<(Name, ActionId)> {
        let mut all = Vec::new();
        self.each_expr(|action, expr| {
            if let super::Head::Function(name) = &expr.head {
                all.push((Name { text: name.clone(), range: expr.head_range }, action));
            }
        });
        all
    }
}

fn includes<'a>(pipeline: &'a Pipeline, action: ActionId, all: &mut Vec<TemplateUse<'a>>) {
    pipeline.each_command(&mut |pipeline, index, command| {
        let Some(("include", arguments)) = command.function() else { return };
        let Some(name) = arguments.first().and_then(Expr::string) else { return };
        let argument = match arguments.get(1) {
            Some(operand) => Argument::Operand(operand),
            None if index > 0 => Argument::Piped(&pipeline.commands[..index]),
            None => Argument::Nothing,
        };
        all.push(TemplateUse { name, argument, action, include: true });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[(&str, &str)]) {
        let ast = Ast::parse(source);
        let uses = ast.template_uses();
        let argument = |it: &TemplateUse| match it.argument {
            Argument::Nothing => "-".to_owned(),
            Argument::Operand(expr) => source[expr.range].to_owned(),
            Argument::Pipeline(pipeline) => source[pipeline.range].to_owned(),
            Argument::Piped(commands) => format!("{} |", &source[commands[0].range]),
        };
        let shown: Vec<_> = uses.iter().map(|it| (it.name.value.as_str(), argument(it))).collect();
        assert_eq!(shown.iter().map(|it| (it.0, it.1.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn calls_by_every_road() {
        check("{{ include \"a\" . }}", &[("a", ".")]);
        check("{{ template \"a\" .b | c }}", &[("a", ".b | c")]);
        check("{{ template \"a\" }}", &[("a", "-")]);
        check("{{ block \"a\" . }}{{ end }}", &[("a", ".")]);
        check("{{ .x | include \"a\" }}", &[("a", ".x |")]);
    }

    #[test]
    fn calls_inside_other_calls() {
        check(
            "{{ f (include \"a\" (dict \"x\" (include \"b\" .)))}}",
            &[("a", "(dict \"x\" (include \"b\" .))"), ("b", ".")],
        );
    }

    #[test]
    fn a_name_that_is_computed_is_left_out() {
        check("{{ include (print \"a\" .b) . }}", &[]);
    }

    #[test]
    fn a_half_typed_call_counts() {
        check("{{ include \"a. }}", &[("a.", "-")]);
    }

    #[test]
    fn definitions_have_a_body() {
        let source = "{{ define \"a\" }}b{{ end }}{{ block \"c\" . }}d{{ end }}{{ if .x }}{{ end }}";
        let ast = Ast::parse(source);
        let found: Vec<_> = ast.definitions().map(|it| (it.name.value.as_str(), &source[it.body])).collect();
        assert_eq!(found, [("a", "b"), ("c", "d")]);
    }
}
