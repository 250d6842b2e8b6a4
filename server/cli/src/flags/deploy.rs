//! Flags that `install` and `upgrade` share: what is rendered, and what is printed of it.

use anyhow::{Result, bail};

use super::{ChartFlags, Form};
use crate::post_renderer;

/// What is rendered for a release, and what is printed of it.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Release")]
pub(crate) struct DeployFlags {
    /// Do everything but what changes something. `server` asks the cluster; `client` asks it no more than it must.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: Option<String>,
    /// Print no Secrets. Only with --dry-run.
    #[arg(long)]
    pub(crate) hide_secret: bool,
    /// Make the namespace if it is not there.
    #[arg(long)]
    pub(crate) create_namespace: bool,
    /// What the history is to say of this revision.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) description: String,
    /// Labels for the record: `key=value`.
    #[arg(short, long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// Leave the chart's custom resource definitions alone.
    #[arg(long)]
    pub(crate) skip_crds: bool,
    /// Take over objects that belong to somebody else.
    #[arg(long)]
    pub(crate) take_ownership: bool,
    /// Show the notes of subcharts, too.
    #[arg(long)]
    pub(crate) render_subchart_notes: bool,
    /// Print no notes.
    #[arg(long)]
    pub(crate) hide_notes: bool,
    /// Bring dependencies that are missing into the chart's `charts/` first.
    #[arg(long)]
    pub(crate) dependency_update: bool,
    /// Do not hold the values against the chart's schema.
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// Taken for Helm's sake: the server looks at what it is sent.
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[command(flatten)]
    pub(crate) chart: ChartFlags,
    #[command(flatten)]
    pub(crate) post_renderer: post_renderer::Flags,
    /// In which form the result is printed.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Form,
}

impl DeployFlags {
    /// Whether nothing is to change.
    pub(crate) fn is_dry_run(&self) -> Result<bool> {
        match self.dry_run.as_deref() {
            None | Some("none" | "false") => Ok(false),
            Some("client" | "server" | "true") => Ok(true),
            Some(other) => {
                bail!("invalid dry-run value ({other:?}). Must be \"none\", \"server\", or \"client\"")
            }
        }
    }
}
