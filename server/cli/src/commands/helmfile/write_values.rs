//! `helmfile write-values`: the values of each release, into files.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use helmfile::StateFile;
use helmfile::fleet::{Overrides, Unit};
use helmfile::model::HookEvent;
use helmfile::print::VALUES_FILE;

use super::Called;
use super::deployment::fleet;
use super::flags::ReleaseFlags;
use super::session::Session;
use crate::{files, output};

/// Write the merged values of each release into a file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    releases: ReleaseFlags,
    /// A template for the path of each file. Without it:
    /// `{{ .State.BaseName }}-{{ .State.AbsPathSHA1 }}/{{ .Release.Name}}.yaml`
    #[arg(long, value_name = "TEMPLATE")]
    output_file_template: Option<String>,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let session = Session::load(called, false)?;
    let fleet = fleet(called, &session, None, &Overrides::default())?;
    let (values, hooks) = (session.values(&args.releases)?, session.hooks());
    for unit in fleet.units.iter().filter(|it| it.release.installed) {
        // As with Helmfile nothing is prepared: only what cleans up runs.
        let text = values.written(unit).map_err(|error| anyhow!("in {}: {error:#}", unit.file.path))?;
        write(called, &session, unit, args, &text)?;
        if let Err(error) = hooks.of_release(unit, HookEvent::Cleanup, "write-values", None) {
            output::remark(&format!("warning: {}: {error:#}", unit.name()));
        }
    }
    Ok(())
}

fn write(called: &Called<'_>, session: &Session, unit: &Unit<'_>, args: &Args, text: &str) -> Result<()> {
    let template = args.output_file_template.as_deref().unwrap_or(VALUES_FILE);
    let path = session.place(unit, template, "")?;
    called.remark(&format!("Writing values file {path}"));
    let path = below(unit.file, &path);
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("mkdir {}", folder.display()))?;
    files::write(&path, text.as_bytes()).with_context(|| format!("open {}", path.display()))
}

/// A path below the helmfile's folder, into which Helmfile goes, unless it reads several files at once.
fn below(file: &StateFile, path: &str) -> PathBuf {
    match file.among_many {
        true => project::path_of(path),
        false => project::path_of(&file.folder).join(project::path_of(path)),
    }
}
