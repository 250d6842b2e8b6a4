//! A connection to one cluster, as a port that blocks.

use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chart::Dialect;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::Client;
use kube::client::ConfigExt;
use kube::config::Kubeconfig;
use release::ports::{ApiError, Identity};
use tokio::runtime::Runtime;
use tower::{BoxError, ServiceBuilder};

use crate::config::ClusterConfig;
use crate::discovery::Known;
use crate::http::{Api, Call};

/// A cluster that can be asked.
pub struct Connection {
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
    pub(crate) api: Api,
    pub(crate) known: Mutex<Known>,
    pub(crate) dialect: Dialect,
    context: String,
    namespace: String,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("server", &self.api.server).finish_non_exhaustive()
    }
}

/// Why there is no connection, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    message: String,
}

impl ConnectError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    pub(crate) fn of_file(file: &Path, error: &dyn std::fmt::Display) -> Self {
        Self::new(format!("{}: {error}", file.display()))
    }

    pub(crate) fn no_context(context: &str, kubeconfig: &Kubeconfig) -> Self {
        let names: Vec<&str> = kubeconfig.contexts.iter().map(|it| it.name.as_str()).collect();
        let known = if names.is_empty() {
            "there is none".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        match context {
            "" => Self::new(format!(
                "kubernetes cluster unreachable: the kubeconfig has no current context; {known} (--kube-context)"
            )),
            _ => Self::new(format!("context \"{context}\" does not exist; {known}")),
        }
    }

    pub(crate) fn nowhere() -> Self {
        Self::new(
            "kubernetes cluster unreachable: there is no kubeconfig ($KUBECONFIG, ~/.kube/config, --kubeconfig), and this is \
             no pod",
        )
    }

    pub(crate) fn untrusted(command: &str) -> Self {
        Self::new(format!(
            "the kubeconfig asks for credentials from the program {command}, which may only run where that is allowed"
        ))
    }
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}

impl Connection {
    /// Reads the configuration. Nothing is sent yet.
    pub fn open(config: &ClusterConfig, dialect: Dialect) -> Result<Self, ConnectError> {
        // Another part of the program may have chosen it already: there is only one to choose.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("cluster")
            .enable_all()
            .build()
            .map_err(|error| ConnectError::new(error.to_string()))?;
        let pinned = runtime.block_on(config.read())?;
        let server = pinned.config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let client = {
            let _inside = runtime.enter();
            client(pinned.config).map_err(|error| ConnectError::new(error.to_string()))?
        };
        Ok(Self {
            runtime: Some(runtime),
            api: Api { client, server: server.into() },
            known: Mutex::default(),
            dialect,
            context: pinned.context,
            namespace: pinned.namespace,
        })
    }

    /// The namespace of the context, or `default`.
    pub fn namespace(&self) -> &str {
        if self.namespace.is_empty() { "default" } else { &self.namespace }
    }

    /// The name of the context; empty where there is none.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// The address of the API server.
    pub fn server(&self) -> &str {
        &self.api.server
    }

    /// Waits for something asynchronous, whoever calls: also from within another runtime's threads.
    pub(crate) fn wait<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        let Some(runtime) = &self.runtime else { unreachable!("it is there until it is dropped") };
        if tokio::runtime::Handle::try_current().is_err() {
            return runtime.block_on(work);
        }
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| runtime.block_on(work));
            waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Starts something that goes on by itself.
    pub(crate) fn spawn(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> tokio::task::JoinHandle<()> {
        let Some(runtime) = &self.runtime else { unreachable!("it is there until it is dropped") };
        runtime.spawn(work)
    }

    pub(crate) fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn identify(&self) -> Result<Identity, ApiError> {
        let call = Call::get("/api/v1/namespaces/kube-system");
        let uid = match self.wait(self.api.json(call)) {
            Ok(namespace) => namespace["metadata"]["uid"].as_str().unwrap_or_default().to_owned(),
            // Whoever may not read it has to do without.
            Err(error) if error.is_forbidden() || error.is_not_found() => String::new(),
            Err(error) => return Err(error),
        };
        Ok(Identity { uid, context: self.context.clone(), server: self.api.server.to_string() })
    }

    /// Notes when somebody wants the program to end (`SIGINT`, `SIGTERM`), so that what is under way comes to an end that is
    /// recorded. Whoever asks a second time does not wait for that.
    pub fn on_interrupt(&self, flag: Arc<AtomicBool>) {
        self.spawn(async move {
            while interrupted().await.is_ok() {
                if flag.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            }
        });
    }

    /// Whether anybody answers.
    pub fn reach(&self) -> Result<(), ApiError> {
        self.wait(self.api.json(Call::get("/version"))).map(drop)
    }
}

impl Drop for Connection {
    /// A runtime must not be dropped where another one runs, and need not wait for connections to close.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::ZERO);
        }
    }
}

/// A client that sends at once what is there to be sent. Behind a proxy kube's own has to do.
fn client(mut config: kube::Config) -> Result<Client, kube::Error> {
    if config.accept_invalid_certs && config.root_cert.is_none() {
        // Nobody looks at certificates, so none need be read.
        config.root_cert = Some(Vec::new());
    }
    if config.proxy_url.is_some() {
        return Client::try_from(config);
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(config.connect_timeout);
    let https = config.rustls_https_connector_with_connector(connector)?;
    let sender = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(https);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(sender);
    Ok(Client::new(service, config.default_namespace))
}

/// Waits until somebody wants the program to end.
async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
