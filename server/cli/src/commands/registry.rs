//! `chartroom registry`: who we are to registries.

use std::io::{BufRead, stdin};
use std::path::PathBuf;

use anyhow::{Result, bail};
use chart::Dialect;
use chart::warning::log_line;
use registry::Access;

use crate::flags::Global;
use crate::{fetching, output, secrets};

/// Log in to registries, and out again.
///
/// Credentials are kept where Helm keeps them, so that both are logged in; those that Docker keeps are found, too.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    Login(Login),
    Logout(Logout),
}

/// Log in to a registry.
///
/// Name and password are tried out first, and kept only if the registry takes them. Without a name the password is a token.
#[derive(Debug, clap::Args)]
struct Login {
    /// The registry: a host, with its port if it has one.
    #[arg(value_name = "HOST")]
    hosts: Vec<String>,
    /// The user's name.
    #[arg(short, long, value_name = "NAME", default_value = "", hide_default_value = true)]
    username: String,
    /// The password or token. Others on this machine may see it: --password-stdin is better.
    #[arg(short, long, value_name = "PASSWORD", default_value = "", hide_default_value = true)]
    password: String,
    /// Read the password or token from standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Take any certificate of the registry.
    #[arg(long)]
    insecure: bool,
    /// A file with the client's certificate.
    #[arg(long, value_name = "FILE")]
    cert_file: Option<PathBuf>,
    /// A file with the key of the client's certificate.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A file with the certificates that sign the registry's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Talk without TLS.
    #[arg(long)]
    plain_http: bool,
}

/// Forget who we are to a registry.
#[derive(Debug, clap::Args)]
struct Logout {
    /// The registry.
    #[arg(value_name = "HOST")]
    hosts: Vec<String>,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    match &args.task {
        Task::Login(login) => login.run(global),
        Task::Logout(logout) => logout.run(global),
    }
}

impl Login {
    fn run(&self, global: &Global) -> Result<()> {
        let host = first(&self.hosts, "login")?;
        let dialect = global.helm.dialect();
        let (username, password) = self.credentials(dialect)?;
        if dialect == Dialect::Helm4
            && let Some((suggested, _)) = host.split_once('/')
        {
            let attributes = [("host", host.to_owned()), ("suggested", suggested.to_owned())];
            let message = "registry login currently only supports registry hostname, not a repository path";
            output::remark(&log_line("WARN", message, &attributes));
        }
        let access = Access {
            ca_file: self.ca_file.clone(),
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            insecure_skip_tls_verify: self.insecure,
            plain_http: self.plain_http,
            username,
            password: password.into(),
            pass_credentials: false,
        };
        global.files.client()?.login(host, &access, dialect)?;
        fetching::say("Login Succeeded", dialect)
    }

    /// Name and password: from standard input, from flags, or asked for (`getUsernamePassword`).
    fn credentials(&self, dialect: Dialect) -> Result<(String, String)> {
        if self.password_stdin {
            return Ok((self.username.clone(), secrets::from_stdin()?));
        }
        if !self.password.is_empty() {
            output::remark(&warning(dialect));
            return Ok((self.username.clone(), self.password.clone()));
        }
        let username = match self.username.is_empty() {
            true => ask_name()?,
            false => self.username.clone(),
        };
        let what = if username.is_empty() { "Token" } else { "Password" };
        let password = secrets::ask(&format!("{what}: "))?;
        if password.is_empty() {
            bail!("{} required", what.to_lowercase());
        }
        Ok((username, password))
    }
}

/// What Helm thinks of passwords on the command line.
fn warning(dialect: Dialect) -> String {
    match dialect {
        Dialect::Helm3 => {
            "WARNING: Using --password via the CLI is insecure. Use --password-stdin.".to_owned()
        }
        Dialect::Helm4 => {
            log_line("WARN", "using --password via the CLI is insecure. Use --password-stdin", &[])
        }
    }
}

fn ask_name() -> Result<String> {
    output::print("Username: ")?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

impl Logout {
    fn run(&self, global: &Global) -> Result<()> {
        let host = first(&self.hosts, "logout")?;
        global.files.client()?.logout(host)?;
        fetching::say(&format!("Removing login credentials for {host}"), global.helm.dialect())
    }
}

/// Helm passes over what follows.
fn first<'h>(hosts: &'h [String], task: &str) -> Result<&'h str> {
    match hosts {
        [host, ..] => Ok(host),
        [] => bail!(
            "\"chartroom registry {task}\" requires at least 1 argument\n\nUsage:  chartroom registry {task} [host] [flags]"
        ),
    }
}
