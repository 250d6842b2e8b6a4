//! Go structs that templates can hold: what Helm or a function puts into them decides their fields and methods.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use crate::{Cx, Data, Failure, IntKind, Map, Signature, Value};

/// A Go struct, or a pointer to one.
pub trait Object: fmt::Debug {
    /// What `%T` prints, such as `*chartutil.Capabilities`.
    fn type_name(&self) -> &str;

    /// Whether Go holds it by pointer: `kindOf` then says `ptr`.
    fn is_pointer(&self) -> bool {
        self.type_name().starts_with('*')
    }

    /// The exported fields in the order of their declaration.
    fn fields(&self) -> Vec<(&'static str, Value)>;

    /// One exported field.
    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// Whether it has such a field but does not export it.
    fn hides(&self, _name: &str) -> bool {
        false
    }

    /// An exported method; methods hide fields and map keys of the same name.
    fn method(&self, _name: &str) -> Option<Method> {
        None
    }

    /// Go's `String()` or `Error()`, which printing prefers.
    fn display(&self) -> Option<String> {
        None
    }

    /// The same where only a pointer to it has `String()`: an action prints it so, `print` does not.
    fn display_when_addressed(&self) -> Option<String> {
        None
    }

    /// The number that it is where Go's type is no struct but a named integer: a `time.Duration` is an `int64`.
    fn integer(&self) -> Option<(IntKind, i64)> {
        None
    }

    /// The members of its JSON object in the order of the struct, which `toJson` keeps; none where its JSON is
    /// something else.
    fn json_members(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }

    /// What `toJson` and `toYaml` make of it: its fields by their JSON names.
    fn to_json(&self) -> Value;

    /// For functions that know the very type.
    fn as_any(&self) -> &dyn Any;
}

/// What a method does with its arguments.
pub type Call = dyn Fn(&mut Cx<'_>, &[Value]) -> Result<Value, Failure>;

/// A method of an object, ready to be called with evaluated arguments.
pub struct Method {
    /// Parameter types, for Go's checks and messages.
    pub signature: Signature,
    /// The call itself.
    pub call: Box<Call>,
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Method").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// A Go struct without methods, by the names of its fields: what it has no field for is an error to look for.
#[derive(Debug)]
pub struct Struct {
    type_name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Struct {
    /// A value of a type, as `%T` prints its name, with its exported fields in the order of their declaration.
    pub fn value(type_name: &'static str, fields: Vec<(&'static str, Value)>) -> Value {
        Value::new(Data::Object(Rc::new(Self { type_name, fields })))
    }
}

impl Object for Struct {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn json_members(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(self.fields.clone())
    }

    /// go-yaml writes the names of fields in small letters.
    fn to_json(&self) -> Value {
        let entry = |(name, value): &(&'static str, Value)| (name.to_lowercase(), value.clone());
        self.fields.iter().map(entry).collect::<Map>().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
