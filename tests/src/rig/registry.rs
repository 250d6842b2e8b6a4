//! A real registry on loopback, with TLS and a file of passwords: the one that the specification comes from.
//!
//! `cargo xtask test registry` builds it and says where it is. Each has a free port and a folder of its own, and is stopped
//! by a watchdog, however the tests end (`processes.rs`).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::certificates::Certificates;
use super::fake_registry::{PASSWORD, USER};
use super::processes::{Processes, free_port, random};

/// What is asked for where a manifest is wanted.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A running registry, whose only user is [`USER`] with the password [`PASSWORD`].
#[derive(Debug)]
pub struct Registry {
    processes: Processes,
    certificates: Certificates,
    port: u16,
    agent: Agent,
}

impl Registry {
    /// A registry of a test's own; `None`, said aloud, where its program was not built.
    pub fn new() -> Option<Self> {
        let program = std::env::var_os("CHARTROOM_REGISTRY");
        if program.is_none() {
            eprintln!("skipped: no registry here (`cargo xtask test registry` brings one)");
        }
        program.map(|it| Self::start(Path::new(&it)))
    }

    fn start(program: &Path) -> Self {
        let mut processes = Processes::new(program.parent().unwrap());
        let (certificates, port) = (Certificates::new(), free_port());
        let hash = bcrypt::hash(PASSWORD, 4).unwrap();
        let passwords = processes.write("htpasswd", &format!("{USER}:{hash}\n"));
        let (certificate, key) = certificates.server();
        let config = serde_json::json!({
            "version": "0.1",
            "log": { "level": "warn" },
            "storage": {
                "filesystem": { "rootdirectory": processes.folder().join("storage") },
                "delete": { "enabled": true },
            },
            "http": {
                "addr": format!("127.0.0.1:{port}"),
                "secret": random(),
                "tls": { "certificate": certificate, "key": key },
            },
            "auth": { "htpasswd": { "realm": "rig", "path": passwords } },
        });
        // JSON is YAML.
        let config = processes.write("config.yaml", &config.to_string());
        processes.start("registry", &["serve".to_owned(), config.display().to_string()]);
        let agent = agent(&certificates);
        let registry = Self { processes, certificates, port, agent };
        registry.wait();
        registry
    }

    /// With our password and our certificate: another server on this port would know neither.
    fn wait(&self) {
        let start = Instant::now();
        while self.get("/v2/").0 != 200 {
            self.processes.check();
            assert!(start.elapsed() < Duration::from_secs(30), "waited too long for the registry");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// As it is named in references: the address with the port.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The certificates that it uses.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Where it keeps everything; gone with it.
    pub fn folder(&self) -> PathBuf {
        self.processes.folder().to_owned()
    }

    /// The manifest under a tag or digest; `None` where there is none.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<Value> {
        let (status, body) = self.get(&format!("/v2/{repository}/manifests/{reference}"));
        (status == 200).then(|| serde_json::from_slice(&body).unwrap())
    }

    /// A blob of a repository; `None` where there is none.
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Vec<u8>> {
        let (status, body) = self.get(&format!("/v2/{repository}/blobs/{digest}"));
        (status == 200).then_some(body)
    }

    /// What is at a path, for the user: the status of HTTP and the answer. Status 0 is no answer.
    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let credentials = data_encoding::BASE64.encode(format!("{USER}:{PASSWORD}").as_bytes());
        let request = self.agent.get(format!("https://{}{path}", self.host())).header("Accept", MANIFEST);
        let Ok(mut answer) = request.header("Authorization", format!("Basic {credentials}")).call() else {
            return (0, Vec::new());
        };
        (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap_or_default())
    }
}

/// Somebody who believes this authority and no other.
fn agent(certificates: &Certificates) -> Agent {
    let authority = std::fs::read(certificates.ca()).unwrap();
    let roots = RootCerts::new_with_certs(&[Certificate::from_pem(&authority).unwrap()]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    let config = Agent::config_builder().tls_config(tls).http_status_as_error(false).proxy(None);
    config.timeout_global(Some(Duration::from_secs(30))).build().into()
}
