//! A case of the command line in one text: files, and what is run on them. What real Helm answers is recorded beside.
//!
//! It is a [`CaseFile`]. What its head says:
//!
//! - `# packed: x.tgz FOLDER` packs a folder before anything runs (`chart` if none is named);
//! - `# env: NAME=VALUE` sets a variable;
//! - `# run: …` has the arguments, may be said again, and is `lint chart` if it is not said at all;
//! - `# only: 3` is for one of the two Helms;
//! - `# look: PATH` shows what is there afterwards: the text of a file, the names in a folder, the entries of an archive.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;

use crate::case_file::{CaseFile, variable};
use crate::{Scratch, archive, root};

/// The versions of Helm that are recorded: the flag of ours, the folder, the variable that names the program.
pub const HELMS: [(&str, &str, &str); 2] =
    [("3", "helm-3.22.0", "HELM3_BIN"), ("4", "helm-4.3.1", "HELM4_BIN")];

/// The topics, each a folder of cases: `tests/charts/TOPIC/*.txt`.
pub const TOPICS: [&str; 7] = ["lint", "dependency", "package", "show", "template", "repo", "verify"];

/// A case.
#[derive(Debug, Default)]
pub struct Case {
    /// The name of its file.
    pub name: String,
    runs: Vec<Vec<String>>,
    packed: Vec<(String, String)>,
    environment: Vec<(String, String)>,
    looks: Vec<String>,
    only: Option<String>,
    files: Vec<(String, String)>,
}

impl Case {
    /// All cases of a topic by name.
    pub fn all(topic: &str) -> Vec<Self> {
        let all = CaseFile::all(&root().join("tests/charts").join(topic));
        all.into_iter().map(Self::of).collect()
    }

    fn of(written: CaseFile) -> Self {
        let mut case = Self { name: written.name, files: written.files, ..Self::default() };
        for (key, value) in &written.said {
            case.say(key, value);
        }
        if case.runs.is_empty() {
            case.runs.push(vec!["lint".to_owned(), "chart".to_owned()]);
        }
        case
    }

    /// A line of the head.
    fn say(&mut self, key: &str, value: &str) {
        match key {
            "run" => self.runs.push(value.split(' ').map(str::to_owned).collect()),
            "packed" => {
                let (archive, folder) = value.split_once(' ').unwrap_or((value, "chart"));
                self.packed.push((archive.to_owned(), folder.to_owned()));
            }
            "env" => self.environment.push(variable(value)),
            "only" => self.only = Some(value.to_owned()),
            "look" => self.looks.push(value.to_owned()),
            _ => {}
        }
    }

    /// Whether it is for the Helm of that version.
    pub fn is_for(&self, version: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == version)
    }

    /// Runs a program on the case's files: the exit code and both outputs in one text, the folder as `DIR`.
    pub fn run(&self, program: &Path, first: &[&str]) -> String {
        let scratch = Scratch::new();
        for (path, text) in &self.files {
            scratch.write(path, text);
        }
        for (file, folder) in &self.packed {
            let path = scratch.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            pack(&scratch.path().join(folder), &path);
        }
        let mut text = String::new();
        for args in &self.runs {
            if self.runs.len() > 1 {
                writeln!(text, "$ {}", args.join(" ")).unwrap();
            }
            text += &self.once(program, first, args, &scratch);
        }
        for path in &self.looks {
            write!(text, "=== {path}\n{}", look(&scratch.path().join(path))).unwrap();
        }
        let text = text.replace(scratch.path().to_str().unwrap(), "DIR");
        self.stable(&text)
    }

    fn once(&self, program: &Path, first: &[&str], args: &[String], scratch: &Scratch) -> String {
        let mut command = Command::new(program);
        command.args(first).args(args).current_dir(scratch.path());
        // A Helm that `go install` built believes in another version of Kubernetes than a released one.
        let renders = matches!(args[0].as_str(), "lint" | "template");
        if renders && !args.iter().any(|it| it == "--kube-version") {
            command.args(["--kube-version", "1.37.0"]);
        }
        command.env("TZ", "UTC").env("HOME", scratch.path()).env_remove("HELM_NAMESPACE");
        command.env_remove("SOURCE_DATE_EPOCH").envs(self.environment.iter().cloned());
        let output = command.output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // Each names itself where it says how it is called.
        let stderr = stderr.replace("\"chartroom ", "\"helm ").replace("  chartroom ", "  helm ");
        format!("exit {}\n=== stdout\n{stdout}=== stderr\n{stderr}", output.status.code().unwrap())
    }

    /// Helm's lint unpacks into a folder with a random name; we do not unpack.
    fn stable(&self, text: &str) -> String {
        let Some((packed, _)) = self.packed.first() else { return text.to_owned() };
        let Some(start) = text.find("/tmp/helm-lint") else { return text.to_owned() };
        let end = start + text[start..].find(": ").unwrap();
        text.replace(&text[start..end], &format!("DIR/{packed}"))
    }

    /// Where a version's answer is recorded.
    pub fn recorded(&self, topic: &str, helm: &str) -> PathBuf {
        root().join("tests/recorded").join(helm).join(topic).join(format!("{}.txt", self.name))
    }
}

/// What is under a path, without what is another on each run.
fn look(path: &Path) -> String {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|it| it.into_string().unwrap()).collect();
        names.sort();
        return names.iter().map(|it| format!("{it}\n")).collect();
    }
    match std::fs::read(path) {
        Err(_) => "(nothing)\n".to_owned(),
        Ok(data) if data.starts_with(&[0x1F, 0x8B]) => {
            let entries = archive::entries(&data);
            entries.iter().map(|it| format!("{:o} {}\n{}", it.mode, it.name, text_of(&it.data))).collect()
        }
        Ok(data) => text_of(&data),
    }
}

/// A file's text without what is another each time: when a lock or an index was made, unless somebody set it, and the
/// digests of archives that an index has.
pub(crate) fn text_of(data: &[u8]) -> String {
    static TIMES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^( *"?(?:created|generated)"?: )"20[23][^"]*""#).unwrap());
    static DIGESTS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^( *"?digest"?: "?)[0-9a-f]{64}\b"#).unwrap());
    let text: String = String::from_utf8_lossy(data).lines().map(|line| format!("{line}\n")).collect();
    let text = TIMES.replace_all(&text, "$1\"NOW\"");
    DIGESTS.replace_all(&text, "${1}DIGEST").into_owned()
}

pub(crate) fn pack(folder: &Path, archive: &Path) {
    let file = std::fs::File::create(archive).unwrap();
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    tar.append_dir_all(folder.file_name().unwrap(), folder).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}
