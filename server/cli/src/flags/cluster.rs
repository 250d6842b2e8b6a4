//! Which cluster, as Helm's flags and environment say it.

use std::path::PathBuf;

use cluster::ClusterConfig;

/// Flags for commands that talk to a cluster.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct ClusterFlags {
    /// The kubeconfig file, instead of those of $KUBECONFIG or ~/.kube/config.
    #[arg(long, global = true, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig.
    #[arg(long, global = true, env = "HELM_KUBECONTEXT", value_name = "NAME")]
    kube_context: Option<String>,
    /// Whether the context stands on the command line, and not in the environment only.
    #[arg(skip)]
    pub(crate) context_given: bool,
    /// The address of the API server.
    #[arg(long, global = true, env = "HELM_KUBEAPISERVER", value_name = "URL", hide = true)]
    kube_apiserver: Option<String>,
    /// A bearer token.
    #[arg(
        long,
        global = true,
        env = "HELM_KUBETOKEN",
        value_name = "TOKEN",
        hide = true,
        hide_env_values = true
    )]
    kube_token: Option<String>,
    /// Whom to act as.
    #[arg(long, global = true, env = "HELM_KUBEASUSER", value_name = "NAME", hide = true)]
    kube_as_user: Option<String>,
    /// As part of which groups to act; may be given again.
    #[arg(
        long,
        global = true,
        env = "HELM_KUBEASGROUPS",
        value_name = "NAME",
        value_delimiter = ',',
        hide = true
    )]
    kube_as_group: Vec<String>,
    /// The file with the certificates that sign the server's.
    #[arg(long, global = true, env = "HELM_KUBECAFILE", value_name = "FILE", hide = true)]
    kube_ca_file: Option<PathBuf>,
    /// The name that the server's certificate is held against.
    #[arg(long, global = true, env = "HELM_KUBETLS_SERVER_NAME", value_name = "NAME", hide = true)]
    kube_tls_server_name: Option<String>,
    /// Not to look at the server's certificate.
    #[arg(long, global = true, env = "HELM_KUBEINSECURE_SKIP_TLS_VERIFY", hide = true)]
    kube_insecure_skip_tls_verify: bool,
}

impl ClusterFlags {
    /// The context that the command line names.
    pub(crate) fn given_context(&self) -> Option<String> {
        self.kube_context.clone().filter(|it| self.context_given && !it.is_empty())
    }

    /// As the cluster's room reads it. Whoever types a command trusts their own kubeconfig.
    pub(crate) fn config(&self) -> ClusterConfig {
        let said = |text: &Option<String>| text.clone().filter(|it| !it.is_empty());
        ClusterConfig {
            files: self.kubeconfig.clone().into_iter().filter(|it| !it.as_os_str().is_empty()).collect(),
            context: said(&self.kube_context),
            server: said(&self.kube_apiserver),
            token: said(&self.kube_token),
            as_user: said(&self.kube_as_user),
            as_groups: self.kube_as_group.iter().filter(|it| !it.is_empty()).cloned().collect(),
            ca_file: self.kube_ca_file.clone().filter(|it| !it.as_os_str().is_empty()),
            tls_server_name: said(&self.kube_tls_server_name),
            insecure: self.kube_insecure_skip_tls_verify,
            allow_exec: true,
            terminal: true,
        }
    }
}
