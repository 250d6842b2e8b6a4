//! `set:` and its kin, as the arguments of Helm that Helmfile makes of them.

use chart::values::Overrides;
use text::{FileId, FileRange};

use super::{Read, Reading};
use crate::engine::{References, may_refer};
use crate::model::SetKind;
use crate::paths::within;
use crate::{Code, Finding};

impl Reading<'_, '_> {
    /// `set:` and its kin as arguments of Helm, each with a number for its place.
    pub(super) fn overrides(&mut self) -> Read<(Overrides, Vec<(FileId, Option<FileRange>)>)> {
        let mut overrides = Overrides::default();
        let (mut set, mut string, mut file) = (Vec::new(), Vec::new(), Vec::new());
        let mut unset = Vec::new();
        for argument in &self.release.set {
            let name = escaped(&argument.name);
            let into = if argument.as_string { &mut string } else { &mut set };
            match &argument.what {
                SetKind::Value(text) => {
                    let value = escaped(&self.secret(text, argument.at)?);
                    into.push((format!("{name}={value}"), argument.at));
                }
                SetKind::Values(items) => {
                    let items = items.iter().map(|it| Ok(escaped(&self.secret(it, argument.at)?)));
                    let items = items.collect::<Read<Vec<_>>>()?.join(",");
                    into.push((format!("{name}={{{items}}}"), argument.at));
                }
                SetKind::File(path) => {
                    file.push((format!("{name}={}", within(&self.file.folder, path)), argument.at));
                }
                SetKind::Variable(variable) => match self.engine.world.variable(variable) {
                    Some(value) => set.push((format!("{name}={}", escaped(&value)), argument.at)),
                    None => unset.push((variable.clone(), argument.at)),
                },
            }
        }
        if let Some((_, at)) = unset.first() {
            let names = unset.iter().map(|it| &*it.0).collect::<Vec<_>>().join(", ");
            let message = format!(
                "Environment Variables not found. Please make sure they are set and try again: {names}"
            );
            return Err(Finding::error(Code::Invalid, *at, message));
        }
        let mut places = Vec::new();
        for (flag, arguments, into) in [
            ("--set", set, &mut overrides.set),
            ("--set-string", string, &mut overrides.string),
            ("--set-file", file, &mut overrides.file),
        ] {
            for (text, at) in arguments {
                let id = self.engine.files.add(&format!("{flag} {text}"), text.as_bytes().into());
                overrides.files.push(id);
                places.push((id, at));
                into.push(text);
            }
        }
        Ok((overrides, places))
    }

    fn secret(&self, text: &str, at: Option<FileRange>) -> Read<String> {
        if !may_refer(text) {
            return Ok(text.to_owned());
        }
        let references = References { world: self.engine.world, folder: &self.file.folder };
        references.text(text).map_err(|error| Finding::error(error.code, at, error.message))
    }
}

/// What Helmfile escapes of a name or a value of `--set`: no dots, so that names stay paths.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        if matches!(it, '{' | '}' | ',') {
            out.push('\\');
        }
        out.push(it);
    }
    out
}
