//! A case in one text: files, and how Helmfile is called on them.
//!
//! A line `#- path` begins a file. The lines before the first one are comments, some of which say what happens:
//!
//! - `# args: …` are arguments before the command, `# last: …` those behind it;
//! - `# env: NAME=VALUE` sets a variable;
//! - `# only: list, template` names the commands that are asked, where they are not all;
//! - `# error: WORDS` stand in what we say, for a case that is to fail.
//!
//! `#- path crlf` is a file whose lines end as Windows ends them.
//!
//! All cases share the charts of `tests/helmfile/charts`, as `charts/`.

use std::path::Path;

use super::program::{Helmfile, Verb};
use crate::recording::Outcome;
use crate::{Scratch, copy, root};

/// A case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The name of its file.
    pub name: String,
    /// What must be in our complaint where it is to fail.
    pub error: Option<String>,
    /// Arguments before the command.
    pub args: Vec<String>,
    /// Arguments behind the command.
    pub last: Vec<String>,
    /// Variables of the process.
    pub environment: Vec<(String, String)>,
    verbs: Vec<Verb>,
    files: Vec<(String, String)>,
}

impl Case {
    /// All cases by name.
    pub fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(root().join("tests/helmfile/cases")).unwrap();
        let mut cases: Vec<Self> = entries.map(|it| Self::read(&it.unwrap().path())).collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut case = Self { name, ..Self::default() };
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("#- ") {
                case.files.push((path.trim_end().to_owned(), String::new()));
            } else if let Some((_, file)) = case.files.last_mut() {
                file.push_str(line);
            } else {
                case.say(line.trim_end());
            }
        }
        case
    }

    /// A line of the head.
    fn say(&mut self, line: &str) {
        let Some((key, value)) = line.strip_prefix("# ").and_then(|it| it.split_once(": ")) else { return };
        let words = || value.split(' ').map(str::to_owned);
        match key {
            "args" => self.args.extend(words()),
            "last" => self.last.extend(words()),
            "env" => {
                let (name, value) = value.split_once('=').unwrap();
                self.environment.push((name.to_owned(), value.to_owned()));
            }
            "only" => self.verbs = value.split(", ").map(Verb::named).collect(),
            "error" => self.error = Some(value.to_owned()),
            _ => {}
        }
    }

    /// What is asked.
    pub fn verbs(&self) -> &[Verb] {
        if self.verbs.is_empty() { &Verb::ALL } else { &self.verbs }
    }

    /// Asks one thing, in a folder of its own: hooks write into it.
    pub fn ask(&self, helmfile: &Helmfile, verb: Verb) -> Outcome {
        let scratch = Scratch::new();
        copy(&root().join("tests/helmfile/charts"), &scratch.path().join("charts"));
        copy(&root().join("tests/helmfile/home"), &scratch.path().join(".home"));
        for (path, text) in &self.files {
            match path.strip_suffix(" crlf") {
                Some(path) => scratch.write(path, text.replace('\n', "\r\n")),
                None => scratch.write(path, text),
            };
        }
        helmfile.ask(self, verb, scratch.path())
    }

    /// All answers as recordings hold them: what was to be had, or why there was nothing.
    pub fn answers(&self, helmfile: &Helmfile) -> String {
        let answer = |verb: &Verb| {
            let Outcome { code, stdout, stderr } = self.ask(helmfile, *verb);
            let text = if code == 0 { stdout } else { stderr };
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            format!("=== {}\nexit {code}\n{text}{end}", verb.name())
        };
        self.verbs().iter().map(answer).collect()
    }
}
