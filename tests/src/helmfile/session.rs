//! A session in one text: files, commands that are run on them one after the other, and what is to be seen afterwards.
//!
//! It is a [`CaseFile`]. What its head says:
//!
//! - `# run: …` has the arguments of a run, in words that a shell would make of it;
//! - `# told: WORDS` stand on standard error of that run, Helmfile's and ours;
//! - `# error: WORDS` stand there in ours;
//! - `# differs: REASON` is for a run that has another result with us, on purpose;
//! - `# env: NAME=VALUE` sets a variable of all runs;
//! - `# look: PATH` shows what is there afterwards: the text of a file, or all files of a folder.
//!
//! All sessions share the charts of `tests/helmfile/charts`, as `charts/`, and a repository and a registry that have them in some
//! versions (`PUBLISHED`). They go by the names of `http://charts.example` and `oci://registry.example/team`, for they are reached
//! through proxies. Where there is a cluster, there is no registry, and `NS` in files is a namespace of the session's own.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::program::Helmfile;
use crate::case::{pack, text_of};
use crate::case_file::{CaseFile, variable};
use crate::recording::{Outcome, words};
use crate::rig::{FakeRegistry, Manners, Namespace, Repository, Rig, Service, Tunnel};
use crate::{Scratch, archive, copy, root};

/// The charts in the repository and in the registry.
const PUBLISHED: [(&str, &str); 4] =
    [("web", "1.0.0"), ("web", "1.1.0"), ("web", "2.0.0-rc.1"), ("store", "0.3.0")];

/// Commands on the same files.
#[derive(Debug, Default)]
pub struct Session {
    /// The name of its file.
    pub name: String,
    /// The runs.
    pub runs: Vec<Run>,
    folder: &'static str,
    environment: Vec<(String, String)>,
    looks: Vec<String>,
    files: Vec<(String, String)>,
}

/// A run of a session.
#[derive(Debug, Default)]
pub struct Run {
    /// The arguments, as they were written.
    pub line: String,
    /// What both say on standard error.
    pub told: Vec<String>,
    /// What we say there.
    pub errors: Vec<String>,
    /// Why our result is another.
    pub differs: Option<String>,
}

impl Session {
    /// All sessions that need no cluster, by name.
    pub fn all() -> Vec<Self> {
        Self::all_in("sessions")
    }

    /// All sessions that need one.
    pub fn all_with_cluster() -> Vec<Self> {
        Self::all_in("clusters")
    }

    fn all_in(folder: &'static str) -> Vec<Self> {
        let all = CaseFile::all(&root().join("tests/helmfile").join(folder));
        all.into_iter().map(|it| Self::of(folder, it)).collect()
    }

    fn of(folder: &'static str, written: CaseFile) -> Self {
        let mut session = Self { name: written.name, folder, files: written.files, ..Self::default() };
        for (key, value) in written.said {
            session.say(&key, value);
        }
        session
    }

    /// A line of the head.
    fn say(&mut self, key: &str, value: String) {
        match key {
            "run" => self.runs.push(Run { line: value, ..Run::default() }),
            "told" => self.runs.last_mut().unwrap().told.push(value),
            "error" => self.runs.last_mut().unwrap().errors.push(value),
            "differs" => self.runs.last_mut().unwrap().differs = Some(value),
            "env" => self.environment.push(variable(&value)),
            "look" => self.looks.push(value),
            _ => {}
        }
    }

    /// Where its answers are kept.
    pub fn recorded(&self) -> PathBuf {
        let folder = root().join("tests/recorded").join(super::RECORDED).join(self.folder);
        folder.join(&self.name).with_extension("txt")
    }

    /// Runs everything in a folder of its own; the answers as recordings hold them.
    pub fn answers(&self, helmfile: &Helmfile) -> String {
        self.answers_at(&Place::without_cluster(), helmfile)
    }

    /// The same in a folder that was made for it.
    pub fn answers_at(&self, place: &Place, helmfile: &Helmfile) -> String {
        for (path, text) in &self.files {
            place.folder.write(path, text.replace("NS", &place.namespace));
        }
        let mut text = String::new();
        for run in &self.runs {
            let outcome = place.run(helmfile, &run.line, &self.environment);
            write!(text, "=== {}\n{outcome}", run.line).unwrap();
        }
        for path in &self.looks {
            write!(text, "=== look: {path}\n{}", place.look(path)).unwrap();
        }
        match place.namespace.as_str() {
            "" => stable(&text),
            namespace => stable(&text.replace(namespace, "NS")),
        }
    }
}

/// A folder to run in, and the places for charts that go with it.
#[derive(Debug)]
pub struct Place {
    /// The folder.
    pub folder: Scratch,
    repository: Repository,
    registry: FakeRegistry,
    tunnel: Tunnel,
    /// Empty where there is no cluster.
    namespace: String,
    kubeconfig: Option<PathBuf>,
}

impl Place {
    /// A folder with the charts of the tests.
    pub fn without_cluster() -> Self {
        let folder = Scratch::new();
        copy(&root().join("tests/helmfile/charts"), &folder.path().join("charts"));
        copy(&root().join("tests/helmfile/home"), &folder.path().join(".home"));
        std::fs::create_dir_all(folder.path().join(".tmp")).unwrap();
        let hosts = vec!["registry.example".to_owned()];
        let registry = FakeRegistry::new(Manners { hosts, ..Manners::default() });
        let tunnel = Tunnel::new(&registry.host());
        let repository = Repository::new(Service::default());
        let place = Self { folder, repository, registry, tunnel, namespace: String::new(), kubeconfig: None };
        for (name, version) in PUBLISHED {
            place.publish(name, version);
        }
        place
    }

    /// The same with a namespace of a cluster, and with helm-diff for a Helmfile that needs it.
    pub fn with_cluster(rig: &Rig, namespace: &Namespace<'_>, helm_diff: Option<&Path>) -> Self {
        let place = Self {
            namespace: namespace.name().to_owned(),
            kubeconfig: Some(rig.kubeconfig()),
            ..Self::without_cluster()
        };
        if let Some(program) = helm_diff {
            let about = "name: diff\nversion: 3.15.11\nusage: diff\ndescription: diff\ncommand: $HELM_PLUGIN_DIR/diff\n";
            place.folder.write(".home/plugins/diff/plugin.yaml", about);
            std::os::unix::fs::symlink(program, place.folder.path().join(".home/plugins/diff/diff")).unwrap();
        }
        place
    }

    /// Puts a chart of the tests into the repository and the registry.
    fn publish(&self, name: &str, version: &str) {
        let scratch = Scratch::new();
        copy(&root().join("tests/helmfile/charts").join(name), &scratch.path().join(name));
        let about = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
        scratch.write(&format!("{name}/Chart.yaml"), about);
        let packed = scratch.path().join("packed.tgz");
        pack(&scratch.path().join(name), &packed);
        let packed = std::fs::read(packed).unwrap();
        self.repository.publish(name, version, &packed);
        self.registry.put_chart(&format!("team/{name}"), version, &packed);
    }

    /// Runs one line of arguments.
    pub fn run(&self, helmfile: &Helmfile, line: &str, environment: &[(String, String)]) -> Outcome {
        let mut command = helmfile.command(self.folder.path());
        command.args(words(line)).envs(environment.iter().cloned());
        command.env("http_proxy", self.repository.url());
        match &self.kubeconfig {
            Some(path) => command.env("KUBECONFIG", path),
            None => command
                .env("https_proxy", self.tunnel.url())
                .env("SSL_CERT_FILE", self.registry.certificates().ca()),
        };
        let mut outcome = Outcome::of(&mut command, self.folder.path());
        if let Helmfile::Real { helm, .. } = helmfile {
            outcome.stderr = outcome.stderr.replace(&*helm.to_string_lossy(), "helm");
        }
        outcome
    }

    /// What is under a path: a file's text, or all files of a folder.
    pub fn look(&self, path: &str) -> String {
        let mut text = String::new();
        show(&self.folder.path().join(path), &mut text);
        let text = text.replace(&*self.folder.path().to_string_lossy(), "/folder");
        if text.is_empty() { "(nothing)\n".to_owned() } else { stable(&text) }
    }
}

fn show(path: &Path, text: &mut String) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path());
        let mut paths: Vec<PathBuf> = entries.collect();
        paths.sort();
        return paths.iter().for_each(|it| show(it, text));
    }
    let Ok(data) = std::fs::read(path) else { return };
    if data.is_empty() && path.extension().is_some_and(|it| it == "lock") {
        // Helmfile keeps others of its kind away by it.
        return;
    }
    let shown = match data.starts_with(&[0x1F, 0x8B]) {
        true => archive::entries(&data).iter().map(|it| format!("{}\n", it.name)).collect(),
        false => text_of(&data),
    };
    writeln!(text, "#- {}\n{}", path.display(), shown.trim_end()).unwrap();
}

/// What is another in each run or each program: digests of paths, random folders, and who wrote a lock.
fn stable(text: &str) -> String {
    let rules = [
        (r"-[0-9a-f]{8}-", "-SHA1-"),
        (r"/folder/\.tmp/[^/\s]+", "/folder/.tmp/RANDOM"),
        (r"/tmp/(helmfile)?\d+( \(\d+ bytes\))?", "/tmp/RANDOM"),
        (r"(?m)^version: [0-9.]+\ndependencies:", "version: PROGRAM\ndependencies:"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    ];
    rules.iter().fold(text.to_owned(), |text, (rule, stand_in)| {
        regex::Regex::new(rule).unwrap().replace_all(&text, *stand_in).into_owned()
    })
}
