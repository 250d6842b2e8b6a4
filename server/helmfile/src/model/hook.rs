//! Programs that run at points of a release's life.

use text::FileRange;

/// An item of `hooks:`. Command and arguments are templates still: they see the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Where it is written.
    pub at: Option<FileRange>,
    /// Its name; empty where it has none.
    pub name: String,
    /// When it runs. Names that Helmfile does not know are kept and never come up.
    pub events: Vec<String>,
    /// The program, without a shell; empty for a `kubectlApply`.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// `kubectlApply:` instead of a command.
    pub kubectl_apply: Option<KubectlApply>,
    /// Whether its output is shown.
    pub show_logs: bool,
}

/// What a hook applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KubectlApply {
    /// `kubectl apply -f`
    Filename(String),
    /// `kubectl apply -k`
    Kustomize(String),
}

/// When hooks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookEvent {
    /// Before anything is done with a file or release.
    Prepare,
    /// Before a release that changes is applied.
    Preapply,
    /// Before a release is synced.
    Presync,
    /// Before a release is deleted.
    Preuninstall,
    /// After a release was deleted.
    Postuninstall,
    /// After a release was synced, or was not.
    Postsync,
    /// After all.
    Cleanup,
}

impl HookEvent {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Preapply => "preapply",
            Self::Presync => "presync",
            Self::Preuninstall => "preuninstall",
            Self::Postuninstall => "postuninstall",
            Self::Postsync => "postsync",
            Self::Cleanup => "cleanup",
        }
    }
}

impl Hook {
    /// Whether it runs then.
    pub fn runs_at(&self, event: HookEvent) -> bool {
        self.events.iter().any(|it| it == event.name())
    }

    /// What messages call it.
    pub fn shown_name(&self) -> &str {
        match (&self.kubectl_apply, self.name.as_str()) {
            (Some(_), "") => "kubectlApply",
            (None, "") => &self.command,
            (_, name) => name,
        }
    }
}
