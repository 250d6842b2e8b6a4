//! Flags that every command takes. Those for a cluster have Helm's names, so that scripts need not change.

use clap::ValueEnum;
use golang::Dialect;

use super::{ClusterFlags, FileFlags, LimitFlags};

/// Flags that every command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global flags")]
pub(crate) struct Global {
    /// Which Helm to be, where the two in use differ.
    #[arg(long, global = true, value_enum, default_value = "4", value_name = "3|4")]
    pub(crate) helm: Helm,
    /// The namespace of the release.
    #[arg(short, long, global = true, env = "HELM_NAMESPACE", value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// Whether the namespace stands on the command line, and not in the environment only.
    #[arg(skip)]
    pub(crate) namespace_given: bool,
    /// Say more: the rendered files also where they are no valid YAML.
    #[arg(long, global = true)]
    pub(crate) debug: bool,
    #[command(flatten)]
    pub(crate) limits: LimitFlags,
    #[command(flatten)]
    pub(crate) cluster: ClusterFlags,
    #[command(flatten)]
    pub(crate) files: FileFlags,
}

/// A major version of Helm.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Helm {
    /// Helm 3.22
    #[value(name = "3")]
    Three,
    /// Helm 4.3
    #[value(name = "4")]
    Four,
}

impl Helm {
    /// What the rooms call it.
    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Three => Dialect::Helm3,
            Self::Four => Dialect::Helm4,
        }
    }

    /// The release whose behaviour ours was held against.
    pub(crate) fn release(self) -> &'static str {
        match self {
            Self::Three => "3.22.0",
            Self::Four => "4.3.1",
        }
    }
}

impl Global {
    /// The namespace to render for.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_deref().filter(|name| !name.is_empty()).unwrap_or("default")
    }
}
