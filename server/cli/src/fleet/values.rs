//! The values of a release: what the helmfile gives it, and over that what the command line gives all of them.

use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use chart::values::{Overrides, ValuesFile, merge, merge_files};
use helmfile::fleet::Unit;
use helmfile::model::{Layer, LayerSource};
use helmfile::{Files, Finding, Request, Severity};
use release::to_json;
use serde_json::{Map, Value};
use text::FileId;

use super::Disk;
use crate::output;

/// Where values come from.
pub(crate) struct ReleaseValues<'v> {
    disk: &'v Disk,
    request: &'v Request,
    /// The files of the state: what is told of a place names them.
    files: &'v Files,
    dialect: Dialect,
    /// `--values`
    more: Vec<ValuesFile>,
    /// `--set`
    set: Vec<String>,
    quiet: bool,
}

impl<'v> ReleaseValues<'v> {
    pub(crate) fn new(
        disk: &'v Disk,
        request: &'v Request,
        files: &'v Files,
        dialect: Dialect,
        quiet: bool,
    ) -> Self {
        Self { disk, request, files, dialect, more: Vec::new(), set: Vec::new(), quiet }
    }

    /// The same with more values for every release: files, and arguments of `--set`.
    pub(crate) fn with(mut self, files: &[std::path::PathBuf], set: &[String]) -> Result<Self> {
        for path in files {
            let shown = path.display();
            let data = match std::fs::read(path) {
                Ok(data) => data,
                Err(error) => bail!("open {shown}: {}", project::reason(&error)),
            };
            // Nobody asks which line of the file a value is from.
            self.more.push(ValuesFile {
                name: shown.to_string(),
                id: FileId(u32::MAX),
                data: Arc::from(data),
            });
        }
        self.set = set.to_vec();
        Ok(self)
    }

    /// What the helmfile gives.
    fn own(&self, unit: &Unit<'_>) -> Result<helmfile::model::ReleaseValues> {
        let mut files = self.files.clone();
        let found =
            helmfile::values(unit.file, unit.release, self.request, self.disk, &mut files, self.dialect);
        let (values, told) = found.map_err(|findings| self.failed(&findings, &files))?;
        self.tell(&told, &files);
        Ok(values)
    }

    /// What `write-values` writes: all files in one.
    pub(crate) fn written(&self, unit: &Unit<'_>) -> Result<String> {
        let mut values = self.own(unit)?;
        let layer = |file: &ValuesFile| -> Result<Layer> {
            let read = |_: &str| Ok(String::new());
            let node = merge(std::slice::from_ref(file), &Overrides::default(), self.dialect, &read)?.merged;
            Ok(Layer { at: None, source: LayerSource::Inline, text: file.data.clone(), node })
        };
        values.layers.extend(self.more.iter().map(layer).collect::<Result<Vec<_>>>()?);
        helmfile::print::written(&values).map_err(|error| anyhow!(error.message))
    }

    /// All of them, merged.
    pub(crate) fn of(&self, unit: &Unit<'_>) -> Result<Map<String, Value>> {
        let values = self.own(unit)?;
        let read = |path: &str| match std::fs::read(path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => Err(format!("open {path}: {}", project::reason(&error))),
        };
        let own = values.layers.iter().map(|it| it.node.clone());
        let more = merge(&self.more, &Overrides::default(), self.dialect, &read)?.files;
        let merged = merge_files(&own.chain(more).collect::<Vec<_>>());
        let overridden = values.overrides.apply(&merged, self.dialect, &read)?;
        let last = Overrides { set: self.set.clone(), ..Overrides::default() };
        match to_json(&last.apply(&overridden, self.dialect, &read)?) {
            Value::Object(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    fn tell(&self, findings: &[Finding], files: &Files) {
        for finding in findings.iter().filter(|it| !self.quiet || it.severity > Severity::Info) {
            output::remark(&finding.show(files).to_string());
        }
    }

    fn failed(&self, findings: &[Finding], files: &Files) -> anyhow::Error {
        let (errors, others): (Vec<_>, Vec<_>) =
            findings.iter().cloned().partition(|it| it.severity == Severity::Error);
        self.tell(&others, files);
        let texts: Vec<String> = errors.iter().map(|it| it.show(files).to_string()).collect();
        anyhow!(texts.join("\n"))
    }
}
