//! A case in one text: files, and how Helmfile is called on them.
//!
//! It is a [`CaseFile`]. What its head says:
//!
//! - `# args: …` are arguments before the command, `# last: …` those behind it;
//! - `# env: NAME=VALUE` sets a variable;
//! - `# only: list, template` names the commands that are asked, where they are not all;
//! - `# error: WORDS` stand in what we say, for a case that is to fail.
//!
//! `#- path crlf` is a file whose lines end as Windows ends them.
//!
//! All cases share the charts of `tests/helmfile/charts`, as `charts/`.

use super::program::{Helmfile, Verb};
use crate::case_file::{CaseFile, variable};
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
        CaseFile::all(&root().join("tests/helmfile/cases")).into_iter().map(Self::of).collect()
    }

    fn of(written: CaseFile) -> Self {
        let mut case = Self { name: written.name, files: written.files, ..Self::default() };
        for (key, value) in &written.said {
            case.say(key, value);
        }
        case
    }

    /// A line of the head.
    fn say(&mut self, key: &str, value: &str) {
        let words = || value.split(' ').map(str::to_owned);
        match key {
            "args" => self.args.extend(words()),
            "last" => self.last.extend(words()),
            "env" => self.environment.push(variable(value)),
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
