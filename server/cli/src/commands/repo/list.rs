//! `chartroom repo list`.

use anyhow::{Result, bail};
use chart::Dialect;
use registry::repository::Repositories;
use serde::Serialize;

use crate::flags::{Form, Global};
use crate::output;
use crate::table::table;

/// Show the list of repositories.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "ls")]
pub(super) struct Args {
    /// No headers over the columns.
    #[arg(long)]
    no_headers: bool,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
    #[arg(hide = true)]
    more: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Element<'r> {
    name: &'r str,
    url: &'r str,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    if !args.more.is_empty() {
        bail!("\"chartroom repo list\" accepts no arguments\n\nUsage:  chartroom repo list [flags]");
    }
    // A list that cannot be read is an empty one here, as for Helm.
    let list = Repositories::read(&global.files.settings().repository_config).unwrap_or_default();
    let elements: Vec<_> = list.entries.iter().map(|it| Element { name: &it.name, url: &it.url }).collect();
    if let Some(text) = args.output.write(&elements)? {
        return output::print(&text);
    }
    if elements.is_empty() {
        const NONE: &str = "no repositories to show";
        if global.helm.dialect() == Dialect::Helm3 {
            bail!(NONE);
        }
        output::remark(NONE);
        return Ok(());
    }
    let mut rows: Vec<_> = elements.iter().map(|it| vec![it.name.to_owned(), it.url.to_owned()]).collect();
    if !args.no_headers {
        rows.insert(0, vec!["NAME".to_owned(), "URL".to_owned()]);
    }
    output::print(&(table(&rows, 0) + "\n"))
}
