//! A real control plane on loopback, for tests: etcd, kube-apiserver, kube-controller-manager, and kwok in the place
//! of nodes. `cargo xtask rig` builds the programs; `cargo xtask test cluster` says where they are.
//!
//! One rig serves all tests of a binary ([`rig`]), a namespace each ([`Rig::namespace`]). It listens on free ports, knows
//! its users by random tokens, keeps its state in a folder of its own, and is stopped by a watchdog, however the tests end
//! (`processes.rs`). Pods become ready at once; an annotation gives them another fate (`fates.rs`).
//!
//! Beside it are the places that charts come from, a few for each test: a real registry (`registry.rs`), one in the tests'
//! own process that behaves as badly as it is told to (`fake_registry`), and classic repositories (`repository.rs`).

mod api;
mod certificates;
mod fake_registry;
mod fates;
mod http;
mod namespace;
mod processes;
pub mod proxy;
mod registry;
mod repository;
mod rules;
mod tunnel;
mod web;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use api::Api;
pub use certificates::Certificates;
pub use fake_registry::{FakeRegistry, IDENTITY, Login, Manners, PASSWORD, USER};
pub use fates::FATE;
pub use http::{Request, Response};
pub use namespace::Namespace;
pub use registry::Registry;
pub use repository::{Repository, Service};
pub use rules::{Dice, Rule};
pub use tunnel::Tunnel;
pub use web::{Fault, Server};

use crate::recording::{Outcome, Program, VERSIONS};
use processes::{Processes, free_port, key_pair, random};

/// Who acts on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// `chartroom --helm 3`.
    Ours3,
    /// `chartroom`.
    Ours4,
    /// Helm 3.
    Helm3,
    /// Helm 4.
    Helm4,
}

impl Tool {
    /// The tool in a folder, which is its home as well, without arguments yet and with no cluster.
    pub fn command(self, folder: &Path) -> Command {
        let program = match self {
            Self::Ours3 => Program::ours(VERSIONS[0]),
            Self::Ours4 => Program::ours(VERSIONS[1]),
            Self::Helm3 => Program::helm(helm("HELM3_BIN")),
            Self::Helm4 => Program::helm(helm("HELM4_BIN")),
        };
        let mut command = program.command(folder);
        command.env("KUBECONFIG", "/dev/null");
        command
    }
}

/// A running control plane.
#[derive(Debug)]
pub struct Rig {
    processes: Processes,
    api: Api,
    server: String,
    restricted: String,
}

/// The rig that the tests of a binary share; `None`, said aloud, where its programs were not built.
pub fn rig() -> Option<&'static Rig> {
    static RIG: OnceLock<Option<Rig>> = OnceLock::new();
    let rig = RIG.get_or_init(|| std::env::var_os("CHARTROOM_RIG").map(|it| Rig::start(Path::new(&it))));
    if rig.is_none() {
        eprintln!("skipped: no control plane here (`cargo xtask test cluster` brings one)");
    }
    rig.as_ref()
}

impl Rig {
    /// Starts a control plane from the programs in a folder, and waits until it works.
    pub fn start(programs: &Path) -> Self {
        let mut processes = Processes::new(programs);
        let (etcd, peers, port) = (free_port(), free_port(), free_port());
        let (admin, restricted) = (random(), random());
        let server = format!("https://127.0.0.1:{port}");
        let tokens = format!("{admin},admin,1,\"system:masters\"\n{restricted},restricted,2\n");
        let tokens = processes.write("tokens.csv", &tokens);
        let (private, public) = key_pair();
        let key = processes.write("accounts.key", &private);
        let public = processes.write("accounts.pub", &public);
        let etcd = format!("http://127.0.0.1:{etcd}");
        processes.start(
            "etcd",
            &[
                format!("--data-dir={}", processes.folder().join("etcd").display()),
                format!("--listen-client-urls={etcd}"),
                format!("--advertise-client-urls={etcd}"),
                format!("--listen-peer-urls=http://127.0.0.1:{peers}"),
                "--unsafe-no-fsync".to_owned(),
                "--log-level=error".to_owned(),
            ],
        );
        let certificates = processes.folder().join("certificates");
        processes.start(
            "kube-apiserver",
            &[
                format!("--etcd-servers={etcd}"),
                format!("--cert-dir={}", certificates.display()),
                format!("--secure-port={port}"),
                "--bind-address=127.0.0.1".to_owned(),
                "--endpoint-reconciler-type=none".to_owned(),
                "--service-account-issuer=https://kubernetes.default".to_owned(),
                format!("--service-account-key-file={}", public.display()),
                format!("--service-account-signing-key-file={}", key.display()),
                format!("--token-auth-file={}", tokens.display()),
                "--authorization-mode=RBAC".to_owned(),
                "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
            ],
        );
        let api = Api::new(&server, &admin);
        let rig = Self { processes, api, server, restricted };
        let kubeconfig = rig.write_kubeconfig("kubeconfig", &rig.server, &admin);
        rig.write_kubeconfig("kubeconfig-restricted", &rig.server, &rig.restricted);
        // With our token: another server on this port would not know it.
        rig.wait("the API server", || rig.api.get("/readyz").0 == 200);
        rig.populate(&kubeconfig, &key)
    }

    /// Starts what acts on objects, and makes the node.
    fn populate(mut self, kubeconfig: &Path, key: &Path) -> Self {
        let config = format!("--kubeconfig={}", kubeconfig.display());
        self.processes.start(
            "kube-controller-manager",
            &[
                config.clone(),
                "--leader-elect=false".to_owned(),
                format!("--service-account-private-key-file={}", key.display()),
                // Nobody is there to say that the node lives.
                "--controllers=*,-node-lifecycle-controller".to_owned(),
                "--secure-port=0".to_owned(),
            ],
        );
        for (path, object) in fates::objects() {
            let (status, answer) = self.api.post(path, &object);
            assert_eq!(status, 201, "{answer}");
        }
        let stages = self.processes.write("stages.yaml", &fates::stages());
        self.processes.start(
            "kwok",
            &[
                config,
                format!("--config={}", stages.display()),
                "--manage-all-nodes=true".to_owned(),
                "--node-lease-duration-seconds=40".to_owned(),
            ],
        );
        self.wait("the node", || fates::is_ready(&self.api.get("/api/v1/nodes/kwok-0").1));
        // A policy works some time after it was made.
        let pods = "/api/v1/namespaces/default/pods?dryRun=All";
        self.wait("the policy", || self.api.post(pods, &fates::probe()).1["spec"]["nodeName"] == "kwok-0");
        self
    }

    /// The address of the API server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Objects as they are, for whoever may do everything.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The kubeconfig of somebody who may do everything.
    pub fn kubeconfig(&self) -> PathBuf {
        self.processes.folder().join("kubeconfig")
    }

    /// The kubeconfig of the user `restricted`, who may do what a test grants them and nothing else.
    pub fn restricted_kubeconfig(&self) -> PathBuf {
        self.processes.folder().join("kubeconfig-restricted")
    }

    /// The token of whoever may do everything.
    pub fn token(&self) -> &str {
        self.api.token()
    }

    /// Writes a kubeconfig for another address of the same server, such as that of a proxy.
    pub fn kubeconfig_for(&self, server: &str) -> PathBuf {
        let name = format!("kubeconfig-{}", server.rsplit(':').next().unwrap_or_default());
        self.write_kubeconfig(&name, server, self.token())
    }

    fn write_kubeconfig(&self, name: &str, server: &str, token: &str) -> PathBuf {
        let cluster = json!({ "server": server, "insecure-skip-tls-verify": server.starts_with("https") });
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "rig", "cluster": cluster }],
            "users": [{ "name": "user", "user": { "token": token } }],
            "contexts": [{ "name": "rig", "context": { "cluster": "rig", "user": "user" } }],
            "current-context": "rig",
        });
        self.processes.write(name, &config.to_string())
    }

    /// A namespace of a test's own, in which pods can be made.
    pub fn namespace(&self) -> Namespace<'_> {
        Namespace::new(self)
    }

    /// A tool that talks to this cluster, in a folder, without arguments yet.
    pub fn command(&self, tool: Tool, folder: &Path) -> Command {
        let mut command = tool.command(folder);
        command.env("KUBECONFIG", self.kubeconfig());
        command
    }

    /// Runs a tool to its end.
    pub fn run(&self, tool: Tool, folder: &Path, args: &[&str]) -> Outcome {
        Outcome::of(self.command(tool, folder).args(args), folder)
    }

    /// Runs Helm 3 in the rig's folder.
    pub fn helm3(&self, args: &[&str]) -> Outcome {
        self.run(Tool::Helm3, self.processes.folder(), args)
    }

    /// Runs Helm 4 in the rig's folder.
    pub fn helm4(&self, args: &[&str]) -> Outcome {
        self.run(Tool::Helm4, self.processes.folder(), args)
    }

    /// Runs ours in the rig's folder.
    pub fn chartroom(&self, args: &[&str]) -> Outcome {
        self.run(Tool::Ours4, self.processes.folder(), args)
    }

    /// Waits for something, at most half a minute.
    #[track_caller]
    pub fn wait(&self, what: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            self.processes.check();
            assert!(start.elapsed() < Duration::from_secs(30), "waited too long for {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Makes a namespace if it is not there, and waits until pods can be made in it.
    fn make_namespace(&self, name: &str) {
        let object: Value = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        let (status, answer) = self.api.post("/api/v1/namespaces", &object);
        assert!(status == 201 || status == 409, "{answer}");
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        self.wait("the service account", || self.api.get(&account).0 == 200);
    }
}

fn helm(variable: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} names the Helm to compare with"))
}
