//! Signatures of charts on this machine: `verify`, `--verify` of packed charts, `package --sign`.

use std::io::{BufRead, IsTerminal, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use chart::Dialect;
use registry::provenance::{Keyring, ProvenanceError, Verified, sign, verify};

use crate::secrets::ask;

/// The keyring that Helm takes if none is named: GnuPG's own, of whichever kind is there.
pub(crate) fn default_keyring() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = || variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).unwrap_or_default();
    let folder = variable("GNUPGHOME").unwrap_or_else(|| home().join(".gnupg"));
    let (ring, keybox) = (folder.join("pubring.gpg"), folder.join("pubring.kbx"));
    if !ring.exists() && keybox.exists() { keybox } else { ring }
}

/// Checks a packed chart with the signature beside it (`downloader.VerifyChart`).
pub(crate) fn check_chart(path: &str, keyring: &Path, dialect: Dialect) -> Result<Verified> {
    if crate::charts::stat(path)?.is_dir() {
        bail!("unpacked charts cannot be verified");
    }
    if !golang::path::ext(path).eq_ignore_ascii_case(".tgz") {
        bail!("chart must be a tgz file");
    }
    let prov = format!("{path}.prov");
    crate::charts::stat(&prov).with_context(|| format!("could not load provenance file {prov}"))?;
    let read = |path: &str| std::fs::read(path).map_err(|error| cannot_open(path, &error));
    let (archive, signature) = (read(path)?, read(&prov)?);
    verify(&archive, &signature, golang::path::base(path), keyring).map_err(|error| match error {
        ProvenanceError::NoSignature if dialect == Dialect::Helm3 => {
            anyhow!("failed to decode signature: {error}")
        }
        error => anyhow!(error),
    })
}

/// Who signs packages, and how the passphrase comes.
#[derive(Debug)]
pub(crate) struct Signing<'a> {
    keyring: Keyring,
    key: &'a str,
    passphrase_file: Option<&'a str>,
    /// What was read or asked for once is asked for no more: several charts may be packed.
    passphrase: Option<Vec<u8>>,
}

impl<'a> Signing<'a> {
    /// Reads the keyring. The passphrase is asked for when it is needed.
    pub(crate) fn open(keyring: &Path, key: &'a str, passphrase_file: Option<&'a str>) -> Result<Self> {
        let passphrase_file = passphrase_file.filter(|it| !it.is_empty());
        Ok(Self { keyring: Keyring::open(keyring)?, key, passphrase_file, passphrase: None })
    }

    /// The signature of an archive.
    pub(crate) fn sign(&mut self, archive: &[u8], file_name: &str, chart_yaml: &str) -> Result<String> {
        let mut signer = self.keyring.signer(self.key)?;
        if let (Some(file), None) = (self.passphrase_file, &self.passphrase) {
            self.passphrase = Some(read_passphrase(file)?);
        }
        if signer.is_locked() {
            if self.passphrase.is_none() {
                self.passphrase = Some(ask_passphrase(signer.name())?);
            }
            signer.unlock(self.passphrase.as_deref().unwrap_or_default())?;
        }
        Ok(sign(archive, file_name, chart_yaml, &signer)?)
    }
}

/// The first line of a file; `-` is standard input, which must be a pipe for Helm.
fn read_passphrase(file: &str) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    if file == "-" {
        if stdin().is_terminal() {
            bail!("specified reading passphrase from stdin, without input on stdin");
        }
        stdin().lock().read_until(b'\n', &mut line)?;
    } else {
        let opened = std::fs::File::open(file).map_err(|error| cannot_open(file, &error))?;
        std::io::BufReader::new(opened).read_until(b'\n', &mut line)?;
    }
    if line.is_empty() {
        bail!("EOF");
    }
    let end = line.iter().rposition(|it| !matches!(it, b'\n' | b'\r')).map_or(0, |at| at + 1);
    line.truncate(end);
    Ok(line)
}

fn ask_passphrase(key: &str) -> Result<Vec<u8>> {
    ask(&format!("Password for key {} >  ", golang::strconv::quote(key))).map(String::into_bytes).context(
        "the key is locked, and there is no terminal to ask for its passphrase; give it with --passphrase-file",
    )
}

/// Go's words for a file that cannot be opened.
fn cannot_open(path: &str, error: &std::io::Error) -> anyhow::Error {
    anyhow!("open {path}: {}", project::reason(error))
}
