//! Our own conformance cases: small charts and one-line templates, what real Helm made of them, and how both are
//! asked.
//!
//! The same code records the answers of real Helm (`cargo xtask record-conformance`) and takes ours for the test,
//! so that the two can differ only in what is asked about. Cases lie in `tests/conformance`, answers in
//! `tests/recorded/helm-VERSION/conformance`.

mod case;
mod probe;
mod program;
mod text;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use case::Case;
pub(crate) use case::words;
pub use probe::{Answer, Probes};
pub use program::{Outcome, Program};
pub use text::parse_answers;

use crate::root;

/// A Helm whose answers are kept.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    /// The folder's name below `tests/recorded`.
    pub folder: &'static str,
    /// What `chartroom --helm` calls it.
    pub dialect: &'static str,
}

/// Both Helms in use.
pub const VERSIONS: [Version; 2] =
    [Version { folder: "helm-3.22.0", dialect: "3" }, Version { folder: "helm-4.3.1", dialect: "4" }];

/// A file of cases, or of probes.
#[derive(Clone, Debug)]
pub enum Topic {
    /// Charts that are rendered one by one: everything that the command prints is compared.
    Cases(String, Vec<Case>),
    /// One-line templates over shared values: what each prints, or its error.
    Probes(String, Probes),
}

impl Topic {
    /// What the files of cases and of answers are called.
    pub fn name(&self) -> &str {
        match self {
            Self::Cases(name, _) | Self::Probes(name, _) => name,
        }
    }

    /// How many questions it holds.
    pub fn len(&self) -> usize {
        match self {
            Self::Cases(_, cases) => cases.len(),
            Self::Probes(_, probes) => probes.lines.len(),
        }
    }

    /// Whether it asks nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts all questions to a program; `expected` only decides which probes are asked together.
    pub fn ask(&self, program: &Program, expected: &[(String, String)]) -> Vec<(String, String)> {
        match self {
            Self::Cases(_, cases) => {
                in_parallel(cases, |case| (case.name.clone(), case.ask(program).to_string()))
            }
            Self::Probes(_, probes) => probes.ask(program, expected),
        }
    }

    /// Where a version's answers are kept.
    pub fn recorded(&self, version: Version) -> PathBuf {
        root()
            .join("tests/recorded")
            .join(version.folder)
            .join("conformance")
            .join(self.name())
            .with_extension("txt")
    }
}

/// Every topic, by name.
pub fn topics() -> Vec<Topic> {
    let read = |folder: &str, make: fn(&str, &str) -> Topic| {
        let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("tests/conformance").join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let topic = |path: &PathBuf| {
            make(
                &stem(path),
                &std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display())),
            )
        };
        files.iter().map(topic).collect::<Vec<_>>()
    };
    let mut topics = read("cases", |name, text| Topic::Cases(name.to_owned(), Case::parse_all(text)));
    topics.extend(read("probes", |name, text| Topic::Probes(name.to_owned(), Probes::parse(text))));
    topics
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Does the work on all processors; answers stand in the order of the questions.
fn in_parallel<Q: Sync, A: Send>(questions: &[Q], work: impl Fn(&Q) -> A + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(questions.len()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, question)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, questions.get(at)?)))
                {
                    let answer = work(question);
                    done.lock().unwrap().push((at, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}
