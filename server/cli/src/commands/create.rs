//! `chartroom create`: a new chart, from our own starter or from one of the user's.
//!
//! Helm overwrites what is there already. We keep it: nobody asks for a new chart to lose one (`--force` does as Helm).

mod starter;

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use golang::path;

use crate::flags::Global;
use crate::output;

/// Make a new chart.
///
/// NAME may be a path; the last part of it becomes the chart's name. The chart has a Deployment with its Service and
/// ServiceAccount, an Ingress and an autoscaler to switch on, `extraEnvs`, `extraVolumes` and `extraVolumeMounts`, a schema
/// for its values, and a test. Files that are there already are kept.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The chart's name, or a path that ends in it.
    #[arg(value_name = "NAME")]
    name: String,
    /// A chart to start from: a path, or a name in Helm's folder for starters. `<CHARTNAME>` in its templates and values
    /// becomes the chart's name.
    #[arg(short = 'p', long, value_name = "STARTER")]
    starter: Option<String>,
    /// Overwrite files that are there already.
    #[arg(long)]
    force: bool,
}

/// A file of the new chart.
pub(crate) struct NewFile {
    /// Below the chart's folder, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) data: Vec<u8>,
}

/// What a chart's name is replaced for.
const PLACEHOLDER: &str = "<CHARTNAME>";

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    output::print(&format!("Creating {}\n", args.name))?;
    let name = path::base(&args.name);
    let parent = path::dir(&args.name);
    let folder = absolute(&parent)?.join(name);
    let files = if let Some(starter) = args.starter.as_deref().filter(|it| !it.is_empty()) {
        starter::files(starter, name, global.helm.dialect())?
    } else {
        check_name(name)?;
        check_parent(&parent)?;
        own_files(name)
    };
    if folder.exists() && !folder.is_dir() {
        bail!("file {} already exists and is not a directory", folder.display());
    }
    for file in &files {
        write(&folder, file, args.force)?;
    }
    let charts = folder.join("charts");
    fs::create_dir_all(&charts).with_context(|| format!("cannot create {}", charts.display()))
}

/// Helm's rule for names of new charts.
fn check_name(name: &str) -> Result<()> {
    const LONGEST: usize = 250;
    if name.is_empty() || name.len() > LONGEST {
        bail!("chart name must be between 1 and {LONGEST} characters");
    }
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !name.bytes().all(good) {
        bail!("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"");
    }
    // Helm takes these two and makes a chart that it cannot read.
    if matches!(name, "." | "..") {
        bail!("chart name must not be \"{name}\"");
    }
    Ok(())
}

/// Only the chart's own folder is made, so that a slip in the path does not grow a tree.
fn check_parent(parent: &str) -> Result<()> {
    let path = absolute(parent)?;
    match fs::metadata(&path) {
        Err(error) => bail!("stat {}: {}", path.display(), project::reason(&error)),
        Ok(metadata) if !metadata.is_dir() => bail!("no such directory {}", path.display()),
        Ok(_) => Ok(()),
    }
}

fn absolute(path: &str) -> Result<PathBuf> {
    let path = std::path::absolute(path).with_context(|| format!("{path} is no path"))?;
    Ok(path::clean(&project::text_of(&path)).into())
}

/// The files of our starter: a chart by itself, with the placeholder for its name.
const STARTER: &[(&str, &str)] = &[
    ("Chart.yaml", include_str!("../../starter/Chart.yaml")),
    ("values.yaml", include_str!("../../starter/values.yaml")),
    ("values.schema.json", include_str!("../../starter/values.schema.json")),
    (".helmignore", include_str!("../../starter/.helmignore")),
    ("README.md", include_str!("../../starter/README.md")),
    ("templates/_helpers.tpl", include_str!("../../starter/templates/_helpers.tpl")),
    ("templates/deployment.yaml", include_str!("../../starter/templates/deployment.yaml")),
    ("templates/service.yaml", include_str!("../../starter/templates/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("../../starter/templates/serviceaccount.yaml")),
    ("templates/ingress.yaml", include_str!("../../starter/templates/ingress.yaml")),
    ("templates/hpa.yaml", include_str!("../../starter/templates/hpa.yaml")),
    ("templates/NOTES.txt", include_str!("../../starter/templates/NOTES.txt")),
    (
        "templates/tests/test-connection.yaml",
        include_str!("../../starter/templates/tests/test-connection.yaml"),
    ),
];

fn own_files(name: &str) -> Vec<NewFile> {
    let file = |(path, text): &(&str, &str)| NewFile {
        path: (*path).to_owned(),
        data: text.replace(PLACEHOLDER, name).into_bytes(),
    };
    let mut files: Vec<NewFile> = STARTER.iter().map(file).collect();
    if is_no_text_to_yaml(name) {
        // YAML would take such a name for a number.
        files[0].data = String::from_utf8_lossy(&files[0].data)
            .replace(&format!("\nname: {name}\n"), &format!("\nname: \"{name}\"\n"))
            .into_bytes();
    }
    files
}

/// Whether YAML takes a plain word for something else than a text.
fn is_no_text_to_yaml(name: &str) -> bool {
    let node = yaml::parse(name, text::FileId(0), yaml::Numbers::AsWritten);
    !node.is_ok_and(|it| it.value.as_str().is_some())
}

/// Writes a file whole or not at all.
fn write(folder: &Path, file: &NewFile, force: bool) -> Result<()> {
    let path = folder.join(&file.path);
    let shown = golang::strconv::quote(project::text_of(&path));
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    if path.symlink_metadata().is_ok() {
        if !force {
            return output::print(&format!("WARNING: File {shown} already exists. Keeping it.\n"));
        }
        output::print(&format!("WARNING: File {shown} already exists. Overwriting.\n"))?;
    }
    let failed = || format!("cannot write {}", path.display());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let half = parent.join(format!(".{name}.{}.tmp", std::process::id()));
    let done = new_file(&half, &file.data).and_then(|()| fs::rename(&half, &path));
    if done.is_err() {
        // What could not be put in place is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&half);
    }
    done.with_context(failed)
}

fn new_file(path: &Path, data: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = match options.write(true).create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::File::create(path)?,
        opened => opened?,
    };
    file.write_all(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_helms() {
        for good in ["a", "A.b_c-1", &"x".repeat(250)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "ü", ".", "..", &"x".repeat(251)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_placeholder_is_left() {
        for file in own_files("web") {
            let text = String::from_utf8(file.data).unwrap();
            assert!(!text.contains(PLACEHOLDER), "{}", file.path);
        }
    }

    #[test]
    fn names_stay_texts() {
        let chart = |name: &str| String::from_utf8(own_files(name).remove(0).data).unwrap();
        assert!(chart("1.0").contains("\nname: \"1.0\"\n"));
        assert!(chart("yes").contains("\nname: \"yes\"\n"));
        assert!(chart("web-1").contains("\nname: web-1\n"));
    }
}
