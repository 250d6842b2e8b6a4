//! Calls of functions and methods: arguments are counted, evaluated and held against the parameters' types.

use super::{Eval, Executor, Sink, Slot};
use crate::function::origin_of_args;
use crate::functions::Known;
use crate::parse::{AnyNode, Expr, ExprKind, Number, on_deep_stack};
use crate::{Body, Data, Failure, GoType, IntKind, List, ListType, Map, MapType, Method, Signature, Value};

impl<'s, S: Sink> Executor<'_, 's, '_, '_, S> {
    /// Calls a function; `node` is what Go blames if it fails.
    pub(super) fn call_function(
        &mut self,
        dot: &Slot,
        known: &'static Known,
        node: AnyNode<'s>,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Value> {
        let name = known.function.name;
        self.check_count(name, &known.signature, args, last.is_some())?;
        match known.function.body {
            Body::ShortCircuit(stops_at) => self.short_circuit(dot, stops_at, args, last),
            Body::Plain(body) => {
                let argv = self.arguments(dot, &known.signature, args, last)?;
                let result = body(self.run.cx, &argv);
                self.finish(name, node, result, &argv)
            }
            Body::Call(body) => {
                let argv = self.arguments(dot, &known.signature, args, last)?;
                let callee = match (args.first(), argv.first().and_then(Value::as_str)) {
                    (Some(arg), _) => self.show(arg),
                    (None, Some(piped)) => piped.to_text().into_owned(),
                    (None, None) => format!("<{} Value>", argv[0].type_name()),
                };
                self.finish(name, node, body(&callee, &argv), &argv)
            }
            Body::Templates(body) => {
                let argv = self.arguments(dot, &known.signature, args, last)?;
                let result = body(self, &argv);
                self.finish(name, node, result, &argv)
            }
        }
    }

    /// Calls a method.
    pub(super) fn call_method(
        &mut self,
        dot: &Slot,
        method: &Method,
        node: AnyNode<'s>,
        name: &str,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Slot> {
        self.check_count(name, &method.signature, args, last.is_some())?;
        let argv = self.arguments(dot, &method.signature, args, last)?;
        let result = (method.call)(self.run.cx, &argv);
        self.finish(name, node, result, &argv).map(Slot::from)
    }

    fn check_count(&self, name: &str, signature: &Signature, args: &[Expr], piped: bool) -> Eval<()> {
        let (params, count) = (signature.params.len(), args.len() + usize::from(piped));
        if signature.variadic {
            let fixed = params - 1;
            if count < fixed {
                // Go forgets the piped one here.
                let got = args.len();
                return self
                    .fail(format!("wrong number of args for {name}: want at least {fixed} got {got}"));
            }
        } else if count != params {
            return self.fail(format!("wrong number of args for {name}: want {params} got {count}"));
        }
        Ok(())
    }

    fn arguments(
        &mut self,
        dot: &Slot,
        signature: &Signature,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Vec<Value>> {
        let rest = signature.params.last().copied().unwrap_or(GoType::Any);
        let param = |at: usize| signature.params.get(at).copied().unwrap_or(rest);
        let mut argv = Vec::with_capacity(args.len() + 1);
        for (at, arg) in args.iter().enumerate() {
            argv.push(self.argument(dot, param(at), arg)?);
        }
        if let Some(value) = last {
            let go_type = if signature.variadic { param(args.len()) } else { rest };
            argv.push(self.validate(value, go_type)?);
        }
        match self.run.cx.budget.take_arguments(&argv) {
            Ok(()) => Ok(argv),
            Err(failure) => self.stop(failure),
        }
    }

    fn finish(
        &mut self,
        name: &str,
        node: AnyNode<'s>,
        result: Result<Value, Failure>,
        argv: &[Value],
    ) -> Eval<Value> {
        let budget = &self.run.cx.budget;
        // What a function swallowed counts all the same.
        let paid = budget.check().and(result).and_then(|value| budget.take_result(&value).map(|()| value));
        match paid {
            Ok(mut value) => {
                if S::TRACED && value.origin.is_none() {
                    value.origin = origin_of_args(self.run.cx, argv);
                }
                Ok(value)
            }
            Err(failure) => {
                self.at(node);
                self.fail_call(name, failure)
            }
        }
    }

    /// `and` and `or`: the first argument that decides, or the last.
    fn short_circuit(
        &mut self,
        dot: &Slot,
        stops_at: bool,
        args: &'s [Expr],
        last: Option<Value>,
    ) -> Eval<Value> {
        let mut value = Value::INVALID;
        let mut seen = Vec::new();
        for arg in args {
            value = self.argument(dot, GoType::Reflect, arg)?;
            if S::TRACED {
                seen.push(value.origin);
            }
            if value.truth() == stops_at {
                return Ok(self.decided_by(value, seen));
            }
        }
        if let Some(last) = last {
            value = self.validate(last, GoType::Reflect)?;
            if S::TRACED {
                seen.push(value.origin);
            }
        }
        Ok(self.decided_by(value, seen))
    }

    /// A text shows only itself; but what is true or false was decided by all that was looked at.
    fn decided_by(&mut self, mut value: Value, seen: Vec<crate::Origin>) -> Value {
        if S::TRACED
            && let (Data::Bool(_), Some(trace)) = (&value.data, &mut self.run.cx.trace)
        {
            value.origin = trace.mix(seen);
        }
        value
    }

    /// Evaluates an argument for a parameter of the given type.
    fn argument(&mut self, dot: &Slot, go_type: GoType, expr: &'s Expr) -> Eval<Value> {
        self.at(AnyNode::Expr(expr));
        let value = match &expr.kind {
            ExprKind::Dot => dot.value.clone(),
            ExprKind::Nil => {
                return match zero(go_type) {
                    Some(zero) => Ok(zero),
                    None => self.fail(format!("cannot assign nil to {}", go_type.name())),
                };
            }
            ExprKind::Field => self.field_node(dot, expr, &[], None)?.value,
            ExprKind::Variable => self.variable(dot, expr, &[], None)?.value,
            ExprKind::Pipe(pipe) => on_deep_stack(|| self.pipeline(dot, pipe))?,
            ExprKind::Function(known) => self.call_function(dot, known, AnyNode::Expr(expr), &[], None)?,
            ExprKind::Chain(chain) => self.chain(dot, expr, chain, &[], None)?.value,
            ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {
                return self.typed_literal(go_type, expr);
            }
        };
        self.validate(value, go_type)
    }

    /// A literal for a parameter: a number takes its type, if it can.
    fn typed_literal(&mut self, go_type: GoType, expr: &'s Expr) -> Eval<Value> {
        let wrong = |expected: &str| format!("expected {expected}; found {}", self.show(expr));
        let message = match (go_type, &expr.kind) {
            (GoType::Any | GoType::Reflect, _) => return self.literal(expr),
            (GoType::Bool, ExprKind::Bool(it)) => return Ok((*it).into()),
            (GoType::String, ExprKind::String(it)) => return Ok(it.clone().into()),
            (GoType::Int, ExprKind::Number(number)) if let Some(it) = number.int => {
                return Ok(Value::int(it));
            }
            (GoType::Int64, ExprKind::Number(number)) if let Some(it) = number.int => return Ok(it.into()),
            (GoType::Float64, ExprKind::Number(number)) if let Some(it) = number.float => {
                return Ok(it.into());
            }
            (GoType::Bool, _) => wrong("bool"),
            (GoType::String, _) => wrong("string"),
            (GoType::Int | GoType::Int64, _) => wrong("integer"),
            (GoType::Float64, _) => wrong("float"),
            (GoType::Named(name), kind) => match named_number(name, kind) {
                Some(Ok(value)) => return Ok(value),
                Some(Err(expected)) => wrong(expected),
                None => format!("can't handle {} for arg of type {name}", self.show(expr)),
            },
            (GoType::Bytes | GoType::Map | GoType::List | GoType::StringList, _) => {
                format!("can't handle {} for arg of type {}", self.show(expr), go_type.name())
            }
        };
        self.fail(message)
    }

    /// The value, if a parameter of the type takes it.
    fn validate(&self, value: Value, go_type: GoType) -> Eval<Value> {
        let got = match &value.data {
            Data::Invalid => {
                return match zero(go_type) {
                    Some(zero) => Ok(zero),
                    None => self.fail(format!("invalid value; expected {}", go_type.name())),
                };
            }
            Data::Nil if matches!(go_type, GoType::Any | GoType::Reflect) => return Ok(value),
            Data::Nil => "interface {}".into(),
            _ if is_assignable(&value, go_type) => return Ok(value),
            _ => value.type_name(),
        };
        self.fail(format!("wrong type for value; expected {}; got {got}", go_type.name()))
    }
}

/// The nil of a type, if it has one.
fn zero(go_type: GoType) -> Option<Value> {
    match go_type {
        GoType::Any => Some(Value::NIL),
        GoType::Reflect => Some(Value::INVALID),
        GoType::Map => Some(Map::nil(MapType::Any).into()),
        GoType::List => Some(List::nil(ListType::Any).into()),
        GoType::StringList => Some(List::nil(ListType::Strings).into()),
        GoType::Bytes => Some(Value::new(Data::Bytes([].into()))),
        GoType::Named(name) if name.starts_with(['*', '[']) || name.starts_with("map[") => Some(Value::NIL),
        GoType::Named(_) | GoType::Bool | GoType::String | GoType::Int | GoType::Int64 | GoType::Float64 => {
            None
        }
    }
}

/// Go's `AssignableTo`: named types of Helm go where their underlying type is asked for.
fn is_assignable(value: &Value, go_type: GoType) -> bool {
    match (go_type, &value.data) {
        (GoType::Any | GoType::Reflect, _)
        | (GoType::Bool, Data::Bool(_))
        | (GoType::String, Data::Str(_))
        | (GoType::Int, Data::Int(IntKind::Int, _))
        | (GoType::Int64, Data::Int(IntKind::Int64, _))
        | (GoType::Float64, Data::Float(_))
        | (GoType::Bytes, Data::Bytes(_)) => true,
        (GoType::Map, Data::Map(map)) => matches!(map.map_type(), MapType::Any | MapType::Values(_)),
        (GoType::List, Data::List(list)) => list.list_type() == ListType::Any,
        (GoType::StringList, Data::List(list)) => match list.list_type() {
            ListType::Strings => true,
            ListType::Named(name) => name.ends_with(crate::value::methods::VERSION_SET),
            ListType::Any | ListType::Ints | ListType::Lists => false,
        },
        (GoType::Named(name), _) => {
            let got = value.type_name();
            got == name || got.strip_prefix('*') == Some(name)
        }
        (
            GoType::Bool
            | GoType::String
            | GoType::Int
            | GoType::Int64
            | GoType::Float64
            | GoType::Bytes
            | GoType::Map
            | GoType::List
            | GoType::StringList,
            _,
        ) => false,
    }
}

/// A number for a parameter of one of Go's rarer number types, such as `uint64`.
fn named_number(name: &str, kind: &ExprKind) -> Option<Result<Value, &'static str>> {
    let (int_kind, expected) = match name {
        "int8" => (IntKind::Int8, "integer"),
        "int16" => (IntKind::Int16, "integer"),
        "int32" => (IntKind::Int32, "integer"),
        "uint" => (IntKind::Uint, "unsigned integer"),
        "uint8" => (IntKind::Uint8, "unsigned integer"),
        "uint16" => (IntKind::Uint16, "unsigned integer"),
        "uint32" => (IntKind::Uint32, "unsigned integer"),
        "uint64" => (IntKind::Uint64, "unsigned integer"),
        _ => return None,
    };
    let number = |number: &Number| {
        if int_kind.is_unsigned() { number.uint.map(|it| it as i64) } else { number.int }
    };
    let value = if let ExprKind::Number(it) = kind { number(it) } else { None };
    Some(value.map(|it| Value::new(Data::Int(int_kind, it))).ok_or(expected))
}
