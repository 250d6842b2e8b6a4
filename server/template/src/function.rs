//! How an ordinary Rust function becomes one that a template can call.
//!
//! The parameter types of the Rust function are Go's: `i64` is `int64`, [`Int`] is `int`, [`Str`] and
//! [`Text`] are `string`, [`Value`] is `interface {}`, [`Rest`] is `...T`. The executor checks arguments
//! against the [`Signature`] with Go's messages before it calls, so that conversions here cannot fail.

use crate::{Cx, Data, Failure, GoType, Int, List, ListType, Map, Origin, Str, Text, Value};

/// A function of the table.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name in templates.
    pub name: &'static str,
    /// Types of its parameters.
    pub signature: fn() -> Signature,
    /// What it does.
    pub body: Body,
    /// The path of the Rust function, whose doc comment is the function's documentation.
    pub item: &'static str,
}

/// What happens on a call.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// An ordinary function of its arguments.
    Plain(fn(&mut Cx<'_>, &[Value]) -> Result<Value, Failure>),
    /// One that runs templates: `include` and `tpl`.
    Templates(fn(&mut dyn Templates, &[Value]) -> Result<Value, Failure>),
    /// `call`, whose messages name its first argument as it is written.
    Call(fn(&str, &[Value]) -> Result<Value, Failure>),
    /// `and` and `or`: the executor evaluates arguments until one is as true as this says.
    ShortCircuit(bool),
}

/// The executor, as far as functions may use it.
pub trait Templates {
    /// Runs a template of the set that is being executed, and returns what it printed.
    fn include(&mut self, name: &Str, dot: Value) -> Result<Value, Failure>;

    /// Parses a text among the templates of the set, and runs it.
    fn tpl(&mut self, text: &Text, dot: Value) -> Result<Value, Failure>;
}

/// The types of a function's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// One per parameter; the last is the element type where the function is variadic.
    pub params: Vec<GoType>,
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
}

/// The arguments of a variadic parameter.
#[derive(Clone, Debug)]
pub struct Rest<T>(pub Vec<T>);

/// A type that a Go parameter converts to.
pub trait Arg: Sized {
    /// Go's type of the parameter.
    const TYPE: GoType;

    /// Takes a value that was checked against [`Self::TYPE`].
    fn take(value: &Value) -> Self;
}

impl Arg for Value {
    const TYPE: GoType = GoType::Any;
    fn take(value: &Value) -> Self {
        value.clone()
    }
}

/// Go's `reflect.Value`, where a Rust function tells "no value" from nil.
#[derive(Clone, Debug)]
pub struct Reflect(pub Value);

impl Arg for Reflect {
    const TYPE: GoType = GoType::Reflect;
    fn take(value: &Value) -> Self {
        Self(value.clone())
    }
}

impl Arg for bool {
    const TYPE: GoType = GoType::Bool;
    fn take(value: &Value) -> Self {
        matches!(value.data, Data::Bool(true))
    }
}

impl Arg for Int {
    const TYPE: GoType = GoType::Int;
    fn take(value: &Value) -> Self {
        Self(i64::take(value))
    }
}

impl Arg for i64 {
    const TYPE: GoType = GoType::Int64;
    fn take(value: &Value) -> Self {
        if let Data::Int(_, it) = value.data { it } else { 0 }
    }
}

impl Arg for f64 {
    const TYPE: GoType = GoType::Float64;
    fn take(value: &Value) -> Self {
        match value.data {
            Data::Float(it) => it,
            Data::Int(_, it) => it as f64, // an untyped literal of the template
            _ => 0.0,
        }
    }
}

impl Arg for Str {
    const TYPE: GoType = GoType::String;
    fn take(value: &Value) -> Self {
        value.as_str().cloned().unwrap_or_default()
    }
}

impl Arg for Text {
    const TYPE: GoType = GoType::String;
    fn take(value: &Value) -> Self {
        Self { bytes: Str::take(value), origin: value.origin }
    }
}

impl Arg for Map {
    const TYPE: GoType = GoType::Map;
    fn take(value: &Value) -> Self {
        value.as_map().cloned().unwrap_or_default()
    }
}

impl Arg for List {
    const TYPE: GoType = GoType::List;
    fn take(value: &Value) -> Self {
        value.as_list().cloned().unwrap_or_else(|| Self::nil(ListType::Any))
    }
}

/// What a Rust function may return.
pub trait IntoResult {
    /// As Go's value, or Go's error.
    fn into_result(self) -> Result<Value, Failure>;
}

impl<T: Into<Value>> IntoResult for T {
    fn into_result(self) -> Result<Value, Failure> {
        Ok(self.into())
    }
}

impl<T: Into<Value>> IntoResult for Result<T, Failure> {
    fn into_result(self) -> Result<Value, Failure> {
        self.map(Into::into)
    }
}

/// A Rust function that templates can call. `M` only keeps the implementations apart.
pub trait Callable<M> {
    /// Types of its parameters.
    fn signature(&self) -> Signature;

    /// Calls it with arguments that were checked against the signature.
    fn call(&self, cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Failure>;
}

/// Marks functions that take only their arguments.
#[derive(Debug)]
pub struct Pure;
/// Marks functions that take the context first.
#[derive(Debug)]
pub struct WithCx;

macro_rules! callable {
    ($($arg:ident)*) => {
        callable!(@impl cx [Pure] [] [] $($arg)*);
        callable!(@impl cx [WithCx] [&mut Cx<'_>,] [cx,] $($arg)*);
    };
    (@impl $context:ident [$mark:ident] [$($cx_type:ty,)?] [$($cx:ident,)?] $($arg:ident)*) => {
        impl<F, R, $($arg,)*> Callable<($mark, R, $($arg,)*)> for F
        where
            F: Fn($($cx_type,)? $($arg,)*) -> R,
            R: IntoResult,
            $($arg: Arg,)*
        {
            fn signature(&self) -> Signature {
                Signature { params: vec![$($arg::TYPE,)*], variadic: false }
            }

            #[allow(non_snake_case, unused_variables, unused_mut, unused_assignments)]
            fn call(&self, $context: &mut Cx<'_>, args: &[Value]) -> Result<Value, Failure> {
                let mut at = 0;
                $(let $arg = $arg::take(args.get(at).unwrap_or(&Value::NIL)); at += 1;)*
                self($($cx,)? $($arg,)*).into_result()
            }
        }

        impl<F, R, V, $($arg,)*> Callable<($mark, R, Rest<V>, $($arg,)*)> for F
        where
            F: Fn($($cx_type,)? $($arg,)* Rest<V>) -> R,
            R: IntoResult,
            V: Arg,
            $($arg: Arg,)*
        {
            fn signature(&self) -> Signature {
                Signature { params: vec![$($arg::TYPE,)* V::TYPE], variadic: true }
            }

            #[allow(non_snake_case, unused_variables, unused_mut, unused_assignments)]
            fn call(&self, $context: &mut Cx<'_>, args: &[Value]) -> Result<Value, Failure> {
                let mut at = 0;
                $(let $arg = $arg::take(args.get(at).unwrap_or(&Value::NIL)); at += 1;)*
                let rest = Rest(args.iter().skip(at).map(V::take).collect());
                self($($cx,)? $($arg,)* rest).into_result()
            }
        }
    };
}

callable!();
callable!(A);
callable!(A B);
callable!(A B C);
callable!(A B C D);
callable!(A B C D E);
callable!(A B C D E G);

/// The origin of a result that a function scrambled out of its arguments: the values that they show.
pub(crate) fn origin_of_args(cx: &mut Cx<'_>, args: &[Value]) -> Origin {
    let Some(trace) = &mut cx.trace else { return Origin::NONE };
    trace.mix(args.iter().map(|arg| arg.origin))
}

/// A row of the table: `function!("trunc", strings::trunc)`.
#[macro_export]
macro_rules! function {
    ($name:literal, $item:path) => {
        $crate::Function {
            name: $name,
            signature: || $crate::Callable::signature(&$item),
            body: $crate::Body::Plain(|cx, args| $crate::Callable::call(&$item, cx, args)),
            item: stringify!($item),
        }
    };
}
