//! Where charts come from.

use std::fmt;

use text::FileRange;

use crate::paths::within;

/// An item of `repositories:`.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Repository {
    /// Where it is written.
    pub at: Option<FileRange>,
    /// What charts name it by.
    pub name: String,
    /// Its URL; of a registry (`oci: true`) host and path without `oci://`.
    pub url: String,
    /// Whether it is a registry.
    pub oci: bool,
    /// The user, as written.
    pub username: String,
    /// The password, as written. Never for messages.
    pub password: String,
    /// Certificates to trust.
    pub ca_file: String,
    /// The client's certificate.
    pub cert_file: String,
    /// The client's key.
    pub key_file: String,
    /// `registryConfig`: a file with credentials.
    pub registry_config: String,
    /// `managed: acr`: credentials come from Azure.
    pub managed: String,
    /// Signatures are checked.
    pub verify: bool,
    /// With these keys.
    pub keyring: String,
    /// Credentials go to other hosts that the index names, too.
    pub pass_credentials: bool,
    /// The server's certificate is not looked at.
    pub skip_tls_verify: bool,
    /// Without TLS.
    pub plain_http: bool,
}

/// Without the password.
impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Repository {
    /// The variables of the process's environment that stand in for user and password where the file has none.
    pub fn variables(&self) -> (String, String) {
        let name = self.name.replace('-', "_").to_uppercase();
        (format!("{name}_USERNAME"), format!("{name}_PASSWORD"))
    }

    /// The same with whole paths: Helmfile calls Helm in the folder of the helmfile, so that is where its files are.
    pub fn in_folder(&self, folder: &str) -> Self {
        let mut whole = self.clone();
        for file in [&mut whole.ca_file, &mut whole.cert_file, &mut whole.key_file, &mut whole.keyring] {
            if !file.is_empty() {
                *file = within(folder, file);
            }
        }
        whole
    }

    /// The host of a registry, with its port: what a login is for.
    pub fn registry_host(&self) -> &str {
        let url = self.url.as_str();
        let url =
            ["oci://", "https://", "http://"].iter().fold(url, |url, it| url.strip_prefix(it).unwrap_or(url));
        url.split('/').next().unwrap_or_default()
    }
}
