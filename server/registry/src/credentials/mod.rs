//! Who we are to registries: Helm's file first, then Docker's, each with the helpers that it names.
//!
//! As Helm's library has it (oras `credentials`): the helper of a host, then the one for all, then the one that belongs to
//! the system where a file says nothing at all yet, and only then the file itself.

mod file;
mod helper;

use std::path::PathBuf;

use crate::error::Error;
use crate::settings::{Password, Settings};
use file::ConfigFile;
use helper::Helper;

/// Docker's registry has a name of its own in files of credentials.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What somebody proves to be with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) username: String,
    pub(crate) password: Password,
    /// Gives tokens (`identitytoken`).
    pub(crate) identity: Password,
    /// Is one (`registrytoken`).
    pub(crate) token: Password,
}

impl Credential {
    pub(crate) fn of_user(username: &str, password: &str) -> Self {
        Self { username: username.into(), password: password.to_owned().into(), ..Self::default() }
    }

    pub(crate) fn of_identity(token: &str) -> Self {
        Self { identity: token.to_owned().into(), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Name and password, if there is either.
    pub(crate) fn user(&self) -> Option<(&str, &str)> {
        let is_there = !self.username.is_empty() || !self.password.is_empty();
        is_there.then(|| (self.username.as_str(), self.password.reveal()))
    }

    /// As a header; it needs both.
    pub(crate) fn as_basic(&self) -> Option<String> {
        let (username, password) = self.user()?;
        let both = !username.is_empty() && !password.is_empty();
        let pair = || data_encoding::BASE64.encode(format!("{username}:{password}").as_bytes());
        both.then(|| format!("Basic {}", pair()))
    }

    pub(crate) fn access_token(&self) -> Option<&str> {
        (!self.token.is_empty()).then(|| self.token.reveal())
    }

    /// As a form for tokens: always with an identity, and by name and password if that is wanted.
    pub(crate) fn as_grant(&self, by_password: bool) -> Option<Vec<(&'static str, &str)>> {
        if !self.identity.is_empty() {
            return Some(vec![("grant_type", "refresh_token"), ("refresh_token", self.identity.reveal())]);
        }
        let (username, password) = self.user().filter(|_| by_password)?;
        Some(vec![("grant_type", "password"), ("username", username), ("password", password)])
    }
}

/// Where credentials are kept.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    helms: PathBuf,
    dockers: Option<PathBuf>,
}

impl Store {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { helms: settings.registry_config.clone(), dockers: settings.docker_config.clone() }
    }

    /// What is known for a host.
    pub(crate) fn get(&self, host: &str) -> Result<Option<Credential>, Error> {
        let address = address_of(host);
        for file in [Some(&self.helms), self.dockers.as_ref()].into_iter().flatten() {
            let config = ConfigFile::read(file)?;
            let found = match helper_of(&config, &address) {
                Some(helper) => helper.get(&address)?,
                None => config.get(&address)?,
            };
            if let Some(found) = found.filter(|it| !it.is_empty()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Keeps what proved to be right for a host, in Helm's place.
    pub(crate) fn put(&self, host: &str, credential: &Credential) -> Result<(), Error> {
        let address = address_of(host);
        let mut config = ConfigFile::read(&self.helms)?;
        match helper_of(&config, &address) {
            Some(helper) => {
                helper.store(&address, credential)?;
                // So that the next one finds it without looking for programs.
                match config.is_configured() {
                    true => Ok(()),
                    false => config.keep_helper(helper.name()),
                }
            }
            None => config.put(&address, credential),
        }
    }

    /// Forgets a host, in Helm's place. It need not be known.
    pub(crate) fn erase(&self, host: &str) -> Result<(), Error> {
        let address = address_of(host);
        let mut config = ConfigFile::read(&self.helms)?;
        match helper_of(&config, &address) {
            Some(helper) => helper.erase(&address),
            None => config.erase(&address),
        }
    }
}

fn address_of(host: &str) -> String {
    match host {
        "docker.io" | "registry-1.docker.io" => DOCKER_HUB.to_owned(),
        _ => host.to_owned(),
    }
}

fn helper_of(config: &ConfigFile, address: &str) -> Option<Helper> {
    match config.helper(address) {
        Some(name) => Some(Helper::named(name)),
        None if config.is_configured() => None,
        None => Helper::of_system(),
    }
}
