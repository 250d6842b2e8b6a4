//! Where files are that Helm shares with us, and how one call talks to a server. Both as data: only
//! [`Settings::from_environment`] looks at the environment.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::http::Limits;

/// Files and folders, proxies and limits: what is the same for every call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Credentials of registries (`HELM_REGISTRY_CONFIG`).
    pub registry_config: PathBuf,
    /// Docker's file of credentials, which is read where Helm's says nothing (`DOCKER_CONFIG`). None without a home.
    pub docker_config: Option<PathBuf>,
    /// The list of repositories (`HELM_REPOSITORY_CONFIG`).
    pub repository_config: PathBuf,
    /// The folder of their indexes (`HELM_REPOSITORY_CACHE`).
    pub repository_cache: PathBuf,
    /// The folder of charts by their digest, Helm 4's own (`HELM_CONTENT_CACHE`).
    pub content_cache: PathBuf,
    /// Proxies, as the environment names them.
    pub proxies: Proxies,
    /// How long is waited, and how often something is tried again.
    pub limits: Limits,
}

/// Which requests go through which proxy, in the words of the variables that say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http://` (`HTTP_PROXY`).
    pub http: Option<String>,
    /// For `https://` (`HTTPS_PROXY`).
    pub https: Option<String>,
    /// Hosts that are asked directly (`NO_PROXY`).
    pub direct: Option<String>,
}

/// How one call talks to a server: what flags and `repositories.yaml` say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// Certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The client's own certificate; only together with its key.
    pub cert_file: Option<PathBuf>,
    /// The key of the client's certificate.
    pub key_file: Option<PathBuf>,
    /// Take any certificate.
    pub insecure_skip_tls_verify: bool,
    /// Talk to registries without TLS.
    pub plain_http: bool,
    /// The user's name; empty for none.
    pub username: String,
    /// The user's password.
    pub password: Password,
    /// Send name and password to every host that an index names, not only to its own.
    pub pass_credentials: bool,
}

impl Access {
    /// Whether both a name and a password were given, as Helm asks for both.
    pub fn has_login(&self) -> bool {
        !self.username.is_empty() && !self.password.is_empty()
    }
}

/// A password or token, which no message and no log shows.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Password(String);

impl Password {
    /// What must not be shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "none" } else { "***" })
    }
}

impl Settings {
    /// As Helm finds them on this system (`helmpath`, `cli.New`).
    pub fn from_environment() -> Self {
        Self::of(&|name| std::env::var_os(name).filter(|it| !it.is_empty()))
    }

    fn of(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let path = |name: &str| variable(name).map(PathBuf::from);
        let config = Home::Config.folder(&path);
        let cache = Home::Cache.folder(&path);
        let text = |name: &str| variable(name).and_then(|it| it.into_string().ok());
        let either = |name: &str| text(&name.to_uppercase()).or_else(|| text(&name.to_lowercase()));
        let docker = path("DOCKER_CONFIG").or_else(|| Some(user_home(&path)?.join(".docker")));
        Self {
            registry_config: path("HELM_REGISTRY_CONFIG")
                .unwrap_or_else(|| config.join("registry").join("config.json")),
            docker_config: docker.map(|folder| folder.join("config.json")),
            repository_config: path("HELM_REPOSITORY_CONFIG")
                .unwrap_or_else(|| config.join("repositories.yaml")),
            repository_cache: path("HELM_REPOSITORY_CACHE").unwrap_or_else(|| cache.join("repository")),
            content_cache: path("HELM_CONTENT_CACHE").unwrap_or_else(|| cache.join("content")),
            proxies: Proxies {
                http: either("http_proxy"),
                https: either("https_proxy"),
                direct: either("no_proxy"),
            },
            limits: Limits::default(),
        }
    }
}

/// Helm's two folders.
#[derive(Clone, Copy)]
enum Home {
    Config,
    Cache,
}

impl Home {
    /// `HELM_…_HOME` is the folder itself; below `XDG_…_HOME` and the system's own place it is called `helm`.
    fn folder(self, path: &dyn Fn(&str) -> Option<PathBuf>) -> PathBuf {
        let (helms, xdgs) = match self {
            Self::Config => ("HELM_CONFIG_HOME", "XDG_CONFIG_HOME"),
            Self::Cache => ("HELM_CACHE_HOME", "XDG_CACHE_HOME"),
        };
        if let Some(folder) = path(helms) {
            return folder;
        }
        path(xdgs).unwrap_or_else(|| self.systems(path)).join("helm")
    }

    /// Where the system keeps such things. Without a home Go takes the root, too.
    fn systems(self, path: &dyn Fn(&str) -> Option<PathBuf>) -> PathBuf {
        let home = || user_home(path).unwrap_or_default();
        match self {
            Self::Config if cfg!(windows) => path("APPDATA").unwrap_or_default(),
            Self::Cache if cfg!(windows) => path("TEMP").unwrap_or_default(),
            Self::Config if cfg!(target_os = "macos") => home().join("Library").join("Preferences"),
            Self::Cache if cfg!(target_os = "macos") => home().join("Library").join("Caches"),
            Self::Config => home().join(".config"),
            Self::Cache => home().join(".cache"),
        }
    }
}

fn user_home(path: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    path(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        Settings::of(&|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_are_where_helm_has_them() {
        let plain = settings(&[("HOME", "/home/a")]);
        assert_eq!(plain.registry_config, PathBuf::from("/home/a/.config/helm/registry/config.json"));
        assert_eq!(plain.docker_config, Some(PathBuf::from("/home/a/.docker/config.json")));
        assert_eq!(plain.repository_config, PathBuf::from("/home/a/.config/helm/repositories.yaml"));
        assert_eq!(plain.repository_cache, PathBuf::from("/home/a/.cache/helm/repository"));
        assert_eq!(plain.content_cache, PathBuf::from("/home/a/.cache/helm/content"));
        let xdg = settings(&[("HOME", "/home/a"), ("XDG_CONFIG_HOME", "/x"), ("HELM_CACHE_HOME", "/c")]);
        assert_eq!(xdg.registry_config, PathBuf::from("/x/helm/registry/config.json"));
        assert_eq!(xdg.repository_cache, PathBuf::from("/c/repository"));
    }

    #[test]
    fn a_file_may_be_named_by_itself() {
        let own = settings(&[("HELM_REGISTRY_CONFIG", "/r.json"), ("DOCKER_CONFIG", "/d")]);
        assert_eq!(own.registry_config, PathBuf::from("/r.json"));
        assert_eq!(own.docker_config, Some(PathBuf::from("/d/config.json")));
    }

    #[test]
    fn proxies_are_named_in_either_case() {
        let proxies = settings(&[("HTTPS_PROXY", "http://p:1"), ("no_proxy", "intern")]).proxies;
        assert_eq!(proxies.https.as_deref(), Some("http://p:1"));
        assert_eq!((proxies.http, proxies.direct.as_deref()), (None, Some("intern")));
    }

    #[test]
    fn no_password_is_printed() {
        let access =
            Access { username: "me".into(), password: "secret".to_owned().into(), ..Access::default() };
        assert!(!format!("{access:?}").contains("secret"));
        assert!(access.has_login());
    }
}
