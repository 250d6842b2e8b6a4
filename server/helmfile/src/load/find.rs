//! Which files are asked for: the one that is named, those of a folder, or the usual ones.

use crate::paths::{glob, within};
use crate::{Code, Fault, Finding, PathKind, Request, World};

const FILE: &str = "helmfile.yaml";
const TEMPLATE: &str = "helmfile.yaml.gotmpl";
const FOLDER: &str = "helmfile.d";

/// The files that are asked for, absolute.
pub(super) fn files(world: &dyn World, request: &Request) -> Result<Vec<String>, Finding> {
    let in_folder = |name: &str| within(&request.folder, name);
    let kind = |path: &str| world.kind(path).ok().flatten();
    let named = request.file.as_deref().filter(|it| !it.is_empty());
    let mut files = if let Some(path) = named {
        at(world, &in_folder(path), path)?
    } else {
        let there = [FILE, TEMPLATE].map(|it| (it, kind(&in_folder(it)) == Some(PathKind::File)));
        let folder = kind(&in_folder(FOLDER)) == Some(PathKind::Folder);
        let file = usual(there, folder).map_err(|why| Finding::error(Code::MissingFile, None, why))?;
        file.map_or_else(|| of_folder(world, &in_folder(FOLDER)), |name| Ok(vec![in_folder(name)]))?
    };
    if request.reverse {
        files.reverse();
    }
    Ok(files)
}

/// The usual file, or none where it is the folder.
fn usual(named: [(&'static str, bool); 2], folder: bool) -> Result<Option<&'static str>, String> {
    let [(_, plain), (_, template)] = named;
    let file = named.into_iter().find(|it| it.1).map(|it| it.0);
    match (file, folder) {
        _ if plain && template => {
            Err(format!("both {FILE} and {FILE}.gotmpl exist. Please remove one of them"))
        }
        (Some(file), true) => {
            Err(format!("configuration conlict error: you can have either {file} or {FOLDER}, but not both"))
        }
        (Some(file), false) => Ok(Some(file)),
        (None, true) => Ok(None),
        (None, false) => Err(format!(
            "no state file found. It must be named {FOLDER}/*.{{yaml,yml,yaml.gotmpl,yml.gotmpl}}, {FILE}, or {TEMPLATE}, otherwise specified with the --file flag or HELMFILE_FILE_PATH environment variable"
        )),
    }
}

/// A file, or the files of a folder. `shown` is what messages call it.
pub(super) fn at(world: &dyn World, path: &str, shown: &str) -> Result<Vec<String>, Finding> {
    match world.kind(path).ok().flatten() {
        Some(PathKind::File) => Ok(vec![path.to_owned()]),
        Some(PathKind::Folder) => of_folder(world, path),
        None => {
            let message = format!("specified state file {shown} is not found");
            Err(Finding::error(Code::MissingFile, None, message))
        }
    }
}

fn of_folder(world: &dyn World, folder: &str) -> Result<Vec<String>, Finding> {
    let found = |pattern: &str| glob(world, &within(folder, pattern));
    let told = |fault: Fault| Finding::error(Code::MissingFile, None, fault.message);
    let mut files = found("*.y*ml").map_err(told)?;
    files.extend(found("*.y*ml.gotmpl").map_err(told)?);
    files.sort();
    Ok(files)
}
