//! Pipelines, commands, fields and variables.
//!
//! Go tells a nil that stands in an `interface {}` from no value at all: fields of the first are an error,
//! fields of the second are no value again. A pipeline unwraps the one to the other; a chain of fields does not.

use super::{Eval, Executor, Sink, Slot, zero_element};
use crate::parse::{AnyNode, Chain, Command, Expr, ExprKind, Ideal, Pipe, names, on_deep_stack, to_text};
use crate::{Data, ListType, MapType, Value};

/// Go's type of what came out of a map or list of anything.
const INTERFACE: &str = "interface {}";

impl<'s, S: Sink> Executor<'_, 's, '_, '_, S> {
    /// The value of a pipeline, whose variables are declared or set.
    pub(super) fn pipeline(&mut self, dot: &Slot, pipe: &'s Pipe) -> Eval<Value> {
        self.at(AnyNode::Pipe(pipe));
        let mut last = None;
        for command in &pipe.commands {
            let value = self.command(dot, command, last)?;
            last = Some(if matches!(value.data, Data::Nil) { Value::INVALID } else { value });
        }
        let value = last.unwrap_or(Value::INVALID);
        for range in &pipe.decl {
            let name = self.define.source.slice(*range);
            if pipe.is_assign {
                self.assign(name, value.clone().into())?;
            } else {
                self.variables.push((name, value.clone().into()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Slot, command: &'s Command, last: Option<Value>) -> Eval<Value> {
        let (first, args) = (&command.args[0], &command.args[1..]);
        match &first.kind {
            ExprKind::Field => return Ok(self.field_node(dot, first, args, last)?.value),
            ExprKind::Chain(chain) => return Ok(self.chain(dot, first, chain, args, last)?.value),
            ExprKind::Function(known) => {
                self.at(AnyNode::Expr(first));
                return self.call_function(dot, known, AnyNode::Command(command), args, last);
            }
            ExprKind::Pipe(pipe) => {
                self.not_a_function(first, args, last.as_ref())?;
                return on_deep_stack(|| self.pipeline(dot, pipe));
            }
            ExprKind::Variable => return Ok(self.variable(dot, first, args, last)?.value),
            ExprKind::Bool(_) | ExprKind::Dot | ExprKind::Nil | ExprKind::Number(_) | ExprKind::String(_) => {
            }
        }
        self.at(AnyNode::Expr(first));
        self.not_a_function(first, args, last.as_ref())?;
        match &first.kind {
            ExprKind::Dot => Ok(dot.value.clone()),
            ExprKind::Nil => self.fail("nil is not a command"),
            _ => self.literal(first),
        }
    }

    fn not_a_function(&self, first: &Expr, args: &[Expr], last: Option<&Value>) -> Eval<()> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(format!("can't give argument to non-function {}", self.show(first)))
    }

    /// A node in Go's canonical form.
    pub(super) fn show(&self, expr: &Expr) -> String {
        String::from_utf8_lossy(&to_text(AnyNode::Expr(expr), &self.define.source)).into_owned()
    }

    /// A literal where nothing asks for a type.
    pub(super) fn literal(&mut self, expr: &'s Expr) -> Eval<Value> {
        self.at(AnyNode::Expr(expr));
        match &expr.kind {
            ExprKind::Bool(it) => Ok((*it).into()),
            ExprKind::String(it) => Ok(it.clone().into()),
            ExprKind::Number(number) => match number.ideal {
                Ideal::Int(it) => Ok(Value::int(it)),
                Ideal::Float(it) => Ok(it.into()),
                Ideal::Complex(real, imaginary) => Ok(Value::new(Data::Complex((real, imaginary).into()))),
                Ideal::Overflow => self.fail(format!("{} overflows int", self.show(expr))),
            },
            ExprKind::Nil
            | ExprKind::Dot
            | ExprKind::Field
            | ExprKind::Variable
            | ExprKind::Chain(_)
            | ExprKind::Function(_)
            | ExprKind::Pipe(_) => self
                .fail(format!("can't handle assignment of {} to empty interface argument", self.show(expr))),
        }
    }

    /// `.a.b`
    pub(super) fn field_node(
        &mut self,
        dot: &Slot,
        node: &'s Expr,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Slot> {
        self.at(AnyNode::Expr(node));
        self.fields(dot, dot.clone(), node, names(&self.define.source, node.range), args, last)
    }

    /// `$x.a.b`
    pub(super) fn variable(
        &mut self,
        dot: &Slot,
        node: &'s Expr,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Slot> {
        self.at(AnyNode::Expr(node));
        let mut names = names(&self.define.source, node.range).peekable();
        let name = names.next().unwrap_or_default();
        self.walk(self.variables.len())?;
        let Some(slot) =
            self.variables.iter().rev().find(|(it, _)| *it == name).map(|(_, slot)| slot.clone())
        else {
            return self.fail(format!("undefined variable: {}", String::from_utf8_lossy(name)));
        };
        if names.peek().is_none() {
            self.not_a_function(node, args, last.as_ref())?;
            return Ok(slot);
        }
        self.fields(dot, slot, node, names, args, last)
    }

    /// `(pipeline).a.b`
    pub(super) fn chain(
        &mut self,
        dot: &Slot,
        node: &'s Expr,
        chain: &'s Chain,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Slot> {
        self.at(AnyNode::Expr(node));
        let base = on_deep_stack(|| self.base(dot, &chain.base))?;
        self.fields(dot, base.into(), node, names(&self.define.source, chain.fields), args, last)
    }

    /// What stands before the fields of a chain.
    fn base(&mut self, dot: &Slot, base: &'s Expr) -> Eval<Value> {
        self.at(AnyNode::Expr(base));
        match &base.kind {
            ExprKind::Pipe(pipe) => self.pipeline(dot, pipe),
            ExprKind::Function(known) => self.call_function(dot, known, AnyNode::Expr(base), &[], None),
            // The parser makes chains of nothing else.
            _ => self.fail(format!("can't evaluate fields of {}", self.show(base))),
        }
    }

    /// Follows names; only the last may be a method with arguments.
    fn fields(
        &mut self,
        dot: &Slot,
        receiver: Slot,
        node: &'s Expr,
        names: impl Iterator<Item = &'s [u8]>,
        args: &'s [Expr],
        mut last: Option<Value>,
    ) -> Eval<Slot> {
        let mut receiver = receiver;
        let mut names = names.peekable();
        let mut count = 0;
        while let Some(name) = names.next() {
            count += 1;
            receiver = if names.peek().is_none() {
                self.field(dot, name, node, args, last.take(), receiver)?
            } else {
                self.field(dot, name, node, &[], None, receiver)?
            };
        }
        self.walk(count)?;
        Ok(receiver)
    }

    /// Pays for going through variables or fields, where there are many.
    fn walk(&self, count: usize) -> Eval<()> {
        const MANY: usize = 32;
        if count < MANY {
            return Ok(());
        }
        self.run.cx.budget.work((count / MANY) as u64).or_else(|failure| self.stop(failure))
    }

    fn field(
        &mut self,
        dot: &Slot,
        name: &'s [u8],
        node: &'s Expr,
        args: &'s [Expr],
        last: Option<Value>,
        receiver: Slot,
    ) -> Eval<Slot> {
        let shown = || String::from_utf8_lossy(name);
        match &receiver.value.data {
            Data::Invalid => return Ok(Value::INVALID.into()),
            Data::Nil => return self.fail(format!("nil pointer evaluating {INTERFACE}.{}", shown())),
            Data::Map(map) if map.map_type() != MapType::Files => {
                return self.element(map, name, !args.is_empty() || last.is_some());
            }
            Data::Map(_)
            | Data::Object(_)
            | Data::List(_)
            | Data::Bool(_)
            | Data::Int(..)
            | Data::Float(_)
            | Data::Complex(_)
            | Data::Str(_)
            | Data::Bytes(_) => {}
        }
        if let Some(method) = std::str::from_utf8(name).ok().and_then(|name| receiver.value.method(name)) {
            return self.call_method(dot, &method, AnyNode::Expr(node), &shown(), args, last);
        }
        let has_args = !args.is_empty() || last.is_some();
        match &receiver.value.data {
            Data::Map(map) => return self.element(map, name, has_args),
            Data::Object(object) => {
                if let Some(value) = object.field(&shown()) {
                    if has_args {
                        let name = shown();
                        return self.fail(format!("{name} has arguments but cannot be invoked as function"));
                    }
                    return Ok(value.into());
                }
                if object.hides(&shown()) {
                    let (name, type_name) = (shown(), object.type_name());
                    return self.fail(format!("{name} is an unexported field of struct type {type_name}"));
                }
            }
            _ => {}
        }
        let type_name = if receiver.boxed { INTERFACE.into() } else { receiver.value.type_name() };
        self.fail(format!("can't evaluate field {} in type {type_name}", shown()))
    }

    fn element(&mut self, map: &crate::Map, name: &[u8], has_args: bool) -> Eval<Slot> {
        if has_args {
            let name = String::from_utf8_lossy(name);
            return self.fail(format!("{name} is not a method but has arguments"));
        }
        let map_type = map.map_type();
        let value = match map.get(name) {
            Some(value) => value,
            None if self.run.cx.vocabulary.missing_key_fails => {
                return self.fail(format!("map has no entry for key {}", golang::strconv::quote(name)));
            }
            None => zero_element(map_type),
        };
        Ok(Slot { value, boxed: has_boxed_elements(map_type) })
    }
}

/// Whether elements of such a map are of type `interface {}`.
pub(super) fn has_boxed_elements(map_type: MapType) -> bool {
    match map_type {
        MapType::Any | MapType::Values(_) => true,
        MapType::Strings | MapType::Files => false,
    }
}

/// Whether elements of such a list are of type `interface {}`.
pub(super) fn has_boxed_items(list_type: ListType) -> bool {
    list_type == ListType::Any
}
