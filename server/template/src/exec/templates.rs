//! `include` and `tpl`: templates that functions run.

use std::rc::Rc;
use std::sync::Arc;

use golang::strconv::quote;

use super::{Executor, Sink};
use crate::budget::MAX_CALLS;
use crate::parse::{Define, ParseError, Source, TemplateSet, parse_source};
use crate::{Cx, Data, Failure, FrameId, Origin, Str, Templates, Text, Value, Vocabulary};

/// How often Helm lets an `include` of one name stand within others of the same.
const MAX_INCLUDES: u32 = 1000;

/// What the tree of an empty text takes, and what each byte of another adds to it at most.
const TREE: usize = 1024;
const TREE_A_BYTE: usize = 16;

/// As much of a text is told in a message that is long already.
const LONG: usize = 80;

/// A text given to `tpl`, parsed: its own template and its defines.
pub(super) type Parsed = Rc<[Arc<Define>]>;

/// Go's message about a template that is not there.
pub(super) fn missing(name: &[u8], root: &str) -> String {
    format!("template: no template {} associated with template {}", quote(name), quote(root))
}

impl<S: Sink> Templates for Executor<'_, '_, '_, '_, S> {
    fn include(&mut self, name: &Str, dot: Value) -> Result<Value, Failure> {
        self.note_read(name);
        let count = self.run.included.entry(name.clone()).or_default();
        if *count > MAX_INCLUDES {
            let name = name.to_text();
            return Err(Failure::new(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        *count += 1;
        let set = self.set;
        let result = match set.get(name) {
            Some(define) => {
                let frame = self.enter_call(name);
                self.nested(set, define, dot, frame, false)
            }
            None => Err(Failure::new(missing(name, self.run.cx.vocabulary.root))),
        };
        if let Some(count) = self.run.included.get_mut(name) {
            *count -= 1;
        }
        result
    }

    fn tpl(&mut self, text: &Text, dot: Value) -> Result<Value, Failure> {
        let defines = self.parsed(text)?;
        let mut set = self.set.clone();
        set.extend(defines.iter().cloned());
        let Vocabulary { root, helms_tpl, .. } = self.run.cx.vocabulary;
        let frame = self.enter_call(&root.into());
        let ran = self.nested(&set, &defines[0], dot, frame, helms_tpl);
        if !helms_tpl {
            return ran;
        }
        ran.map_err(|failure| {
            let (message, nested) = failure.into_parts();
            // A text that runs itself would be told once for each time.
            let shown = if nested.as_ref().is_some_and(|it| it.is_long()) { LONG } else { text.bytes.len() };
            let shown = quote(&text.bytes[..shown.min(text.bytes.len())]);
            let told = format!("error during tpl function execution for {shown}: ");
            match nested {
                Some(error) => Failure::nested(told, *error),
                None => Failure::new(told + &message),
            }
        })
    }
}

impl<S: Sink> Executor<'_, '_, '_, '_, S> {
    /// Runs a template into a sink of its own.
    fn nested(
        &mut self,
        set: &TemplateSet,
        define: &Define,
        dot: Value,
        frame: FrameId,
        removes_no_value: bool,
    ) -> Result<Value, Failure> {
        if self.run.calls >= MAX_CALLS {
            let message = format!("`include` and `tpl` are nested deeper than {MAX_CALLS} levels");
            return Err(Failure::new(message));
        }
        // What a Go function is given as a nil `interface {}` is no value to the template.
        let dot = if matches!(dot.data, Data::Nil) { Value::INVALID } else { dot };
        let mut sink = S::default();
        let mut inner = Executor::new(&mut *self.run, set, define, dot, &mut sink);
        inner.frame = frame;
        inner.action = self.action;
        inner.run.calls += 1;
        let done = inner.template();
        inner.run.calls -= 1;
        done.map_err(|error| Failure::nested("", *error))?;
        if removes_no_value {
            sink.remove_no_value();
        }
        Ok(sink.into_text(self.run.cx).into())
    }

    /// Parses a text, or remembers that it has been.
    fn parsed(&mut self, text: &Text) -> Result<Parsed, Failure> {
        let key = (text.bytes.clone(), if S::TRACED { text.origin } else { Origin::NONE });
        if let Some(parsed) = self.run.parsed.get(&key) {
            return Ok(parsed.clone());
        }
        // The tree stays, and making it takes longer than running it.
        let (budget, bytes) = (&self.run.cx.budget, text.bytes.len());
        budget.allocate(TREE + bytes.saturating_mul(TREE_A_BYTE))?;
        budget.work((bytes >> 1) as u64)?;
        let parsed = parse_text(self.run.cx, text);
        let helms = self.run.cx.vocabulary.helms_tpl;
        let failed = |error: ParseError| match helms {
            true => Failure::new(format!("cannot parse template {}: {error}", quote(&text.bytes))),
            false => Failure::new(error.to_string()),
        };
        let parsed: Parsed = parsed.map_err(failed)?.into();
        self.run.parsed.insert(key, parsed.clone());
        Ok(parsed)
    }
}

fn parse_text(cx: &Cx<'_>, text: &Text) -> Result<Vec<Arc<Define>>, ParseError> {
    let (dialect, Vocabulary { find, root, .. }) = (cx.dialect, cx.vocabulary);
    let (name, bytes) = (root.into(), text.bytes.shared().clone());
    let source = Source { name, text: bytes, file: None, origin: text.origin };
    parse_source(source, &|name| find(name, dialect))
}
