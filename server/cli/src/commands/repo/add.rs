//! `chartroom repo add`.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use golang::strconv::quote;
use registry::Client;
use registry::repository::{Repositories, RepositoriesError, Repository, without_credentials};

use super::{PATIENCE, longest};
use crate::flags::Global;
use crate::{charts, output, secrets};

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
    args.check(name, url)?;
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
        try_out(&client, &repository, longest, global.helm.dialect())?;
        list.set(repository);
        Ok((format!("{} has been added to your repositories\n", quote(name)), true))
    });
    output::print(&text.map_err(|error: anyhow::Error| in_words(&path, error))?)
}

/// Fetches its index.
fn try_out(client: &Client, repository: &Repository, longest: Duration, dialect: Dialect) -> Result<()> {
    for read in client.refresh(std::slice::from_ref(repository), longest) {
        let read = read.map_err(|error| {
            let url = shown(&repository.url);
            anyhow!("looks like {url} is not a valid chart repository or cannot be reached: {error}")
        })?;
        output::remark_all(&read.warnings, dialect);
    }
    Ok(())
}

impl Args {
    /// What is wrong before anybody is asked.
    fn check(&self, name: &str, url: &str) -> Result<()> {
        let moved = MOVED.iter().find(|(old, _)| !self.allow_deprecated_repos && url.contains(old));
        if let Some((_, new)) = moved {
            bail!("repo {} is no longer available; try {} instead", quote(url), quote(new));
        }
        if name.contains('/') {
            bail!("repository name ({name}) contains '/', please specify a different name without '/'");
        }
        Ok(())
    }

    fn repository(&self, name: &str, url: &str) -> Result<Repository> {
        let mut password = self.password.clone();
        if !self.username.is_empty() && password.is_empty() {
            password = match self.password_stdin {
                true => secrets::from_stdin()?,
                false => secrets::ask("Password: ")?,
            };
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

fn check_scheme(url: &str) -> Result<()> {
    match url.split_once("://") {
        Some(("http" | "https", _)) => Ok(()),
        Some(("oci", _)) => bail!(
            "{0} is a registry, which needs no adding; name its charts by their addresses: \
             chartroom show chart {0}/NAME",
            without_credentials(url)
        ),
        Some((scheme, _)) => bail!("could not find protocol handler for: {scheme}"),
        None => bail!("could not find protocol handler for: "),
    }
}

/// An address in quotes, without a password that may be in it.
fn shown(url: &str) -> String {
    quote(without_credentials(url))
}

/// A list that cannot be read is named; what it says is Helm's.
fn in_words(path: &std::path::Path, error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<RepositoriesError>() {
        Some(RepositoriesError::Invalid(reason)) => anyhow!("{}: {reason}", charts::shown(path)),
        _ => error,
    }
}
