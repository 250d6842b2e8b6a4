//! Flags that several of Helmfile's commands share, by what they decide.

use std::path::PathBuf;

use anyhow::{Result, bail};
use helmfile::fleet::{Look, Overrides};
use release::diff::{DiffConfig, DyffConfig, Form, ReportConfig};

use super::deployment::Wanted;
use crate::output;

/// What becomes of releases that a selected one needs.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Needs")]
pub(crate) struct NeedsFlags {
    /// Leave alone what a selected release needs. That is so unless one of the next two is given.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_needs: Option<bool>,
    /// What a selected release needs, too.
    #[arg(long)]
    include_needs: bool,
    /// What a selected release needs, and what that needs, and so on.
    #[arg(long)]
    pub(crate) include_transitive_needs: bool,
    /// Refuse if what a release needs is not to be installed.
    #[arg(long)]
    pub(crate) enforce_needs_are_installed: bool,
}

impl NeedsFlags {
    /// Whether what selected releases need comes along.
    pub(crate) fn include(&self) -> bool {
        self.include_needs || self.include_transitive_needs
    }

    /// Whether what is needed but not selected is left alone, instead of being an error.
    pub(crate) fn skip(&self) -> bool {
        !self.include() && self.skip_needs.unwrap_or(true)
    }
}

/// Values over those of the helmfile, and how much goes on at the same time.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Releases")]
pub(crate) struct ReleaseFlags {
    /// Set values of every release: `a.b=1`. Wins over the helmfile's; may be given again.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Values for every release from a YAML file. Wins over the helmfile's files; may be given again.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Vec<PathBuf>,
    /// Work on so many releases at the same time; 0 is all that can be.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    pub(crate) concurrency: usize,
}

/// What all commands take that compare releases with the cluster or upgrade them.
#[derive(Debug, clap::Args)]
pub(super) struct DeploymentFlags {
    #[command(flatten)]
    releases: ReleaseFlags,
    #[command(flatten)]
    needs: NeedsFlags,
    #[command(flatten)]
    pub(super) diff: DiffFlags,
    #[command(flatten)]
    upgrade: UpgradeFlags,
    #[command(flatten)]
    pub(super) refused: RefusedFlags,
}

impl DeploymentFlags {
    /// What is wanted of the releases by a command.
    pub(super) fn wanted(&self, command: &'static str) -> Wanted<'_> {
        Wanted {
            command,
            releases: &self.releases,
            needs: Some(&self.needs),
            overrides: self.upgrade.overrides(&self.diff),
            hide_notes: self.upgrade.hide_notes,
        }
    }
}

/// How a diff looks.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Diff")]
pub(crate) struct DiffFlags {
    /// So many lines around changes, instead of whole objects.
    #[arg(long, value_name = "LINES", default_value_t = 0, hide_default_value = true)]
    pub(crate) context: usize,
    /// In which form: line by line, a line for each object, field by field as dyff says it, or JSON.
    #[arg(
        long,
        value_name = "diff|simple|dyff|json|structured",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) output: String,
    /// Show no lines of objects of a kind; may be given again.
    #[arg(long, value_name = "KIND")]
    pub(crate) suppress: Vec<String>,
    /// Show nothing of Secrets but that they change.
    #[arg(long)]
    pub(crate) suppress_secrets: bool,
    /// Show what Secrets hold.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Show no lines that match; may be given again.
    #[arg(long, value_name = "REGEX")]
    pub(crate) suppress_output_line_regex: Vec<String>,
    /// Show no diff at all, only which releases are affected.
    #[arg(long)]
    pub(crate) suppress_diff: bool,
    /// Show nothing of releases that are not installed yet.
    #[arg(long)]
    pub(crate) skip_diff_on_install: bool,
    /// Leave hooks out of the diff.
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Tests, too.
    #[arg(long)]
    pub(crate) include_tests: bool,
    /// Lines end where their carriage return begins.
    #[arg(long)]
    pub(crate) strip_trailing_cr: bool,
    /// Exit with 2 if something changes.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Taken for Helmfile's sake: the cluster is always asked what it serves.
    #[arg(long, hide = true)]
    validate: bool,
    /// Taken for Helmfile's sake: the server looks at what it is sent.
    #[arg(long, hide = true)]
    skip_diff_validation_on_install: bool,
}

impl DiffFlags {
    /// How releases are compared.
    pub(crate) fn look(&self) -> Look {
        Look {
            diff: DiffConfig {
                show_secrets: self.show_secrets,
                strip_trailing_cr: self.strip_trailing_cr,
                ..DiffConfig::default()
            },
            no_hooks: self.no_hooks,
            include_tests: self.include_tests,
            skip_new: self.skip_diff_on_install,
        }
    }

    /// How what changes is told.
    pub(crate) fn report(&self, colour: bool) -> Result<ReportConfig> {
        let form = match self.output.as_str() {
            "" | "diff" => Form::Diff,
            "simple" => Form::Simple,
            "json" => Form::Json,
            "structured" => Form::Structured,
            "dyff" => Form::Dyff,
            other => {
                bail!(
                    "chartroom does not have --output {other}; there are diff, simple, dyff, json and structured"
                )
            }
        };
        let mut suppressed_kinds = self.suppress.clone();
        suppressed_kinds.extend(self.suppress_secrets.then(|| "Secret".to_owned()));
        let context = Some(self.context).filter(|it| *it > 0);
        let dyff = DyffConfig { colour, width: output::width(), ..DyffConfig::default() };
        Ok(ReportConfig { form, context, colour, suppressed_kinds, dyff })
    }
}

/// How releases are written, over what the helmfile says.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Deploying")]
pub(crate) struct UpgradeFlags {
    /// Wait until every object is ready.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Wait until Jobs are done, too.
    #[arg(long)]
    pub(crate) wait_for_jobs: bool,
    /// How long to wait, in seconds; 0 leaves it to the helmfile.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
    pub(crate) timeout: u64,
    /// Leave custom resource definitions of charts alone.
    #[arg(long)]
    pub(crate) skip_crds: bool,
    /// Take the values of the last revision, with those of the helmfile over them.
    #[arg(long)]
    pub(crate) reuse_values: bool,
    /// Take only the values of the helmfile. That is so unless it says otherwise.
    #[arg(long)]
    pub(crate) reset_values: bool,
    /// Take over objects that belong to somebody else.
    #[arg(long)]
    pub(crate) take_ownership: bool,
    /// Write by server-side apply: `true`, `false`, or `auto` as the last revision was.
    #[arg(long, value_name = "true|false|auto")]
    pub(crate) server_side: Option<String>,
    /// Put the labels of the helmfile on the releases.
    #[arg(long)]
    pub(crate) sync_release_labels: bool,
    /// Do not hold values against the schemas of charts.
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// What the histories are to say.
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// What becomes of what deleted objects own: background, foreground or orphan.
    #[arg(long, value_name = "HOW")]
    pub(crate) cascade: Option<String>,
    /// A program that changes the manifests before anybody sees them. Only with --helm 3.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) post_renderer: Option<String>,
    /// An argument for the post-renderer; may be given again.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) post_renderer_args: Vec<String>,
    /// Print no notes of charts.
    #[arg(long)]
    pub(crate) hide_notes: bool,
    /// Taken for Helmfile's sake: values are never written into files.
    #[arg(long, hide = true)]
    skip_cleanup: bool,
}

impl UpgradeFlags {
    /// What is said for all releases.
    pub(crate) fn overrides(&self, diff: &DiffFlags) -> Overrides {
        Overrides {
            wait: self.wait,
            wait_for_jobs: self.wait_for_jobs,
            timeout: self.timeout,
            skip_crds: self.skip_crds,
            reuse_values: self.reuse_values,
            reset_values: self.reset_values,
            take_ownership: self.take_ownership,
            server_side: self.server_side.clone(),
            sync_release_labels: self.sync_release_labels,
            skip_schema_validation: self.skip_schema_validation,
            description: self.description.clone(),
            cascade: self.cascade.clone(),
            delete_wait: false,
            delete_timeout: 0,
            post_renderer: self.post_renderer.clone().map(|it| (it, self.post_renderer_args.clone())),
            // Fields have no lines to leave out.
            suppress_output_line_regex: match diff.output.as_str() {
                "structured" => Vec::new(),
                _ => diff.suppress_output_line_regex.clone(),
            },
        }
    }
}

/// Flags of Helmfile's that chartroom does not have. They are known, so that what to do instead can be said.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct RefusedFlags {
    #[arg(long, hide = true, allow_hyphen_values = true)]
    args: Option<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    diff_args: Option<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    sync_args: Option<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    template_args: Option<String>,
    #[arg(long, hide = true)]
    track_mode: Option<String>,
    #[arg(long, hide = true)]
    track_timeout: Option<i64>,
    #[arg(long, hide = true)]
    track_logs: bool,
    #[arg(long, hide = true)]
    track_failed_logs: bool,
    #[arg(long, hide = true)]
    track_fail_on_error: bool,
    #[arg(long, hide = true)]
    helm_stuck_grace: Option<i64>,
}

impl RefusedFlags {
    /// Refuses what is missing with a sentence. An empty text, and what is so anyway, is no request.
    pub(crate) fn refuse(&self) -> Result<()> {
        let texts = [
            ("--args", &self.args),
            ("--diff-args", &self.diff_args),
            ("--sync-args", &self.sync_args),
            ("--template-args", &self.template_args),
        ];
        if let Some((flag, _)) =
            texts.iter().find(|(_, text)| text.as_deref().is_some_and(|it| !it.is_empty()))
        {
            bail!(
                "{flag} hands flags to a helm that chartroom does not run; say the same by a flag of this command or by \
                 helmDefaults in the helmfile"
            );
        }
        let by_helm = matches!(self.track_mode.as_deref(), None | Some("" | "helm" | "helm-legacy"));
        let tracks = self.track_logs || self.track_failed_logs || self.track_fail_on_error;
        let counts = self.track_timeout.unwrap_or(0) != 0 || self.helm_stuck_grace.unwrap_or(0) != 0;
        if !by_helm || tracks || counts {
            bail!(
                "chartroom does not have --track-mode kubedog and the flags around it; --wait follows every object until it \
                 is ready, and says what it waits for"
            );
        }
        Ok(())
    }
}
