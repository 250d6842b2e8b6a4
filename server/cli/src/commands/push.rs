//! `chartroom push`: a packed chart into a registry.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use registry::{Push, is_oci};
use template::Host;

use crate::flags::{AccessFlags, Global};
use crate::host::Machine;
use crate::{fetching, output};

/// Push a packed chart to a registry.
///
/// The chart's name is added to the path: `push web-1.0.0.tgz oci://HOST/team` goes to the repository `team/web`. Where it
/// goes is said before anything is sent. A signature beside the archive (`web-1.0.0.tgz.prov`) goes along.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The packed chart, and where to: `oci://HOST/PATH`.
    #[arg(value_names = ["CHART", "REMOTE"])]
    names: Vec<String>,
    #[command(flatten)]
    access: AccessFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let [chart, remote, ..] = &args.names[..] else {
        bail!(
            "\"chartroom push\" requires at least 2 arguments\n\nUsage:  chartroom push [chart] [remote] [flags]"
        )
    };
    ensure_registry(remote)?;
    let dialect = global.helm.dialect();
    let created = made_at(chart)?;
    let read =
        |path: &str| std::fs::read(path).map_err(|error| anyhow!("open {path}: {}", project::reason(&error)));
    let prov = format!("{chart}.prov");
    let provenance = Path::new(&prov).exists().then(|| read(&prov)).transpose()?;
    let push = Push::prepare(chart, read(chart)?, provenance, remote, dialect)?;
    for warning in &push.warnings {
        output::remark(&format!("WARNING: {warning}"));
    }
    output::remark(&format!("Pushing to {}", push.target()));
    let pushed = global.files.client()?.push(&push, &created, &args.access.access())?;
    fetching::say(&format!("Pushed: {}\nDigest: {}", pushed.reference, pushed.digest), dialect)?;
    match fetching::underscore(&pushed.reference) {
        Some(text) => fetching::say(&text, dialect),
        None => Ok(()),
    }
}

fn ensure_registry(remote: &str) -> Result<()> {
    match remote.split_once("://") {
        _ if is_oci(remote) => Ok(()),
        Some((scheme, _)) => bail!("scheme {scheme:?} not supported"),
        None => bail!("scheme prefix missing from remote (e.g. \"oci://\")"),
    }
}

/// When the archive was made, as Helm notes it: in local time.
fn made_at(chart: &str) -> Result<String> {
    let metadata = match std::fs::metadata(chart) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!("{chart}: no such file"),
        Err(error) => bail!("stat {chart}: {}", project::reason(&error)),
    };
    if metadata.is_dir() {
        bail!("cannot push directory, must provide chart archive (.tgz)");
    }
    let time =
        jiff::Timestamp::try_from(metadata.modified()?).with_context(|| format!("{chart}: its time"))?;
    let zone = jiff::tz::TimeZone::get(Machine::new().time_zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let time = time.to_zoned(zone);
    // Go writes `Z` where the zone is none.
    Ok(match time.offset().is_zero() {
        true => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        false => time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    })
}
