//! `chartroom verify`: whether a packed chart is what its signature says.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::flags::Global;
use crate::{output, signatures};

/// Check that a packed chart was signed, and is what was signed.
///
/// The signature is the file of the chart's name with `.prov` behind it. Prints who signed the chart, with which key, and
/// the digest of the chart. Fails where anything is not as it was signed, or the signer is not in the keyring.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The packed chart.
    #[arg(value_name = "CHART")]
    charts: Vec<String>,
    /// The keys to check it with, instead of GnuPG's own.
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let [chart] = &args.charts[..] else {
        bail!("\"chartroom verify\" requires 1 argument\n\nUsage:  chartroom verify PATH [flags]");
    };
    let keyring = args.keyring.clone().unwrap_or_else(signatures::default_keyring);
    let verified = signatures::check_chart(chart, &keyring, global.helm.dialect())?;
    output::print(&verified.to_text())
}
