//! What stands at the cursor, or is being typed there.
//!
//! Places are given for any offset, so the same answer serves completion (look at `prefix` and replace
//! `range`), hover and definition (look at the whole expression), and signature help (look at `calls`).

use text::{TextRange, TextSize};

use super::ast::{
    Action, ActionId, ActionKind, Ast, Command, Expr, Head, Literal, Name, Pipeline, StringLiteral,
};
use super::scope::{Frame, Variable};

/// Everything about one offset of a template.
#[derive(Clone, Debug)]
pub struct CursorContext<'a> {
    /// The offset.
    pub offset: TextSize,
    /// What stands there.
    pub place: Place<'a>,
    /// The action around the offset, its delimiters included.
    pub action: Option<ActionId>,
    /// The blocks around it, from the outermost in. In a head that is what stands around the block.
    pub frames: Vec<Frame<'a>>,
    /// The variables that can be seen, the nearest first, each name once. `$` is not among them.
    pub variables: Vec<Variable<'a>>,
    /// The calls around it, from the outermost in, `f (g <|>)` gives `f` and `g`.
    pub calls: Vec<Call<'a>>,
}

/// What stands at an offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place<'a> {
    /// Between actions: YAML, see [`Template::yaml`](super::Template::yaml).
    Text,
    /// In a comment action.
    Comment,
    /// In `{{`, `}}` or a trim marker.
    Delimiter,
    /// A field of a path: `.Val<|>ues`, `.Values.<|>`, `.<|>`.
    Field(FieldPlace<'a>),
    /// A function or keyword, or a place where anything may begin: `{{ <|> }}`, `{{ .x | <|> }}`.
    Word(WordPlace<'a>),
    /// A variable: `$<|>x`.
    Variable(VariablePlace<'a>),
    /// Between the quotes of a string.
    String(StringPlace<'a>),
    /// A number, a character or another constant.
    Literal(&'a Expr),
}

/// A field of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldPlace<'a> {
    /// The operand with its whole path.
    pub expr: &'a Expr,
    /// Which name of the path; what stands before it is the receiver. For `.` alone it is 0, though the path
    /// is empty.
    pub segment: usize,
    /// The part of the name before the cursor.
    pub prefix: &'a str,
    /// The whole name: what a completion replaces.
    pub range: TextRange,
    /// The call that the operand is an argument of.
    pub call: Option<Call<'a>>,
}

impl<'a> FieldPlace<'a> {
    /// Head and path of what the field is looked up in.
    pub fn receiver(&self) -> (&'a Head, &'a [Name]) {
        (&self.expr.head, &self.expr.path[..self.segment])
    }
}

/// A function, a keyword or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordPlace<'a> {
    /// The part before the cursor.
    pub prefix: &'a str,
    /// The whole word: what a completion replaces.
    pub range: TextRange,
    /// What can stand here.
    pub position: WordPosition,
    /// The call that the word is an argument of.
    pub call: Option<Call<'a>>,
    /// The expression, if a function's name is there already.
    pub expr: Option<&'a Expr>,
}

/// Where a word stands, which says what it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordPosition {
    /// First in the action: keywords, functions, values.
    ActionStart,
    /// First in a header, behind `:=` or in parentheses: functions, values.
    PipelineStart,
    /// Behind `|`: functions only.
    AfterPipe,
    /// An argument: values, and functions that need no argument.
    Argument,
    /// Behind `else`: `if` or `with`, or nothing.
    AfterElse,
    /// Behind `define`, `block` or `template`: a name in quotes.
    TemplateName,
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VariablePlace<'a> {
    /// The part before the cursor, with `$`.
    pub prefix: &'a str,
    /// The whole variable, without a path behind it.
    pub range: TextRange,
    /// Whether it is the left side of `:=` or `=`.
    pub declared: bool,
    /// The call that it is an argument of.
    pub call: Option<Call<'a>>,
}

/// Between quotes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StringPlace<'a> {
    /// The string; a completion replaces its `content`.
    pub string: &'a StringLiteral,
    /// What is written between the first quote and the cursor.
    pub prefix: &'a str,
    /// What the string is for.
    pub of: StringUse<'a>,
}

/// What a string is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StringUse<'a> {
    /// An argument: `include "<|>"`, `.Files.Get "<|>"`, `index .x "<|>"`.
    Argument(Call<'a>),
    /// The name of a `define`, `block` or `template`.
    TemplateName(ActionKind),
    /// Printed, compared, piped …
    Value,
}

/// A call and which of its arguments the cursor is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call<'a> {
    /// What is called: a function, or a path that ends with a method (`.Files.Get`).
    pub callee: &'a Expr,
    /// All its arguments, without the one from the pipe.
    pub arguments: &'a [Expr],
    /// The argument at the cursor, from 0. It may be one past the last: about to be typed.
    pub index: usize,
    /// Whether a last argument comes through a pipe.
    pub piped: bool,
}

impl<'a> Call<'a> {
    /// The function's name, if it is a function that is called.
    pub fn function(&self) -> Option<&'a str> {
        match &self.callee.head {
            Head::Function(name) if self.callee.path.is_empty() => Some(name),
            Head::Function(_) | Head::Dot | Head::Variable(_) | Head::Paren(_) | Head::Literal(_) => None,
        }
    }
}

impl Ast {
    /// What stands at `offset` of `source`, the text that this was parsed from.
    pub fn cursor<'a>(&'a self, source: &'a str, offset: TextSize) -> CursorContext<'a> {
        let action = self.action_at(offset);
        let mut finder = Finder { source, offset, calls: Vec::new() };
        let place = action.map_or(Place::Text, |id| finder.in_action(self.action(id)));
        CursorContext {
            offset,
            place,
            action,
            frames: self.frames(offset),
            variables: self.variables_at(offset),
            calls: finder.calls,
        }
    }
}

struct Finder<'a> {
    source: &'a str,
    offset: TextSize,
    calls: Vec<Call<'a>>,
}

impl<'a> Finder<'a> {
    fn touches(&self, range: TextRange) -> bool {
        range.contains_inclusive(self.offset)
    }

    /// The text from the start of `range` to the cursor.
    fn prefix(&self, range: TextRange) -> &'a str {
        self.source.get(usize::from(range.start())..usize::from(self.offset)).unwrap_or("")
    }

    fn in_action(&mut self, action: &'a Action) -> Place<'a> {
        if !self.touches(action.inner) {
            return Place::Delimiter;
        }
        if action.kind == ActionKind::Comment {
            return Place::Comment;
        }
        for (range, position) in
            [(action.keyword, WordPosition::ActionStart), (action.second_keyword, WordPosition::AfterElse)]
        {
            if let Some(range) = range.filter(|it| self.touches(*it)) {
                return self.word(range, position, None, None);
            }
        }
        if let Some(string) = action.name.as_ref().filter(|it| self.touches(it.content)) {
            let of = StringUse::TemplateName(action.kind);
            return Place::String(StringPlace { string, prefix: self.prefix(string.content), of });
        }
        let start = start_of_action(action);
        match &action.pipeline {
            Some(pipeline) => self.in_pipeline(pipeline, start),
            None => self.nothing(start, None),
        }
    }

    fn word(
        &self,
        range: TextRange,
        position: WordPosition,
        call: Option<Call<'a>>,
        expr: Option<&'a Expr>,
    ) -> Place<'a> {
        Place::Word(WordPlace { prefix: self.prefix(range), range, position, call, expr })
    }

    fn nothing(&self, position: WordPosition, call: Option<Call<'a>>) -> Place<'a> {
        self.word(TextRange::empty(self.offset), position, call, None)
    }

    fn in_pipeline(&mut self, pipeline: &'a Pipeline, start: WordPosition) -> Place<'a> {
        let mut start = start;
        if let Some(declaration) = &pipeline.declaration {
            if let Some(name) = declaration.variables.iter().find(|it| self.touches(it.range)) {
                return self.variable(name.range, true, None);
            }
            if self.offset >= declaration.operator.end() {
                start = WordPosition::PipelineStart;
            }
        }
        let index = pipeline.pipes.iter().filter(|pipe| pipe.end() <= self.offset).count();
        let position = if index == 0 { start } else { WordPosition::AfterPipe };
        match pipeline.commands.get(index) {
            Some(command) => self.in_command(command, position, index > 0),
            None => self.nothing(position, None),
        }
    }

    fn in_command(&mut self, command: &'a Command, start: WordPosition, piped: bool) -> Place<'a> {
        let operands = &command.operands;
        // Behind an operand wins over before the next, where two touch: `(a)<|>(b)`, `f<|>(b)`.
        let at = operands.iter().position(|it| self.touches(it.range));
        let before = at.unwrap_or_else(|| operands.iter().filter(|it| it.range.end() < self.offset).count());
        let call = match operands.split_first() {
            Some((callee, arguments)) if before > 0 => {
                Some(Call { callee, arguments, index: before - 1, piped })
            }
            _ => None,
        };
        self.calls.extend(call);
        let position = if before > 0 { WordPosition::Argument } else { start };
        match at {
            Some(at) => self.in_operand(&operands[at], position, call),
            None => self.nothing(position, call),
        }
    }

    fn in_operand(&mut self, expr: &'a Expr, position: WordPosition, call: Option<Call<'a>>) -> Place<'a> {
        if let Some(segment) = expr.path.iter().position(|name| self.touches(name.range)) {
            let range = expr.path[segment].range;
            return Place::Field(FieldPlace { expr, segment, prefix: self.prefix(range), range, call });
        }
        if self.offset == expr.range.start() && !matches!(expr.head, Head::Variable(_) | Head::Function(_)) {
            return self.nothing(position, call);
        }
        match &expr.head {
            Head::Dot => {
                let range = TextRange::empty(expr.head_range.end());
                Place::Field(FieldPlace { expr, segment: 0, prefix: "", range, call })
            }
            Head::Variable(_) => self.variable(expr.head_range, false, call),
            Head::Function(_) => self.word(expr.head_range, position, call, Some(expr)),
            Head::Paren(inner) if self.touches(inner.range) => {
                self.in_pipeline(inner, WordPosition::PipelineStart)
            }
            Head::Literal(Literal::String(string)) if self.touches(string.content) => {
                let of = call.map_or(StringUse::Value, StringUse::Argument);
                Place::String(StringPlace { string, prefix: self.prefix(string.content), of })
            }
            Head::Paren(_) => self.nothing(WordPosition::Argument, call),
            Head::Literal(_) => Place::Literal(expr),
        }
    }

    fn variable(&self, range: TextRange, declared: bool, call: Option<Call<'a>>) -> Place<'a> {
        Place::Variable(VariablePlace { prefix: self.prefix(range), range, declared, call })
    }
}

/// What may come first in the pipeline of an action.
fn start_of_action(action: &Action) -> WordPosition {
    match action.kind {
        ActionKind::Pipeline | ActionKind::Comment => WordPosition::ActionStart,
        ActionKind::Else => WordPosition::AfterElse,
        ActionKind::Define | ActionKind::Block | ActionKind::Template if action.name.is_none() => {
            WordPosition::TemplateName
        }
        ActionKind::Define
        | ActionKind::Block
        | ActionKind::Template
        | ActionKind::If
        | ActionKind::With
        | ActionKind::Range
        | ActionKind::ElseIf
        | ActionKind::ElseWith
        | ActionKind::End
        | ActionKind::Break
        | ActionKind::Continue => WordPosition::PipelineStart,
    }
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use super::*;

    fn call(call: Option<Call>, source: &str) -> String {
        call.map_or(String::new(), |it| {
            let piped = if it.piped { " piped" } else { "" };
            format!(" in {}#{}{piped}", &source[it.callee.range], it.index)
        })
    }

    fn show(place: Place, text: &str) -> String {
        match place {
            Place::Text => "text".into(),
            Place::Comment => "comment".into(),
            Place::Delimiter => "delimiter".into(),
            Place::Field(it) => {
                let receiver = &text[usize::from(it.expr.range.start())..usize::from(it.range.start())];
                format!("field {receiver}[{}|{}]{}", it.prefix, &text[it.range], call(it.call, text))
            }
            Place::Word(it) => {
                format!("{:?} [{}|{}]{}", it.position, it.prefix, &text[it.range], call(it.call, text))
            }
            Place::Variable(it) => {
                let declared = if it.declared { " declared" } else { "" };
                format!("variable [{}|{}]{declared}{}", it.prefix, &text[it.range], call(it.call, text))
            }
            Place::String(it) => {
                let of = match it.of {
                    StringUse::Argument(it) => call(Some(it), text),
                    StringUse::TemplateName(kind) => format!(" name of {kind:?}"),
                    StringUse::Value => String::new(),
                };
                format!("string [{}|{}]{of}", it.prefix, &text[it.string.content])
            }
            Place::Literal(it) => format!("literal {}", &text[it.range]),
        }
    }

    /// A place is shown as what it is, then `[typed|whole]`, then the call that it is an argument of.
    #[track_caller]
    fn check(fixture: &str, expected: &str) {
        let fixture = Fixture::parse(fixture);
        let text = fixture.only_text();
        let ast = Ast::parse(text);
        assert_eq!(show(ast.cursor(text, fixture.cursor().offset).place, text), expected);
    }

    #[test]
    fn text_and_delimiters() {
        check("a<|>: {{ .b }}", "text");
        check("a: <|>{{ .b }}", "text");
        check("a: {<|>{ .b }}", "delimiter");
        check("a: {{- .b -<|>}}", "delimiter");
        check("a: {{ .b }}<|>", "text");
        check("{{/* a<|> */}}", "comment");
    }

    #[test]
    fn fields() {
        check("{{ .Val<|>ues.image }}", "field .[Val|Values]");
        check("{{ .Values<|>.image }}", "field .[Values|Values]");
        check("{{ .Values.im<|>age }}", "field .Values.[im|image]");
        check("{{ $x.ima<|>ge }}", "field $x.[ima|image]");
        check("{{ (f .a).b<|> }}", "field (f .a).[b|b]");
        check("{{ f .a.<|>b 1 }}", "field .a.[|b] in f#0");
    }

    #[test]
    fn fields_about_to_be_typed() {
        check("{{ .<|> }}", "field .[|]");
        check("{{ .Values.<|> }}", "field .Values.[|]");
        check("{{ .Values.<|>}}", "field .Values.[|]");
        check("{{ $v.<|> }}", "field $v.[|]");
        check("{{ $.<|> }}", "field $.[|]");
        check("{{ (f .a).<|> }}", "field (f .a).[|]");
        check("{{ .Values.image.<|>\n  tag: x\n{{ end }}", "field .Values.image.[|]");
        check("a: {{ .Values.image.<|>", "field .Values.image.[|]");
        check("{{ if .Values.<|> }}a{{ end }}", "field .Values.[|]");
        check("{{ .Values.my-<|> }}", "field .Values.[my-|my-]");
        check("{{ f (g .Values.<|> }}", "field .Values.[|] in g#0");
    }

    #[test]
    fn words() {
        check("{{ <|> }}", "ActionStart [|]");
        check("{{<|>}}", "ActionStart [|]");
        check("{{-<|>", "ActionStart [|]");
        check("{{ inc<|>lude \"x\" }}", "ActionStart [inc|include]");
        check("{{ .a | <|> }}", "AfterPipe [|]");
        check("{{ .a |<|> }}", "AfterPipe [|]");
        check("{{ .a | def<|> }}", "AfterPipe [def|def]");
        check("{{ .a | <|> | quote }}", "AfterPipe [|]");
        check("{{ if <|> }}", "PipelineStart [|]");
        check("{{ if an<|>d .a }}", "PipelineStart [an|and]");
        check("{{ $x := <|> }}", "PipelineStart [|]");
        check("{{ default <|> .a }}", "Argument [|] in default#0");
        check("{{ .a | default <|> }}", "Argument [|] in default#0 piped");
        check("{{ f .a <|> }}", "Argument [|] in f#1");
        check("{{ f (<|>) }}", "PipelineStart [|]");
        check("{{ f (g <|>) }}", "Argument [|] in g#0");
    }

    #[test]
    fn keywords() {
        check("{{ if<|> .a }}", "ActionStart [if|if]");
        check("{{ e<|>nd }}", "ActionStart [e|end]");
        check("{{ else <|> }}", "AfterElse [|]");
        check("{{ else i<|> }}", "AfterElse [i|i]");
        check("{{ else i<|>f .a }}", "AfterElse [i|if]");
        check("{{ template <|> }}", "TemplateName [|]");
    }

    #[test]
    fn variables() {
        check("{{ $<|> }}", "variable [$|$]");
        check("{{ $fo<|>o.bar }}", "variable [$fo|$foo]");
        check("{{ $fo<|>o := 1 }}", "variable [$fo|$foo] declared");
        check("{{ range $k, $<|>v := .a }}", "variable [$|$v] declared");
        check("{{ f $x<|> }}", "variable [$x|$x] in f#0");
    }

    #[test]
    fn strings() {
        check("{{ include \"a<|>b\" . }}", "string [a|ab] in include#0");
        check("{{ include \"<|>", "string [|] in include#0");
        check("{{ include \"<|>\nb: c", "string [|] in include#0");
        check("{{ include \"ab<|> }}", "string [ab|ab] in include#0");
        check("a: \"{{ include \"ab<|> }}\"", "string [ab|ab] in include#0");
        check("{{ .Files.Get \"<|>\" }}", "string [|] in .Files.Get#0");
        check("{{ index .Values \"a\" \"<|>\" }}", "string [|] in index#2");
        check("{{ dig \"a\" \"<|>b\" \"\" .Values }}", "string [|b] in dig#1");
        check("{{ .Values | dig \"a\" \"<|>\" }}", "string [|] in dig#1 piped");
        check("{{ f `r<|>aw` }}", "string [r|raw] in f#0");
        check("{{ \"<|>\" | quote }}", "string [|]");
        check("{{ \"a\"<|> }}", "literal \"a\"");
    }

    #[test]
    fn names_of_templates() {
        check("{{ define \"a<|>\" }}", "string [a|a] name of Define");
        check("{{ template \"<|>\" . }}", "string [|] name of Template");
    }

    #[test]
    fn operands_that_touch() {
        check("{{ f (.a)<|>(.b) }}", "Argument [|] in f#0");
        check("{{ 1<|>2 }}", "literal 12");
    }

    #[test]
    fn every_call_around_is_known() {
        let source = "{{ .x | f 1 (g (h 2 ) ) }}";
        let ast = Ast::parse(source);
        let context = ast.cursor(source, 20.into());
        let names: Vec<_> = context.calls.iter().map(|it| (it.function().unwrap_or("?"), it.index)).collect();
        assert_eq!(names, [("f", 1), ("g", 0), ("h", 1)]);
    }

    #[test]
    fn no_offset_of_half_a_template_is_too_much() {
        let source = "a: {{ include \"x.é\" (dict \"a\" .Values.b | f $x.y) }}{{ if .c }}\n{{/* d */}}{{ end";
        for end in (0..=source.len()).filter(|it| source.is_char_boundary(*it)) {
            let ast = Ast::parse(&source[..end]);
            for at in 0..=end as u32 + 1 {
                let _ = ast.cursor(&source[..end], at.into());
            }
        }
    }
}
