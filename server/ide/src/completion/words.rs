//! Functions, keywords and variables: where a word begins.

use syntax::{CursorContext, WordPlace, WordPosition};
use template::functions::Family;
use template::{Dialect, GoType, Signature};
use text::TextRange;

use super::{CompletionItem, CompletionKind, fields, strings};
use crate::analysis::Analysis;
use crate::describe;
use crate::place::Look;

const KEYWORDS: [(&str, &str); 12] = [
    ("if", "Prints its body if the condition is true."),
    ("else", "Begins what is printed otherwise."),
    ("end", "Ends `if`, `range`, `with`, `define` or `block`."),
    ("range", "Prints its body for each element, with the dot set to it."),
    ("with", "Prints its body if the value is not empty, with the dot set to it."),
    ("define", "Defines a named template."),
    ("template", "Prints a named template where it stands; `include` can be piped on."),
    ("block", "Defines a named template and prints it."),
    ("break", "Leaves the innermost `range`."),
    ("continue", "Goes on with the next element of the innermost `range`."),
    ("nil", "No value."),
    ("true", "The truth value; its opposite is `false`."),
];

pub(super) fn complete(analysis: &Analysis, look: &Look<'_>, word: &WordPlace<'_>) -> Vec<CompletionItem> {
    let (range, dialect) = (word.range, analysis.input.dialect);
    match word.position {
        WordPosition::TemplateName => strings::defines(analysis, range, true),
        WordPosition::AfterElse => after_else(range),
        WordPosition::AfterPipe => functions(dialect, range),
        WordPosition::ActionStart => {
            [values(analysis, look, range), functions(dialect, range), keywords(range)].concat()
        }
        WordPosition::PipelineStart | WordPosition::Argument => {
            [values(analysis, look, range), functions(dialect, range)].concat()
        }
    }
}

/// What can stand behind `else`.
pub(crate) fn after_else(range: TextRange) -> Vec<CompletionItem> {
    let keyword = |name| CompletionItem::new(name, CompletionKind::Keyword, range);
    ["if", "with"].map(keyword).into()
}

/// What an expression can start with: variables, and the fields of the dot with their dot.
fn values(analysis: &Analysis, look: &Look<'_>, range: TextRange) -> Vec<CompletionItem> {
    let mut items = variables(look, range);
    let dot = look.evaluator.dot(look.frames());
    for mut item in fields::of_shape(analysis, &dot, range) {
        item.label.insert(0, '.');
        item.insert.insert(0, '.');
        items.push(item.rank(1));
    }
    items
}

/// Variables that can be seen, the nearest first, and `$`.
pub(super) fn variables(look: &Look<'_>, range: TextRange) -> Vec<CompletionItem> {
    let mut items: Vec<CompletionItem> = Vec::new();
    for variable in &look.cursor.variables {
        let shape = look.evaluator.variable(variable);
        let item = CompletionItem::new(&variable.name.text, CompletionKind::Variable, range);
        items.push(item.detail(describe::shape_in_a_word(&shape)).rank(0));
    }
    items.push(root(range));
    items
}

/// The same where nothing is known of what they hold.
pub(crate) fn visible_variables(cursor: &CursorContext<'_>, range: TextRange) -> Vec<CompletionItem> {
    let item = |name: &str| CompletionItem::new(name, CompletionKind::Variable, range).rank(0);
    let names = cursor.variables.iter().map(|it| item(&it.name.text));
    names.chain([root(range)]).collect()
}

fn root(range: TextRange) -> CompletionItem {
    let root = CompletionItem::new("$", CompletionKind::Variable, range);
    root.detail("the dot that the template was given").rank(1)
}

/// All functions of Helm's templates.
pub(crate) fn functions(dialect: Dialect, range: TextRange) -> Vec<CompletionItem> {
    let mut items = of_families(template::functions::FAMILIES, range);
    items.retain(|it| template::functions::find(&it.label, dialect).is_some());
    items
}

/// The functions of some families, with what they do.
pub(crate) fn of_families(families: &[Family], range: TextRange) -> Vec<CompletionItem> {
    let item = |function: &template::Function| {
        let item = CompletionItem::new(function.name, CompletionKind::Function, range).rank(2);
        let docs = template::functions::docs_among(families, function.name);
        item.detail(signature(&(function.signature)())).documentation(docs.unwrap_or_default())
    };
    families.iter().flat_map(|family| family.functions).map(item).collect()
}

/// `(int, string)`
pub(crate) fn signature(signature: &Signature) -> String {
    let last = signature.params.len().saturating_sub(1);
    let name = |(at, it): (usize, &GoType)| {
        let name = if *it == GoType::Any { "any" } else { it.name() };
        if signature.variadic && at == last { format!("...{name}") } else { name.to_owned() }
    };
    let params: Vec<String> = signature.params.iter().enumerate().map(name).collect();
    format!("({})", params.join(", "))
}

/// The words of the language.
pub(crate) fn keywords(range: TextRange) -> Vec<CompletionItem> {
    let item = |(name, doc): (&str, &str)| {
        CompletionItem::new(name, CompletionKind::Keyword, range).documentation(doc).rank(3)
    };
    KEYWORDS.into_iter().map(item).collect()
}
