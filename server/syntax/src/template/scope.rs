//! What stands around an offset: blocks that change the dot, and variables that can be seen.
//!
//! Go's rules, from `text/template/exec.go`: `with` sets the dot to its value and `range` to each element, in
//! their first branch and in that of an `else with`; in a plain `else` the dot is the one outside. `define`
//! and `block` start afresh: the dot and `$` are what was passed, and no variable from outside is seen. A
//! variable lives to the end of the body that declares it; one declared by a head (`if $x := …`,
//! `range $k, $v := …`) lives to the `end`, through the `else` parts as well.

use text::{TextRange, TextSize};

use super::ast::{ActionId, ActionKind, Ast, Block, BlockId, BlockKind, BranchId, Head, Name, Pipeline};

/// A block around an offset, and the branch of it that the offset is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The branch whose body holds the offset.
    pub id: BranchId,
    /// The block.
    pub block: &'a Block,
    /// The condition, collection or value of that branch's head: absent for a plain `else` and a `define`.
    pub header: Option<&'a Pipeline>,
    /// What `.` is inside.
    pub dot: Dot<'a>,
}

/// What a frame makes of the dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dot<'a> {
    /// It stays what it is outside: `if`, and every plain `else`.
    Outer,
    /// The value of this pipeline: `with`. Evaluate it with the dot outside.
    Value(&'a Pipeline),
    /// An element of this pipeline's value: `range`. Evaluate it with the dot outside.
    Element(&'a Pipeline),
    /// What was passed to the named template, which only its callers know; `$` is the same. A `block` passes
    /// `given` itself; it may be called from elsewhere as well.
    Passed {
        /// The template's name, if it is there.
        name: Option<&'a str>,
        /// The argument of a `block`.
        given: Option<&'a Pipeline>,
    },
    /// The head lacks its expression: nothing is known.
    Unknown,
}

/// A declared variable. (`$` alone is not declared: it is the dot of the outermost level or the define.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable<'a> {
    /// With its `$`; the place is that of the declaration.
    pub name: &'a Name,
    /// What it is declared to be.
    pub value: Value<'a>,
    /// The action that declares it. Evaluate the value with the frames of that action.
    pub action: ActionId,
    /// Where it can be seen, as long as no define starts and no other of the name hides it.
    pub scope: TextRange,
}

/// What a variable is declared to be. The pipelines carry the declaration itself too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The pipeline's value.
    Of(&'a Pipeline),
    /// The key or index of an element of the pipeline's value.
    KeyOf(&'a Pipeline),
    /// An element of the pipeline's value.
    ElementOf(&'a Pipeline),
}

/// How a variable is used at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `$x :=`
    Declare,
    /// `$x =`
    Assign,
    /// Anything else.
    Read,
}

impl Ast {
    /// The branch whose body holds `offset`. In a head (`{{ if … }}`) that is the branch around the block.
    pub fn branch_at(&self, offset: TextSize) -> Option<BranchId> {
        let id = self.last_before(offset)?;
        let action = self.action(id);
        if self.action_at(offset) == Some(id) || action.kind == ActionKind::End {
            return action.parent;
        }
        self.within(action.opens.or(action.parent), offset)
    }

    /// `branch` or the nearest one around it that reaches to `offset`: bodies may stop without an `end`.
    fn within(&self, branch: Option<BranchId>, offset: TextSize) -> Option<BranchId> {
        std::iter::successors(branch, |it| self.block(it.block).parent).find(|it| self.holds(*it, offset))
    }

    fn holds(&self, id: BranchId, offset: TextSize) -> bool {
        self.block(id.block).branches[id.branch as usize].body.contains_inclusive(offset)
    }

    /// The frames around `offset`, from the outermost in.
    pub fn frames(&self, offset: TextSize) -> Vec<Frame<'_>> {
        self.frames_of(self.branch_at(offset))
    }

    /// The frames around an action, from the outermost in: those to evaluate its pipeline with.
    pub fn frames_of_action(&self, action: ActionId) -> Vec<Frame<'_>> {
        self.frames_of(self.action(action).parent)
    }

    fn frames_of(&self, branch: Option<BranchId>) -> Vec<Frame<'_>> {
        let mut frames: Vec<_> = std::iter::successors(branch, |it| self.block(it.block).parent)
            .map(|it| self.frame(it))
            .collect();
        frames.reverse();
        frames
    }

    /// The frame of one branch.
    pub fn frame(&self, id: BranchId) -> Frame<'_> {
        let block = self.block(id.block);
        let head = self.head(id);
        let header = head.pipeline.as_ref();
        let dot = match (block.kind, head.kind) {
            (BlockKind::Define | BlockKind::Block, _) => {
                let name = head.name.as_ref().map(|name| name.value.as_str());
                Dot::Passed { name, given: header.filter(|_| block.kind == BlockKind::Block) }
            }
            (_, ActionKind::With | ActionKind::ElseWith) => header.map_or(Dot::Unknown, Dot::Value),
            (_, ActionKind::Range) => header.map_or(Dot::Unknown, Dot::Element),
            (BlockKind::If | BlockKind::With | BlockKind::Range, _) => Dot::Outer,
        };
        Frame { id, block, header, dot }
    }

    /// Every variable of the template, in the order of declaration.
    pub fn variables(&self) -> Vec<Variable<'_>> {
        (0..self.actions.len()).flat_map(|at| self.declared_by(ActionId(at as u32))).collect()
    }

    fn declared_by(&self, id: ActionId) -> impl Iterator<Item = Variable<'_>> {
        let action = self.action(id);
        let declared = action.pipeline.as_ref().and_then(|pipeline| {
            let declaration = pipeline.declaration.as_ref().filter(|it| !it.assigns)?;
            Some((pipeline, declaration))
        });
        declared.into_iter().flat_map(move |(pipeline, declaration)| {
            let count = declaration.variables.len();
            declaration.variables.iter().enumerate().map(move |(index, name)| {
                let value = match (action.kind, count, index) {
                    (ActionKind::Range, 2, 0) => Value::KeyOf(pipeline),
                    (ActionKind::Range, ..) => Value::ElementOf(pipeline),
                    _ => Value::Of(pipeline),
                };
                Variable { name, value, action: id, scope: self.scope_from(id) }
            })
        })
    }

    fn scope_from(&self, id: ActionId) -> TextRange {
        let action = self.action(id);
        let start = action.range.end();
        let end = match (action.opens, action.parent) {
            (Some(branch), _) => self.inner_end(self.block(branch.block)),
            (None, Some(parent)) => self.block(parent.block).branches[parent.branch as usize].body.end(),
            (None, None) => self.len,
        };
        TextRange::new(start, end.max(start))
    }

    /// Where the last body of a block ends.
    fn inner_end(&self, block: &Block) -> TextSize {
        block.end.map_or(block.range.end(), |end| self.action(end).range.start())
    }

    /// The define (or `block`) around a branch, which hides the variables outside.
    fn define_around(&self, branch: Option<BranchId>) -> Option<BlockId> {
        std::iter::successors(branch, |it| self.block(it.block).parent)
            .map(|it| it.block)
            .find(|it| matches!(self.block(*it).kind, BlockKind::Define | BlockKind::Block))
    }

    /// The variables that can be seen at `offset`, the nearest first, each name once.
    pub fn variables_at(&self, offset: TextSize) -> Vec<Variable<'_>> {
        let define = self.define_around(self.branch_at(offset));
        let before = self.last_before(offset).map_or(0, |last| last.0 as usize + 1);
        let mut seen: Vec<Variable> = Vec::new();
        for id in (0..before).rev().map(|at| ActionId(at as u32)) {
            for variable in self.declared_by(id).filter(|it| it.scope.contains_inclusive(offset)) {
                let hidden = seen.iter().any(|it| it.name.text == variable.name.text);
                if !hidden && self.define_around(self.action(id).parent) == define {
                    seen.push(variable);
                }
            }
        }
        seen
    }

    /// The variable that `name` (with its `$`) means at `offset`.
    pub fn variable(&self, name: &str, offset: TextSize) -> Option<Variable<'_>> {
        self.variables_at(offset).into_iter().find(|it| it.name.text == name)
    }

    /// Every place where `variable` is declared, assigned or read, in order.
    pub fn uses_of(&self, variable: &Variable) -> Vec<(TextRange, Access)> {
        let mut all = vec![(variable.name.range, Access::Declare)];
        let same = |name: &str, offset: TextSize| {
            name == variable.name.text
                && self.variable(name, offset).is_some_and(|it| it.name.range == variable.name.range)
        };
        for action in &self.actions {
            let declaration = action.pipeline.as_ref().and_then(|it| it.declaration.as_ref());
            for name in declaration.filter(|it| it.assigns).iter().flat_map(|it| &it.variables) {
                if same(&name.text, name.range.start()) {
                    all.push((name.range, Access::Assign));
                }
            }
        }
        self.each_expr(|_, expr| {
            if let Head::Variable(name) = &expr.head
                && same(name, expr.head_range.start())
            {
                all.push((expr.head_range, Access::Read));
            }
        });
        all.sort_by_key(|(range, _)| range.start());
        all
    }

    /// The variable named at `offset`, be it at its declaration or at a use.
    pub fn variable_named_at(&self, offset: TextSize) -> Option<Variable<'_>> {
        let declared = self.variables().into_iter().find(|it| it.name.range.contains_inclusive(offset));
        if declared.is_some() {
            return declared;
        }
        let mut found = None;
        self.each_expr(|_, expr| {
            if let Head::Variable(name) = &expr.head
                && expr.head_range.contains_inclusive(offset)
            {
                found = Some((name.as_str(), expr.head_range.start()));
            }
        });
        let action = self.action(self.action_at(offset)?);
        let declaration = action.pipeline.as_ref().and_then(|it| it.declaration.as_ref());
        for name in declaration.iter().flat_map(|it| &it.variables) {
            if name.range.contains_inclusive(offset) {
                found = Some((&name.text, name.range.start()));
            }
        }
        found.and_then(|(name, at)| self.variable(name, at))
    }
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use super::*;

    /// `<|>` is the place, `<|1>` … the declarations that are seen there, nearest first.
    #[track_caller]
    fn check_visible(fixture: &str, names: &[&str]) {
        let fixture = Fixture::parse(fixture);
        let ast = Ast::parse(fixture.only_text());
        let seen = ast.variables_at(fixture.cursor().offset);
        assert_eq!(seen.iter().map(|it| it.name.text.as_str()).collect::<Vec<_>>(), names);
        for (index, variable) in seen.iter().enumerate() {
            let mark = fixture.marks(index as u32 + 1).first().map(|it| it.offset);
            assert_eq!(Some(variable.name.range.start()), mark, "{}", variable.name.text);
        }
    }

    /// What each frame makes of the dot, from the outermost in.
    #[track_caller]
    fn check_frames(fixture: &str, expected: &[&str]) {
        let fixture = Fixture::parse(fixture);
        let (text, at) = (fixture.only_text(), fixture.cursor().offset);
        let ast = Ast::parse(text);
        let shown = |frame: Frame| match frame.dot {
            Dot::Outer => "outer".to_owned(),
            Dot::Value(it) => format!("value {}", &text[it.range]),
            Dot::Element(it) => format!("element {}", &text[it.range]),
            Dot::Passed { name, given } => {
                format!("passed {} {}", name.unwrap_or("?"), given.map_or("", |it| &text[it.range]))
            }
            Dot::Unknown => "unknown".to_owned(),
        };
        assert_eq!(ast.frames(at).into_iter().map(shown).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_variable_is_seen_behind_its_action() {
        check_visible("{{ <|1>$x := 1 }}<|>", &["$x"]);
        check_visible("{{ $x := <|>1 }}", &[]);
        check_visible("<|>{{ $x := 1 }}", &[]);
    }

    #[test]
    fn a_variable_ends_with_the_body_that_declares_it() {
        check_visible("{{ if .a }}{{ <|1>$x := 1 }}<|>{{ end }}", &["$x"]);
        check_visible("{{ if .a }}{{ $x := 1 }}{{ end }}<|>", &[]);
        check_visible("{{ if .a }}{{ $x := 1 }}{{ else }}<|>{{ end }}", &[]);
        check_visible("{{ range .a }}{{ $x := 1 }}{{ end }}{{ .b<|> }}", &[]);
    }

    #[test]
    fn a_variable_of_a_head_lives_to_the_end() {
        check_visible("{{ if <|1>$x := .a }}<|>{{ end }}", &["$x"]);
        check_visible("{{ with <|1>$x := .a }}b{{ else }}<|>{{ end }}", &["$x"]);
        check_visible("{{ if <|1>$x := .a }}b{{ else if <|> }}{{ end }}", &["$x"]);
        check_visible("{{ if $x := .a }}b{{ end }}<|>", &[]);
        check_visible("{{ if .a }}b{{ else if $x := .c }}d{{ end }}{{ <|> }}", &[]);
    }

    #[test]
    fn a_range_declares_key_and_element() {
        check_visible("{{ range <|1>$k, <|2>$v := .a }}{{ <|> }}{{ end }}", &["$k", "$v"]);
        let source = "{{ range $k, $v := .a }}{{ end }}{{ range $e := .b }}{{ end }}";
        let ast = Ast::parse(source);
        let values: Vec<_> = ast.variables().iter().map(|it| it.value).collect();
        assert!(matches!(values[..], [Value::KeyOf(_), Value::ElementOf(_), Value::ElementOf(_)]));
    }

    #[test]
    fn the_nearest_of_a_name_wins() {
        check_visible("{{ $x := 1 }}{{ if .a }}{{ <|1>$x := 2 }}<|>{{ end }}", &["$x"]);
        check_visible("{{ <|1>$x := 1 }}{{ if .a }}{{ $x := 2 }}{{ end }}<|>", &["$x"]);
        check_visible("{{ $x := 1 }}{{ <|1>$x := 2 }}<|>", &["$x"]);
        check_visible("{{ <|1>$x := 1 }}{{ $x := <|>$x }}", &["$x"]);
    }

    #[test]
    fn an_assignment_declares_nothing() {
        check_visible("{{ <|1>$x := 1 }}{{ if .a }}{{ $x = 2 }}{{ end }}<|>", &["$x"]);
    }

    #[test]
    fn a_define_sees_nothing_of_the_outside() {
        check_visible("{{ $x := 1 }}{{ define \"a\" }}{{ <|1>$y := 1 }}<|>{{ end }}", &["$y"]);
        check_visible("{{ define \"a\" }}{{ $y := 1 }}{{ end }}<|>", &[]);
        check_visible("{{ $x := 1 }}{{ block \"a\" . }}<|>{{ end }}", &[]);
        check_visible("{{ <|1>$x := 1 }}{{ block \"a\" <|> }}{{ end }}", &["$x"]);
    }

    #[test]
    fn without_an_end_a_variable_lives_on() {
        check_visible("{{ if .a }}{{ <|1>$x := 1 }}\nb\n{{ $<|>", &["$x"]);
    }

    #[test]
    fn with_and_range_set_the_dot() {
        check_frames("{{ with .a }}{{ range .b }}{{ if .c }}<|>", &["value .a", "element .b", "outer"]);
    }

    #[test]
    fn an_else_has_the_outer_dot() {
        check_frames("{{ with .a }}{{ else }}<|>{{ end }}", &["outer"]);
        check_frames("{{ range .a }}{{ else }}<|>{{ end }}", &["outer"]);
        check_frames("{{ with .a }}{{ else with .b }}<|>{{ end }}", &["value .b"]);
        check_frames("{{ with .a }}{{ else with .b }}{{ else }}<|>{{ end }}", &["outer"]);
        check_frames("{{ with .a }}b{{ else with <|> }}{{ end }}", &[]);
    }

    #[test]
    fn a_head_has_the_outer_dot() {
        check_frames("{{ with .a }}{{ with .b<|> }}{{ end }}{{ end }}", &["value .a"]);
    }

    #[test]
    fn behind_the_end_all_is_as_before() {
        check_frames("{{ with .a }}{{ end }}<|>", &[]);
        check_frames("{{ with .a }}{{ range .b }}{{ end }}<|>{{ end }}", &["value .a"]);
    }

    #[test]
    fn named_templates_have_what_was_passed() {
        check_frames("{{ define \"x\" }}<|>{{ end }}", &["passed x "]);
        check_frames("{{ block \"x\" .a }}<|>{{ end }}", &["passed x .a"]);
    }

    #[test]
    fn a_head_without_expression_tells_nothing() {
        check_frames("{{ range }}<|>{{ end }}", &["unknown"]);
    }

    #[test]
    fn an_unfinished_define_stops_at_the_next() {
        check_frames("{{ define \"a\" }}{{ with .b }}\n{{ define \"c\" }}<|>{{ end }}", &["passed c "]);
        check_frames(
            "{{ define \"a\" }}{{ with .b }}<|>\n{{ define \"c\" }}{{ end }}",
            &["passed a ", "value .b"],
        );
    }

    #[track_caller]
    fn check_uses(fixture: &str) {
        let fixture = Fixture::parse(fixture);
        let ast = Ast::parse(fixture.only_text());
        let variable = ast.variable_named_at(fixture.cursor().offset).expect("a variable at the cursor");
        let found: Vec<_> = ast.uses_of(&variable).iter().map(|it| it.0.start()).collect();
        assert_eq!(found, fixture.all_marks().iter().map(|it| it.offset).collect::<Vec<_>>());
    }

    #[test]
    fn uses_are_found_from_any_of_them() {
        check_uses("{{ <|1>$x<|> := 1 }}{{ <|1>$x }}{{ <|1>$x = f <|1>$x.y }}");
        check_uses("{{ <|1>$x := 1 }}{{ f (g <|1>$<|>x) }}{{ <|1>$x = 2 }}");
        check_uses("{{ <|1>$x := 1 }}{{ <|1>$x<|> = 2 }}");
    }

    #[test]
    fn uses_of_another_with_the_same_name_are_left_alone() {
        check_uses("{{ $x := 1 }}{{ range <|1>$x := .a }}{{ <|1>$x<|> }}{{ end }}{{ $x }}");
        check_uses("{{ <|1>$x<|> := 1 }}{{ range $x := .a }}{{ $x }}{{ end }}{{ <|1>$x }}");
    }
}
