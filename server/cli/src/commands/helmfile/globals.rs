//! Flags that every command of Helmfile takes, before the command or after it, under Helmfile's names.
//!
//! The namespace, the kubeconfig and its context are those of the whole program ([`crate::flags::Global`]). What
//! Helmfile says to a `helm` that it runs is taken and means nothing here: no other program deploys anything.

use std::path::PathBuf;

use anyhow::{Result, bail};

/// Which helmfile, for which environment, and which of its releases.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Helmfile")]
pub(crate) struct Globals {
    /// The helmfile, or a folder with some; `-` is standard input. Without it: helmfile.yaml, helmfile.yaml.gotmpl or
    /// the folder helmfile.d.
    #[arg(short, long, global = true, value_name = "FILE", env = "HELMFILE_FILE_PATH")]
    pub(crate) file: Option<PathBuf>,
    /// The environment.
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        env = "HELMFILE_ENVIRONMENT",
        default_value = "default",
        hide_default_value = true
    )]
    pub(crate) environment: String,
    /// Only releases with these labels: `tier=web,app!=shop`. Given again, those of the other selector as well.
    #[arg(short = 'l', long, global = true, value_name = "LABELS")]
    pub(crate) selector: Vec<String>,
    /// Set state values, `.Values` in the helmfile: `a.b=1,c={x,y}`.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) state_values_set: Vec<String>,
    /// Set state values that are always strings.
    #[arg(long, global = true, value_name = "KEY=TEXT")]
    pub(crate) state_values_set_string: Vec<String>,
    /// State values from a YAML file.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) state_values_file: Vec<PathBuf>,
    /// It is no error if no release is selected.
    #[arg(long, global = true)]
    pub(crate) allow_no_matching_release: bool,
    /// Neither update repositories nor build dependencies of charts.
    #[arg(long, global = true)]
    pub(crate) skip_deps: bool,
    /// Do not update repositories.
    #[arg(long, global = true)]
    pub(crate) skip_refresh: bool,
    /// Ask before anything is changed.
    #[arg(short, long, global = true)]
    interactive: bool,
    /// Tell nothing but warnings and results.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// With colours, also where nobody looks.
    #[arg(long, global = true)]
    color: bool,
    /// Without colours.
    #[arg(long, global = true)]
    no_color: bool,
    /// Take this chart for every release.
    #[arg(short, long, global = true, value_name = "CHART")]
    pub(crate) chart: Option<String>,
    /// Speak to registries without TLS.
    #[arg(long, global = true)]
    pub(crate) oci_plain_http: bool,
    #[command(flatten)]
    _without_effect: WithoutEffect,
}

/// What Helmfile needs for the programs that it runs.
#[derive(Clone, Debug, Default, clap::Args)]
struct WithoutEffect {
    #[arg(short = 'b', long, global = true, hide = true)]
    helm_binary: Option<String>,
    #[arg(short = 'k', long, global = true, hide = true)]
    kustomize_binary: Option<String>,
    #[arg(long, global = true, hide = true)]
    log_level: Option<String>,
    #[arg(long, global = true, hide = true)]
    sequential_helmfiles: bool,
    #[arg(long, global = true, hide = true)]
    disable_force_update: bool,
    #[arg(long, global = true, hide = true)]
    enable_live_output: bool,
    #[arg(long, global = true, hide = true)]
    enforce_plugin_verification: bool,
    #[arg(long, global = true, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    strip_args_values_on_exit_error: Option<bool>,
    #[arg(long, global = true, hide = true)]
    repo_retries: Option<i64>,
}

/// Whether a variable says `true`, the only word that Helmfile takes for it.
fn said(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|it| it == "true")
}

impl Globals {
    /// Whether somebody is to be asked before anything is changed.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive || said("HELMFILE_INTERACTIVE")
    }

    /// Whether only warnings and results are told. `--debug` tells everything.
    pub(crate) fn is_quiet(&self, debug: bool) -> bool {
        !debug && (self.quiet || said("HELMFILE_QUIET"))
    }

    /// Whether there are colours: flags over variables, and those over whether a person looks.
    pub(crate) fn colour(&self, person: bool) -> Result<bool> {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        match (self.color, self.no_color) {
            (true, true) => bail!("--color and --no-color cannot be specified at the same time"),
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            (false, false) if no_color || said("HELMFILE_NO_COLOR") => Ok(false),
            (false, false) => Ok(person && std::env::var("TERM").is_ok_and(|it| it != "dumb")),
        }
    }
}
