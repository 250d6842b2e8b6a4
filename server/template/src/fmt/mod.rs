//! Go's package `fmt`: how values look as text, and what `printf` makes of its verbs.
//!
//! What does not fit the budget is cut off and [refused](crate::Budget::refuse): the executor ends the run then.
//! Its complaints are part of the behaviour: charts ship `%!d(float64=3)` without anyone noticing.

mod format;
mod number;
mod printer;
mod short;

use std::ops::Range;

use printer::Printer;
pub use short::short;

use crate::{Budget, Cx, Data, Origin, Str, Text, TextBuilder, Value};

/// Which of Go's functions puts the spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `Sprint`: between two that are no strings.
    Print,
    /// `Sprintln`: everywhere, and a line break behind.
    Println,
}

/// What an action prints: as `%v`, except that no value is `<no value>` and pointers are followed.
pub fn print_value(cx: &Cx<'_>, value: &Value) -> Vec<u8> {
    let mut printer = Printer::new(&cx.budget);
    match &value.data {
        Data::Invalid => printer.out.extend_from_slice(b"<no value>"),
        Data::Object(object) => match object.display().or_else(|| object.display_when_addressed()) {
            Some(text) => printer.out.extend_from_slice(text.as_bytes()),
            None => printer.fields(&**object, 'v', 0),
        },
        _ => printer.arg(value, 'v'),
    }
    printer.finish()
}

/// `%v`, as functions print their arguments.
pub fn to_string(cx: &Cx<'_>, value: &Value) -> Str {
    if let Data::Str(text) = &value.data {
        return text.clone();
    }
    let mut out = Vec::new();
    display(cx, value, &mut out);
    out.into()
}

/// `%v` appended to a buffer.
pub fn display(cx: &Cx<'_>, value: &Value, out: &mut Vec<u8>) {
    display_within(&cx.budget, value, out);
}

fn display_within(budget: &Budget, value: &Value, out: &mut Vec<u8>) {
    let mut printer = Printer::new(budget);
    printer.out = std::mem::take(out);
    printer.arg(value, 'v');
    *out = printer.finish();
}

/// `fmt.Sprint`.
pub fn sprint(cx: &Cx<'_>, args: &[Value]) -> Vec<u8> {
    print_all(cx, Style::Print, args, &mut |_, _| {})
}

/// `fmt.Sprintln`.
pub fn sprintln(cx: &Cx<'_>, args: &[Value]) -> Vec<u8> {
    print_all(cx, Style::Println, args, &mut |_, _| {})
}

/// `fmt.Sprintf`.
pub fn sprintf(cx: &Cx<'_>, format: &[u8], args: &[Value]) -> Vec<u8> {
    format::run(cx, format, args, &mut |_, _| {})
}

/// `Sprint` or `Sprintln`, where strings among the arguments keep their origins.
pub fn print_text(cx: &mut Cx<'_>, style: Style, args: &[Value]) -> Text {
    let mut marks = Marks::default();
    let traced = cx.trace.is_some();
    let bytes = print_all(cx, style, args, &mut |range, from| marks.push(traced, range, from));
    marks.text(cx, bytes, None, args)
}

/// `Sprintf`, where the format and strings among the arguments keep their origins.
pub fn printf_text(cx: &mut Cx<'_>, format: &Text, args: &[Value]) -> Text {
    let mut marks = Marks::default();
    let traced = cx.trace.is_some();
    let bytes = format::run(cx, &format.bytes, args, &mut |range, from| marks.push(traced, range, from));
    marks.text(cx, bytes, Some(format), args)
}

/// Where printed bytes came from.
enum From {
    /// A part of the format.
    Format(Range<usize>),
    /// An argument.
    Arg(usize),
}

/// Told about every run of printed bytes.
type Note<'n> = &'n mut dyn FnMut(Range<usize>, From);

fn print_all(cx: &Cx<'_>, style: Style, args: &[Value], note: Note<'_>) -> Vec<u8> {
    let mut printer = Printer::new(&cx.budget);
    let mut previous_is_string = false;
    for (at, arg) in args.iter().enumerate() {
        if !printer.has_room() {
            break;
        }
        let is_string = matches!(arg.data, Data::Str(_));
        if at > 0 && (style == Style::Println || !is_string && !previous_is_string) {
            printer.out.push(b' ');
        }
        let start = printer.out.len();
        printer.arg(arg, 'v');
        note(start..printer.out.len(), From::Arg(at));
        previous_is_string = is_string;
    }
    if style == Style::Println {
        printer.out.push(b'\n');
    }
    printer.finish()
}

/// The notes of one printing, in the order of the bytes.
#[derive(Default)]
struct Marks(Vec<(Range<usize>, From)>);

impl Marks {
    fn push(&mut self, traced: bool, range: Range<usize>, from: From) {
        if traced {
            self.0.push((range, from));
        }
    }

    fn text(self, cx: &mut Cx<'_>, bytes: Vec<u8>, format: Option<&Text>, args: &[Value]) -> Text {
        if cx.trace.is_none() {
            return Text { bytes: bytes.into(), origin: Origin::NONE };
        }
        let mut builder = TextBuilder::new(cx);
        let mut at = 0;
        for (range, from) in self.0 {
            builder.push(&bytes[at..range.start]);
            at = range.end;
            let printed = &bytes[range];
            match (from, format) {
                (From::Format(part), Some(format)) => builder.push_part(cx, format, part),
                (From::Format(_), None) => builder.push(printed),
                (From::Arg(arg), _) => push_arg(&mut builder, cx, printed, &args[arg]),
            }
        }
        builder.push(&bytes[at..]);
        builder.finish(cx)
    }
}

/// A string that can be seen in what was printed keeps all it knows; else the bytes show the argument as a whole.
fn push_arg(builder: &mut TextBuilder, cx: &Cx<'_>, printed: &[u8], arg: &Value) {
    if let Some(text) = arg.as_str() {
        return builder.push_shown(cx, printed, &Text { bytes: text.clone(), origin: arg.origin });
    }
    let origin = cx.trace.as_ref().map_or(Origin::NONE, |trace| trace.summary(arg.origin));
    builder.push_from(printed, origin);
}

#[cfg(test)]
mod tests;
