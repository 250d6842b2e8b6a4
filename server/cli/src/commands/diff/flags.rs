//! The flags of helm-diff that decide how a diff looks.

use std::io::IsTerminal;

use anyhow::{Context as _, Result, anyhow, bail};
use release::diff::{DiffConfig, DyffConfig, Form, IndexConfig, ReportConfig};

use crate::output;

/// How a diff looks.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Diff")]
#[group(skip)]
pub(super) struct Flags {
    /// So many lines around changes, instead of whole objects.
    #[arg(
        short = 'C',
        long,
        value_name = "LINES",
        env = "HELM_DIFF_OUTPUT_CONTEXT",
        allow_hyphen_values = true
    )]
    context: Option<i64>,
    /// In which form: line by line, a line for each object, field by field as dyff says it, JSON, JSON with the fields that
    /// change, or by the template that `HELM_DIFF_TPL` names.
    #[arg(
        long,
        value_name = "diff|simple|dyff|json|structured|template",
        default_value = "diff",
        env = "HELM_DIFF_OUTPUT"
    )]
    output: String,
    /// Show nothing of Secrets but that they change.
    #[arg(short = 'q', long)]
    suppress_secrets: bool,
    /// Show what Secrets hold.
    #[arg(long)]
    show_secrets: bool,
    /// Show what Secrets hold, decoded.
    #[arg(long)]
    show_secrets_decoded: bool,
    /// Show no lines of objects of a kind; may be given again.
    #[arg(long, value_name = "KIND")]
    suppress: Vec<String>,
    /// Show no lines that match; may be given again.
    #[arg(long, value_name = "REGEX")]
    suppress_output_line_regex: Vec<String>,
    /// Take two objects for one that was renamed if no more than this part of the lines differs.
    #[arg(short = 'D', long, value_name = "FRACTION", default_value_t = 0.0, hide_default_value = true)]
    find_renames: f32,
    /// Lines end where their carriage return begins.
    #[arg(long)]
    strip_trailing_cr: bool,
    /// Write every object anew before it is compared, so that style does not count.
    #[arg(long, env = "HELM_DIFF_NORMALIZE_MANIFESTS")]
    normalize_manifests: bool,
    /// Tests, too.
    #[arg(long)]
    include_tests: bool,
    /// Exit with 2 if something changes.
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// With colours, also where nobody looks.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", env = "HELM_DIFF_COLOR")]
    color: Option<bool>,
    /// Without colours.
    #[arg(long)]
    no_color: bool,
}

impl Flags {
    /// How objects are compared.
    pub(super) fn config(&self) -> Result<DiffConfig> {
        // Fields have no lines to leave out.
        let hidden = if self.output == "structured" { &[][..] } else { &self.suppress_output_line_regex };
        let patterns = hidden.iter().map(|text| template::functions::regex::compile_go(text));
        Ok(DiffConfig {
            show_secrets: self.show_secrets,
            show_secrets_decoded: self.show_secrets_decoded,
            strip_trailing_cr: self.strip_trailing_cr,
            find_renames: self.find_renames,
            suppressed_lines: patterns.collect::<Result<_, _>>().map_err(|error| anyhow!(error))?,
        })
    }

    /// How manifests are read.
    pub(super) fn index(&self, namespace: &str) -> IndexConfig {
        IndexConfig {
            namespace: namespace.to_owned(),
            include_tests: self.include_tests,
            normalize: self.normalize_manifests,
        }
    }

    /// The template that a diff is printed by, if the user has one.
    pub(super) fn template(&self) -> Result<Option<String>> {
        let file = std::env::var_os("HELM_DIFF_TPL").filter(|_| self.output == "template");
        let read = |file: std::path::PathBuf| {
            std::fs::read_to_string(&file).with_context(|| format!("HELM_DIFF_TPL: {}", file.display()))
        };
        file.map(std::path::PathBuf::from).map(read).transpose()
    }

    /// How a diff is told.
    pub(super) fn report(&self) -> Result<ReportConfig> {
        let form = match self.output.as_str() {
            "diff" | "" => Form::Diff,
            "simple" => Form::Simple,
            // Without a template of the user's, helm-diff's own one makes JSON.
            "json" | "template" => Form::Json,
            "structured" => Form::Structured,
            "dyff" => Form::Dyff,
            other => {
                bail!(
                    "{other} is no form of a diff; there are diff, simple, dyff, json, structured and template"
                )
            }
        };
        let mut suppressed_kinds = self.suppress.clone();
        suppressed_kinds.extend(self.suppress_secrets.then(|| "Secret".to_owned()));
        let seen = std::io::stdout().is_terminal() && std::env::var("TERM").is_ok_and(|it| it != "dumb");
        Ok(ReportConfig {
            form,
            context: self.context.and_then(|it| usize::try_from(it).ok()),
            colour: !self.no_color && self.color.unwrap_or(seen),
            suppressed_kinds,
            dyff: DyffConfig {
                renames: self.find_renames > 0.0,
                // As with helm-diff only where they are asked for, also on a terminal.
                colour: !self.no_color && self.color == Some(true),
                width: output::width(),
            },
        })
    }
}
