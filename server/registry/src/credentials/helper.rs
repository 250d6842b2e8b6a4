//! Programs that keep credentials: `docker-credential-NAME get|store|erase`, which talk JSON over their pipes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::Credential;
use crate::error::Error;

/// What helpers say when they know nothing.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// The name under which helpers keep tokens.
const TOKEN: &str = "<token>";

/// A helper.
#[derive(Debug)]
pub(super) struct Helper {
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ServerURL", default)]
    server_url: String,
    username: String,
    secret: String,
}

impl Helper {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    /// The one that belongs to the system, if it is there.
    pub(super) fn of_system() -> Option<Self> {
        let name = if cfg!(windows) {
            "wincred"
        } else if cfg!(target_os = "macos") {
            "osxkeychain"
        } else if cfg!(target_os = "linux") {
            if is_there("pass") { "pass" } else { "secretservice" }
        } else {
            return None;
        };
        let helper = Self::named(name);
        is_there(&helper.program()).then_some(helper)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn program(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    pub(super) fn get(&self, address: &str) -> Result<Option<Credential>, Error> {
        let output = match self.run("get", address)? {
            Ok(output) => output,
            Err(said) if said == NOT_FOUND => return Ok(None),
            Err(said) => return Err(self.failed("get", &said)),
        };
        // Not what it said: that may hold the secret.
        let entry: Entry = serde_json::from_slice(&output)
            .map_err(|_| self.failed("get", "what it printed is no JSON of credentials"))?;
        Ok(Some(match entry.username == TOKEN {
            true => Credential::of_identity(&entry.secret),
            false => Credential::of_user(&entry.username, &entry.secret),
        }))
    }

    pub(super) fn store(&self, address: &str, credential: &Credential) -> Result<(), Error> {
        let (username, secret) = match credential.identity.is_empty() {
            true => (credential.username.as_str(), credential.password.reveal()),
            false => (TOKEN, credential.identity.reveal()),
        };
        let entry = Entry {
            server_url: address.to_owned(),
            username: username.to_owned(),
            secret: secret.to_owned(),
        };
        let text = serde_json::to_string(&entry).unwrap_or_default();
        self.run("store", &text)?.map(drop).map_err(|said| self.failed("store", &said))
    }

    pub(super) fn erase(&self, address: &str) -> Result<(), Error> {
        match self.run("erase", address)? {
            Err(said) if said != NOT_FOUND => Err(self.failed("erase", &said)),
            _ => Ok(()),
        }
    }

    /// What it printed, or what it said against it.
    fn run(&self, verb: &str, input: &str) -> Result<Result<Vec<u8>, String>, Error> {
        let mut child = Command::new(self.program())
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| self.failed(verb, &format!("it cannot be started: {error}")))?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that does not read says itself what it thinks of it.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| self.failed(verb, &error.to_string()))?;
        Ok(match output.status.success() {
            true => Ok(output.stdout),
            false => Err(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        })
    }

    fn failed(&self, verb: &str, why: &str) -> Error {
        let why = if why.is_empty() { "it failed without a word" } else { why };
        Error::say(format!("{} {verb}: {why}", self.program()))
    }
}

/// Whether a program is on the path.
fn is_there(program: &str) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| is_program(&folder.join(&name)))
}

fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    let runs =
        |it: &std::fs::Metadata| std::os::unix::fs::PermissionsExt::mode(&it.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let runs = |_: &std::fs::Metadata| true;
    path.metadata().is_ok_and(|it| it.is_file() && runs(&it))
}
