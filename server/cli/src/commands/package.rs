//! `chartroom package`: charts into archives, as `helm package` makes them.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use chart::pack::{PackConfig, Package, pack};
use chart::{Chart, Dialect, LoadErrorKind, Metadata};
use golang::path;
use golang::semver::Version;
use text::FileTable;

use super::dependency::update::Manager;
use crate::flags::{AccessFlags, Global};
use crate::signatures::{Signing, default_keyring};
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
    /// Sign the archive: writes `NAME-VERSION.tgz.prov` beside it.
    #[arg(long)]
    sign: bool,
    /// The name of the key to sign with, or a part of it.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    key: String,
    /// The file with the keys to sign with, as 'gpg --export-secret-keys' writes it.
    #[arg(long, value_name = "FILE")]
    keyring: Option<String>,
    /// The file with the passphrase of the key; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<String>,
    #[command(flatten)]
    access: AccessFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    if args.charts.is_empty() {
        bail!("need at least one argument, the path to the chart");
    }
    let config = epoch::pack_config(global.helm.dialect())?;
    let mut signing = args.signing()?;
    for path in &args.charts {
        let root = charts::absolute(path);
        charts::stat(path)?;
        if args.dependency_update {
            // Helm keeps what this prints to itself.
            let mut manager = Manager::new(&project::text_of(&root), global)?;
            manager.asking.access = args.access.access();
            manager.update()?;
        }
        let packed = one(&root, args, &config, signing.as_mut())?;
        output::print(&format!("Successfully packaged chart and saved it to: {packed}\n"))?;
    }
    Ok(())
}

impl Args {
    /// Who signs, if anybody does.
    fn signing(&self) -> Result<Option<Signing<'_>>> {
        if !self.sign {
            return Ok(None);
        }
        if self.key.is_empty() {
            bail!("--key is required for signing a package");
        }
        let keyring = match self.keyring.as_deref() {
            Some("") => bail!("--keyring is required for signing a package"),
            Some(path) => path.into(),
            None => default_keyring(),
        };
        Signing::open(&keyring, &self.key, self.passphrase_file.as_deref()).map(Some)
    }
}

/// Packs one chart, and returns where it is.
fn one(root: &Path, args: &Args, config: &PackConfig, signing: Option<&mut Signing<'_>>) -> Result<String> {
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
    let packed = pack(&chart, config).map_err(|reason| anyhow!("failed to save: {reason}"))?;
    // Before anything is written: there is no archive without the signature that was asked for.
    let signature = signing.map(|it| sign(it, &chart, &packed)).transpose()?;
    let path = save(&packed, &args.destination).context("failed to save")?;
    if let Some(text) = signature {
        write(&format!("{path}.prov"), text.as_bytes())?;
    }
    Ok(path)
}

/// The signature of a packed chart. Of its metadata it says what somebody who loads the archive sees.
fn sign(signing: &mut Signing<'_>, chart: &Chart, packed: &Package) -> Result<String> {
    let mut metadata = Metadata::clone(&chart.metadata);
    if let Some(problem) = chart::validate(&mut metadata) {
        bail!(problem.message);
    }
    let text = metadata.to_yaml().map_err(|error| anyhow!("Chart.yaml: {}", error.message))?;
    signing.sign(&packed.data, &packed.file_name, &text)
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

fn save(packed: &Package, destination: &str) -> Result<String> {
    let folder = match destination {
        "." => project::text_of(&std::env::current_dir()?),
        _ => destination.to_owned(),
    };
    let path = path::join([&*folder, &*packed.file_name]);
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
    write(&path, &packed.data)?;
    Ok(path)
}

fn write(path: &str, data: &[u8]) -> Result<()> {
    files::write(Path::new(path), data).map_err(|error| anyhow!("open {path}: {}", project::reason(&error)))
}
