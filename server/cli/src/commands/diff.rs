//! `chartroom diff`: what would change, in the words of helm-diff.

mod flags;
mod local;
mod releases;
mod revision;
mod rollback;
mod upgrade;

use anyhow::{Context as _, Result, anyhow};
use release::diff::{Change, Diff, Index, KeyParts};
use release::record::{Record, Records};
use template::{List, Str, Struct, Value};

use self::flags::Flags;
use super::status::find;
use crate::flags::Global;
use crate::site::Site;
use crate::{go_template, output};

/// Show what would change, or what did.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Upgrade(Box<upgrade::Args>),
    Rollback(rollback::Args),
    Revision(revision::Args),
    Release(releases::Args),
    Local(Box<local::Args>),
}

/// Exit codes beyond success: 2 where changes are asked for by `--detailed-exitcode`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changed;

impl std::fmt::Display for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("identified at least one change, exiting with non-zero exit code (detailed-exitcode parameter enabled)")
    }
}

impl std::error::Error for Changed {}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    match &args.what {
        What::Upgrade(args) => upgrade::run(global, args),
        What::Rollback(args) => rollback::run(global, args),
        What::Revision(args) => revision::run(global, args),
        What::Release(args) => releases::run(global, args),
        What::Local(args) => local::run(global, args),
    }
}

/// Prints a diff, and says by the exit code whether there is one if that is asked for.
fn tell(diff: &Diff, flags: &Flags) -> Result<()> {
    let report = flags.report()?;
    let text = match flags.template()? {
        Some(template) => by_template(diff, &template)?,
        None => diff.print(&report),
    };
    output::print(&text)?;
    if flags.detailed_exitcode && diff.tells_a_change(&report) {
        return Err(anyhow!(Changed));
    }
    Ok(())
}

/// What changes, printed by a template of the user's.
fn by_template(diff: &Diff, template: &str) -> Result<String> {
    let row = |(parts, change): (KeyParts<'_>, Change)| {
        let KeyParts { namespace, name, kind, group } = parts;
        let fields = [
            ("Name", name),
            ("Namespace", namespace),
            ("Kind", kind),
            ("API", group),
            ("Change", change.as_str()),
        ];
        let field = |(field, text): (&'static str, &str)| (field, Value::from(Str::from(text)));
        Struct::value("diff.ReportTemplateSpec", fields.map(field).into())
    };
    let rows = List::any(diff.rows().map(row).collect());
    Ok(go_template::run(template, rows.into()).context("HELM_DIFF_TPL")? + "\n")
}

/// The objects of a record as `helm get manifest` prints them.
fn index_of(record: &Record, flags: &Flags) -> Result<Index> {
    Index::read(&record.manifest, &flags.index(&record.namespace)).map_err(|error| anyhow!(error))
}

/// Compares two records of one release.
fn compare(
    global: &Global,
    flags: &Flags,
    pick: impl Fn(&Records<'_>) -> Result<(Record, Record)>,
) -> Result<()> {
    let site = Site::open(global)?;
    let storage = site.storage(false);
    let (old, new) = pick(&Records::new(&storage))?;
    let diff = release::diff::diff(&index_of(&old, flags)?, &index_of(&new, flags)?, &flags.config()?);
    tell(&diff, flags)
}
