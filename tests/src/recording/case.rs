//! One case: a small chart, and the command that is run on it.

use crate::Scratch;

use super::program::{Outcome, Program};
use super::text::{File, files, sections};

/// What every chart has that brings none of its own.
const CHART: &str = "apiVersion: v2\nname: chart\nversion: 0.1.0\n";

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about, in words that are also its name among the answers.
    pub name: String,
    /// The arguments of the program.
    args: Vec<String>,
    /// Files of the chart; a path that begins with `/` is beside it.
    files: Vec<File>,
}

impl Case {
    /// The cases of a topic.
    ///
    /// What stands before the first `=== ` is prose. A case is `=== name`, then perhaps `$ arguments` (else
    /// `template release-name chart`), then files. Text that belongs to no file is `templates/case.yaml`.
    pub(super) fn parse_all(text: &str) -> Vec<Self> {
        let (_, found) = sections(text, "=== ");
        let cases: Vec<Self> = found.into_iter().map(|(name, body)| Self::parse(name, body)).collect();
        for (at, case) in cases.iter().enumerate() {
            assert!(!cases[..at].iter().any(|it| it.name == case.name), "two cases `{}`", case.name);
        }
        cases
    }

    fn parse(name: &str, body: &str) -> Self {
        let (command, rest) = match body.strip_prefix("$ ") {
            Some(body) => body.split_once('\n').unwrap_or((body, "")),
            None => ("template release-name chart", body),
        };
        let (head, mut files) = files(rest);
        if !head.trim().is_empty() {
            files.push(("templates/case.yaml".to_owned(), Some(head.as_bytes().to_vec())));
        }
        let mut args = words(command);
        if args[0] == "template" && !args.iter().any(|it| it.starts_with("--kube-version")) {
            args.extend(["--kube-version", "1.37.0"].map(str::to_owned));
        }
        Self { name: name.to_owned(), args, files }
    }

    /// Runs a program on it.
    pub(super) fn ask(&self, program: &Program) -> Outcome {
        let scratch = Scratch::new();
        lay_out(&scratch, &self.files);
        program.run(scratch.path(), &self.args)
    }
}

/// Writes a chart into `chart/`.
pub(super) fn lay_out(scratch: &Scratch, files: &[File]) {
    if !files.iter().any(|(path, _)| path == "Chart.yaml") {
        scratch.write("chart/Chart.yaml", CHART);
    }
    for (path, data) in files {
        let path = path.strip_prefix('/').map_or_else(|| format!("chart/{path}"), str::to_owned);
        if let Some(data) = data {
            scratch.write(&path, data);
        }
    }
}

/// Words of a command line, with the quotes of a shell.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in line.trim().chars() {
        match (quote, character) {
            (None, ' ') => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), it) if it == open => quote = None,
            (_, it) => word.get_or_insert_default().push(it),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_a_command_and_files() {
        let text = "prose\n=== one\n$ template x --set 'a= b'\n#- values.yaml\na: 1\n=== two\n{{ 1 }}\n";
        let cases = Case::parse_all(text);
        assert_eq!(cases[0].args, ["template", "x", "--set", "a= b", "--kube-version", "1.37.0"]);
        assert_eq!(cases[0].files, [("values.yaml".to_owned(), Some(b"a: 1\n".to_vec()))]);
        assert_eq!(cases[1].files, [("templates/case.yaml".to_owned(), Some(b"{{ 1 }}\n".to_vec()))]);
    }
}
