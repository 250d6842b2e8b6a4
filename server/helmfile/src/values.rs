//! The values of a release: files are read, rendered and decrypted, references looked up, each layer in its order.
//!
//! This is for the releases that are needed, and later than loading: Helmfile too reads values files only when it hands
//! them to Helm, and a state can be listed without them.

mod set;

use std::sync::Arc;

use chart::Dialect;
use chart::values::{ValuesFile, read_file_values};
use golang::path::{dir, ext};
use text::{FileId, FileRange};
use yaml::{Entry, Map, Node, Value};

use crate::engine::{
    Engine, EnvironmentData, Job, References, ReleaseData, TemplateData, fault_finding, may_refer,
};
use crate::load::{insert, missing_file};
use crate::model::{Layer, LayerSource, Release, ReleaseValues, StateFile, ValuesEntry};
use crate::paths::{glob, is_remote, within};
use crate::text_map::TextMap;
use crate::{Code, Files, Finding, Request, Severity, World};

/// The values of a release, and what is to be told of them. `files` are those of the state, to which those that are read
/// now are added. Values files are read as the version of Helm reads them.
///
/// The error is what stops the release, and what was told before.
pub fn values(
    file: &StateFile,
    release: &Release,
    request: &Request,
    world: &dyn World,
    files: &mut Files,
    dialect: Dialect,
) -> Result<(ReleaseValues, Vec<Finding>), Vec<Finding>> {
    let engine = Engine::new(world, request, std::mem::take(files));
    let mut reading = Reading { engine, file, release, dialect, findings: Vec::new() };
    let done = reading.all();
    let missing = crate::missing::finding(reading.engine.missing());
    *files = reading.engine.files;
    let mut findings = reading.findings;
    match (done, missing) {
        (_, Some(missing)) => Err(vec![missing]),
        (Ok(values), None) => Ok((values, findings)),
        (Err(finding), None) => {
            findings.push(finding);
            Err(findings)
        }
    }
}

/// The release as `build --embed-values` prints it: what is in its values files stands in the place of their paths. Files
/// of secrets are taken as they are, encrypted.
pub fn embedded(
    file: &StateFile,
    release: &Release,
    request: &Request,
    world: &dyn World,
    files: &mut Files,
) -> Result<Node, Finding> {
    let engine = Engine::new(world, request, std::mem::take(files));
    let mut reading = Reading { engine, file, release, dialect: Dialect::default(), findings: Vec::new() };
    let mut tree = release.tree.clone();
    let mut embed = |key: &str, entries: &[ValuesEntry]| -> Read<()> {
        if !entries.is_empty() {
            let items = reading.embedded(entries)?;
            insert(&mut tree, key, Node { value: Value::List(items.into()), at: None });
        }
        Ok(())
    };
    let done = embed("values", &release.values).and_then(|()| embed("secrets", &release.secrets));
    let missing = crate::missing::finding(reading.engine.missing());
    *files = reading.engine.files;
    match (done, missing) {
        (_, Some(missing)) => Err(missing),
        (Ok(()), None) => Ok(tree),
        (Err(finding), None) => Err(finding),
    }
}

/// What templates of a release's values and hooks see.
pub(crate) fn release_data(file: &StateFile, release: Option<&Release>) -> TemplateData {
    let environment = &file.environment;
    let own = |it: &Option<String>| it.clone().unwrap_or_default();
    TemplateData {
        environment: EnvironmentData {
            name: environment.name.clone(),
            kube_context: own(&environment.kube_context),
            values: environment.plain_values.clone(),
            defaults: environment.defaults.clone(),
        },
        values: environment.values.clone(),
        namespace: own(&file.namespace),
        release: release.map(|release| ReleaseData {
            name: release.name.it.clone(),
            namespace: release.namespace.it.clone(),
            labels: release.labels.clone(),
            chart: release.chart.it.clone(),
            version: release.version.it.clone(),
            kube_context: release.kube_context.clone(),
            file_chart: own(&file.chart),
            file_kube_context: own(&file.kube_context),
        }),
        hook: None,
    }
}

/// The values of one release while they are being read.
struct Reading<'r, 'w> {
    engine: Engine<'w>,
    file: &'r StateFile,
    release: &'r Release,
    dialect: Dialect,
    findings: Vec<Finding>,
}

type Read<T> = Result<T, Finding>;

impl Reading<'_, '_> {
    fn all(&mut self) -> Read<ReleaseValues> {
        let release = self.release;
        let mut layers = Vec::new();
        for entry in &release.values {
            match &entry.node.value {
                Value::String(path) => layers.extend(self.file_layer(path, entry)?),
                Value::Map(_) => layers.push(self.inline(entry)?),
                _ => return Err(wrong_entry("values", entry)),
            }
        }
        for entry in &release.secrets {
            match &entry.node.value {
                Value::String(path) => layers.extend(self.secret_layer(path, entry)?),
                Value::Map(_) => {
                    let message = "secrets that stand in the helmfile are not supported by Chartroom";
                    return Err(Finding::error(Code::Unsupported, entry.at, message)
                        .advise("put them into a file of their own"));
                }
                _ => return Err(wrong_entry("secrets", entry)),
            }
        }
        let (overrides, set_at) = self.overrides()?;
        Ok(ReleaseValues { layers, overrides, set_at })
    }

    /// The file that a path means; none where it is missing and may be.
    fn resolve(&mut self, path: &str, at: Option<FileRange>, what: &str) -> Read<Option<String>> {
        let path = format!("{}{path}", self.release.values_path_prefix);
        let found = if is_remote(&path) {
            let fetched = self.engine.world.fetch(&path).map(|it| vec![it]);
            fetched.map_err(|fault| {
                fault_finding(&fault, Code::MissingFile, at, format!("{path} cannot be fetched"))
            })?
        } else {
            let found = glob(self.engine.world, &within(&self.file.folder, &path));
            found.map_err(|fault| {
                fault_finding(&fault, Code::MissingFile, at, format!("failed processing {path}"))
            })?
        };
        match &found[..] {
            [one] => Ok(Some(one.clone())),
            [] => {
                let handler = self.release.options.missing_file_handler;
                let finding = missing_file(what, &path, &self.file.folder, handler, at);
                if finding.severity == Severity::Error {
                    return Err(finding);
                }
                self.findings.push(finding);
                Ok(None)
            }
            _ => {
                let message = format!("the pattern \"{path}\" fits several files: {}", found.join(", "));
                Err(Finding::error(Code::Invalid, at, message)
                    .advise("Helmfile takes patterns of one file here: name each file"))
            }
        }
    }

    /// Entries with what their files say in the place of paths.
    fn embedded(&mut self, entries: &[ValuesEntry]) -> Read<Vec<Node>> {
        let mut items = Vec::new();
        for entry in entries {
            let Value::String(path) = &entry.node.value else {
                items.push(entry.node.clone());
                continue;
            };
            let Some(layer) = self.file_layer(path, entry)? else { continue };
            let node = yaml::parse_v3(&String::from_utf8_lossy(&layer.text), FileId(0));
            items.push(
                node.map_err(|error| Finding::error(Code::Yaml, entry.at, format!("{path}: {error}")))?,
            );
        }
        Ok(items)
    }

    fn file_layer(&mut self, path: &str, entry: &ValuesEntry) -> Read<Option<Layer>> {
        let Some(found) = self.resolve(path, entry.at, "values")? else { return Ok(None) };
        let what = format!("failed to render values files \"{path}\"");
        let read = self
            .engine
            .read(&found)
            .map_err(|fault| fault_finding(&fault, Code::MissingFile, entry.at, &what));
        let (id, bytes) = read?;
        let rendered = ext(&found) == ".gotmpl";
        let (mut text, mut map) = (bytes, TextMap::Shifted(id, 0));
        if rendered {
            let source = String::from_utf8_lossy(&text).into_owned();
            let folder = dir(&found);
            let job = Job { text: &source, file: Some((id, 0)), at: entry.at, folder: &folder };
            let printed = self.engine.render(&job, &release_data(self.file, Some(self.release)))?;
            (text, map) = (printed.text.into_bytes().into(), printed.map);
        }
        let source = LayerSource::File { id, rendered };
        self.layer(text, map, source, entry).map(Some)
    }

    fn secret_layer(&mut self, path: &str, entry: &ValuesEntry) -> Read<Option<Layer>> {
        let Some(found) = self.resolve(path, entry.at, "secrets")? else { return Ok(None) };
        let what = format!("failed to decrypt \"{path}\"");
        let decrypted = self.engine.world.decrypt(&found);
        let text = decrypted.map_err(|fault| fault_finding(&fault, Code::Secret, entry.at, what))?;
        let source = LayerSource::Secret { path: found };
        self.layer(text, TextMap::Whole(entry.at), source, entry).map(Some)
    }

    /// A layer out of a text, its references looked up.
    fn layer(
        &mut self,
        text: Arc<[u8]>,
        map: TextMap,
        source: LayerSource,
        entry: &ValuesEntry,
    ) -> Read<Layer> {
        let mut text = text;
        let shown = String::from_utf8_lossy(&text).into_owned();
        let name = match &source {
            LayerSource::File { id, .. } => self.engine.files.path(*id).to_owned(),
            LayerSource::Secret { path } => path.clone(),
            LayerSource::Inline => String::new(),
        };
        if may_refer(&shown) {
            let wrong = |error: yaml::Error| {
                Finding::error(Code::Yaml, map.place(error.at).or(entry.at), format!("{name}: {error}"))
            };
            let plain = yaml::parse_v3(&shown, FileId(0)).map_err(wrong)?;
            let expanded =
                self.expanded(&plain, map.place(plain.at.unwrap_or(FileRange::new(FileId(0), 0, 0)).range))?;
            let placed = map.relocate(&expanded);
            text = printed(&expanded).into();
            return Ok(Layer { at: entry.at, source, text, node: to_helm(&placed) });
        }
        let values = ValuesFile { name, id: FileId(0), data: text.clone() };
        let node = read_file_values(&values, self.dialect).map_err(|error| {
            let at = error.at.and_then(|it| map.place(it.range)).or(entry.at);
            Finding::error(Code::Yaml, at, error.message)
        })?;
        Ok(Layer { at: entry.at, source, text, node: map.relocate(&node) })
    }

    fn inline(&mut self, entry: &ValuesEntry) -> Read<Layer> {
        let node = self.expanded(&entry.node, entry.at)?;
        let text = printed(&node).into();
        Ok(Layer { at: entry.at, source: LayerSource::Inline, text, node: to_helm(&node) })
    }

    fn expanded(&self, node: &Node, at: Option<FileRange>) -> Read<Node> {
        let references = References { world: self.engine.world, folder: &self.file.folder };
        references.expand(node).map_err(|error| Finding::error(error.code, at, error.message))
    }
}

fn wrong_entry(key: &str, entry: &ValuesEntry) -> Finding {
    let message = format!("an item of `{key}` must be the path of a file, or a map");
    Finding::error(Code::WrongType, entry.at, message)
}

/// A tree as the file that Helmfile writes of it.
fn printed(node: &Node) -> Vec<u8> {
    let mut text = yaml::write(node, yaml::Layout::V3).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

/// A tree as Helm reads it back: every number is a float.
fn to_helm(node: &Node) -> Node {
    let value = match &node.value {
        Value::Int(it) => Value::Float(*it as f64),
        Value::Uint(it) => Value::Float(*it as f64),
        Value::List(items) => Value::List(items.iter().map(to_helm).collect::<Vec<_>>().into()),
        Value::Map(map) => {
            let entry = |it: &Entry| Entry { node: to_helm(&it.node), ..it.clone() };
            Value::Map(map.iter().map(entry).collect::<Map>().into())
        }
        value => value.clone(),
    };
    Node { value, at: node.at }
}

#[cfg(test)]
mod tests;
