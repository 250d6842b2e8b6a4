//! `chartroom search`: charts in the repositories of the list.

use anyhow::{Context, Result, anyhow, bail};
use chart::Dialect;
use chart::warning::log_line;
use golang::semver::{Constraints, Version};
use golang::strconv::{parse_uint, quote};
use registry::repository::search::{Hit, search, word};
use registry::repository::{Index, Repositories, read_cached};
use serde::Serialize;
use template::functions::regex::compile_go;

use crate::flags::{Form, Global};
use crate::output;
use crate::table::table;

/// Search for charts.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    place: Place,
}

#[derive(Debug, clap::Subcommand)]
enum Place {
    Repo(Repo),
    /// Search Artifact Hub. Not here: its page does it better.
    #[command(hide = true)]
    Hub {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
}

/// Search the repositories of the list, as they were when they were last fetched.
///
/// A word is looked for in names, descriptions and keywords. Shows the newest release of each chart that fits; `repo update`
/// fetches what is new.
#[derive(Debug, clap::Args)]
struct Repo {
    /// What to look for; everything if nothing is said.
    #[arg(value_name = "KEYWORD")]
    keywords: Vec<String>,
    /// Take it for a regular expression.
    #[arg(short, long)]
    regexp: bool,
    /// Show all versions, not only the newest.
    #[arg(short = 'l', long)]
    versions: bool,
    /// Versions in development, too. Counts only without --version.
    #[arg(long)]
    devel: bool,
    /// Only versions in a range.
    #[arg(long, value_name = "RANGE", default_value = "", hide_default_value = true)]
    version: String,
    /// How wide a column may get. What is longer ends in dots; 0 is no limit.
    #[arg(long, value_name = "CHARACTERS", default_value = "50", allow_hyphen_values = true)]
    max_col_width: String,
    /// Fail if nothing is found.
    #[arg(long)]
    fail_on_no_result: bool,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
}

#[derive(Debug, Serialize)]
struct Element<'h> {
    name: &'h str,
    version: &'h str,
    app_version: &'h str,
    description: &'h str,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    match &args.place {
        Place::Repo(args) => args.run(global),
        Place::Hub { .. } => bail!(
            "chartroom does not search Artifact Hub; look at https://artifacthub.io, add the repository that you find with \
             'chartroom repo add', and search that"
        ),
    }
}

impl Repo {
    fn run(&self, global: &Global) -> Result<()> {
        let width = parse_uint(self.max_col_width.as_bytes(), 0).map_err(|error| {
            anyhow!("invalid argument {} for \"--max-col-width\" flag: {error}", quote(&self.max_col_width))
        })?;
        let indexes = indexes(global)?;
        let indexes = indexes.iter().map(|(name, index)| (name.as_str(), index));
        let hits = match self.matcher()? {
            None => search(indexes, None),
            Some(matches) => search(indexes, Some(&*matches)),
        };
        let hits = self.in_range(hits)?;
        if hits.is_empty() && self.fail_on_no_result {
            bail!("no results found");
        }
        let elements: Vec<_> = hits.iter().map(Element::of).collect();
        if let Some(text) = self.output.write(&elements)? {
            return output::print(&text);
        }
        if elements.is_empty() {
            return output::print("No results found\n");
        }
        let mut rows =
            vec![["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"].map(str::to_owned).to_vec()];
        rows.extend(elements.iter().map(Element::row));
        output::print(&(table(&rows, usize::try_from(width).unwrap_or(usize::MAX)) + "\n"))
    }

    /// Where something fits; `None` where everything does.
    fn matcher(&self) -> Result<Option<Box<dyn Fn(&str) -> Option<usize>>>> {
        let term = self.keywords.join(" ");
        if self.keywords.is_empty() {
            return Ok(None);
        }
        if !self.regexp {
            return Ok(Some(Box::new(word(&term))));
        }
        let regex = compile_go(&term).map_err(|error| anyhow!(error))?;
        Ok(Some(Box::new(move |line| Some(regex.find(line)?.start()))))
    }

    /// Those in the range, of each chart only the first if not all are wanted.
    fn in_range<'h>(&self, hits: Vec<Hit<'h>>) -> Result<Vec<Hit<'h>>> {
        let range = match (&*self.version, self.devel) {
            ("", true) => ">0.0.0-0",
            ("", false) => ">0.0.0",
            (range, _) => range,
        };
        let range = Constraints::parse(range).context("an invalid version/constraint format")?;
        let mut found: Vec<Hit<'h>> = Vec::new();
        let mut names = std::collections::HashSet::new();
        for hit in hits {
            let fits = Version::parse(&hit.version.metadata.version).is_ok_and(|it| range.check(&it));
            if fits && (names.insert(hit.name.clone()) || self.versions) {
                found.push(hit);
            }
        }
        Ok(found)
    }
}

impl<'h> Element<'h> {
    fn of(hit: &'h Hit<'_>) -> Self {
        let it = &hit.version.metadata;
        Self {
            name: &hit.name,
            version: &it.version,
            app_version: &it.app_version,
            description: &it.description,
        }
    }

    fn row(&self) -> Vec<String> {
        [self.name, self.version, self.app_version, self.description].map(str::to_owned).to_vec()
    }
}

/// What was last fetched of the repositories. One whose index is not there is grumbled about, as Helm does.
fn indexes(global: &Global) -> Result<Vec<(String, Index)>> {
    let (settings, dialect) = (global.files.settings(), global.helm.dialect());
    let list = Repositories::read_filled(&settings.repository_config)?;
    let list = list.ok_or_else(|| anyhow!("no repositories configured"))?;
    let mut indexes = Vec::new();
    for repository in list.entries {
        match read_cached(&settings.repository_cache, &repository.name, dialect) {
            Ok(read) => {
                output::remark_all(&read.warnings, dialect);
                indexes.push((repository.name, read.index));
            }
            Err(error) => output::remark(&corrupt(&repository.name, error, dialect)),
        }
    }
    Ok(indexes)
}

fn corrupt(name: &str, error: String, dialect: Dialect) -> String {
    match dialect {
        Dialect::Helm3 => {
            let name = quote(name);
            format!("WARNING: Repo {name} is corrupt or missing. Try 'helm repo update'.\nWARNING: {error}")
        }
        Dialect::Helm4 => {
            let attributes = [("repo", name.to_owned()), ("error", error)];
            log_line("WARN", "repo is corrupt or missing", &attributes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str) -> Result<Option<usize>, String> {
        let repo = Repo {
            keywords: vec![pattern.to_owned()],
            regexp: true,
            versions: false,
            devel: false,
            version: String::new(),
            max_col_width: String::new(),
            fail_on_no_result: false,
            output: Form::default(),
        };
        let matches = repo.matcher().map_err(|error| error.to_string())?.unwrap();
        Ok(matches("web\u{b}shop/web\u{b}Serves Pages 7\u{b}"))
    }

    /// Helm looks at the text as it is, unlike for a word.
    #[test]
    fn expressions_are_those_of_go() {
        for (pattern, at) in [
            ("Pages", Some(20)),
            ("pages", None),
            ("(?i)pages", Some(20)),
            (r"\pN", Some(26)),
            (r"\Q 7\E", Some(25)),
            (r"\QPages 7", Some(20)),
            ("[[:digit:]]", Some(26)),
            ("[w&&e]", Some(0)),
            ("s{,3}", None),
            (r"\<w", None),
        ] {
            assert_eq!(found(pattern), Ok(at), "{pattern}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused_in_its_words() {
        for (pattern, said) in [
            ("a**", "invalid nested repetition operator: `**`"),
            ("(?x)a", "invalid or unsupported Perl syntax: `(?x`"),
            (r"\1", r"invalid escape sequence: `\1`"),
            (r"\u0061", r"invalid escape sequence: `\u`"),
            ("x{1001}", "invalid repeat count: `{1001}`"),
            ("(?P<a.b>w)", "invalid named capture: `(?P<a.b>`"),
        ] {
            assert_eq!(found(pattern), Err(format!("error parsing regexp: {said}")));
        }
    }
}
