//! Certificates of a test's own: an authority that nobody else knows, a server's and a client's.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::Scratch;

/// The files, as programs are told of them.
#[derive(Debug)]
pub struct Certificates {
    folder: Scratch,
    authority: CertificateDer<'static>,
    server: (CertificateDer<'static>, Vec<u8>),
}

impl Certificates {
    /// New ones, for `127.0.0.1` and `localhost`.
    pub fn new() -> Self {
        Self::with_hosts(&[])
    }

    /// New ones, for some names of the world as well.
    pub fn with_hosts(hosts: &[String]) -> Self {
        let folder = Scratch::new();
        let key = KeyPair::generate().unwrap();
        let mut params = named("authority", hosts);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = params.self_signed(&key).unwrap();
        folder.write("ca.pem", authority.pem());
        let issuer = Issuer::new(params, key);
        let issue = |name: &str, usage: ExtendedKeyUsagePurpose| {
            let key = KeyPair::generate().unwrap();
            let mut params = named(name, hosts);
            params.extended_key_usages = vec![usage];
            let certificate = params.signed_by(&key, &issuer).unwrap();
            folder.write(&format!("{name}.pem"), certificate.pem());
            folder.write(&format!("{name}.key"), key.serialize_pem());
            (certificate.der().clone(), key.serialize_der())
        };
        let server = issue("server", ExtendedKeyUsagePurpose::ServerAuth);
        issue("client", ExtendedKeyUsagePurpose::ClientAuth);
        Self { authority: authority.der().clone(), server, folder }
    }

    /// The authority's certificate, for `--ca-file`.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server's certificate and key.
    pub fn server(&self) -> (PathBuf, PathBuf) {
        self.pair("server")
    }

    /// A client's certificate and key, for `--cert-file` and `--key-file`.
    pub fn client(&self) -> (PathBuf, PathBuf) {
        self.pair("client")
    }

    fn pair(&self, name: &str) -> (PathBuf, PathBuf) {
        (self.folder.path().join(format!("{name}.pem")), self.folder.path().join(format!("{name}.key")))
    }

    /// What a server of the tests' own needs. Who asks `for_clients` talks with nobody who has no certificate.
    pub fn config(&self, for_clients: bool) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = if for_clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.authority.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let (certificate, key) = &self.server;
        let key = PrivateKeyDer::try_from(key.clone()).unwrap();
        builder.with_single_cert(vec![certificate.clone()], key).unwrap()
    }
}

impl Default for Certificates {
    fn default() -> Self {
        Self::new()
    }
}

fn named(name: &str, more: &[String]) -> CertificateParams {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    hosts.extend_from_slice(more);
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, format!("chartroom tests, {name}"));
    params
}
