//! Go's values, as far as a template can tell them apart.
//!
//! Templates see types: `typeOf`, `kindIs`, `printf "%T"` and every error message name them, `eq` refuses to
//! compare across them. So a value knows its Go type. Maps and lists are shared and mutable, as in Go: `set`
//! on one name is seen through every other name of the same map.

mod deep;
mod list;
mod map;
pub mod methods;
mod object;
mod str;
mod types;
mod watch;

use std::rc::Rc;
use std::sync::Arc;

pub use deep::Filled;
pub use list::List;
pub use map::Map;
pub(crate) use map::memory_of as map_memory;
pub use object::{Call, Method, Object, Struct};
pub use str::Str;
pub use types::{GoType, IntKind, ListType, MapType};
pub use watch::{Looks, PathId, Paths, Read, Watch};

use crate::Origin;

/// A value and where it came from.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Which bytes of which file it shows, if a trace is being made.
    pub origin: Origin,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Data {
    /// No value at all: Go's zero `reflect.Value`. Prints as `<no value>`.
    Invalid,
    /// A nil `interface {}`: a YAML null, a missing key. Field access on it is an error that names `interface {}`.
    Nil,
    /// `bool`.
    Bool(bool),
    /// Any integer type; unsigned ones keep their bits.
    Int(IntKind, i64),
    /// `float64`.
    Float(f64),
    /// `complex128`, from literals like `1i` only.
    Complex(Rc<(f64, f64)>),
    /// `string`: bytes, not always UTF-8.
    Str(Str),
    /// `[]byte`.
    Bytes(Arc<[u8]>),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A Go struct (or pointer to one) with fields and methods.
    Object(Rc<dyn Object>),
}

/// Go's `int`, where a Rust function takes or returns one; a plain `i64` is Go's `int64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int(pub i64);

impl Value {
    /// Go's zero `reflect.Value`.
    pub const INVALID: Self = Self { data: Data::Invalid, origin: Origin::NONE };
    /// A nil `interface {}`.
    pub const NIL: Self = Self { data: Data::Nil, origin: Origin::NONE };

    /// A value that no file says.
    pub fn new(data: Data) -> Self {
        Self { data, origin: Origin::NONE }
    }

    /// The same value with an origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Go's `int`.
    pub fn int(it: i64) -> Self {
        Self::new(Data::Int(IntKind::Int, it))
    }

    /// Go's `int64`.
    pub fn int64(it: i64) -> Self {
        Self::new(Data::Int(IntKind::Int64, it))
    }

    /// A value out of a YAML tree. Maps and lists below are converted when first looked into.
    pub fn from_node(node: &yaml::Node) -> Self {
        let data = match &node.value {
            yaml::Value::Null => Data::Nil,
            yaml::Value::Bool(it) => Data::Bool(*it),
            yaml::Value::Int(it) => Data::Int(IntKind::Int64, *it),
            yaml::Value::Uint(it) => Data::Int(IntKind::Uint64, *it as i64),
            yaml::Value::Float(it) => Data::Float(*it),
            yaml::Value::String(it) => Data::Str(Str::from(it.clone())),
            yaml::Value::List(it) => Data::List(List::from_nodes(it.clone())),
            yaml::Value::Map(it) => Data::Map(Map::from_yaml(it.clone(), MapType::Any)),
        };
        Self { data, origin: Origin::from(node.at) }
    }

    /// Whether it still shows the YAML that it came from.
    fn is_pristine(&self) -> bool {
        match &self.data {
            Data::Map(map) => map.is_pristine(),
            Data::List(list) => list.is_pristine(),
            _ => true,
        }
    }

    /// Whether it is nil or no value at all.
    pub fn is_nil(&self) -> bool {
        matches!(self.data, Data::Nil | Data::Invalid)
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&Str> {
        if let Data::Str(it) = &self.data { Some(it) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Data::Map(it) = &self.data { Some(it) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        if let Data::List(it) = &self.data { Some(it) } else { None }
    }

    /// Go's idea of truth: `false`, 0, nil and everything empty are false; structs are true.
    pub fn truth(&self) -> bool {
        match &self.data {
            Data::Invalid | Data::Nil => false,
            Data::Bool(it) => *it,
            Data::Int(_, it) => *it != 0,
            Data::Float(it) => *it != 0.0,
            Data::Complex(it) => it.0 != 0.0 || it.1 != 0.0,
            Data::Str(it) => !it.is_empty(),
            Data::Bytes(it) => !it.is_empty(),
            Data::List(it) => !it.is_empty(),
            Data::Map(it) => !it.is_empty(),
            Data::Object(it) => it.integer().is_none_or(|(_, it)| it != 0),
        }
    }

    /// What `%T` and `typeOf` print.
    pub fn type_name(&self) -> std::borrow::Cow<'static, str> {
        match &self.data {
            Data::Invalid | Data::Nil => "<nil>".into(),
            Data::Bool(_) => "bool".into(),
            Data::Int(kind, _) => kind.name().into(),
            Data::Float(_) => "float64".into(),
            Data::Complex(_) => "complex128".into(),
            Data::Str(_) => "string".into(),
            Data::Bytes(_) => "[]uint8".into(),
            Data::List(it) => it.list_type().name().into(),
            Data::Map(it) => it.map_type().name().into(),
            Data::Object(it) => it.type_name().to_owned().into(),
        }
    }

    /// What `kindOf` prints.
    pub fn kind_name(&self) -> &'static str {
        match &self.data {
            Data::Invalid | Data::Nil => "invalid",
            Data::Bool(_) => "bool",
            Data::Int(kind, _) => kind.name(),
            Data::Float(_) => "float64",
            Data::Complex(_) => "complex128",
            Data::Str(_) => "string",
            Data::Bytes(_) | Data::List(_) => "slice",
            Data::Map(_) => "map",
            Data::Object(it) if it.is_pointer() => "ptr",
            Data::Object(it) => it.integer().map_or("struct", |(kind, _)| kind.name()),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => |$it:ident| $data:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self {
                Self::new($data)
            }
        }
    )*};
}

value_from! {
    bool => |it| Data::Bool(it);
    Int => |it| Data::Int(IntKind::Int, it.0);
    i64 => |it| Data::Int(IntKind::Int64, it);
    f64 => |it| Data::Float(it);
    Str => |it| Data::Str(it);
    &str => |it| Data::Str(Str::from(it));
    String => |it| Data::Str(Str::from(it));
    Vec<u8> => |it| Data::Str(Str::from(it));
    List => |it| Data::List(it);
    Map => |it| Data::Map(it);
}
