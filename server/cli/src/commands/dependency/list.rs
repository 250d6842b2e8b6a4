//! `chartroom dependency list`: a table of what the chart depends on, and what lies in `charts/` without being asked for.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, anyhow};
use chart::vendored::status;
use chart::{Chart, Dependency, Dialect};
use golang::path;
use golang::strconv::{parse_uint, quote};
use text::FileTable;

use crate::flags::Global;
use crate::table::table;
use crate::{charts, output};

/// Show what a chart depends on, and whether `charts/` has it.
///
/// The status says how each stands: `ok` (an archive that fits), `unpacked` (a folder that fits), `missing`, `wrong
/// version`, `invalid version`, `too many matches`, `corrupt`, `misnamed`. Below the table stands what lies in `charts/`
/// without being asked for. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "ls")]
pub(super) struct Args {
    /// The chart: a folder or a packed chart, this folder if none is given.
    chart: Option<String>,
    #[arg(hide = true)]
    more: Vec<String>,
    /// How wide a column may get. What is longer ends in dots; 0 is no limit.
    #[arg(long, value_name = "CHARACTERS", default_value = "80", allow_hyphen_values = true)]
    max_col_width: String,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let most = parse_uint(args.max_col_width.as_bytes(), 0).map_err(|error| {
        anyhow!("invalid argument {} for \"--max-col-width\" flag: {error}", quote(&args.max_col_width))
    })?;
    let chart_path = super::at_most_one(args.chart.as_deref(), &args.more, "list")?;
    let dialect = global.helm.dialect();
    let mut files = FileTable::default();
    let chart = charts::load(&chart_path, &mut files, dialect)?;
    output::remark_all(&chart::warning::of_loading(&chart), dialect);
    let vendored = Vendored { folder: path::join([&*chart_path, "charts"]), dialect };
    let Some(dependencies) = &chart.metadata.dependencies else {
        return output::print(&format!("WARNING: no dependencies at {}\n", vendored.folder));
    };
    let mut text = vendored.table(&chart, dependencies, usize::try_from(most).unwrap_or(usize::MAX));
    text += "\n\n";
    vendored.unasked_for(dependencies, &mut text);
    output::print(&text)
}

/// The folder `charts/` of a chart.
struct Vendored {
    folder: String,
    dialect: Dialect,
}

impl Vendored {
    fn table(&self, chart: &Chart, dependencies: &[Dependency], most: usize) -> String {
        let names: Vec<String> = self.names().into_iter().filter(|it| self.path(it).1).collect();
        let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned).to_vec()];
        for dependency in dependencies {
            let status = status(dependency, chart, &names, |name| self.load(name).ok());
            let Dependency { name, version, repository, .. } = dependency.clone();
            rows.push(vec![name, version, repository, status.to_string()]);
        }
        table(&rows, most)
    }

    /// Names what nobody asked for, and what is no chart.
    fn unasked_for(&self, dependencies: &[Dependency], text: &mut String) {
        for name in self.names() {
            let (path, _) = self.path(&name);
            let is_folder = match charts::stat(&path) {
                Ok(metadata) => metadata.is_dir(),
                Err(error) => {
                    let _ = writeln!(text, "Warning: {error}");
                    continue;
                }
            };
            if !is_folder && path::ext(&name) != ".tgz" {
                continue;
            }
            let problem = match self.load(&name) {
                Err(_) => "is not a chart.",
                Ok(chart) if dependencies.iter().any(|it| it.name == chart.name()) => continue,
                Ok(_) => "is not in Chart.yaml.",
            };
            let _ = writeln!(text, "WARNING: {} {problem}", quote(&path));
        }
    }

    /// What lies in the folder, by name; nothing where it is none.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The path of an entry, and whether it leads anywhere.
    fn path(&self, name: &str) -> (String, bool) {
        let path = path::join([&*self.folder, name]);
        let leads_somewhere = Path::new(&path).exists();
        (path, leads_somewhere)
    }

    fn load(&self, name: &str) -> Result<Chart> {
        charts::load(&self.path(name).0, &mut FileTable::default(), self.dialect)
    }
}
