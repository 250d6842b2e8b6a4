//! Docker's `config.json`, which is Helm's `registry/config.json` as well: read with care, written whole.
//!
//! What is not ours in it stays as it is. Bytes are those that Helm writes: indented by tabs, keys sorted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Credential;
use crate::error::Error;
use crate::files::replace;

/// A file of credentials, or one that is not there yet.
#[derive(Debug)]
pub(super) struct ConfigFile {
    path: PathBuf,
    content: Map<String, Value>,
}

/// The entry of a host.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: String,
    identitytoken: String,
    registrytoken: String,
    username: String,
    password: String,
}

impl ConfigFile {
    /// Reads a file. One that is not there, or empty, says nothing.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::file(path, error)),
        };
        let content = match text.trim_ascii() {
            [] => Map::new(),
            text => serde_json::from_slice(text).map_err(|error| {
                // Only the place: the text may be a password.
                let (path, line, column) = (path.display(), error.line(), error.column());
                Error::say(format!("{path}:{line}:{column}: this is no file of credentials: invalid JSON"))
            })?,
        };
        Ok(Self { path: path.to_owned(), content })
    }

    /// Whether anything in it is about credentials.
    pub(super) fn is_configured(&self) -> bool {
        let is_filled =
            |key| self.content.get(key).and_then(Value::as_object).is_some_and(|it| !it.is_empty());
        self.store().is_some() || is_filled("credHelpers") || is_filled("auths")
    }

    /// The helper that it names for a host.
    pub(super) fn helper(&self, address: &str) -> Option<&str> {
        let of_host = self.content.get("credHelpers").and_then(|it| it.get(address)).and_then(Value::as_str);
        of_host.filter(|it| !it.is_empty()).or_else(|| self.store())
    }

    fn store(&self) -> Option<&str> {
        self.content.get("credsStore").and_then(Value::as_str).filter(|it| !it.is_empty())
    }

    /// What it says of a host. Older files have addresses where names are now.
    pub(super) fn get(&self, address: &str) -> Result<Option<Credential>, Error> {
        let Some(auths) = self.content.get("auths").and_then(Value::as_object) else { return Ok(None) };
        let found = auths
            .get(address)
            .or_else(|| auths.iter().find(|(key, _)| host_of(key) == address).map(|(_, entry)| entry));
        let Some(found) = found else { return Ok(None) };
        let broken = || {
            let path = self.path.display();
            Error::say(format!("{path}: the entry of {address} in \"auths\" is broken; log in again"))
        };
        let entry = Entry::deserialize(found).map_err(|_| broken())?;
        let mut credential = Credential {
            username: entry.username,
            password: entry.password.into(),
            identity: entry.identitytoken.into(),
            token: entry.registrytoken.into(),
        };
        if !entry.auth.is_empty() {
            let pair = data_encoding::BASE64.decode(entry.auth.as_bytes()).ok();
            let pair = pair.and_then(|it| String::from_utf8(it).ok()).ok_or_else(broken)?;
            let (username, password) = pair.split_once(':').ok_or_else(broken)?;
            username.clone_into(&mut credential.username);
            credential.password = password.to_owned().into();
        }
        Ok(Some(credential))
    }

    /// Keeps credentials, and writes the file.
    pub(super) fn put(&mut self, address: &str, credential: &Credential) -> Result<(), Error> {
        if credential.username.contains(':') {
            return Err(Error::say("bad credential format: colons(:) are not allowed in username"));
        }
        let mut entry = Map::new();
        let mut field = |key: &str, value: String| {
            if !value.is_empty() {
                entry.insert(key.to_owned(), value.into());
            }
        };
        let pair = credential.user().map(|(username, password)| format!("{username}:{password}"));
        field("auth", pair.map(|it| data_encoding::BASE64.encode(it.as_bytes())).unwrap_or_default());
        field("identitytoken", credential.identity.reveal().to_owned());
        field("registrytoken", credential.token.reveal().to_owned());
        let auths = self.content.entry("auths").or_insert_with(|| Map::new().into());
        match auths.as_object_mut() {
            Some(auths) => drop(auths.insert(address.to_owned(), entry.into())),
            None => *auths = Map::from_iter([(address.to_owned(), entry.into())]).into(),
        }
        self.write()
    }

    /// Forgets a host, and writes the file if it was in it.
    pub(super) fn erase(&mut self, address: &str) -> Result<(), Error> {
        let auths = self.content.get_mut("auths").and_then(Value::as_object_mut);
        match auths.and_then(|it| it.remove(address)) {
            Some(_) => self.write(),
            None => Ok(()),
        }
    }

    /// Notes the helper for all hosts.
    pub(super) fn keep_helper(&mut self, name: &str) -> Result<(), Error> {
        self.content.insert("credsStore".into(), name.into());
        self.content.entry("auths").or_insert_with(|| Map::new().into());
        self.write()
    }

    fn write(&self) -> Result<(), Error> {
        let text = self.text();
        write_private(&self.path, text.as_bytes()).map_err(|source| Error::file(&self.path, source))
    }

    /// As Go prints it: the keys that it has in maps are sorted, those inside entries stay; `<`, `>` and `&` are escaped.
    fn text(&self) -> String {
        let mut content: Map<String, Value> = self.content.clone();
        if let Some(auths) = content.get_mut("auths").and_then(Value::as_object_mut) {
            auths.sort_keys();
        }
        content.sort_keys();
        let mut text = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
        // Maps of strings and values always have a form in JSON.
        let _ = content.serialize(&mut serializer);
        let text = String::from_utf8_lossy(&text).into_owned();
        text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
    }
}

/// A key without scheme and path.
fn host_of(key: &str) -> &str {
    let rest = key.strip_prefix("http://").unwrap_or(key);
    let rest = rest.strip_prefix("https://").unwrap_or(rest);
    rest.split('/').next().unwrap_or_default()
}

/// Writes a file that nobody else may read, in a folder that nobody else may enter if it is made now.
fn write_private(path: &Path, data: &[u8]) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    replace(path, data, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn file(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join("registry").join("config.json")
    }

    #[test]
    fn written_as_helm_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let mut config = ConfigFile::read(&path).unwrap();
        config.put("z:5000", &Credential::of_user("me", "a&b")).unwrap();
        config.put("a.example", &Credential::of_identity("long")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        expect![[r#"
            {
            	"auths": {
            		"a.example": {
            			"identitytoken": "long"
            		},
            		"z:5000": {
            			"auth": "bWU6YSZi"
            		}
            	}
            }"#]]
        .assert_eq(&text);
        let config = ConfigFile::read(&path).unwrap();
        assert_eq!(config.get("z:5000").unwrap(), Some(Credential::of_user("me", "a&b")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(
            &path,
            r#"{"psFormat":"a<b","auths":{"h":{"auth":"YTpi","email":"x"}},"HttpHeaders":{"b":1,"a":[]}}"#,
        )
        .unwrap();
        ConfigFile::read(&path).unwrap().put("n", &Credential::of_user("u", "p")).unwrap();
        ConfigFile::read(&path).unwrap().erase("n").unwrap();
        expect![[r#"
            {
            	"HttpHeaders": {
            		"b": 1,
            		"a": []
            	},
            	"auths": {
            		"h": {
            			"auth": "YTpi",
            			"email": "x"
            		}
            	},
            	"psFormat": "a\u003cb"
            }"#]]
        .assert_eq(&std::fs::read_to_string(&path).unwrap());
    }

    #[test]
    fn older_files_have_addresses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, r#"{"auths":{"https://h.example/v2/":{"username":"a","password":"b"}}}"#)
            .unwrap();
        let config = ConfigFile::read(&path).unwrap();
        assert_eq!(config.get("h.example").unwrap(), Some(Credential::of_user("a", "b")));
        assert_eq!(config.get("other").unwrap(), None);
    }

    #[test]
    fn broken_files_are_named_and_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, "{\n\"auths\": {\"h\": {\"auth\": \"secret\"").unwrap();
        let error = ConfigFile::read(&path).unwrap_err().to_string();
        assert!(error.contains("config.json:2:") && !error.contains("secret"), "{error}");
        std::fs::write(&path, r#"{"auths":{"h":{"auth":"c2VjcmV0"}}}"#).unwrap();
        let error = ConfigFile::read(&path).unwrap().get("h").unwrap_err().to_string();
        assert!(error.contains("log in again") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn a_name_with_a_colon_could_not_be_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = ConfigFile::read(&file(&folder)).unwrap();
        assert!(config.put("h", &Credential::of_user("a:b", "c")).is_err());
        assert!(!file(&folder).exists());
    }
}
