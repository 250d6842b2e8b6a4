//! Talking to one registry: what it asks for as proof, it gets (distribution spec, "Authentication").
//!
//! Credentials are looked up when a registry asks, not before: a helper may take its time. They go to the registry
//! itself, and to the place that it names for tokens, if that is no worse a place than the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use reqwest::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Method, Response};
use serde::Deserialize;
use url::{Host, Url};

use super::challenge::{Challenge, Scheme};
use super::reference::host_of;
use crate::client::Client;
use crate::credentials::{Credential, Store};
use crate::error::Error;
use crate::http::{Agent, Ask, Limits, Sender, Want, download, same_origin};
use crate::settings::Access;

/// The most that a token may have, in bytes, with everything around it.
const MAX_TOKEN: u64 = 128 * 1024;

/// How we call ourselves where tokens are given out.
const CLIENT_ID: &str = "chartroom";

/// A registry, and what it believes us to be.
pub(crate) struct Session {
    agent: Agent,
    /// `https://host`.
    base: Url,
    host: String,
    login: Login,
    /// What is wanted, so that the first token is good for all of it.
    scope: Option<String>,
    proof: Mutex<Option<Proof>>,
    /// Whether tokens are asked for in the newer way also by name and password, as `login` tries first.
    by_oauth: bool,
}

/// Where credentials come from.
enum Login {
    Given(Credential),
    Stored(Store),
}

/// The value of `Authorization` that was good the last time.
#[derive(Clone)]
struct Proof(String);

impl Session {
    /// A session with a registry for some repository and some actions (`pull`, `pull,push`), or for none.
    pub(crate) fn open(
        client: &Client,
        registry: &str,
        access: &Access,
        wanted: Option<(&str, &str)>,
    ) -> Result<Self, Error> {
        let host = host_of(registry).to_owned();
        let scheme = if access.plain_http { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{host}/"))
            .map_err(|_| Error::say(format!("invalid reference: invalid registry \"{registry}\"")))?;
        let login = match access.has_login() {
            true => Login::Given(Credential::of_user(&access.username, access.password.reveal())),
            false => Login::Stored(Store::new(&client.settings)),
        };
        Ok(Self {
            agent: client.agent(access)?,
            base,
            host,
            login,
            scope: wanted.map(|(repository, actions)| format!("repository:{repository}:{actions}")),
            proof: Mutex::new(None),
            by_oauth: false,
        })
    }

    /// The same for somebody whose credentials are tried out.
    pub(crate) fn trying(mut self, credential: Credential, by_oauth: bool) -> Self {
        self.login = Login::Given(credential);
        self.by_oauth = by_oauth;
        self
    }

    /// An address in the registry.
    pub(crate) fn at(&self, path: &str) -> Result<Url, Error> {
        self.base.join(path).map_err(|_| Error::say(format!("invalid reference: {path}")))
    }

    /// Whether an address is in the registry itself, which may see credentials.
    fn is_own(&self, url: &Url) -> bool {
        same_origin(url, &self.base)
    }

    /// Whether the registry wanted to know who we are.
    pub(crate) fn was_asked(&self) -> bool {
        self.proof().is_some()
    }

    fn proof(&self) -> Option<Proof> {
        self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn credential(&self) -> Result<Credential, Error> {
        match &self.login {
            Login::Given(credential) => Ok(credential.clone()),
            Login::Stored(store) => {
                let (store, host) = (store.clone(), self.host.clone());
                // A helper is a program, and is waited for.
                let found = tokio::task::spawn_blocking(move || store.get(&host)).await;
                found
                    .unwrap_or_else(|error| Err(Error::say(error.to_string())))
                    .map(Option::unwrap_or_default)
            }
        }
    }

    /// What a registry that refused wants to see.
    async fn prove(&self, answer: &Response) -> Result<Option<Proof>, Error> {
        let mut challenges = answer.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenge = challenges.find_map(|it| Challenge::parse(it.to_str().ok()?));
        let Some(challenge) = challenge else { return Ok(None) };
        let proof = match challenge.scheme {
            Scheme::Basic => self.credential().await?.as_basic(),
            Scheme::Bearer => Some(format!("Bearer {}", self.token(&challenge).await?)),
        };
        let proof = proof.map(Proof);
        self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&proof);
        Ok(proof)
    }

    async fn token(&self, challenge: &Challenge) -> Result<String, Error> {
        let realm = self.realm(challenge)?;
        let scopes = scopes(self.scope.as_deref().into_iter().chain(challenge.scopes()));
        let credential = self.credential().await?;
        if let Some(token) = credential.access_token() {
            return Ok(token.to_owned());
        }
        let service = challenge.get("service");
        let ask = match credential.as_grant(self.by_oauth) {
            Some(grant) => token_by_oauth(realm, service, &scopes, &grant),
            None => token_by_spec(realm, service, &scopes, &credential),
        };
        #[derive(Deserialize)]
        struct Token {
            #[serde(default)]
            token: String,
            #[serde(default)]
            access_token: String,
        }
        let want = Want { limit: MAX_TOKEN, digest: None, packed: false };
        let given: Token = download(&self.agent, &ask, &want).await?.json()?;
        let token = if given.access_token.is_empty() { given.token } else { given.access_token };
        match token.is_empty() {
            true => Err(Error::nonsense(&ask.method, &ask.url, "empty token returned")),
            false => Ok(token),
        }
    }

    /// Where tokens are given out. A registry may name another host, but nothing less safe than itself, and nothing that
    /// only this machine can reach.
    fn realm(&self, challenge: &Challenge) -> Result<Url, Error> {
        let text = challenge.get("realm");
        let refuse = |why: &str| Err(Error::say(format!("{}: bearer realm \"{text}\" {why}", self.host)));
        let Ok(realm) = Url::parse(text) else { return refuse("is no address") };
        let is_downgrade = realm.scheme() == "http" && self.base.scheme() == "https";
        if !matches!(realm.scheme(), "https" | "http") || is_downgrade {
            return refuse("is less safe than the registry; no credentials are sent there");
        }
        if is_inside(&realm) && realm.host() != self.base.host() {
            return refuse("is an address that only this machine can reach; no credentials are sent there");
        }
        Ok(realm)
    }
}

impl Sender for Session {
    async fn send(&self, ask: &Ask) -> Result<Response, Error> {
        if !self.is_own(&ask.url) {
            return self.agent.send(ask).await;
        }
        let known = match self.proof() {
            Some(Proof(value)) => ask.clone().authorization(&value),
            None => ask.clone(),
        };
        let answer = self.agent.send(&known).await?;
        // Whoever else asks for credentials after a redirect does not get them.
        if answer.status() != 401 || !self.is_own(answer.url()) {
            return Ok(answer);
        }
        match self.prove(&answer).await? {
            Some(Proof(value)) => self.agent.send(&ask.clone().authorization(&value)).await,
            None => Ok(answer),
        }
    }

    fn limits(&self) -> &Limits {
        self.agent.limits()
    }
}

fn token_by_oauth(realm: Url, service: &str, scopes: &[String], grant: &[(&str, &str)]) -> Ask {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(grant).append_pair("service", service).append_pair("client_id", CLIENT_ID);
    if !scopes.is_empty() {
        form.append_pair("scope", &scopes.join(" "));
    }
    let mut ask = Ask::new(Method::POST, realm).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    ask.body = form.finish().into();
    // Tokens may be given out twice.
    ask.repeatable = true;
    ask
}

fn token_by_spec(mut realm: Url, service: &str, scopes: &[String], credential: &Credential) -> Ask {
    {
        let mut query = realm.query_pairs_mut();
        if !service.is_empty() {
            query.append_pair("service", service);
        }
        for scope in scopes {
            query.append_pair("scope", scope);
        }
    }
    let ask = Ask::get(realm);
    match credential.user() {
        Some((username, password)) => ask.login(username, password),
        None => ask,
    }
}

/// Scopes without doubles, those of one resource joined, in order: a token for them is found again by them.
fn scopes<'s>(all: impl Iterator<Item = &'s str>) -> Vec<String> {
    let mut resources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for scope in all.filter(|it| !it.is_empty()) {
        let (resource, actions) = scope.rsplit_once(':').unwrap_or((scope, ""));
        resources.entry(resource).or_default().extend(actions.split(',').filter(|it| !it.is_empty()));
    }
    let text = |(resource, actions): (&str, BTreeSet<&str>)| match actions.contains("*") {
        true => format!("{resource}:*"),
        false => format!("{resource}:{}", actions.into_iter().collect::<Vec<_>>().join(",")),
    };
    resources.into_iter().map(text).collect()
}

/// Whether an address names this machine, its network, or a cloud's own service by number.
fn is_inside(url: &Url) -> bool {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        _ => return false,
    };
    match address {
        IpAddr::V4(it) => it.is_loopback() || it.is_private() || it.is_link_local() || it.is_unspecified(),
        IpAddr::V6(it) => {
            it.is_loopback() || it.is_unspecified() || it.is_unique_local() || it.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_joined() {
        let all = ["repository:b:push,pull", "repository:a:pull", "repository:b:pull", "repository:a:*"];
        assert_eq!(scopes(all.into_iter()), ["repository:a:*", "repository:b:pull,push"]);
    }

    #[test]
    fn addresses_of_this_machine_are_known() {
        let inside = |text: &str| is_inside(&Url::parse(text).unwrap());
        for address in ["http://169.254.169.254/", "http://[::1]/", "http://10.0.0.1/"] {
            assert!(inside(address), "{address}");
        }
        for address in ["https://auth.docker.io/token", "https://1.1.1.1/"] {
            assert!(!inside(address), "{address}");
        }
    }
}
