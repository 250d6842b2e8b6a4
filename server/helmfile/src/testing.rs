//! A world out of a string, for tests: `#- path` begins a file, all below `/w`.

use std::collections::BTreeMap;
use std::sync::Arc;

use template::Host;

use crate::{Entry, Fault, Files, Finding, Loaded, Output, PathKind, Program, Request, World};

/// Files that are nowhere, and programs that only echo.
pub(crate) struct Still {
    files: BTreeMap<String, Arc<[u8]>>,
    pub(crate) variables: BTreeMap<String, String>,
    /// Whether programs may run.
    pub(crate) trusted: bool,
}

pub(crate) const FOLDER: &str = "/w";

impl Still {
    pub(crate) fn new(fixture: &str) -> Self {
        let mut files = BTreeMap::new();
        for section in format!("\n{}", fixture.trim_start()).split("\n#- ").skip(1) {
            let (path, text) = section.split_once('\n').unwrap_or((section, ""));
            files.insert(format!("{FOLDER}/{path}"), format!("{text}\n").into_bytes().into());
        }
        Self { files, variables: BTreeMap::new(), trusted: true }
    }
}

impl World for Still {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        let missing = || Fault::missing(format!("open {path}: no such file or directory"));
        self.files.get(path).cloned().ok_or_else(missing)
    }

    fn kind(&self, path: &str) -> Result<Option<PathKind>, Fault> {
        if self.files.contains_key(path) {
            return Ok(Some(PathKind::File));
        }
        let below = format!("{path}/");
        Ok(self.files.keys().any(|it| it.starts_with(&below)).then_some(PathKind::Folder))
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let below = format!("{folder}/");
        let mut names = BTreeMap::new();
        for rest in self.files.keys().filter_map(|it| it.strip_prefix(&below)) {
            match rest.split_once('/') {
                Some((name, _)) => names.insert(name.to_owned(), PathKind::Folder),
                None => names.insert(rest.to_owned(), PathKind::File),
            };
        }
        Ok(names.into_iter().map(|(name, kind)| Entry { name, kind }).collect())
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn run(&self, program: &Program) -> Result<Output, Fault> {
        if !self.trusted {
            return Err(Fault::untrusted(format!("{} was not run", program.program)));
        }
        let line = [std::slice::from_ref(&program.program), &program.args].concat().join(" ");
        let code = i32::from(program.program == "false");
        Ok(Output { code, stdout: line.into_bytes(), stderr: Vec::new() })
    }

    fn decrypt(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        self.read(path)
    }

    fn secret(&self, reference: &str) -> Result<String, Fault> {
        Ok(format!("<{reference}>"))
    }

    fn fetch(&self, source: &str) -> Result<String, Fault> {
        Err(Fault::other(format!("{source} cannot be fetched in tests")))
    }

    fn host(&self) -> &dyn Host {
        self
    }
}

impl Host for Still {
    fn now(&self) -> i128 {
        1_795_411_545_570_429_916
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(7);
    }
}

/// The request for an environment.
pub(crate) fn request(environment: &str) -> Request {
    Request { folder: FOLDER.to_owned(), environment: Some(environment.to_owned()), ..Request::default() }
}

/// Loads a fixture.
pub(crate) fn load(fixture: &str, request: &Request) -> Loaded {
    crate::load(request, &Still::new(fixture))
}

/// Findings as people read them, without the folder.
pub(crate) fn shown(findings: &[Finding], files: &Files) -> String {
    let one = |it: &Finding| format!("{:?} {} {}\n", it.severity, it.code.name(), it.show(files));
    findings.iter().map(one).collect::<String>().replace(&format!("{FOLDER}/"), "")
}

/// The releases of a state, a line each, and what was found.
pub(crate) fn summary(loaded: &Loaded) -> String {
    let mut out = String::new();
    for file in &loaded.state.files {
        out.push_str(&format!("{}:\n", file.path.trim_start_matches(FOLDER)));
        for release in &file.releases {
            let mark = if release.selected { ' ' } else { '-' };
            out.push_str(&format!("{mark} {} {} {}\n", release.id, release.chart.it, release.version.it));
        }
    }
    out + &shown(&loaded.findings, &loaded.files)
}
