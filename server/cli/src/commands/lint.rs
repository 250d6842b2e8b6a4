//! `chartroom lint`: what `helm lint` prints.

mod folder;
mod host;

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use chart::capabilities::{Capabilities, KubeVersion};
use render::lint::checks::checks;
use render::lint::{Entry, Finding, Folder, LintOptions, Severity, lint};
use text::{Encoding, FileTable, LineIndex};
use yaml::Node;

use crate::flags::{Global, ValuesFlags};
use crate::output;
use host::LintHost;

/// Examine charts for possible issues.
///
/// Prints what `helm lint` prints, byte for byte: ERROR for what will keep a chart from being installed, WARNING
/// for what goes against convention or recommendation. Fails where there is an error; with --strict, also where
/// there is a warning.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The charts: folders or packed charts. With --helm 3 the folder we are in if there is none.
    #[arg(value_name = "CHART")]
    paths: Vec<String>,
    #[command(flatten)]
    values: ValuesFlags,
    #[command(flatten)]
    flags: LintFlags,
}

/// What to look at and print.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Linting")]
struct LintFlags {
    /// Fail on warnings.
    #[arg(long)]
    strict: bool,
    /// Print only warnings and errors.
    #[arg(long)]
    quiet: bool,
    /// Lint the charts below `charts/` too.
    #[arg(long)]
    with_subcharts: bool,
    /// The version of Kubernetes for capabilities, and for what is deprecated.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Do not hold the values against the chart's schema.
    #[arg(long)]
    skip_schema_validation: bool,
    /// Add findings of our own, below Helm's: values that nothing reads, templates that are not there, `false` that
    /// is lost, text that is none. Without this flag the output is Helm's, byte for byte.
    #[arg(long)]
    checks: bool,
}

/// What came of one chart.
enum Outcome {
    /// It could not be looked at.
    NoChart(String),
    /// The findings.
    Found(Vec<Finding>),
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let dialect = global.helm.dialect();
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        match dialect {
            Dialect::Helm3 => paths.push(".".to_owned()),
            Dialect::Helm4 => {
                bail!(
                    "\"chartroom lint\" requires at least 1 argument\n\nUsage:  chartroom lint PATH [flags]"
                )
            }
        }
    }
    let mut capabilities = Capabilities::defaults(dialect);
    if let Some(version) = args.flags.kube_version.as_ref().filter(|it| !it.is_empty()) {
        capabilities.kube_version = KubeVersion::parse(version, dialect)
            .map_err(|reason| anyhow!("invalid kube version '{version}': {reason}"))?;
    }
    if args.flags.with_subcharts {
        for path in paths.clone() {
            folder::subcharts(&Path::new(&path).join("charts"), &mut paths);
        }
    }
    let mut table = FileTable::default();
    let user = args.values.read(&mut table, dialect)?;
    let options = LintOptions {
        namespace: global.namespace().to_owned(),
        capabilities,
        dialect,
        skip_schema: args.flags.skip_schema_validation,
        traced: args.flags.checks,
        limits: global.limits.limits(),
    };
    let wanted = Wanted {
        called: None,
        checks: args.flags.checks,
        strict: args.flags.strict,
        quiet: args.flags.quiet,
    };
    lint_all(&paths, &user.merged, &options, &mut table, wanted)
}

/// What is looked for, and what is told of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'w> {
    /// What charts are called whose path says nothing to anybody.
    called: Option<&'w str>,
    checks: bool,
    strict: bool,
    quiet: bool,
}

impl<'w> Wanted<'w> {
    /// What is told by default, of a chart by that name.
    pub(crate) fn of(called: &'w str) -> Self {
        Self { called: Some(called), ..Self::default() }
    }
}

/// Lints charts, and fails where one of them does.
pub(crate) fn lint_all(
    paths: &[String],
    user: &Node,
    options: &LintOptions,
    table: &mut FileTable,
    wanted: Wanted<'_>,
) -> Result<()> {
    let mut text = String::new();
    let (mut failed, mut noticed) = (0, 0);
    for path in paths {
        let outcome = one(path, user, options, table, wanted.checks);
        noticed += usize::from(outcome.is_noticed());
        failed += usize::from(outcome.fails(wanted.strict));
        if !wanted.quiet || outcome.is_noticed() {
            let called = wanted.called.unwrap_or(path);
            text += &format!("==> Linting {called}\n{}\n", outcome.print(wanted.quiet));
        }
    }
    output::print(&text)?;
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        bail!(summary);
    }
    if !wanted.quiet || noticed > 0 {
        output::print(&format!("{summary}\n"))?;
    }
    Ok(())
}

fn one(path: &str, user: &Node, options: &LintOptions, table: &mut FileTable, with_checks: bool) -> Outcome {
    let folder = match folder::read(path, table, options.dialect) {
        Ok(folder) => folder,
        Err(reason) => return Outcome::NoChart(reason),
    };
    // Helm loads the chart once for its templates and once for its dependencies, and grumbles each time.
    let grumbles = folder.chart.as_ref().map(chart::warning::of_loading).unwrap_or_default();
    if options.dialect == Dialect::Helm3 || !matches!(folder.templates, Entry::Missing) {
        output::remark_all(&grumbles, options.dialect);
    }
    let host = LintHost::new(options.dialect);
    let report = lint(&folder, user, options, &host);
    // Values are merged before anything is rendered.
    output::remark_all(&report.warnings, options.dialect);
    host.into_log().iter().for_each(|line| output::remark(line));
    output::remark_all(&grumbles, options.dialect);
    let mut found = report.findings.clone();
    if with_checks {
        found.extend(
            checks(&folder, &report, options.dialect).into_iter().map(|finding| placed(finding, &folder)),
        );
    }
    Outcome::Found(found)
}

/// One of our own findings with line and column behind the path, and the name of the check.
fn placed(finding: Finding, folder: &Folder) -> Finding {
    let place = || {
        let at = finding.at?;
        let chart = folder.chart.as_ref().ok()?;
        let text = chart.raw.iter().find(|file| file.id == at.file)?.text()?;
        Some(LineIndex::new(text).line_column(text, at.range.start(), Encoding::Utf32))
    };
    let path = match place() {
        Some(place) => format!("{}:{}:{}", finding.path, place.line + 1, place.column + 1),
        None => finding.path.clone(),
    };
    Finding { path, message: format!("{} (chartroom:{})", finding.message, finding.id), ..finding }
}

impl Outcome {
    /// Whether there is more than something to improve.
    fn is_noticed(&self) -> bool {
        self.fails(true)
    }

    fn fails(&self, strict: bool) -> bool {
        let least = if strict { Severity::Warning } else { Severity::Error };
        match self {
            Self::NoChart(_) => true,
            Self::Found(findings) => findings.iter().any(|it| it.severity >= least),
        }
    }

    fn print(&self, quiet: bool) -> String {
        match self {
            Self::NoChart(reason) => format!("Error {reason}\n"),
            Self::Found(findings) => {
                let shown = findings.iter().filter(|it| !quiet || it.severity > Severity::Info);
                shown.map(|it| format!("{it}\n")).collect()
            }
        }
    }
}
