//! Walks trees and prints: Go's `text/template/exec.go`, with the option `missingkey=zero` or, where the
//! [`Vocabulary`](crate::Vocabulary) asks for it, `missingkey=error`.
//!
//! The executor remembers the node that it visited last, for that is the one that Go's messages name. Where
//! bytes come from is told to the [`Sink`]; a [`Plain`] one does not listen, and then nothing is computed.

mod call;
mod error;
mod eval;
mod sink;
mod templates;
mod trace;

use rustc_hash::FxHashMap;
use text::{FileRange, TextRange};

pub use error::{ExecError, Place};
pub use sink::{Plain, Sink, Traced};

use crate::parse::{AnyNode, Branch, Define, Node, TemplateCall, TemplateSet, on_deep_stack};
use crate::{Cx, Data, FrameId, IntKind, Keyword, MapType, Origin, Str, Value};

/// Go's limit of templates within templates.
const MAX_DEPTH: u32 = 100_000;

/// Runs a template of the set. What it printed before an error stays in the sink.
pub fn execute<S: Sink>(
    set: &TemplateSet,
    name: &str,
    dot: Value,
    cx: &mut Cx<'_>,
    sink: &mut S,
) -> Result<(), ExecError> {
    let Some(define) = set.get(name.as_bytes()) else {
        return Err(ExecError::new(templates::missing(name.as_bytes(), cx.vocabulary.root)));
    };
    let mut run = Run { cx, included: FxHashMap::default(), calls: 0, parsed: FxHashMap::default() };
    let mut executor = Executor::new(&mut run, set, define, dot, sink);
    executor.template().map_err(|error| error.outermost_first())
}

/// What all templates of one execution share.
struct Run<'e, 'h> {
    cx: &'e mut Cx<'h>,
    /// How often each name is being included right now.
    included: FxHashMap<Str, u32>,
    /// How many of `include` and `tpl` are running right now, each within the one before.
    calls: u32,
    /// Texts that `tpl` has parsed; charts give it the same ones again and again.
    parsed: FxHashMap<(Str, Origin), templates::Parsed>,
}

/// The execution of one template.
struct Executor<'e, 's, 'r, 'h, S> {
    run: &'e mut Run<'r, 'h>,
    set: &'s TemplateSet,
    define: &'s Define,
    sink: &'e mut S,
    /// The node that was visited last, for messages.
    at: AnyNode<'s>,
    variables: Vec<(&'s [u8], Slot)>,
    /// How many `template` actions lead here.
    depth: u32,
    /// The call that led here, and the action that is being executed, where traced.
    frame: FrameId,
    action: Option<FileRange>,
}

/// A value as a variable or dot holds it.
#[derive(Clone, Debug)]
struct Slot {
    value: Value,
    /// Whether Go sees an `interface {}` here: messages then name that type instead of the value's.
    boxed: bool,
}

impl From<Value> for Slot {
    fn from(value: Value) -> Self {
        Self { value, boxed: false }
    }
}

type Eval<T> = Result<T, Box<ExecError>>;

/// How a statement ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// The statement that stands for "nothing visited yet".
static NOWHERE: Node = Node::Text(TextRange::empty(text::TextSize::new(0)));

impl<'e, 's, 'r, 'h, S: Sink> Executor<'e, 's, 'r, 'h, S> {
    fn new(
        run: &'e mut Run<'r, 'h>,
        set: &'s TemplateSet,
        define: &'s Define,
        dot: Value,
        sink: &'e mut S,
    ) -> Self {
        let variables = vec![(&b"$"[..], Slot::from(dot))];
        let at = AnyNode::Node(&NOWHERE);
        Self { run, set, define, sink, at, variables, depth: 0, frame: FrameId(0), action: None }
    }

    /// Runs the whole template with the value of `$` as its dot.
    fn template(&mut self) -> Eval<()> {
        let dot = self.variables[0].1.clone();
        let define = self.define;
        on_deep_stack(|| self.list(&dot, &define.body)).map(|_| ())
    }

    fn list(&mut self, dot: &Slot, list: &'s [Node]) -> Eval<Flow> {
        for node in list {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Slot, node: &'s Node) -> Eval<Flow> {
        self.at = AnyNode::Node(node);
        if let Err(failure) = self.run.cx.budget.step() {
            return self.stop(failure);
        }
        match node {
            Node::Text(range) => {
                self.text(*range)?;
            }
            Node::Action(action) => {
                self.enter_action(action.range);
                let value = self.pipeline(dot, &action.pipe)?;
                if action.pipe.decl.is_empty() {
                    self.at = AnyNode::Node(node);
                    self.print(&value, action.range)?;
                }
            }
            Node::If(branch) => return on_deep_stack(|| self.if_or_with(dot, branch, false)),
            Node::With(branch) => return on_deep_stack(|| self.if_or_with(dot, branch, true)),
            Node::Range(branch) => return on_deep_stack(|| self.range(dot, branch)),
            Node::Template(call) => self.template_call(dot, call)?,
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    // Output.

    fn text(&mut self, range: TextRange) -> Eval<()> {
        let source = &self.define.source;
        let bytes = source.slice(range);
        self.write(bytes)?;
        if S::TRACED {
            self.mark_text(range);
        }
        Ok(())
    }

    /// Writes to the sink: into the output of the chart, or into a string that is being made.
    fn write(&mut self, bytes: &[u8]) -> Eval<()> {
        let Run { cx, calls, .. } = &*self.run;
        let taken = if *calls == 0 { cx.budget.print(bytes.len()) } else { Ok(()) };
        if let Err(failure) = taken.and_then(|()| cx.budget.allocate(bytes.len())) {
            return self.stop(failure);
        }
        self.sink.write(bytes);
        Ok(())
    }

    fn print(&mut self, value: &Value, action: TextRange) -> Eval<()> {
        let owned;
        let bytes: &[u8] = if let Data::Str(text) = &value.data {
            text
        } else {
            owned = crate::fmt::print_value(self.run.cx, value);
            self.run.cx.budget.check().or_else(|failure| self.stop(failure))?;
            &owned
        };
        self.write(bytes)?;
        if S::TRACED {
            self.mark_value(value, bytes.len(), action);
        }
        Ok(())
    }

    // Control structures.

    fn if_or_with(&mut self, dot: &Slot, branch: &'s Branch, with: bool) -> Eval<Flow> {
        self.enter_action(branch.head);
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let holds = value.truth();
        let keyword = if with { Keyword::With } else { Keyword::If };
        let outer = self.enter_branch(keyword, &value, holds);
        let flow = match (holds, &branch.else_list) {
            (true, _) if with => self.list(&value.into(), &branch.list),
            (true, _) => self.list(dot, &branch.list),
            (false, Some(list)) => self.list(dot, list),
            (false, None) => Ok(Flow::Next),
        };
        self.frame = outer;
        self.variables.truncate(mark);
        flow
    }

    fn range(&mut self, dot: &Slot, branch: &'s Branch) -> Eval<Flow> {
        self.enter_action(branch.head);
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let outer = self.enter_branch(Keyword::Range, &value, value.truth());
        let ran = self.iterate(branch, &value)?;
        let mut flow = Flow::Next;
        if let (false, Some(list)) = (ran, &branch.else_list) {
            flow = self.list(dot, list)?;
        }
        self.frame = outer;
        self.variables.truncate(mark);
        Ok(flow)
    }

    /// Runs the loop; false if there was nothing to run it over.
    fn iterate(&mut self, branch: &'s Branch, value: &Value) -> Eval<bool> {
        match &value.data {
            Data::Int(kind, end) => {
                if branch.pipe.decl.len() > 1 {
                    return self.fail(format!("can't use {end} to iterate over more than one variable"));
                }
                self.count(branch, *kind, *end)
            }
            Data::List(list) => {
                let (len, boxed) = (list.len(), eval::has_boxed_items(list.list_type()));
                for at in 0..len {
                    // The slice is shared, and `sortAlpha` in the body may reorder it.
                    let Some(value) = list.get(at) else { break };
                    if !self.iteration(branch, Value::int(at as i64), Slot { value, boxed })? {
                        break;
                    }
                }
                Ok(len > 0)
            }
            Data::Bytes(bytes) => {
                for (at, &byte) in bytes.iter().enumerate() {
                    let byte = Value::new(Data::Int(IntKind::Uint8, byte.into()));
                    if !self.iteration(branch, Value::int(at as i64), byte.into())? {
                        break;
                    }
                }
                Ok(!bytes.is_empty())
            }
            Data::Map(map) => {
                // Go goes through a sorted copy: what the body sets or unsets does not matter.
                let (entries, boxed) = (map.to_vec(), eval::has_boxed_elements(map.map_type()));
                let copied = self.run.cx.budget.work((entries.len() >> 3) as u64);
                copied.or_else(|failure| self.stop(failure))?;
                for (key, value) in &entries {
                    let slot = Slot { value: value.clone(), boxed };
                    let mut index = Value::from(key.clone());
                    if S::TRACED {
                        index.origin = self.key_origin(map, key, value);
                    }
                    if !self.iteration(branch, index, slot)? {
                        break;
                    }
                }
                Ok(!entries.is_empty())
            }
            Data::Invalid | Data::Nil => Ok(false),
            Data::Bool(_) | Data::Float(_) | Data::Complex(_) | Data::Str(_) | Data::Object(_) => {
                if let Data::Object(it) = &value.data
                    && let Some((kind, end)) = it.integer()
                {
                    return self.count(branch, kind, end);
                }
                let shown = crate::fmt::to_string(self.run.cx, value);
                self.fail(format!("range can't iterate over {}", shown.to_text()))
            }
        }
    }

    fn count(&mut self, branch: &'s Branch, kind: IntKind, end: i64) -> Eval<bool> {
        let end = if kind.is_unsigned() { end as u64 } else { end.max(0) as u64 };
        for at in 0..end {
            let value = Value::new(Data::Int(kind, at as i64));
            if !self.iteration(branch, Value::INVALID, value.into())? {
                break;
            }
        }
        Ok(end > 0)
    }

    /// Runs the body once; false after `break`.
    fn iteration(&mut self, branch: &'s Branch, index: Value, element: Slot) -> Eval<bool> {
        // The body may be empty, and the loop without end.
        self.run.cx.budget.step().or_else(|failure| self.stop(failure))?;
        let source = &self.define.source;
        let outer = self.enter_item(&index, &element.value);
        let index = Slot::from(index);
        match (branch.pipe.is_assign, &branch.pipe.decl[..]) {
            (_, []) => {}
            (true, [name]) => self.assign(source.slice(*name), element.clone())?,
            (true, [first, second, ..]) => {
                self.assign(source.slice(*first), index)?;
                self.assign(source.slice(*second), element.clone())?;
            }
            (false, [_]) => self.set_top(1, element.clone()),
            (false, [_, _, ..]) => {
                self.set_top(1, element.clone());
                self.set_top(2, index);
            }
        }
        let mark = self.variables.len();
        let flow = self.list(&element, &branch.list)?;
        self.frame = outer;
        self.variables.truncate(mark);
        Ok(flow != Flow::Break)
    }

    fn template_call(&mut self, dot: &Slot, call: &'s TemplateCall) -> Eval<()> {
        self.enter_action(call.range);
        self.note_read(&call.name);
        let set = self.set;
        let Some(define) = set.get(&call.name) else {
            return self.fail(format!("template {} not defined", golang::strconv::quote(&call.name)));
        };
        if self.depth == MAX_DEPTH {
            return self.fail(format!("exceeded maximum template depth ({MAX_DEPTH})"));
        }
        let dot = match &call.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::INVALID,
        };
        let frame = self.enter_call(&call.name);
        let mut inner = Executor {
            run: &mut *self.run,
            set,
            define,
            sink: &mut *self.sink,
            at: self.at,
            variables: vec![(&b"$"[..], dot.into())],
            depth: self.depth + 1,
            frame,
            action: self.action,
        };
        inner.template()
    }

    fn note_read(&mut self, name: &Str) {
        if let Some(reads) = &mut self.run.cx.reads
            && !reads.templates.contains(name)
        {
            reads.templates.insert(name.clone());
        }
    }

    // Variables.

    fn assign(&mut self, name: &[u8], slot: Slot) -> Eval<()> {
        match self.variables.iter_mut().rev().find(|(it, _)| *it == name) {
            Some((_, old)) => {
                *old = slot;
                Ok(())
            }
            None => self.fail(format!("undefined variable: {}", String::from_utf8_lossy(name))),
        }
    }

    fn set_top(&mut self, from_end: usize, slot: Slot) {
        let at = self.variables.len().checked_sub(from_end);
        if let Some((_, old)) = at.and_then(|at| self.variables.get_mut(at)) {
            *old = slot;
        }
    }
}

/// What `missingkey=zero` makes of a missing key.
pub(crate) fn zero_element(map_type: MapType) -> Value {
    match map_type {
        MapType::Any | MapType::Values(_) => Value::NIL,
        MapType::Strings => Value::from(Str::default()),
        MapType::Files => Value::new(Data::Bytes([].into())),
    }
}

#[cfg(test)]
mod tests;
