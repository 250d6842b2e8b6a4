//! Items of `values:` that give state values: files, templates of files, and maps that stand there.

use std::sync::Arc;

use golang::path::{dir, ext};
use text::FileRange;
use yaml::{Node, Value};

use super::environment::Layers;
use super::{Loader, Step};
use crate::engine::{Job, TemplateData, fault_finding};
use crate::merge::{Lists, over_any, over_state};
use crate::model::MissingFileHandler;
use crate::paths::{glob, is_remote, within};
use crate::text_map::TextMap;
use crate::{Code, Finding, Severity};

/// How a list of files is read.
pub(super) struct Reading<'r> {
    /// What its paths are relative to.
    pub(super) folder: &'r str,
    /// What becomes of files that are not there.
    pub(super) missing: MissingFileHandler,
    /// Earlier files win (`mergeStrategy: fallback`).
    pub(super) fallback: bool,
    /// What templates among the files see.
    pub(super) layers: &'r Layers,
}

impl Loader<'_> {
    /// All of the items, merged.
    pub(super) fn state_values(&mut self, items: &[Node], reading: &Reading<'_>) -> Step<Node> {
        let mut values = Node::computed(Value::empty_map());
        for item in items {
            match &item.value {
                Value::Map(_) => values = laid_over(&values, item, reading.fallback),
                Value::String(path) => {
                    for file in self.resolve(path, item.at, reading, "environment values")? {
                        let read = self.values_file(&file, item.at, reading, &values)?;
                        values = laid_over(&values, &read, reading.fallback);
                    }
                }
                _ => {
                    let message = "an item of `values` must be the path of a file, or a map";
                    return self.fail(Finding::error(Code::WrongType, item.at, message));
                }
            }
        }
        Ok(values)
    }

    /// Decrypted files, merged.
    pub(super) fn secret_values(&mut self, items: &[Node], reading: &Reading<'_>) -> Step<Node> {
        let mut values = Node::computed(Value::empty_map());
        for item in items {
            let path = item.value.as_str().unwrap_or_default().to_owned();
            for file in self.resolve(&path, item.at, reading, "environment values")? {
                self.refuse_hcl(&file, item.at)?;
                let decrypted = self.engine.world.decrypt(&file);
                let what = format!("failed to load environment secrets file \"{file}\"");
                let decrypted =
                    decrypted.map_err(|fault| fault_finding(&fault, Code::Secret, item.at, &what));
                let bytes = self.told(decrypted)?;
                let text = String::from_utf8_lossy(&bytes);
                let node = self.parse_values(&text, &TextMap::Whole(item.at), &what)?;
                values = over_any(&values, &node);
            }
        }
        Ok(values)
    }

    /// The files that a path means, absolute; none where it is missing and may be.
    pub(super) fn resolve(
        &mut self,
        path: &str,
        at: Option<FileRange>,
        reading: &Reading<'_>,
        what: &str,
    ) -> Step<Vec<String>> {
        let found = if is_remote(path) {
            let what = format!("{what} file \"{path}\" cannot be fetched");
            let fetched = self.engine.world.fetch(path).map(|it| vec![it]);
            fetched.map_err(|fault| fault_finding(&fault, Code::MissingFile, at, what))
        } else {
            let found = glob(self.engine.world, &within(reading.folder, path));
            found.map_err(|fault| {
                fault_finding(&fault, Code::MissingFile, at, format!("failed processing {path}"))
            })
        };
        let found = self.told(found)?;
        if found.is_empty() {
            let finding = missing_file(what, path, reading.folder, reading.missing, at);
            let stops = finding.severity == Severity::Error;
            self.findings.push(finding);
            if stops {
                return Err(super::Stop::Failed);
            }
        }
        Ok(found)
    }

    fn values_file(
        &mut self,
        path: &str,
        at: Option<FileRange>,
        reading: &Reading<'_>,
        before: &Node,
    ) -> Step<Node> {
        self.refuse_hcl(path, at)?;
        let what = format!("failed to load environment values file \"{path}\"");
        let read =
            self.engine.read(path).map_err(|fault| fault_finding(&fault, Code::MissingFile, at, &what));
        let (id, bytes) = self.told(read)?;
        let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
        if ext(path) != ".gotmpl" {
            return self.parse_values(&text, &TextMap::Shifted(id, 0), &what);
        }
        let mut values = reading.layers.all_values();
        if reading.fallback {
            // Only here does a file see what those before it say.
            values = over_any(before, &values);
        }
        let data = TemplateData {
            environment: reading.layers.data(),
            values,
            namespace: String::new(),
            release: None,
            hook: None,
        };
        let folder = dir(path);
        let job = Job { text: &text, file: Some((id, 0)), at, folder: &folder };
        let rendered = self.engine.render(&job, &data);
        let rendered = self.told(rendered)?;
        self.parse_values(&rendered.text, &rendered.map, &what)
    }

    /// A map out of a text, with the places of the file.
    fn parse_values(&mut self, text: &str, map: &TextMap, what: &str) -> Step<Node> {
        let parsed = yaml::parse_v3(text, text::FileId(0))
            .map_err(|error| Finding::error(Code::Yaml, map.place(error.at), format!("{what}: {error}")));
        let node = map.relocate(&self.told(parsed)?);
        match node.value {
            Value::Null => Ok(Node::computed(Value::empty_map())),
            Value::Map(_) => Ok(node),
            _ => self.fail(Finding::error(Code::WrongType, node.at, format!("{what}: it must be a map"))),
        }
    }

    fn refuse_hcl(&mut self, path: &str, at: Option<FileRange>) -> Step<()> {
        if ext(path) != ".hcl" {
            return Ok(());
        }
        let message = format!("\"{path}\": values in HCL are not supported by Chartroom");
        self.fail(Finding::error(Code::Unsupported, at, message).advise("write them as YAML"))
    }
}

fn laid_over(values: &Node, new: &Node, fallback: bool) -> Node {
    if fallback { over_state(new, values, Lists::Sparse) } else { over_any(values, new) }
}

/// What is said of a file that is not there.
pub(crate) fn missing_file(
    what: &str,
    path: &str,
    folder: &str,
    handler: MissingFileHandler,
    at: Option<FileRange>,
) -> Finding {
    let skipped = format!("skipping missing {what} file matching \"{path}\"");
    match handler {
        MissingFileHandler::Error => {
            let message = format!("{what} file matching \"{path}\" does not exist in \"{folder}\"");
            Finding::error(Code::MissingFile, at, message)
                .advise("make the file, correct its path, or set `missingFileHandler: Warn`")
        }
        MissingFileHandler::Warn => Finding::warning(Code::MissingFile, at, skipped),
        MissingFileHandler::Info | MissingFileHandler::Debug => {
            Finding { severity: Severity::Info, ..Finding::warning(Code::MissingFile, at, skipped) }
        }
    }
}
