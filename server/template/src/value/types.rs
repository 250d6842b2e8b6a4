//! The names of Go's types, which templates and messages can see.

use golang::Dialect;

/// Go's integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntKind {
    /// `int`, 64 bits wide here.
    Int,
    /// `int8`.
    Int8,
    /// `int16`.
    Int16,
    /// `int32`, also `rune`.
    Int32,
    /// `int64`.
    Int64,
    /// `uint`.
    Uint,
    /// `uint8`, also `byte`.
    Uint8,
    /// `uint16`.
    Uint16,
    /// `uint32`.
    Uint32,
    /// `uint64`.
    Uint64,
}

impl IntKind {
    /// Go's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }

    /// Whether it has no sign.
    pub fn is_unsigned(self) -> bool {
        matches!(self, Self::Uint | Self::Uint8 | Self::Uint16 | Self::Uint32 | Self::Uint64)
    }
}

/// Map types with string keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapType {
    /// `map[string]interface {}`.
    Any,
    /// Helm's name for the same: `chartutil.Values` in Helm 3, `common.Values` in Helm 4.
    Values(Dialect),
    /// `map[string]string`: a missing key is the empty string.
    Strings,
    /// `map[string][]uint8` under a name of Helm's: `engine.files`.
    Files,
}

impl MapType {
    /// What `%T` prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "map[string]interface {}",
            Self::Values(Dialect::Helm3) => "chartutil.Values",
            Self::Values(Dialect::Helm4) => "common.Values",
            Self::Strings => "map[string]string",
            Self::Files => "engine.files",
        }
    }
}

/// Slice types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListType {
    /// `[]interface {}`.
    Any,
    /// `[]string`.
    Strings,
    /// `[]int`.
    Ints,
    /// `[][]interface {}`, from `chunk`.
    Lists,
    /// A slice type by its full Go name, such as `chartutil.VersionSet` or `[]*chart.Dependency`.
    Named(&'static str),
}

impl ListType {
    /// What `%T` prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::Strings => "[]string",
            Self::Ints => "[]int",
            Self::Lists => "[][]interface {}",
            Self::Named(name) => name,
        }
    }
}

/// The type of a parameter, as error messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoType {
    /// `interface {}`: takes anything.
    Any,
    /// `bool`.
    Bool,
    /// `string`.
    String,
    /// `int`.
    Int,
    /// `int64`.
    Int64,
    /// `float64`.
    Float64,
    /// `[]byte`.
    Bytes,
    /// `map[string]interface {}`.
    Map,
    /// `[]interface {}`.
    List,
    /// `[]string`.
    StringList,
    /// `reflect.Value`: takes anything, even no value.
    Reflect,
    /// Another type, by its Go name.
    Named(&'static str),
}

impl GoType {
    /// Go's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Bytes => "[]uint8",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::StringList => "[]string",
            Self::Reflect => "reflect.Value",
            Self::Named(name) => name,
        }
    }
}
