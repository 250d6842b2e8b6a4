//! Fetching indexes: what `repo add` and `repo update` do.

use std::path::PathBuf;
use std::time::Duration;

use chart::Dialect;
use futures::StreamExt;
use url::Url;

use super::{Index, ReadIndex, Repository, cached, resolve_reference};
use crate::client::Client;
use crate::error::{Error, shown};
use crate::http::{Ask, Want, download};
use crate::settings::Access;

/// The most that an index may have, in bytes: ten times what the largest have that are known.
const MAX_INDEX: u64 = 256 * 1024 * 1024;
/// How many indexes are fetched at once.
const AT_ONCE: usize = 8;

impl Repository {
    /// How to talk to it.
    pub fn access(&self) -> Access {
        let file = |path: &String| (!path.is_empty()).then(|| path.into());
        Access {
            ca_file: file(&self.ca_file),
            cert_file: file(&self.cert_file),
            key_file: file(&self.key_file),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify,
            plain_http: false,
            username: self.username.clone(),
            password: self.password.clone().into(),
            pass_credentials: self.pass_credentials_all,
        }
    }

    /// The same, talked to in another way.
    pub fn with_access(self, access: &Access) -> Self {
        let file = |path: &Option<PathBuf>| {
            path.as_ref().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
        };
        Self {
            ca_file: file(&access.ca_file),
            cert_file: file(&access.cert_file),
            key_file: file(&access.key_file),
            insecure_skip_tls_verify: access.insecure_skip_tls_verify,
            username: access.username.clone(),
            password: access.password.reveal().to_owned(),
            pass_credentials_all: access.pass_credentials,
            ..self
        }
    }
}

impl Client {
    /// Fetches the indexes of repositories and keeps them; one that fails leaves what was kept of it. The answers come in
    /// the order of the repositories. Nothing is waited for longer than `longest`.
    pub fn refresh(&self, repositories: &[Repository], longest: Duration) -> Vec<Result<ReadIndex, Error>> {
        let all = futures::stream::iter(repositories).map(|it| self.refresh_one(it, longest));
        self.wait(all.buffered(AT_ONCE).collect())
    }

    async fn refresh_one(&self, repository: &Repository, longest: Duration) -> Result<ReadIndex, Error> {
        let fetched = tokio::time::timeout(longest, self.index(&repository.url, &repository.access())).await;
        let (read, data) = fetched.unwrap_or_else(|_| {
            let seconds = longest.as_secs();
            Err(Error::say(format!(
                "{} did not send its index within {seconds} s",
                without_credentials(&repository.url)
            )))
        })?;
        cached::keep(&self.settings.repository_cache, &repository.name, &read.index, &data)?;
        Ok(read)
    }

    /// The index of a repository, and its bytes.
    pub(super) async fn index(&self, url: &str, access: &Access) -> Result<(ReadIndex, Vec<u8>), Error> {
        let address = resolve_reference(url, "index.yaml").map_err(Error::say)?;
        let address = Url::parse(&address).map_err(|error| Error::say(format!("{url}: {error}")))?;
        let ask = Ask::get(address.clone());
        let ask = match access.has_login() {
            true => ask.login(&access.username, access.password.reveal()),
            false => ask,
        };
        let want = Want { limit: MAX_INDEX, digest: None, packed: true };
        let received = download(&self.agent(access)?, &ask, &want)
            .await
            .map_err(|error| in_words_of_repositories(error, access))?;
        let read = Index::read(&received.data, url, Dialect::Helm4);
        let read = read.map_err(|error| Error::say(format!("{}: {error}", shown(&address))))?;
        Ok((read, received.data))
    }
}

/// A refusal as Helm's getter says it, and what to do about one that wants a login.
pub(crate) fn in_words_of_repositories(error: Error, access: &Access) -> Error {
    let Some(refusal) = error.refusal() else { return error };
    let status = reqwest::StatusCode::from_u16(refusal.status).ok();
    let name = status.and_then(|it| it.canonical_reason()).unwrap_or_default();
    let advice = match refusal.status {
        401 if access.has_login() => ". The repository does not take this username and password",
        401 | 403 if !access.has_login() => {
            ". It may want a login: add the repository with --username and --password-stdin"
        }
        _ => "",
    };
    Error::say(format!("failed to fetch {} : {} {name}{advice}", shown(&refusal.url), refusal.status))
}

/// An address without what could be a credential in it.
pub fn without_credentials(url: &str) -> String {
    match Url::parse(url) {
        Ok(parsed) if url.contains(['@', '?', '#']) => shown(&parsed),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn addresses_are_shown_as_they_are_but_for_secrets() {
        for (url, want) in [
            ("https://a.host", "https://a.host"),
            ("https://me:secret@a.host/x", "https://a.host/x"),
            ("https://a.host/x?token=secret", "https://a.host/x"),
            ("a b", "a b"),
        ] {
            assert_eq!(without_credentials(url), want);
        }
    }
}
