//! Connections: which certificates are trusted, which proxies lie between, and why there is none.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use reqwest::{Certificate, ClientBuilder, Identity, NoProxy, Proxy};

use super::{Agent, Limits};
use crate::error::{Error, Trouble};
use crate::settings::{Access, Proxies, Settings};

/// Hosts that are never asked through a proxy, as Go has it.
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1";

/// Agents by what they trust and who they are: each keeps its connections.
#[derive(Debug, Default)]
pub(crate) struct Http {
    agents: Mutex<HashMap<Access, Agent>>,
}

impl Http {
    /// The agent for a call. Reads the certificates that it names.
    pub(crate) fn agent(&self, access: &Access, settings: &Settings) -> Result<Agent, Error> {
        // Name and password are of no matter to a connection.
        let key = Access {
            username: String::new(),
            password: String::new().into(),
            pass_credentials: false,
            plain_http: false,
            ..access.clone()
        };
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&key) {
            return Ok(agent.clone());
        }
        let agent = Agent { client: client(&key, settings)?, limits: settings.limits };
        agents.insert(key, agent.clone());
        Ok(agent)
    }
}

fn client(access: &Access, settings: &Settings) -> Result<reqwest::Client, Error> {
    // Another part of the program may have chosen it already: there is only one to choose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("chartroom/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(settings.limits.connect)
        .tls_danger_accept_invalid_certs(access.insecure_skip_tls_verify);
    let builder = with_proxies(builder, &settings.proxies)?;
    with_certificates(builder, access)?
        .build()
        .map_err(|error| Error::say(format!("can't create TLS config for client: {}", reasons(&error))))
}

/// A file of trusted certificates stands for all others, as with Helm.
fn with_certificates(mut builder: ClientBuilder, access: &Access) -> Result<ClientBuilder, Error> {
    if let Some(file) = &access.ca_file {
        let pem = read(file)?;
        let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
        if certificates.is_empty() {
            return Err(Error::say(format!("{}: there is no certificate in PEM in it", file.display())));
        }
        builder = builder.tls_certs_only(certificates);
    }
    match (&access.cert_file, &access.key_file) {
        (Some(certificate), Some(key)) => {
            let mut pem = read(certificate)?;
            pem.push(b'\n');
            pem.extend(read(key)?);
            let identity = Identity::from_pem(&pem).map_err(|error| {
                let (certificate, key) = (certificate.display(), key.display());
                Error::say(format!(
                    "{certificate} and {key} are no certificate with its key: {}",
                    reasons(&error)
                ))
            })?;
            Ok(builder.identity(identity))
        }
        (Some(file), None) | (None, Some(file)) => Err(Error::say(format!(
            "{}: a client's certificate needs both --cert-file and --key-file",
            file.display()
        ))),
        (None, None) => Ok(builder),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(file).map_err(|source| Error::file(file, source))
}

fn with_proxies(builder: ClientBuilder, proxies: &Proxies) -> Result<ClientBuilder, Error> {
    let mut builder = builder.no_proxy();
    let direct = format!("{NEVER_PROXIED},{}", proxies.direct.as_deref().unwrap_or_default());
    type Make = fn(&str) -> reqwest::Result<Proxy>;
    let both: [(&str, &Option<String>, Make); 2] = [
        ("HTTP_PROXY", &proxies.http, |it| Proxy::http(it)),
        ("HTTPS_PROXY", &proxies.https, |it| Proxy::https(it)),
    ];
    for (name, proxy, make) in both {
        let Some(proxy) = proxy else { continue };
        // Go takes a bare host and port as well.
        let address = if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
        // The address may hold a password, so it is not shown.
        let proxy = make(&address).map_err(|_| Error::say(format!("{name} is no address of a proxy")))?;
        builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&direct)));
    }
    Ok(builder)
}

/// Why a request got no answer, in words.
pub(super) fn trouble(error: &reqwest::Error, limits: &Limits) -> Trouble {
    let reasons = reasons(error);
    let lower = reasons.to_lowercase();
    if error.is_timeout() {
        return Trouble::Silent { seconds: limits.connect.as_secs() };
    }
    if lower.contains("invalidcontenttype") {
        return Trouble::Tls(
            "http: server gave HTTP response to HTTPS client (--plain-http asks without TLS)".into(),
        );
    }
    if lower.contains("certificate") || lower.contains("unknownissuer") {
        return Trouble::Tls(format!(
            "tls: failed to verify certificate: {reasons} (--ca-file names whom to trust, --insecure-skip-tls-verify trusts anyone)"
        ));
    }
    if error.is_connect() {
        return Trouble::Unreachable(reasons);
    }
    Trouble::Cut(reasons)
}

/// The innermost reasons of an error. The outer ones repeat the address, which may hold credentials.
pub(super) fn reasons(error: &dyn StdError) -> String {
    let mut reasons: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(reason) = next {
        reasons.push(reason.to_string());
        next = reason.source();
    }
    // Each of hyper's errors may repeat the one below it.
    let last = reasons.pop().unwrap_or_else(|| "the request could not be sent".to_owned());
    match reasons.iter().rev().find(|it| !it.contains(&last) && !it.contains("client error")) {
        Some(outer) if !outer.contains("://") => format!("{outer}: {last}"),
        _ => last,
    }
}
