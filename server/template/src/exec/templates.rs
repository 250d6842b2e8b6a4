//! `include` and `tpl`: templates that functions run.

use std::rc::Rc;
use std::sync::Arc;

use golang::strconv::quote;

use super::{Executor, Sink};
use crate::functions::find_known;
use crate::parse::{Define, ParseError, Source, TemplateSet, parse_source};
use crate::{Cx, Data, Failure, FrameId, Origin, Str, Templates, Text, Value};

/// Helm's name for the set of templates, and for every text given to `tpl`.
const GOTPL: &str = "gotpl";

/// How often Helm lets an `include` of one name stand within others of the same.
const MAX_INCLUDES: u32 = 1000;

/// A text given to `tpl`, parsed: its own template and its defines.
pub(super) type Parsed = Rc<[Arc<Define>]>;

/// Go's message about a template that is not there.
pub(super) fn missing(name: &[u8]) -> String {
    format!("template: no template {} associated with template \"{GOTPL}\"", quote(name))
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
            None => Err(Failure::new(missing(name))),
        };
        if let Some(count) = self.run.included.get_mut(name) {
            *count -= 1;
        }
        result
    }

    fn tpl(&mut self, text: &Text, dot: Value) -> Result<Value, Failure> {
        let defines = self.parsed(text).map_err(|error| {
            Failure::new(format!("cannot parse template {}: {error}", quote(&text.bytes)))
        })?;
        let mut set = self.set.clone();
        set.extend(defines.iter().cloned());
        let frame = self.enter_call(&GOTPL.into());
        let told = || format!("error during tpl function execution for {}: ", quote(&text.bytes));
        self.nested(&set, &defines[0], dot, frame, true).map_err(|failure| {
            let (_, nested) = failure.into_parts();
            match nested {
                Some(error) => Failure::nested(told(), *error),
                None => Failure::new(told()),
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
        // What a Go function is given as a nil `interface {}` is no value to the template.
        let dot = if matches!(dot.data, Data::Nil) { Value::INVALID } else { dot };
        let mut sink = S::default();
        let mut inner = Executor::new(&mut *self.run, set, define, dot, &mut sink);
        inner.frame = frame;
        inner.action = self.action;
        inner.template().map_err(|error| Failure::nested("", *error))?;
        if removes_no_value {
            sink.remove_no_value();
        }
        Ok(sink.into_text(self.run.cx).into())
    }

    /// Parses a text, or remembers that it has been.
    fn parsed(&mut self, text: &Text) -> Result<Parsed, ParseError> {
        let key = (text.bytes.clone(), if S::TRACED { text.origin } else { Origin::NONE });
        if let Some(parsed) = self.run.parsed.get(&key) {
            return Ok(parsed.clone());
        }
        let parsed: Parsed = parse_text(self.run.cx, text)?.into();
        self.run.parsed.insert(key, parsed.clone());
        Ok(parsed)
    }
}

fn parse_text(cx: &Cx<'_>, text: &Text) -> Result<Vec<Arc<Define>>, ParseError> {
    let dialect = cx.dialect;
    let (name, bytes) = (GOTPL.into(), text.bytes.shared().clone());
    let source = Source { name, text: bytes, file: None, origin: text.origin };
    parse_source(source, &|name| find_known(name, dialect))
}
