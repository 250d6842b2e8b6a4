//! `values.schema.json`: whether the values are what the chart asks for.
//!
//! The text is Helm's, which is that of Santhosh Tekuri's Go library; his Rust library `boon` does the work. It words things
//! differently and leaves out levels with a single cause; `report` puts both right. Nothing is loaded:
//! neither files nor addresses, so a schema that refers to one cannot be used here, and the error says so.

mod effort;
mod english;
mod hoist;
mod json_error;
mod levels;
mod quick;
mod reach;
mod report;
mod shape;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use boon::{Compiler, SchemaIndex, UrlLoader};
use golang::strconv::quote;
use serde_json::Value as Json;
use text::{FileId, FileRange};
use yaml::{Node, Value};

use crate::govalue::type_name;
use crate::{Chart, SourceFile};

/// The address that Helm gives the schema.
const LOCATION: &str = "file:///values.schema.json";
/// The address for what need not be checked: the library takes everything at this host for well formed.
const TRUSTED: &str = "https://json-schema.org/values.schema.json";

/// What is wrong with the values of a chart and its subcharts.
#[derive(Clone, Debug)]
pub struct SchemaError {
    /// Helm's text below its header, charts in order, each with its name first.
    pub message: String,
    /// The findings one by one.
    pub findings: Vec<Finding>,
}

/// What Helm puts above the text.
pub const HEADER: &str = "values don't meet the specifications of the schema(s) in the following chart(s):\n";

impl std::fmt::Display for SchemaError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{HEADER}{}", self.message)
    }
}

impl std::error::Error for SchemaError {}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The chart whose schema says so, by its full path.
    pub chart: Arc<str>,
    /// Where in the root chart's values.
    pub path: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// The value, or the key that should not be there, or the map that lacks something.
    pub at: Option<FileRange>,
    /// What of it.
    pub kind: FindingKind,
    /// The schema file, and the JSON pointer of the rule in it.
    pub schema: (FileId, String),
}

/// Kinds of findings that an editor treats differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A value does not fit.
    Value,
    /// These keys are missing.
    Missing(Vec<String>),
    /// The key should not be there.
    Additional,
    /// The schema itself cannot be used.
    Schema,
    /// The schema refers to this address, which is not loaded.
    Unresolved(String),
}

/// Compiled schemas, kept for as long as their text is the same.
#[derive(Default)]
pub struct Schemas {
    known: HashMap<FileId, (Arc<[u8]>, Arc<Schema>)>,
}

impl std::fmt::Debug for Schemas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schemas").field("known", &self.known.len()).finish()
    }
}

/// A schema, prepared as far as it was needed.
struct Schema {
    document: Result<Json, Unusable>,
    /// Whether plain values can be told without preparing it.
    is_sound: bool,
    compiled: OnceLock<Compiled>,
}

/// A schema that is ready to use, or why it is not.
type Compiled = Result<Ready, Unusable>;

struct Ready {
    schemas: boon::Schemas,
    index: SchemaIndex,
    document: Json,
    /// Where in the file the copied parts of the document are.
    hoisted: Vec<String>,
    /// How many schemas can apply to one value, one inside of the other.
    chain: usize,
}

#[derive(Clone)]
struct Unusable {
    message: String,
    unresolved: Option<String>,
}

/// Holds the values against the schemas of the chart and of all its subcharts that have values.
pub fn validate(chart: &Chart, values: &Node) -> Result<(), SchemaError> {
    Schemas::default().validate(chart, values)
}

/// Holds values against one schema alone (`ValidateAgainstSingleSchema`): the text is without header and name.
pub fn validate_single(schema: &SourceFile, values: &Node) -> Result<(), SchemaError> {
    let mut findings = Vec::new();
    match Schemas::default().single(schema, values, &mut findings) {
        Some(message) => Err(SchemaError { message, findings }),
        None => Ok(()),
    }
}

impl Schemas {
    /// Like [`validate`], with what was compiled before.
    pub fn validate(&mut self, chart: &Chart, values: &Node) -> Result<(), SchemaError> {
        let mut error = SchemaError { message: String::new(), findings: Vec::new() };
        self.chart(chart, values, &mut Vec::new(), &mut error);
        if error.message.is_empty() { Ok(()) } else { Err(error) }
    }

    fn chart(&mut self, chart: &Chart, values: &Node, path: &mut Vec<String>, error: &mut SchemaError) {
        if let Some(file) = &chart.schema {
            let before = error.findings.len();
            let text = self.single(file, values, &mut error.findings);
            if let Some(text) = text {
                error.message.extend([chart.name(), ":\n", &text]);
            }
            for finding in &mut error.findings[before..] {
                finding.chart = chart.full_path.clone();
                finding.path.splice(0..0, path.iter().cloned());
            }
        }
        for subchart in &chart.dependencies {
            let Some(values) = values.get(subchart.name()).filter(|node| !node.value.is_null()) else {
                continue;
            };
            path.push(subchart.name().to_owned());
            if let Value::Map(_) = values.value {
                self.chart(subchart, values, path, error);
            } else {
                let got = type_name(&values.value);
                let message = format!("invalid type for values: expected object (map), got {got}");
                error.message.extend([subchart.name(), ":\n", &message, "\n"]);
                error.findings.push(Finding {
                    chart: subchart.full_path.clone(),
                    path: path.clone(),
                    message,
                    at: values.at,
                    kind: FindingKind::Value,
                    schema: (FileId(0), String::new()),
                });
            }
            path.pop();
        }
    }

    /// Holds values against one schema: Helm's text and the findings.
    fn single(&mut self, file: &SourceFile, values: &Node, findings: &mut Vec<Finding>) -> Option<String> {
        let schema = self.schema(file);
        if schema.fits_plainly(values) { None } else { schema.refuse(file.id, values, findings) }
    }

    fn schema(&mut self, file: &SourceFile) -> Arc<Schema> {
        if let Some((data, schema)) = self.known.get(&file.id)
            && *data == file.data
        {
            return schema.clone();
        }
        let schema = Arc::new(Schema::of(&file.data));
        self.known.insert(file.id, (file.data.clone(), schema.clone()));
        schema
    }
}

impl Schema {
    fn of(data: &[u8]) -> Self {
        let document = serde_json::from_slice(data)
            .map_err(|error| Unusable { message: json_error::words(data, &error), unresolved: None });
        let is_sound = document.as_ref().is_ok_and(quick::is_sound);
        Self { document, is_sound, compiled: OnceLock::new() }
    }

    fn fits_plainly(&self, values: &Node) -> bool {
        self.is_sound && self.document.as_ref().is_ok_and(|document| quick::fits(document, values))
    }

    /// Why the values do not fit, unless they do.
    fn refuse(&self, file: FileId, values: &Node, findings: &mut Vec<Finding>) -> Option<String> {
        let compiled = self.compiled.get_or_init(|| compile(self.document.as_ref().map_err(Clone::clone)?));
        let unusable = match compiled {
            Err(unusable) => unusable,
            Ok(ready) if !effort::is_bearable(&ready.document, values) => &Unusable {
                message: format!("the schema asks for more than {} checks of the values", effort::MOST),
                unresolved: None,
            },
            Ok(ready) => match ready.frames(values) {
                Some(frames) => {
                    // Everything that is as deep as the values is made and dropped on the larger stack.
                    let run = || ready.check(file, values, findings);
                    return stacker::maybe_grow(frames * FRAME, frames * FRAME + (1 << 20), run);
                }
                None => {
                    &Unusable { message: "values and schema nest too deeply".to_owned(), unresolved: None }
                }
            },
        };
        let kind = unusable.unresolved.clone().map_or(FindingKind::Schema, FindingKind::Unresolved);
        findings.push(Finding {
            chart: "".into(),
            path: Vec::new(),
            message: unusable.message.clone(),
            at: Some(FileRange::new(file, 0, 0)),
            kind,
            schema: (file, String::new()),
        });
        Some(unusable.message.clone())
    }
}

/// What one schema takes of the stack, generously; much more without optimisation.
const FRAME: usize = if cfg!(debug_assertions) { 32 * 1024 } else { 8 * 1024 };
/// A quarter of a gigabyte of addresses, of which only what is used becomes memory.
const MAX_FRAMES: usize = 32 * 1024;
/// More objects than any honest schema has: the library's time grows with their square.
const MAX_SIZE: usize = 30_000;

impl Ready {
    /// How many schemas can be at work one inside of the other, unless these are too many.
    fn frames(&self, values: &Node) -> Option<usize> {
        let frames = (report::depth(values) + 2).checked_mul(self.chain + 1)?;
        (frames <= MAX_FRAMES).then_some(frames)
    }

    fn check(&self, file: FileId, values: &Node, findings: &mut Vec<Finding>) -> Option<String> {
        let json = to_json(values);
        let error = self.schemas.validate(&json, self.index).err()?;
        let report = report::Report::new(&error, self, &json);
        let before = findings.len();
        report.findings(values, file, findings);
        for finding in &mut findings[before..] {
            finding.schema.1 = hoist::original(&finding.schema.1, &self.hoisted);
        }
        Some(report.text())
    }
}

fn compile(document: &Json) -> Compiled {
    if reach::longest_chain(document) > MAX_FRAMES / 4 || reach::size(document) > MAX_SIZE {
        return Err(Unusable { message: "the schema is too large to be used".to_owned(), unresolved: None });
    }
    if let Some(pattern) = effort::huge_pattern(document) {
        let message = format!("{} is not valid regex: expression too large", quote(pattern));
        return Err(Unusable { message, unresolved: None });
    }
    if shape::is_plain(document) {
        let mut simpler = document.clone();
        let hoisted = hoist::hoist(&mut simpler);
        // What was copied is a schema too, though it stands where none is looked for.
        if shape::is_plain(&simpler)
            && let Ok(ready) = compile_at(TRUSTED, simpler, hoisted)
        {
            return Ok(ready);
        }
    }
    // The thorough way, which also finds Helm's words for what is wrong.
    compile_at(LOCATION, document.clone(), Vec::new()).map_err(compile_error)
}

fn compile_at(
    location: &str,
    document: Json,
    hoisted: Vec<String>,
) -> Result<Ready, Box<boon::CompileError>> {
    let mut schemas = boon::Schemas::new();
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(NothingLoaded));
    compiler.add_resource(location, document.clone())?;
    let index = compiler.compile(location, &mut schemas)?;
    let chain = reach::longest_chain(&document);
    Ok(Ready { schemas, index, document, hoisted, chain })
}

fn compile_error(error: Box<boon::CompileError>) -> Unusable {
    use boon::CompileError::{LoadUrlError, ValidationError};
    match &*error {
        LoadUrlError { url, src } => {
            let message = format!("failing loading {}: {src}", quote(url));
            Unusable { message, unresolved: Some(url.clone()) }
        }
        ValidationError { url, src } => {
            let text = report::text_of(src);
            let message = format!("{} is not valid against metaschema: {text}", quote(url));
            Unusable { message, unresolved: None }
        }
        _ => Unusable { message: format!("{error:#}"), unresolved: None },
    }
}

/// Gives no documents but for `urn:`, which Helm answers with a schema that takes everything.
struct NothingLoaded;

impl UrlLoader for NothingLoaded {
    fn load(&self, url: &str) -> Result<Json, Box<dyn std::error::Error>> {
        if url.starts_with("urn:") {
            return Ok(Json::Bool(true));
        }
        Err("other documents are not loaded".into())
    }
}

/// JSON in which whole numbers are integers: the library compares by kind.
fn to_json(node: &Node) -> Json {
    /// Beyond it not every whole number is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match &node.value {
        Value::Float(it) if it.fract() == 0.0 && it.abs() < EXACT => Json::from(*it as i64),
        Value::List(items) => Json::Array(items.iter().map(grow).collect()),
        Value::Map(map) => {
            Json::Object(map.iter().map(|entry| (entry.key.to_string(), grow(&entry.node))).collect())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_) => crate::values::to_json(node),
    }
}

fn grow(node: &Node) -> Json {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || to_json(node))
}

#[cfg(test)]
mod tests;
