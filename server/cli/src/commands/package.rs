//! `chartroom package`: charts into archives, as `helm package` makes them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use chart::pack::{PackConfig, pack};
use chart::{Chart, Dialect, LoadErrorKind, Metadata};
use golang::path;
use golang::semver::Version;
use text::FileTable;

use super::dependency::RemoteFlags;
use super::dependency::update::Manager;
use crate::flags::Global;
use crate::{charts, epoch, files, output};

/// Pack charts into archives that can be installed and stored.
///
/// Makes `NAME-VERSION.tgz` of each folder, with what `.helmignore` leaves of it and everything in its `charts/`. The same
/// chart gives the same bytes wherever and whenever it is packed: entries carry the time that
/// SOURCE_DATE_EPOCH says (with Helm 4), or one that never changes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folders of the charts.
    #[arg(value_name = "CHART")]
    charts: Vec<String>,
    /// Pack it under this version instead of that in Chart.yaml.
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    version: String,
    /// Pack it with this appVersion instead of that in Chart.yaml.
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    app_version: String,
    /// The folder to write archives into; it is made if it is not there.
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    destination: String,
    /// Bring `charts/` up to what Chart.yaml says before packing, as `chartroom dependency update` does.
    #[arg(short = 'u', long)]
    dependency_update: bool,
    /// Sign the archive. Not there yet.
    #[arg(long)]
    sign: bool,
    /// The name of the key to sign with.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    key: String,
    /// The file with the keys to sign with.
    #[arg(long, value_name = "FILE")]
    keyring: Option<String>,
    /// The file with the passphrase of the key; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<String>,
    #[command(flatten)]
    remote: RemoteFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    if args.charts.is_empty() {
        bail!("need at least one argument, the path to the chart");
    }
    let config = epoch::pack_config(global.helm.dialect())?;
    args.refuse_to_sign()?;
    for path in &args.charts {
        let root = charts::absolute(path);
        charts::stat(path)?;
        if args.dependency_update {
            // Helm keeps what this prints to itself.
            Manager::new(&project::text_of(&root), global)?.update()?;
        }
        let packed = one(&root, args, &config)?;
        output::print(&format!("Successfully packaged chart and saved it to: {packed}\n"))?;
    }
    Ok(())
}

impl Args {
    fn refuse_to_sign(&self) -> Result<()> {
        if !self.sign {
            return Ok(());
        }
        if self.key.is_empty() {
            bail!("--key is required for signing a package");
        }
        if self.keyring.as_deref() == Some("") {
            bail!("--keyring is required for signing a package");
        }
        bail!(
            "--sign makes signatures, which chartroom does not do yet; pack without it, and sign the archive with \
             'helm package --sign' or gpg"
        )
    }
}

/// Packs one chart, and returns where it is.
fn one(root: &Path, args: &Args, config: &PackConfig) -> Result<String> {
    let chart = load(root, config.dialect)?;
    output::remark_all(&chart::warning::of_loading(&chart), config.dialect);
    let mut metadata = Metadata::clone(&chart.metadata);
    if !args.version.is_empty() {
        metadata.version.clone_from(&args.version);
    }
    Version::parse(&metadata.version)?;
    if !args.app_version.is_empty() {
        metadata.app_version.clone_from(&args.app_version);
    }
    let chart = chart.with_metadata(metadata);
    chart::dependencies::check(&chart)?;
    save(&chart, &args.destination, config).context("failed to save")
}

/// Loads the folder; Helm 4 asks for its API version first.
fn load(root: &Path, dialect: Dialect) -> Result<Chart> {
    let mut table = FileTable::default();
    match dialect {
        Dialect::Helm3 => charts::load_folder(&project::text_of(root), &mut table, dialect),
        Dialect::Helm4 => {
            project::ensure_chart(root, dialect)?;
            charts::load_for_rendering(root, &mut table, dialect).map_err(|error| future(root, error))
        }
    }
}

/// Charts of API version 3 are known to Helm 4, but not to its `package`.
fn future(root: &Path, error: anyhow::Error) -> anyhow::Error {
    let unsupported = error
        .downcast_ref::<chart::LoadError>()
        .is_some_and(|it| it.kind == LoadErrorKind::UnsupportedVersion);
    let is_v3 = || {
        let file = std::fs::read(root.join("Chart.yaml")).ok()?;
        let id = FileTable::default().intern("Chart.yaml");
        let file = chart::SourceFile::new("Chart.yaml", id, file);
        Some(chart::read_chart_yaml(&file, Dialect::Helm4).ok()?.api_version == "v3")
    };
    if unsupported && is_v3() == Some(true) { anyhow!("invalid chart apiVersion") } else { error }
}

fn save(chart: &Chart, destination: &str, config: &PackConfig) -> Result<String> {
    let folder = match destination {
        "." => project::text_of(&std::env::current_dir()?),
        _ => destination.to_owned(),
    };
    let package = pack(chart, config).map_err(|reason| anyhow!(reason))?;
    let path = path::join([&*folder, &*package.file_name]);
    let folder = path::dir(&path);
    match std::fs::metadata(&folder) {
        Ok(metadata) if !metadata.is_dir() => bail!("is not a directory: {folder}"),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            std::fs::create_dir_all(&folder)
                .map_err(|error| anyhow!("mkdir {folder}: {}", project::reason(&error)))?;
        }
        Err(error) => {
            bail!("stat {folder}: stat {folder}: {}", project::reason(&error))
        }
    }
    files::write(&PathBuf::from(&path), &package.data)
        .map_err(|error| anyhow!("open {path}: {}", project::reason(&error)))?;
    Ok(path)
}
