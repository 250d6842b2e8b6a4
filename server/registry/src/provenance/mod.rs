//! Who made a packed chart: the `.prov` file beside it, as Helm signs and checks it (`pkg/provenance`).
//!
//! It is a text signed in the clear by OpenPGP: the chart's `Chart.yaml`, a line `...`, and the digests of files. A
//! keyring is what `gpg --export` or `gpg --export-secret-keys` writes, armored or not, or GnuPG's own `pubring.kbx`. Keys count as they do for Helm
//! (ProtonMail's go-crypto): a key that may not sign, was revoked or is past its time makes no valid signature.

mod clearsign;
mod key;
mod keybox;
mod keyring;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use text::FileId;
use yaml::{Entry, Layout, Node, Numbers, Value};

pub use keyring::{Keyring, Signer};

/// What is parted by it: the metadata from the digests. YAML's own `---` is no line that OpenPGP leaves alone.
const SEPARATOR: &str = "\n...\n";

/// Why a chart could not be signed, or is not what its signature says. The texts are Helm's and those of its library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvenanceError {
    /// A keybox of GnuPG 2 that is broken, or holds no keys of OpenPGP.
    #[error("reading keybox: {0}")]
    Keybox(String),
    /// It holds no OpenPGP data.
    #[error("openpgp: invalid data: {0}")]
    Invalid(String),
    /// There is no such file, or it cannot be read.
    #[error("{0}")]
    File(String),
    /// The keys to check with are not to be had.
    #[error("failed to load keyring: {0}")]
    Keyring(String),
    /// Nothing in the keyring has that name.
    #[error("private key not found")]
    NoKey,
    /// The key of that name is there without its secret part.
    #[error("provided key is not a private key. Try providing a keyring with secret keys")]
    NotPrivate,
    /// The name fits several keys.
    #[error("more than one key contain the id {}", golang::strconv::quote(.0))]
    Vague(String),
    /// The passphrase is not that of the key.
    #[error("openpgp: invalid data: private key checksum failure")]
    Passphrase,
    /// The key is of a kind that cannot sign here.
    #[error("this key cannot sign: {0}")]
    CannotSign(String),
    /// The `.prov` file is none.
    #[error("signature block not found")]
    NoSignature,
    /// It was signed by somebody who is not in the keyring, or with a key that may not sign.
    #[error("openpgp: signature made by unknown entity")]
    UnknownSigner,
    /// The text was changed, or the signature was.
    #[error("openpgp: invalid signature: {0}")]
    BadSignature(String),
    /// The key was taken back.
    #[error("openpgp: signature made by revoked key")]
    Revoked,
    /// The key is past its time.
    #[error("openpgp: key expired")]
    KeyExpired,
    /// The signature is past its time.
    #[error("openpgp: signature expired")]
    SignatureExpired,
    /// The signed text names no digests.
    #[error("message block must have at least two parts")]
    NoDigests,
    /// The signed text is no YAML where it should be.
    #[error("{0}")]
    Unreadable(String),
    /// Another file was signed.
    #[error("provenance does not contain a SHA for a file named {}", golang::strconv::quote(.0))]
    NotNamed(String),
    /// The file is not the one that was signed.
    #[error("sha256 sum does not match for {file}: {} != {}", golang::strconv::quote(.signed), golang::strconv::quote(.found))]
    Digest {
        /// Its name.
        file: String,
        /// The digest that was signed.
        signed: String,
        /// The digest that it has.
        found: String,
    },
}

/// A packed chart whose signature is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The names of whoever signed: `Name (comment) <address>`, in the order of the keyring.
    pub signed_by: Vec<String>,
    /// The fingerprint of their key, in capitals.
    pub fingerprint: String,
    /// `sha256:…` of the archive.
    pub file_hash: String,
}

impl Verified {
    /// As Helm prints it.
    pub fn to_text(&self) -> String {
        let names: String = self.signed_by.iter().map(|name| format!("Signed by: {name}\n")).collect();
        let Self { fingerprint, file_hash, .. } = self;
        format!("{names}Using Key With Fingerprint: {fingerprint}\nChart Hash Verified: {file_hash}\n")
    }
}

/// Checks the signature of the archive that is called `file_name` with the keys of a file.
pub fn verify(
    archive: &[u8],
    signature: &[u8],
    file_name: &str,
    keyring: &Path,
) -> Result<Verified, ProvenanceError> {
    let keyring = Keyring::open(keyring).map_err(|error| ProvenanceError::Keyring(error.to_string()))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
    verify_at(archive, file_name, signature, &keyring, now)
}

/// The same with a keyring, at a time in seconds since 1970.
fn verify_at(
    archive: &[u8],
    file_name: &str,
    prov: &[u8],
    keyring: &Keyring,
    now: u64,
) -> Result<Verified, ProvenanceError> {
    let message = clearsign::read(prov).ok_or(ProvenanceError::NoSignature)?;
    let signer = keyring.check(&message, now)?;
    let files = digests(&message.signed_text().replace("\r\n", "\n"))?;
    let found = digest(archive);
    let signed = files.get(file_name).ok_or_else(|| ProvenanceError::NotNamed(file_name.to_owned()))?;
    if *signed != found {
        let (file, signed) = (file_name.to_owned(), signed.clone());
        return Err(ProvenanceError::Digest { file, signed, found });
    }
    Ok(Verified { signed_by: signer.names(), fingerprint: signer.fingerprint(), file_hash: found })
}

/// Signs an archive: the text of its `.prov` file. `chart_yaml` is the packed chart's metadata as Helm prints it.
pub fn sign(
    archive: &[u8],
    file_name: &str,
    chart_yaml: &str,
    signer: &Signer<'_>,
) -> Result<String, ProvenanceError> {
    signer.sign(&statement(archive, file_name, chart_yaml)?)
}

/// What is signed (`messageBlock`).
fn statement(archive: &[u8], file_name: &str, chart_yaml: &str) -> Result<String, ProvenanceError> {
    let map = |key: &str, node| {
        let entry = Entry { key: key.into(), key_at: None, node };
        Node::computed(Value::Map(Arc::new([entry].into_iter().collect())))
    };
    let digest = Node::computed(Value::String(digest(archive).into()));
    let files = map("files", map(file_name, digest));
    let files =
        yaml::write(&files, Layout::V2).map_err(|error| ProvenanceError::Unreadable(error.message))?;
    Ok(format!("{chart_yaml}{SEPARATOR}{}\n", files.trim_end_matches('\n')))
}

/// The digests that were signed, by the names of files (`ParseMessageBlock`).
fn digests(text: &str) -> Result<BTreeMap<String, String>, ProvenanceError> {
    let part = text.split(SEPARATOR).nth(1).ok_or(ProvenanceError::NoDigests)?;
    let node = yaml::parse(part, FileId(0), Numbers::AsWritten)
        .map_err(|error| ProvenanceError::Unreadable(error.message))?;
    let files = node.get("files").and_then(|files| files.value.as_map());
    let entry = |entry: &Entry| Some((entry.key.to_string(), entry.node.value.as_str()?.to_owned()));
    Ok(files.map(|files| files.iter().filter_map(entry).collect()).unwrap_or_default())
}

/// `sha256:` and the digest in hexadecimal, as indexes and signatures have it.
pub fn digest(data: &[u8]) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&Sha256::digest(data)))
}
