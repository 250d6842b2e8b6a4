//! `chartroom preview`: the live preview in the terminal.
//!
//! It renders, says of each line where it comes from, then waits for a file to change and shows which lines
//! that changed. On error the last good rendering stays what changes are told against.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use similar::{ChangeTag, TextDiff};

use crate::flags::{ChartFlags, Global, ValuesFlags};
use crate::host::Machine;
use crate::rendered::{Rendered, Request, render};
use crate::{charts, output};

/// Render a chart, then again whenever one of its files changes, and show which lines changed.
///
/// Each line is followed by the template line that wrote it and, behind an arrow, the values line that it shows.
/// Where standard output is no terminal, plain lines are printed: the rendering first, then for each change a
/// diff of it. Stop it with Ctrl-C.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The chart: a folder, a packed chart, or one of a repository or registry.
    chart: String,
    #[command(flatten)]
    values: ValuesFlags,
    /// Render once and end; the exit code tells whether it worked.
    #[arg(long)]
    once: bool,
    /// Only this template, such as `templates/deployment.yaml`.
    #[arg(short, long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// The release's name; the chart's by default.
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// The version of Kubernetes to render for.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Do not say where lines come from.
    #[arg(long)]
    no_origins: bool,
    #[command(flatten)]
    source: ChartFlags,
}

const DIM: Style = Style::new().dimmed();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const TITLE: Style = AnsiColor::Cyan.on_default().bold();

/// The column at which origins stand beside short lines.
const ORIGIN_COLUMN: usize = 72;

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut screen =
        Screen { colour: std::io::stdout().is_terminal(), origins: !args.no_origins, last: None };
    let host = Machine::new();
    let chart = PathBuf::from(charts::find(&args.chart, &args.source, global)?);
    let worked = screen.show(global, args, &chart, &host)?;
    if args.once {
        // What is wrong was told already; only the exit code is left to say.
        return if worked { Ok(()) } else { Err(output::Told.into()) };
    }
    let files: Vec<PathBuf> = args.values.files.iter().map(PathBuf::from).collect();
    let (folders, archives) = match chart.is_dir() {
        true => (vec![chart.clone()], Vec::new()),
        false => (Vec::new(), vec![chart.clone()]),
    };
    let watcher = project::Watcher::new(&folders, &[files, archives].concat())?;
    output::remark(&format!("watching {}", chart.display()));
    while let Some(changed) = watcher.wait() {
        let names: Vec<String> = changed.iter().map(|path| shown(path, &chart)).collect();
        screen.title(&names.join(", "))?;
        screen.show(global, args, &chart, &host)?;
    }
    Ok(())
}

fn shown(path: &Path, chart: &Path) -> String {
    let root = chart.canonicalize().unwrap_or_else(|_| chart.to_owned());
    path.strip_prefix(&root).unwrap_or(path).display().to_string()
}

/// The chart's own name, as far as its path or reference says it.
fn release_name(chart: &str) -> String {
    let base = golang::path::base(chart.trim_end_matches(".tgz"));
    // Of `.` and the like.
    let folder = || Some(std::fs::canonicalize(chart).ok()?.file_name()?.to_string_lossy().into_owned());
    let name = match base {
        "." | ".." | "/" => folder(),
        base => Some(base.to_owned()),
    };
    name.unwrap_or_else(|| "release-name".to_owned())
}

/// What was shown last, and how to show more.
struct Screen {
    colour: bool,
    origins: bool,
    last: Option<String>,
}

impl Screen {
    /// Renders and shows; whether it worked.
    fn show(&mut self, global: &Global, args: &Args, chart: &Path, host: &Machine) -> Result<bool> {
        let name = args.release.clone().unwrap_or_else(|| release_name(&args.chart));
        let request = Request {
            template: args.template.as_deref(),
            ..Request::of_first(global, chart, &args.values, name, args.kube_version.as_deref())
        };
        let start = Instant::now();
        let rendered = match render(&request, host) {
            Ok(rendered) => rendered,
            Err(error) => {
                output::remark(&format!("error: {error:#}"));
                return Ok(false);
            }
        };
        let took = start.elapsed();
        rendered.reports(self.colour).iter().for_each(|report| output::remark(report));
        let worked = rendered.errors.is_empty();
        match (&self.last, worked) {
            (None, _) => self.whole(&rendered)?,
            (Some(last), true) => self.changes(last, &rendered)?,
            (Some(_), false) => output::remark("the last good rendering stays"),
        }
        if worked || self.last.is_none() {
            self.last = Some(rendered.output.text);
        }
        if self.colour {
            self.title(&format!("rendered in {:.1} ms", took.as_secs_f64() * 1000.0))?;
        }
        Ok(worked)
    }

    fn title(&self, text: &str) -> Result<()> {
        output::print(&format!("{}\n", self.styled(TITLE, &format!("── {text}"))))
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn whole(&self, rendered: &Rendered) -> Result<()> {
        let origins = rendered.origins();
        let lines = rendered.output.text.lines().zip(&origins);
        let text: String = lines.map(|(line, origin)| self.line(" ", line, origin, None)).collect();
        output::print(&text)
    }

    /// The lines that are new or gone, with a few around them.
    fn changes(&self, last: &str, rendered: &Rendered) -> Result<()> {
        let origins = rendered.origins();
        let diff = TextDiff::from_lines(last, rendered.output.text.as_str());
        let mut text = String::new();
        for (number, group) in diff.grouped_ops(2).iter().enumerate() {
            if number > 0 {
                text.push_str("  …\n");
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let origin = change.new_index().and_then(|at| origins.get(at)).map_or("", String::as_str);
                let line = change.value().trim_end_matches('\n');
                text.push_str(&match change.tag() {
                    ChangeTag::Equal => self.line(" ", line, origin, None),
                    ChangeTag::Delete => self.line("-", line, "", Some(REMOVED)),
                    ChangeTag::Insert => self.line("+", line, origin, Some(ADDED)),
                });
            }
        }
        if text.is_empty() {
            text.push_str("nothing changed in the rendering\n");
        }
        output::print(&text)
    }

    fn line(&self, mark: &str, line: &str, origin: &str, style: Option<Style>) -> String {
        let text = format!("{mark} {line}");
        let text = style.map_or_else(|| text.clone(), |style| self.styled(style, &text));
        if !self.origins || origin.is_empty() {
            return format!("{}\n", text.trim_end());
        }
        let padding = ORIGIN_COLUMN.saturating_sub(line.chars().count() + 2).max(2);
        let origin = self.styled(DIM, &format!("# {origin}"));
        format!("{text}{}{origin}\n", " ".repeat(padding))
    }
}
