//! Probes: one-line templates, many in one chart, because a process for each would take minutes.
//!
//! Templates that print something are asked together, each as a file of its own that one manifest includes as
//! JSON. A template that fails takes the whole chart with it and is asked alone, in a `NOTES.txt`, which nobody
//! reads as YAML.

use crate::Scratch;

use super::case::lay_out;
use super::in_parallel;
use super::program::{Program, shortened};
use super::text::{File, files, sections};

/// The probes of a topic, with the files that all of them see.
#[derive(Clone, Debug)]
pub struct Probes {
    files: Vec<File>,
    /// The templates.
    pub lines: Vec<String>,
}

/// What a probe printed, or why it failed.
pub type Answer = Result<String, String>;

impl Probes {
    /// Files first; behind the line `===`, each line is a probe unless it is empty or begins with `# `.
    pub(super) fn parse(text: &str) -> Self {
        let (head, mut body) = sections(text, "===");
        let lines = body.pop().map_or("", |(_, lines)| lines).lines();
        let lines: Vec<String> =
            lines.filter(|line| !line.is_empty() && !line.starts_with("# ")).map(str::to_owned).collect();
        Self { files: files(head).1, lines }
    }

    /// Asks all. Those that are expected to fail are asked alone from the start.
    pub(super) fn ask(&self, program: &Program, expected: &[(String, String)]) -> Vec<(String, String)> {
        let fails = |probe: &str| {
            let known = expected.iter().find(|(name, _)| name == probe);
            known.is_some_and(|(_, answer)| answer.starts_with("!!"))
        };
        let (alone, together): (Vec<&str>, Vec<&str>) =
            self.lines.iter().map(String::as_str).partition(|probe| fails(probe));
        let groups: Vec<&[&str]> = together.chunks(40).chain(alone.chunks(1)).collect();
        let answers = in_parallel(&groups, |group| self.ask_group(program, group));
        let mut answers: Vec<(&str, Answer)> = answers.into_iter().flatten().collect();
        let place = |probe: &str| self.lines.iter().position(|line| line == probe);
        answers.sort_by_key(|(probe, _)| place(probe));
        answers.into_iter().map(|(probe, answer)| (probe.to_owned(), shown(&answer))).collect()
    }

    /// One chart for the whole group; where it fails, halves of it.
    fn ask_group<'p>(&self, program: &Program, group: &[&'p str]) -> Vec<(&'p str, Answer)> {
        if let [probe] = group
            && let Some(error) = self.error(program, probe)
        {
            return vec![(*probe, Err(error))];
        }
        if let Some(texts) = self.texts(program, group) {
            return group.iter().copied().zip(texts.into_iter().map(Ok)).collect();
        }
        let (one, other) = group.split_at(group.len() / 2);
        if one.is_empty() {
            return vec![(other[0], Err("prints what is no YAML even as JSON".to_owned()))];
        }
        [self.ask_group(program, one), self.ask_group(program, other)].concat()
    }

    /// Why a template fails, if it does.
    fn error(&self, program: &Program, probe: &str) -> Option<String> {
        let scratch = Scratch::new();
        lay_out(&scratch, &self.files);
        scratch.write("chart/templates/NOTES.txt", probe);
        let outcome = program.run(scratch.path(), &arguments());
        if outcome.code == 0 {
            return None;
        }
        let text =
            outcome.stderr.lines().filter(|line| !line.starts_with("level=")).collect::<Vec<_>>().join("\n");
        let text = text.strip_suffix("\n\nUse --debug flag to render out invalid YAML").unwrap_or(&text);
        Some(shortened(text.strip_prefix("Error: ").unwrap_or(text)))
    }

    /// What the templates print.
    fn texts(&self, program: &Program, group: &[&str]) -> Option<Vec<String>> {
        let scratch = Scratch::new();
        lay_out(&scratch, &self.files);
        let mut manifest = String::new();
        for (number, probe) in group.iter().enumerate() {
            scratch.write(&format!("chart/templates/_probe{number}.tpl"), probe);
            manifest +=
                &format!("p{number}: {{{{ include \"chart/templates/_probe{number}.tpl\" . | toJson }}}}\n");
        }
        scratch.write("chart/templates/probes.yaml", manifest);
        let outcome = program.run(scratch.path(), &arguments());
        let value = |number: usize| {
            let start = format!("p{number}: ");
            let line = outcome.stdout.lines().find_map(|line| line.strip_prefix(&start))?;
            serde_json::from_str::<String>(line).ok()
        };
        (outcome.code == 0).then(|| (0..group.len()).map(value).collect()).flatten()
    }
}

fn arguments() -> Vec<String> {
    ["template", "release-name", "chart", "--kube-version", "1.37.0"].map(str::to_owned).to_vec()
}

/// As recordings hold it: one line.
fn shown(answer: &Answer) -> String {
    let (mark, text) = match answer {
        Ok(text) => ("=>", text),
        Err(text) => ("!!", text),
    };
    format!("{mark} {}\n", serde_json::Value::from(text.as_str()))
}
