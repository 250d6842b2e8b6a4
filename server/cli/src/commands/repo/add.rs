//! `chartroom repo add`.

use std::io::{Read, stdin};

use anyhow::{Result, anyhow, bail};
use golang::strconv::quote;
use registry::repository::{Repositories, RepositoriesError, Repository};

use super::{PATIENCE, longest};
use crate::flags::Global;
use crate::signatures::ask;
use crate::{charts, output};

/// Where the repositories of Helm's first years went.
const MOVED: [(&str, &str); 2] = [
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
];

/// Add a repository to the list.
///
/// Fetches its index first: what is no repository does not get into the list.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name to know it by, and its address.
    #[arg(value_names = ["NAME", "URL"])]
    names: Vec<String>,
    /// The user's name.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    username: String,
    /// The user's password. Is asked for if there is a name only.
    #[arg(long, value_name = "PASSWORD", default_value = "", hide_default_value = true)]
    password: String,
    /// Read the password from standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Send name and password to every host that the repository leads to.
    #[arg(long)]
    pass_credentials: bool,
    /// Take the place of a repository of that name.
    #[arg(long)]
    force_update: bool,
    /// Taken for Helm 3's sake, which does nothing about it.
    #[arg(long, hide = true)]
    no_update: bool,
    /// A file with the client's certificate.
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    cert_file: String,
    /// A file with the key of the client's certificate.
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    key_file: String,
    /// A file with the certificates that sign the server's.
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    ca_file: String,
    /// Take any certificate of the server.
    #[arg(long)]
    insecure_skip_tls_verify: bool,
    /// Also the repositories of Helm's first years, which are gone.
    #[arg(long)]
    allow_deprecated_repos: bool,
    /// How long to wait for its index.
    #[arg(long, value_name = "DURATION", default_value = PATIENCE)]
    timeout: String,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let [name, url] = &args.names[..] else {
        bail!(
            "\"chartroom repo add\" requires 2 arguments\n\nUsage:  chartroom repo add [NAME] [URL] [flags]"
        );
    };
    let moved = MOVED.iter().find(|(old, _)| !args.allow_deprecated_repos && url.contains(old));
    if let Some((_, new)) = moved {
        bail!("repo {} is no longer available; try {} instead", quote(url), quote(new));
    }
    if name.contains('/') {
        bail!("repository name ({name}) contains '/', please specify a different name without '/'");
    }
    let longest = longest(&args.timeout)?;
    let repository = args.repository(name, url)?;
    let client = global.files.client()?;
    let path = client.settings().repository_config.clone();
    let text = Repositories::change(&path, |list| {
        match list.get(name).filter(|_| !args.force_update) {
            Some(same) if *same == repository => {
                let text = format!("{} already exists with the same configuration, skipping\n", quote(name));
                return Ok((text, false));
            }
            Some(_) => {
                bail!("repository name ({name}) already exists, please specify a different name")
            }
            None => {}
        }
        check_scheme(url)?;
        for read in client.refresh(std::slice::from_ref(&repository), longest) {
            let read = read.map_err(|error| {
                anyhow!(
                    "looks like {} is not a valid chart repository or cannot be reached: {error}",
                    shown(url)
                )
            })?;
            output::remark_all(&read.warnings, global.helm.dialect());
        }
        list.set(repository);
        Ok((format!("{} has been added to your repositories\n", quote(name)), true))
    });
    output::print(&text.map_err(|error: anyhow::Error| in_words(&path, error))?)
}

impl Args {
    fn repository(&self, name: &str, url: &str) -> Result<Repository> {
        let mut password = self.password.clone();
        if !self.username.is_empty() && password.is_empty() {
            password = if self.password_stdin { from_stdin()? } else { ask("Password: ")? };
        }
        Ok(Repository {
            name: name.to_owned(),
            url: url.to_owned(),
            username: self.username.clone(),
            password,
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            ca_file: self.ca_file.clone(),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify,
            pass_credentials_all: self.pass_credentials,
        })
    }
}

/// All of it, without the line break at its end.
fn from_stdin() -> Result<String> {
    let mut text = String::new();
    stdin().lock().read_to_string(&mut text)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

fn check_scheme(url: &str) -> Result<()> {
    match url.split_once("://") {
        Some(("http" | "https", _)) => Ok(()),
        Some(("oci", _)) => bail!(
            "{url} is a registry, which needs no adding; name its charts by their addresses: \
             chartroom show chart {url}/NAME"
        ),
        Some((scheme, _)) => bail!("could not find protocol handler for: {scheme}"),
        None => bail!("could not find protocol handler for: "),
    }
}

/// An address in quotes, without a password that may be in it.
fn shown(url: &str) -> String {
    quote(registry::repository::without_credentials(url))
}

/// A list that cannot be read is named; what it says is Helm's.
fn in_words(path: &std::path::Path, error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<RepositoriesError>() {
        Some(RepositoriesError::Invalid(reason)) => anyhow!("{}: {reason}", charts::shown(path)),
        _ => error,
    }
}
