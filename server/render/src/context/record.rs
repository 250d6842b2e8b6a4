//! A Go struct as data: fields by their Go and JSON names, enough for every struct that Helm hands to templates.

use std::any::Any;

use template::value::methods::{method, object};
use template::{Data, Map, Method, Object, Value};

/// A Go struct.
#[derive(Debug, Default)]
pub(crate) struct Record {
    type_name: String,
    fields: Vec<Field>,
    /// What `String()` of a pointer to it returns, if there is one.
    display: Option<String>,
    /// Methods without parameters that return a string.
    getters: Vec<(&'static str, String)>,
}

#[derive(Debug)]
struct Field {
    go_name: &'static str,
    json_name: &'static str,
    shown: Shown,
    value: Value,
}

/// Who sees a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// Everyone.
    Always,
    /// JSON only when it is not empty.
    OmitEmpty,
    /// Nobody but `print`: Go does not export it.
    Printed,
}

impl Record {
    /// A struct of the given Go type.
    pub(crate) fn new(type_name: impl Into<String>) -> Self {
        Self { type_name: type_name.into(), ..Self::default() }
    }

    /// Adds a field that JSON always shows.
    pub(crate) fn field(
        self,
        go_name: &'static str,
        json_name: &'static str,
        value: impl Into<Value>,
    ) -> Self {
        self.push(go_name, json_name, Shown::Always, value.into())
    }

    /// Adds a field that JSON leaves out when it is empty.
    pub(crate) fn optional(
        self,
        go_name: &'static str,
        json_name: &'static str,
        value: impl Into<Value>,
    ) -> Self {
        self.push(go_name, json_name, Shown::OmitEmpty, value.into())
    }

    /// Adds a field that Go does not export.
    pub(crate) fn unexported(self, go_name: &'static str, value: impl Into<Value>) -> Self {
        self.push(go_name, "", Shown::Printed, value.into())
    }

    fn push(mut self, go_name: &'static str, json_name: &'static str, shown: Shown, value: Value) -> Self {
        self.fields.push(Field { go_name, json_name, shown, value });
        self
    }

    /// Gives pointers to it a `String()`: an action finds it, a function that got a copy does not.
    pub(crate) fn display(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.display = Some(text.clone());
        self.getter("String", text)
    }

    /// Gives it a method without parameters.
    pub(crate) fn getter(mut self, name: &'static str, result: impl Into<String>) -> Self {
        self.getters.push((name, result.into()));
        self
    }

    /// As a value for templates.
    pub(crate) fn into_value(self) -> Value {
        object(self)
    }

    /// As Helm 4's `structToMap` makes it: a map by the Go names.
    pub(crate) fn into_map(self) -> Map {
        let exported = self.fields.into_iter().filter(|field| field.shown != Shown::Printed);
        exported.map(|field| (field.go_name, field.value)).collect()
    }
}

impl Object for Record {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.iter().map(|field| (field.go_name, field.value.clone())).collect()
    }

    fn field(&self, name: &str) -> Option<Value> {
        let mut exported = self.fields.iter().filter(|field| field.shown != Shown::Printed);
        exported.find(|field| field.go_name == name).map(|field| field.value.clone())
    }

    fn hides(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.go_name == name && field.shown == Shown::Printed)
    }

    fn method(&self, name: &str) -> Option<Method> {
        let (_, result) = self.getters.iter().find(|(getter, _)| *getter == name)?;
        let result = result.clone();
        Some(method(move || result.clone()))
    }

    fn display_when_addressed(&self) -> Option<String> {
        self.display.clone()
    }

    fn json_members(&self) -> Option<Vec<(&'static str, Value)>> {
        let in_json = |field: &&Field| match field.shown {
            Shown::Always => true,
            Shown::OmitEmpty => !is_empty(&field.value),
            Shown::Printed => false,
        };
        let members = self.fields.iter().filter(in_json);
        Some(members.map(|field| (field.json_name, field.value.clone())).collect())
    }

    fn to_json(&self) -> Value {
        self.json_members().into_iter().flatten().collect::<Map>().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Go's `omitempty`: structs are never empty, everything else when it is not true.
fn is_empty(value: &Value) -> bool {
    !matches!(value.data, Data::Object(_)) && !value.truth()
}
