//! A case of the command line in one text: files, and what is run on them. What real Helm answers is recorded beside.
//!
//! A line `#- path` begins a file. The lines before the first one are comments; `# run: …` has the arguments (otherwise
//! `lint chart`), `# packed: x.tgz` packs the folder `chart` before.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Scratch, root};

/// The versions of Helm that are recorded: the flag of ours, the folder, the variable that names the program.
pub const HELMS: [(&str, &str, &str); 2] =
    [("3", "helm-3.22.0", "HELM3_BIN"), ("4", "helm-4.3.1", "HELM4_BIN")];

/// A case.
#[derive(Debug)]
pub struct Case {
    /// The name of its file.
    pub name: String,
    args: Vec<String>,
    packed: Option<String>,
    files: Vec<(String, String)>,
}

impl Case {
    /// All cases of a topic, `tests/charts/TOPIC/*.txt`, by name.
    pub fn all(topic: &str) -> Vec<Self> {
        let entries = std::fs::read_dir(root().join("tests/charts").join(topic)).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut case = Self {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            args: vec!["lint".to_owned(), "chart".to_owned()],
            packed: None,
            files: Vec::new(),
        };
        for line in text.split_inclusive('\n') {
            let words = line.trim_end();
            if let Some(path) = line.strip_prefix("#- ") {
                case.files.push((path.trim_end().to_owned(), String::new()));
            } else if let Some((_, file)) = case.files.last_mut() {
                file.push_str(line);
            } else if let Some(args) = words.strip_prefix("# run: ") {
                case.args = args.split(' ').map(str::to_owned).collect();
            } else if let Some(name) = words.strip_prefix("# packed: ") {
                case.packed = Some(name.to_owned());
            }
        }
        case
    }

    /// Runs a program on the case's files: the exit code and both outputs in one text, the folder as `DIR`.
    pub fn run(&self, program: &Path, first: &[&str]) -> String {
        let scratch = Scratch::new();
        for (path, text) in &self.files {
            scratch.write(path, text);
        }
        if let Some(name) = &self.packed {
            pack(&scratch.path().join("chart"), &scratch.path().join(name));
        }
        let mut command = Command::new(program);
        command.args(first).args(&self.args).current_dir(scratch.path());
        // A Helm that `go install` built believes in another version of Kubernetes than a released one.
        if !self.args.iter().any(|it| it == "--kube-version") {
            command.args(["--kube-version", "1.37.0"]);
        }
        command.env("TZ", "UTC").env("HOME", scratch.path()).env_remove("HELM_NAMESPACE");
        let output = command.output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let text =
            format!("exit {}\n=== stdout\n{stdout}=== stderr\n{stderr}", output.status.code().unwrap());
        let text = text.replace(scratch.path().to_str().unwrap(), "DIR");
        // Each names itself where it says how it is called.
        self.stable(&text.replace("chartroom lint", "helm lint"))
    }

    /// Helm unpacks into a folder with a random name; we do not unpack.
    fn stable(&self, text: &str) -> String {
        let Some(packed) = &self.packed else { return text.to_owned() };
        let Some(start) = text.find("/tmp/helm-lint") else { return text.to_owned() };
        let end = start + text[start..].find(": ").unwrap();
        text.replace(&text[start..end], &format!("DIR/{packed}"))
    }

    /// Where a version's answer is recorded.
    pub fn recorded(&self, topic: &str, helm: &str) -> PathBuf {
        root().join("tests/recorded").join(helm).join(topic).join(format!("{}.txt", self.name))
    }
}

fn pack(folder: &Path, archive: &Path) {
    let file = std::fs::File::create(archive).unwrap();
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    tar.append_dir_all("chart", folder).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}
