//! Reads what lint looks at: a chart's folder, or an archive as if it were unpacked into one.

use std::io::ErrorKind;
use std::path::Path;

use chart::ignore::{HELM_IGNORE, Rules};
use chart::{Dialect, SourceFile, read_chart_yaml};
use golang::path;
use golang::strconv::quote;
use render::lint::{Entry, Folder, Unloadable, load_for_lint};
use text::FileTable;

use crate::processors::Processors;

/// Reads the chart at a path. The error is what Helm prints in place of findings.
pub(super) fn read(path: &str, table: &mut FileTable, dialect: Dialect) -> Result<Folder, String> {
    if is_archive(path) {
        return archive(path, table, dialect);
    }
    let chart_yaml = path::join([path, "Chart.yaml"]);
    if let Err(error) = std::fs::metadata(&chart_yaml) {
        let reason = project::reason(&error);
        return Err(format!("unable to check Chart.yaml file in chart: stat {chart_yaml}: {reason}"));
    }
    let root = std::path::absolute(path).map_err(|error| project::reason(&error))?;
    let base = path::clean(&project::text_of(&root));
    let root = Path::new(&base);
    let mut entry = |name: &str| entry(root, name, table);
    let (chart_yaml, values_yaml) = (entry("Chart.yaml"), entry("values.yaml"));
    let (schema, templates, crds) = (entry("values.schema.json"), entry("templates"), entry("crds"));
    let chart = match project::read_chart(root, table, dialect, &Processors) {
        Ok(files) => load_for_lint(files, &base, table, dialect),
        Err(error) => Err(Unloadable { message: error.message, at: None }),
    };
    let is_subchart = root.parent().is_some_and(|charts| {
        charts.file_name().is_some_and(|it| it == "charts")
            && charts.parent().is_some_and(|it| it.join("Chart.yaml").is_file())
    });
    Ok(Folder { path: base, chart_yaml, values_yaml, schema, templates, crds, chart, is_subchart })
}

/// Helm knows archives by these endings alone, in lower case.
fn is_archive(path: &str) -> bool {
    [".tgz", ".tar.gz"].iter().any(|ending| path.ends_with(ending))
}

/// What stands under a name in the folder. Only what is read as a file is read here.
fn entry(root: &Path, name: &str, table: &mut FileTable) -> Entry {
    let path = root.join(name);
    let unreadable = |operation: &str, error: &std::io::Error| {
        Entry::Unreadable(format!("{operation} {}: {}", path.display(), project::reason(error)))
    };
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Entry::Folder,
        Ok(_) => match std::fs::read(&path) {
            Ok(data) => Entry::File(SourceFile::new(name, table.intern(&project::text_of(&path)), data)),
            Err(error) => unreadable("open", &error),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Entry::Missing,
        Err(error) => unreadable("stat", &error),
    }
}

/// Helm unpacks into a folder and lints that. We do the same in memory: `.helmignore` counts, and the order of
/// files is that of a folder.
fn archive(path: &str, table: &mut FileTable, dialect: Dialect) -> Result<Folder, String> {
    if let Err(error) = std::fs::metadata(path) {
        return Err(format!("unable to open tarball: open {path}: {}", project::reason(&error)));
    }
    let extract = |reason: String| format!("unable to extract tarball: {reason}");
    let mut files =
        project::unpack_archive(Path::new(path), table, dialect).map_err(|it| extract(it.message))?;
    check_name(&files, dialect).map_err(extract)?;
    if !files.iter().any(|file| &*file.path == "Chart.yaml") {
        return Err(extract("chart name not specified".to_owned()));
    }
    let rules = match files.iter().find(|file| &*file.path == HELM_IGNORE) {
        Some(file) => Rules::parse(&file.data).map(|mut rules| {
            rules.add_defaults();
            rules
        }),
        None => Ok(Rules::defaults()),
    };
    let base = std::path::absolute(path).map_or_else(|_| path.to_owned(), |it| project::text_of(&it));
    files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    let whole = files.clone();
    let message = match rules {
        Ok(rules) => {
            files.retain(|file| !is_ignored(&rules, &file.path));
            None
        }
        Err(error) => Some(error.message),
    };
    // What lint looks at apart from the chart is there whether it is ignored or not.
    let folder = Folder::of_files(&base, whole, table, dialect);
    let chart = match message {
        Some(message) => Err(Unloadable { message, at: None }),
        None => load_for_lint(files, &base, table, dialect),
    };
    Ok(Folder { chart, ..folder })
}

/// Whether a rule leaves out the file or one of the folders that it is in.
fn is_ignored(rules: &Rules, path: &str) -> bool {
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    folders.into_iter().any(|folder| rules.ignores(folder, true)) || rules.ignores(path, false)
}

/// The name of the chart is that of the folder that it is unpacked into.
fn check_name(files: &[SourceFile], dialect: Dialect) -> Result<(), String> {
    let Some(file) = files.iter().find(|file| &*file.path == "Chart.yaml") else { return Ok(()) };
    let metadata = read_chart_yaml(file, dialect)
        .map_err(|problem| format!("cannot load Chart.yaml: {}", problem.message))?;
    let name = metadata.name.as_str();
    match name {
        "" => Err("chart name not specified".to_owned()),
        "." | ".." => Err(format!("chart name {} is not allowed", quote(name))),
        _ if path::base(name) != name => {
            Err(format!("chart name {} must not contain path separators", quote(name)))
        }
        _ => Ok(()),
    }
}

/// Adds the charts below a folder: those with a `Chart.yaml`, and archives. Links are not followed.
pub(super) fn subcharts(folder: &Path, into: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let shown = path::clean(&project::text_of(&path));
        if entry.file_name() == "Chart.yaml" {
            into.push(path::clean(&project::text_of(folder)));
        } else if is_archive(&shown) {
            into.push(shown);
        }
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            subcharts(&path, into);
        }
    }
}
