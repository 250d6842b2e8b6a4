//! Quick fixes for what is wrong with a helmfile.

use std::fmt::Write as _;
use std::sync::Arc;

use ::helmfile::{Code, Finding, Loaded};
use syntax::Outline;
use text::{TextRange, TextSize};

use super::{Helmfile, Role, resolve_path};

/// Something that can be done about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, for people.
    pub title: String,
    /// What it does, for editors, in order.
    pub changes: Vec<Change>,
}

/// A change of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Puts a text in the place of another, in the file itself.
    Edit(TextRange, String),
    /// Makes an empty file.
    Create(String),
    /// Gives a file another name.
    Rename(String, String),
}

impl Helmfile<'_> {
    /// What can be done about the findings at a range of this file, and about versions there. `now` is what the helmfile
    /// comes to as it stands, which is where findings are: what it was loaded as when it last could has none of them.
    pub fn fixes(&self, now: &[Arc<Loaded>], range: TextRange) -> Vec<Fix> {
        let mut fixes: Vec<Fix> = Vec::new();
        for loaded in now {
            for finding in &loaded.findings {
                let here = match finding.at {
                    Some(at) if loaded.files.path(at.file) == self.path => at.range,
                    Some(_) => continue,
                    None => TextRange::default(),
                };
                if here.intersect(range).is_none() && !is_of_file(finding) {
                    continue;
                }
                if let Some(fix) = self.fix(loaded, finding, here).filter(|it| !fixes.contains(it)) {
                    fixes.push(fix);
                }
            }
        }
        let outdated = self.outdated().into_iter().filter(|it| it.range.intersect(range).is_some());
        fixes.extend(outdated.map(|it| Fix {
            title: format!("Update {} to {}", it.chart.name, it.newest),
            changes: vec![Change::Edit(it.range, it.newest)],
        }));
        fixes
    }

    fn fix(&self, loaded: &Loaded, finding: &Finding, at: TextRange) -> Option<Fix> {
        match &finding.code {
            Code::UnknownKey { suggestion: Some(name) } => {
                let outline = self.document.yaml();
                let keys = outline.entries().filter(|(_, it)| !it.commented);
                let mut keys = keys.map(|(_, it)| it.name_range).filter(|it| it.intersect(at).is_some());
                let key = keys.find(|it| !it.is_empty())?;
                let title = format!("Change to {name}");
                Some(Fix { title, changes: vec![Change::Edit(key, name.clone())] })
            }
            Code::RenderedPlain if !self.path.ends_with(GOTMPL) => {
                let name = self.path.rsplit('/').next().unwrap_or(self.path);
                let to = format!("{}{GOTMPL}", self.path);
                let changes = vec![Change::Rename(self.path.to_owned(), to)];
                Some(Fix { title: format!("Rename to {name}{GOTMPL}"), changes })
            }
            Code::MissingFile => {
                let path = self.path_of(loaded, finding, at)?;
                let shown = path.strip_prefix(self.folder()).map_or(&*path, |it| it.trim_start_matches('/'));
                let title = format!("Create {shown}");
                Some(Fix { title, changes: vec![Change::Create(path)] })
            }
            Code::MissingStateValues { paths } if self.role == Role::Helmfile => {
                Some(self.environments_with(paths, &loaded.state.environment))
            }
            _ => None,
        }
    }

    /// The file that is missing: what is written, where that is no template.
    fn path_of(&self, loaded: &Loaded, finding: &Finding, at: TextRange) -> Option<String> {
        let written = self.written().paths().into_iter().find(|it| it.scalar.range.intersect(at).is_some());
        if let Some(path) = written {
            return Some(resolve_path(self.folder(), path.scalar.text));
        }
        // A template made it: it stands in what the release came to.
        let releases = loaded.state.files.iter().flat_map(|it| &it.releases);
        let entries = releases.flat_map(|it| &it.values).filter(|it| it.at == finding.at);
        let mut paths = entries.filter_map(|it| it.node.value.as_str());
        paths.next().map(|it| resolve_path(self.folder(), it))
    }

    /// Gives an environment the state values that it misses, empty.
    fn environments_with(&self, paths: &[String], environment: &str) -> Fix {
        let title = format!("Add {} to the environment {environment}", paths.join(", "));
        let outline = self.document.yaml();
        let values = ["environments", environment, "values"];
        let change = match outline.find_keys(values).map(|it| outline.entry(it)) {
            Some(list) if !list.children.is_empty() => {
                let column = outline.entry(list.children[0]).column as usize;
                let end = self.line_end(list.full.end());
                Change::Edit(TextRange::empty(end), format!("\n{}", item(paths, column)))
            }
            _ => self.new_environment(outline, paths, environment),
        };
        Fix { title, changes: vec![change] }
    }

    fn new_environment(&self, outline: &Outline, paths: &[String], environment: &str) -> Change {
        let block = format!("  {environment}:\n    values:\n{}\n", item(paths, 6));
        if let Some(all) = outline.find_keys(["environments"]).map(|it| outline.entry(it)) {
            let end = self.line_end(all.full.end());
            return Change::Edit(TextRange::empty(end), format!("\n{}", block.trim_end()));
        }
        // Environments must be known before the part that reads their values is rendered.
        let mark = if self.document.text().starts_with("---\n") { "" } else { "---\n" };
        Change::Edit(TextRange::default(), format!("environments:\n{block}{mark}"))
    }

    fn line_end(&self, offset: TextSize) -> TextSize {
        let text = self.document.text();
        let at = usize::from(offset).min(text.len());
        let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
        TextSize::from(end as u32)
    }
}

const GOTMPL: &str = ".gotmpl";

/// Findings that are no more of one place than of another: their fixes are offered everywhere in the file.
fn is_of_file(finding: &Finding) -> bool {
    matches!(finding.code, Code::RenderedPlain | Code::MissingStateValues { .. })
}

/// An item of `values:` with empty values at some dotted paths.
fn item(paths: &[String], column: usize) -> String {
    let mut sorted: Vec<Vec<&str>> = paths.iter().map(|it| it.split('.').collect()).collect();
    sorted.sort();
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    for path in sorted {
        let (last, above) = path.split_last().expect("splitting a text gives one part at least");
        let same = open.iter().zip(above).take_while(|(a, b)| a == b).count();
        for (depth, key) in above.iter().enumerate().skip(same) {
            line(&mut text, column, depth, key, "");
        }
        line(&mut text, column, above.len(), last, " \"\"");
        open = above.to_vec();
    }
    text.trim_end().to_owned()
}

fn line(text: &mut String, column: usize, depth: usize, key: &str, value: &str) {
    let mark = if text.is_empty() { "- " } else { "  " };
    let _ = writeln!(text, "{}{mark}{}{key}:{value}", " ".repeat(column), "  ".repeat(depth));
}
