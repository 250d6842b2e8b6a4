//! `repositories.yaml`: the repositories that a user added (`pkg/repo/repo.go`), read and written as Helm does.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chart::decode::{DecodeError, Decoder, convert_error, unmarshal_error};
use golang::path;
use golang::time::{NEVER, normal};
use text::FileId;
use yaml::{Entry, Layout, Node, Numbers, Value};

use crate::files::{FileLock, cannot_open, replace};

const FILE: [&str; 3] = ["apiVersion", "generated", "repositories"];
const REPOSITORY: [&str; 9] = [
    "name",
    "url",
    "username",
    "password",
    "certFile",
    "keyFile",
    "caFile",
    "insecure_skip_tls_verify",
    "pass_credentials_all",
];
/// How long Helm waits for the lock of the list.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A repository of the list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// The name by which the user knows it.
    pub name: String,
    /// The address of the folder with its index.
    pub url: String,
    /// For basic authentication; empty for none.
    pub username: String,
    /// The password with it.
    pub password: String,
    /// A file with a client certificate.
    pub cert_file: String,
    /// A file with its key.
    pub key_file: String,
    /// A file with the authorities that sign the server's certificate.
    pub ca_file: String,
    /// Whether the server's certificate is not looked at.
    pub insecure_skip_tls_verify: bool,
    /// Whether the password goes to other hosts, too, that the index leads to.
    pub pass_credentials_all: bool,
}

/// Without the password.
impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("name", &self.name).field("url", &self.url).finish_non_exhaustive()
    }
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Repositories {
    api_version: String,
    generated: String,
    /// In the order of the file.
    pub entries: Vec<Repository>,
}

/// Why the list could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepositoriesError {
    /// There is none.
    #[error("couldn't load repositories file ({0}): open {0}: no such file or directory")]
    Missing(String),
    /// It cannot be opened.
    #[error("couldn't load repositories file ({path}): {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// It holds something else. The text is that of Helm's reader.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be written, or somebody else holds its lock.
    #[error("{0}")]
    Unwritten(String),
}

impl Repositories {
    /// Reads the list.
    pub fn read(path: &Path) -> Result<Self, RepositoriesError> {
        let text = path.display().to_string();
        match std::fs::read(path) {
            Ok(data) => Self::parse(&String::from_utf8_lossy(&data)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(RepositoriesError::Missing(text)),
            Err(error) => {
                Err(RepositoriesError::Unreadable { path: text, reason: cannot_open(path, &error) })
            }
        }
    }

    /// The same, with nothing in it where there is none.
    pub fn read_or_empty(path: &Path) -> Result<Self, RepositoriesError> {
        match Self::read(path) {
            Err(RepositoriesError::Missing(_)) => Ok(Self::default()),
            read => read,
        }
    }

    /// The list, if there is one and something is in it: most commands are of no use without.
    pub fn read_filled(path: &Path) -> Result<Option<Self>, RepositoriesError> {
        Ok(Some(Self::read_or_empty(path)?).filter(|it| !it.entries.is_empty()))
    }

    fn parse(text: &str) -> Result<Self, RepositoriesError> {
        let node = yaml::parse(text, FileId(0), Numbers::AsWritten)
            .map_err(|error| RepositoriesError::Invalid(convert_error(&error.message)))?;
        let mut list = Self::default();
        let mut decoder = Decoder::default();
        decoder.object(&node, "repo.File", &FILE, |decoder, field, node| match field {
            "apiVersion" => decoder.string(node, &mut list.api_version),
            "generated" => {
                let mut text = String::new();
                decoder.string(node, &mut text);
                match normal(&text) {
                    Ok(time) => list.generated = time,
                    Err(_) if text.is_empty() => {}
                    Err(reason) => decoder.fail(reason, node.at),
                }
            }
            _ => {
                let read = |decoder: &mut Decoder, item: &Node| Some(repository(decoder, item));
                list.entries = decoder.list(node, "[]*repo.Entry", read).unwrap_or_default();
            }
        });
        let told = |error: DecodeError| RepositoriesError::Invalid(unmarshal_error(&error.message));
        decoder.finish().map_or(Ok(list), |error| Err(told(error)))
    }

    /// The repository of that name.
    pub fn get(&self, name: &str) -> Option<&Repository> {
        self.entries.iter().find(|it| it.name == name)
    }

    /// Puts a repository in the place of the one of its name, or at the end.
    pub fn set(&mut self, repository: Repository) {
        match self.entries.iter_mut().find(|it| it.name == repository.name) {
            Some(old) => *old = repository,
            None => self.entries.push(repository),
        }
    }

    /// Takes out the repositories of that name, and says whether there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|it| it.name != name);
        self.entries.len() < before
    }

    /// Writes the list, for its owner's eyes only where it is new.
    pub fn write(&self, path: &Path) -> Result<(), RepositoriesError> {
        let text = yaml::write(&self.to_node(), Layout::V2)
            .map_err(|error| RepositoriesError::Unwritten(error.message))?;
        replace(path, (text + "\n").as_bytes(), true)
            .map_err(|error| RepositoriesError::Unwritten(cannot_open(path, &error)))
    }

    /// Changes the list while nobody else does: Helm takes the same lock. What `change` refuses is not written.
    pub fn change<T, E: From<RepositoriesError>>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<(T, bool), E>,
    ) -> Result<T, E> {
        let unwritten = |error: std::io::Error| RepositoriesError::Unwritten(error.to_string());
        let _alone = FileLock::take(&lock_path(path), LONGEST_WAIT).map_err(unwritten)?;
        let mut list = Self::read_or_empty(path)?;
        let (answer, is_news) = change(&mut list)?;
        if is_news {
            list.write(path)?;
        }
        Ok(answer)
    }

    fn to_node(&self) -> Node {
        let generated = if self.generated.is_empty() { NEVER } else { &self.generated };
        let entries: Vec<Node> = self.entries.iter().map(Repository::to_node).collect();
        map([
            ("apiVersion", text(&self.api_version)),
            ("generated", text(generated)),
            ("repositories", Node::computed(Value::List(entries.into()))),
        ])
    }
}

impl Repository {
    fn to_node(&self) -> Node {
        let flag = |it| Node::computed(Value::Bool(it));
        map([
            ("name", text(&self.name)),
            ("url", text(&self.url)),
            ("username", text(&self.username)),
            ("password", text(&self.password)),
            ("certFile", text(&self.cert_file)),
            ("keyFile", text(&self.key_file)),
            ("caFile", text(&self.ca_file)),
            ("insecure_skip_tls_verify", flag(self.insecure_skip_tls_verify)),
            ("pass_credentials_all", flag(self.pass_credentials_all)),
        ])
    }
}

fn repository(decoder: &mut Decoder, node: &Node) -> Repository {
    let mut it = Repository::default();
    decoder.object(node, "repo.Entry", &REPOSITORY, |decoder, field, node| match field {
        "name" => decoder.string(node, &mut it.name),
        "url" => decoder.string(node, &mut it.url),
        "username" => decoder.string(node, &mut it.username),
        "password" => decoder.string(node, &mut it.password),
        "certFile" => decoder.string(node, &mut it.cert_file),
        "keyFile" => decoder.string(node, &mut it.key_file),
        "caFile" => decoder.string(node, &mut it.ca_file),
        "insecure_skip_tls_verify" => decoder.bool(node, &mut it.insecure_skip_tls_verify),
        _ => decoder.bool(node, &mut it.pass_credentials_all),
    });
    it
}

/// `repositories.lock` beside `repositories.yaml`.
fn lock_path(list: &Path) -> PathBuf {
    let text = list.to_string_lossy();
    let extension = path::ext(&text);
    let stem = if extension.len() < text.len() { &text[..text.len() - extension.len()] } else { &*text };
    format!("{stem}.lock").into()
}

fn text(text: &str) -> Node {
    Node::computed(Value::String(text.into()))
}

fn map<const N: usize>(fields: [(&str, Node); N]) -> Node {
    let entries = fields.map(|(key, node)| Entry { key: key.into(), key_at: None, node });
    Node::computed(Value::Map(std::sync::Arc::new(entries.into_iter().collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n- caFile: \"\"\n  \
                        certFile: \"\"\n  insecure_skip_tls_verify: false\n  keyFile: \"\"\n  name: a\n  \
                        pass_credentials_all: true\n  password: secret\n  url: https://a.b\n  username: me\n";

    fn example() -> Repository {
        Repository {
            name: "a".to_owned(),
            url: "https://a.b".to_owned(),
            username: "me".to_owned(),
            password: "secret".to_owned(),
            pass_credentials_all: true,
            ..Repository::default()
        }
    }

    fn set(path: &Path) -> Result<(), RepositoriesError> {
        Repositories::change(path, |list| {
            list.set(example());
            Ok(((), true))
        })
    }

    #[test]
    fn bytes_are_those_of_helm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("helm/repositories.yaml");
        assert!(matches!(Repositories::read(&path), Err(RepositoriesError::Missing(_))));
        set(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), LIST);
        assert!(folder.path().join("helm/repositories.lock").exists());
        set(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), LIST);
        assert_eq!(Repositories::read(&path).unwrap().get("a"), Some(&example()));
        assert!(!format!("{:?}", example()).contains("secret"));
    }

    #[test]
    fn what_is_known_stays() {
        let mut list = Repositories::parse(
            "apiVersion: v1\ngenerated: 2020-02-29T01:02:03.450+00:00\nrepositories:\n- {name: a, url: u, more: 1}\n- name: b\n",
        )
        .unwrap();
        assert!(list.remove("a") && !list.remove("a"));
        let text = yaml::write(&list.to_node(), Layout::V2).unwrap();
        assert!(text.starts_with("apiVersion: v1\ngenerated: \"2020-02-29T01:02:03.45Z\"\n"), "{text}");
        assert!(text.contains("name: b\n") && !text.contains("more"), "{text}");
    }

    #[test]
    fn what_is_no_list() {
        let error = |text: &str| Repositories::parse(text).unwrap_err().to_string();
        assert!(error("a: b: c").starts_with("error converting YAML to JSON: yaml: "));
        assert_eq!(
            error("repositories: 1"),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go struct field \
             File.repositories of type []*repo.Entry"
        );
        assert!(Repositories::parse("").unwrap().entries.is_empty());
    }

    #[test]
    fn locks_have_names() {
        assert_eq!(lock_path(Path::new("/a/repositories.yaml")), Path::new("/a/repositories.lock"));
        assert_eq!(lock_path(Path::new("/a/repositories")), Path::new("/a/repositories.lock"));
    }
}
