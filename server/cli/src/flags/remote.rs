//! Charts that are elsewhere: which one, how to talk to the server, which signatures count, and where files are kept.

use std::path::PathBuf;

use registry::{Access, ChartRef, Client, Settings, Verify};

use crate::signatures::default_keyring;

/// Files and folders that Helm shares with us, where they are not at their usual places.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Files")]
pub(crate) struct FileFlags {
    /// The file with the credentials of registries.
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    registry_config: Option<PathBuf>,
    /// The file with the names and addresses of repositories.
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    repository_config: Option<PathBuf>,
    /// The folder with the indexes of repositories.
    #[arg(long, global = true, value_name = "FOLDER", hide = true)]
    repository_cache: Option<PathBuf>,
    /// The folder with charts that were fetched.
    #[arg(long, global = true, value_name = "FOLDER", hide = true)]
    content_cache: Option<PathBuf>,
}

impl FileFlags {
    /// Where everything is.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::from_environment();
        for (place, flag) in [
            (&mut settings.registry_config, &self.registry_config),
            (&mut settings.repository_config, &self.repository_config),
            (&mut settings.repository_cache, &self.repository_cache),
            (&mut settings.content_cache, &self.content_cache),
        ] {
            if let Some(path) = flag.as_ref().filter(|it| !it.as_os_str().is_empty()) {
                place.clone_from(path);
            }
        }
        settings
    }

    /// Registries and repositories.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::new(self.settings())?)
    }
}

/// How to talk to a server.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct AccessFlags {
    /// The user's name.
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// The user's password.
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,
    /// A file with the client's certificate.
    #[arg(long, value_name = "FILE")]
    cert_file: Option<PathBuf>,
    /// A file with the key of the client's certificate.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A file with the certificates that sign the server's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Take any certificate of the server.
    #[arg(long)]
    insecure_skip_tls_verify: bool,
    /// Talk to registries without TLS.
    #[arg(long)]
    plain_http: bool,
}

impl AccessFlags {
    /// As the client takes it.
    pub(crate) fn access(&self) -> Access {
        let said = |path: &Option<PathBuf>| path.clone().filter(|it| !it.as_os_str().is_empty());
        Access {
            ca_file: said(&self.ca_file),
            cert_file: said(&self.cert_file),
            key_file: said(&self.key_file),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify,
            plain_http: self.plain_http,
            username: self.username.clone().unwrap_or_default(),
            password: self.password.clone().unwrap_or_default().into(),
            pass_credentials: false,
        }
    }
}

/// Which signatures count.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Signature")]
pub(crate) struct SignatureFlags {
    /// Check the signature of a packed chart.
    #[arg(long)]
    pub(crate) verify: bool,
    /// The keys to check signatures with, instead of GnuPG's own.
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
}

impl SignatureFlags {
    /// The file with the keys.
    pub(crate) fn keyring(&self) -> PathBuf {
        self.keyring.clone().unwrap_or_else(default_keyring)
    }
}

/// A chart that is not on this machine (`ChartPathOptions`).
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Chart")]
pub(crate) struct ChartFlags {
    /// The version of the chart, or a range. One on the disk is the one that it is.
    #[arg(long = "version", value_name = "RANGE")]
    version: Option<String>,
    /// Versions in development, too.
    #[arg(long)]
    devel: bool,
    /// The address of the repository that the chart is in.
    #[arg(long, value_name = "URL")]
    pub(crate) repo: Option<String>,
    /// Send name and password to every host that the repository leads to.
    #[arg(long)]
    pass_credentials: bool,
    #[command(flatten)]
    pub(crate) signature: SignatureFlags,
    #[command(flatten)]
    access: AccessFlags,
}

impl ChartFlags {
    /// The chart that is meant.
    pub(crate) fn reference(&self, chart: &str) -> ChartRef {
        let version = self.version.as_deref().unwrap_or_default().trim();
        let version = if version.is_empty() && self.devel { ">0.0.0-0" } else { version };
        ChartRef {
            reference: chart.to_owned(),
            version: version.to_owned(),
            repo_url: self.repo.clone().filter(|it| !it.is_empty()),
            verify: if self.signature.verify { Verify::Always } else { Verify::Never },
            keyring: self.signature.keyring(),
            access: self.access(),
        }
    }

    /// How to talk to the server that the chart is on.
    pub(crate) fn access(&self) -> Access {
        Access { pass_credentials: self.pass_credentials, ..self.access.access() }
    }
}
