//! Signature help: the parameters of the function that is being called, and at which of them the cursor is.

use std::ops::Range;

use text::FilePos;

use crate::analysis::Analysis;
use crate::completion::signature;
use crate::place::Look;

/// A call, explained while it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// `ternary(any, any, bool)`
    pub label: String,
    /// Where its parameters stand in the label, in bytes; it is ASCII.
    pub parameters: Vec<Range<usize>>,
    /// The parameter at the cursor. `None` behind the last.
    pub active: Option<usize>,
    /// What the function does, in Markdown.
    pub documentation: String,
}

impl Analysis {
    /// The call around a place: the innermost of a function.
    pub fn signature_help(&self, pos: FilePos) -> Option<SignatureHelp> {
        let look = Look::at(self, pos)?;
        let (name, call) = look.cursor.calls.iter().rev().find_map(|it| Some((it.function()?, it)))?;
        // On the name itself nothing is passed yet.
        if call.callee.range.contains_inclusive(pos.offset) {
            return None;
        }
        let function = template::functions::find(name, self.input.dialect)?;
        let signature_of = (function.signature)();
        let label = format!("{name}{}", signature(&signature_of));
        let mut parameters = Vec::new();
        let mut at = name.len() + 1;
        for parameter in label[at..label.len() - 1].split(", ").filter(|it| !it.is_empty()) {
            parameters.push(at..at + parameter.len());
            at += parameter.len() + ", ".len();
        }
        let last = parameters.len().checked_sub(1);
        let active = match last {
            Some(last) if signature_of.variadic => Some(call.index.min(last)),
            Some(last) => Some(call.index).filter(|it| *it <= last),
            None => None,
        };
        let documentation = template::functions::docs(name).unwrap_or_default();
        Some(SignatureHelp { label, parameters, active, documentation })
    }
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use crate::testing::analyse;

    /// The label with the parameter at the cursor in brackets.
    #[track_caller]
    fn check(template: &str, want: &str) {
        let fixture = Fixture::parse(&format!("#- templates/a.yaml\n{template}"));
        let help = analyse(&fixture).signature_help(fixture.cursor());
        let shown = help.map(|it| match it.active.map(|active| it.parameters[active].clone()) {
            Some(at) => {
                format!("{}[{}]{}", &it.label[..at.start], &it.label[at.clone()], &it.label[at.end..])
            }
            None => it.label,
        });
        assert_eq!(shown.unwrap_or_default(), want, "{template}");
    }

    #[test]
    fn the_parameter_at_the_cursor() {
        check("{{ ternary <|> }}", "ternary([any], any, bool)");
        check("{{ ternary 1 <|>", "ternary(any, [any], bool)");
        check("{{ ternary 1 2 .Values.a<|> }}", "ternary(any, any, [bool])");
        check("{{ ternary 1 2 3 <|> }}", "ternary(any, any, bool)");
        check("{{ 3 | trunc <|> }}", "trunc([int], string)");
    }

    #[test]
    fn the_last_may_come_often() {
        check("{{ printf \"%s\" 1 2 <|> }}", "printf(string, [...any])");
    }

    #[test]
    fn the_innermost_call_counts() {
        check("{{ default (include \"a\" <|>) }}", "include(string, [any])");
        check("{{ default (include \"a\" .) <|> }}", "default(any, [...any])");
        check("{{ .Files.Get (printf <|>) }}", "printf([string], ...any)");
    }

    #[test]
    fn nothing_outside_of_calls() {
        check("{{ defa<|>ult 1 }}", "");
        check("a: <|>{{ default 1 2 }}", "");
        check("{{ .Values.a <|> }}", "");
        check("{{ noSuchFunction <|> }}", "");
    }
}
