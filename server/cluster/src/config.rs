//! Which cluster, and as whom: kubeconfig files as `kubectl` reads them, with Helm's flags over them.
//!
//! They are read once. A connection stays with the cluster that it was made for, whatever becomes of the files.

use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};

use crate::connection::ConnectError;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct ClusterConfig {
    /// The kubeconfig files, the first of which wins. Empty: those of `$KUBECONFIG`, or `~/.kube/config`.
    pub files: Vec<PathBuf>,
    /// The context, if not the current one.
    pub context: Option<String>,
    /// The address of the API server.
    pub server: Option<String>,
    /// A bearer token.
    pub token: Option<String>,
    /// Whom to act as.
    pub as_user: Option<String>,
    /// As part of which groups.
    pub as_groups: Vec<String>,
    /// The file with the certificates that sign the server's.
    pub ca_file: Option<PathBuf>,
    /// The name that the server's certificate is held against.
    pub tls_server_name: Option<String>,
    /// Not to look at the server's certificate.
    pub insecure: bool,
    /// Whether programs that the kubeconfig names for credentials may run.
    pub allow_exec: bool,
    /// Whether those may use the terminal. A language server's input and output belong to the protocol.
    pub terminal: bool,
}

/// A configuration, and what it is called.
#[derive(Debug)]
pub(crate) struct Pinned {
    pub(crate) config: Config,
    pub(crate) context: String,
    /// The namespace of the context.
    pub(crate) namespace: String,
}

/// A context of the kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownContext {
    /// Its name.
    pub name: String,
    /// The address of the API server; empty if the kubeconfig does not say it.
    pub server: String,
    /// Its namespace; empty if it names none.
    pub namespace: String,
    /// Whether it is the current one.
    pub is_current: bool,
}

impl ClusterConfig {
    /// The contexts that there are. Nothing is sent for it.
    pub fn contexts(&self) -> Result<Vec<KnownContext>, ConnectError> {
        let Some(kubeconfig) = self.kubeconfig()? else { return Ok(Vec::new()) };
        let server = |cluster: &str| {
            let found = kubeconfig.clusters.iter().find(|it| it.name == cluster);
            found.and_then(|it| it.cluster.as_ref()?.server.clone()).unwrap_or_default()
        };
        let known = kubeconfig.contexts.iter().map(|it| KnownContext {
            name: it.name.clone(),
            server: it.context.as_ref().map(|it| server(&it.cluster)).unwrap_or_default(),
            namespace: it.context.as_ref().and_then(|it| it.namespace.clone()).unwrap_or_default(),
            is_current: kubeconfig.current_context.as_ref() == Some(&it.name),
        });
        Ok(known.collect())
    }

    /// Reads the files.
    pub(crate) async fn read(&self) -> Result<Pinned, ConnectError> {
        let kubeconfig = self.kubeconfig()?;
        let mut pinned = match kubeconfig {
            Some(kubeconfig) => self.of_kubeconfig(kubeconfig).await?,
            None => self.without_kubeconfig()?,
        };
        self.lay_over(&mut pinned.config)?;
        Ok(pinned)
    }

    fn kubeconfig(&self) -> Result<Option<Kubeconfig>, ConnectError> {
        let mut files = self.files.clone();
        if files.is_empty() {
            files = std::env::var_os("KUBECONFIG")
                .map(|paths| std::env::split_paths(&paths).filter(|it| !it.as_os_str().is_empty()).collect())
                .unwrap_or_default();
            // Of several files those that are not there count as empty.
            files.retain(|file| file.exists());
        }
        if files.is_empty() {
            let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".kube/config"));
            files.extend(home.filter(|file| file.exists()));
        }
        let mut merged: Option<Kubeconfig> = None;
        for file in &files {
            let read = Kubeconfig::read_from(file).map_err(|error| ConnectError::of_file(file, &error))?;
            merged = Some(match merged {
                None => read,
                Some(first) => first.merge(read).map_err(|error| ConnectError::of_file(file, &error))?,
            });
        }
        Ok(merged)
    }

    async fn of_kubeconfig(&self, mut kubeconfig: Kubeconfig) -> Result<Pinned, ConnectError> {
        let context = self.context.clone().or_else(|| kubeconfig.current_context.clone()).unwrap_or_default();
        self.guard_exec(&mut kubeconfig, &context)?;
        let found = kubeconfig.contexts.iter().find(|it| it.name == context);
        let namespace = found.and_then(|it| it.context.as_ref()?.namespace.clone()).unwrap_or_default();
        if found.is_none() && !(context.is_empty() && self.server.is_some()) {
            return Err(ConnectError::no_context(&context, &kubeconfig));
        }
        if context.is_empty() {
            return self.without_kubeconfig();
        }
        let options = KubeConfigOptions { context: Some(context.clone()), cluster: None, user: None };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| ConnectError::new(error.to_string()))?;
        Ok(Pinned { config, context, namespace })
    }

    /// Inside of a pod there is no file, and none is needed.
    fn without_kubeconfig(&self) -> Result<Pinned, ConnectError> {
        if let Some(context) = &self.context {
            return Err(ConnectError::no_context(context, &Kubeconfig::default()));
        }
        if let Some(server) = &self.server {
            let config = Config::new(parse_server(server)?);
            return Ok(Pinned { config, context: String::new(), namespace: String::new() });
        }
        let config = Config::incluster().map_err(|_| ConnectError::nowhere())?;
        let namespace = config.default_namespace.clone();
        Ok(Pinned { config, context: String::new(), namespace })
    }

    /// Programs for credentials run only where somebody allowed it, and never get a terminal that is not theirs.
    fn guard_exec(&self, kubeconfig: &mut Kubeconfig, context: &str) -> Result<(), ConnectError> {
        let named = kubeconfig.contexts.iter().find(|it| it.name == context);
        let user = named.and_then(|it| it.context.as_ref()?.user.clone()).unwrap_or_default();
        let infos = kubeconfig.auth_infos.iter_mut().filter(|it| it.name == user);
        for exec in infos.filter_map(|it| it.auth_info.as_mut()?.exec.as_mut()) {
            if !self.allow_exec {
                return Err(ConnectError::untrusted(exec.command.as_deref().unwrap_or_default()));
            }
            if !self.terminal {
                exec.interactive_mode = Some(ExecInteractiveMode::Never);
            }
        }
        Ok(())
    }

    fn lay_over(&self, config: &mut Config) -> Result<(), ConnectError> {
        if let Some(server) = &self.server {
            config.cluster_url = parse_server(server)?;
        }
        if let Some(token) = &self.token {
            config.auth_info =
                kube::config::AuthInfo { token: Some(token.clone().into()), ..Default::default() };
        }
        if self.as_user.is_some() {
            config.auth_info.impersonate.clone_from(&self.as_user);
        }
        if !self.as_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.as_groups.clone());
        }
        if let Some(file) = &self.ca_file {
            std::fs::metadata(file).map_err(|error| ConnectError::of_file(file, &error))?;
            config.root_cert = None;
            config.root_cert_file = Some(file.clone());
        }
        if self.tls_server_name.is_some() {
            config.tls_server_name.clone_from(&self.tls_server_name);
        }
        config.accept_invalid_certs |= self.insecure;
        // What may be sent again, and when, is decided with each request.
        config.default_retry = false;
        // Watches end when they end.
        config.read_timeout = None;
        config.write_timeout = None;
        Ok(())
    }
}

fn parse_server(server: &str) -> Result<::http::Uri, ConnectError> {
    let with_scheme = if server.contains("://") { server.to_owned() } else { format!("https://{server}") };
    with_scheme
        .parse()
        .map_err(|error| ConnectError::new(format!("{server} is no address of a server: {error}")))
}
