//! What is asked for: which file, which environment, which releases. What stands before the command's name on the
//! command line, and what an editor chose.

/// Which state is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The folder that everything is relative to, absolute.
    pub folder: String,
    /// `--file`: a file or a folder of files. Without it `helmfile.yaml`, `helmfile.yaml.gotmpl` or `helmfile.d/`.
    pub file: Option<String>,
    /// `--environment`; none is `default`.
    pub environment: Option<String>,
    /// `--state-values-file` and `--state-values-set`, in the order of the command line. Files come first all the
    /// same.
    pub state_values: Vec<StateValue>,
    /// `--selector`: `key=value,key!=value`, one of which must fit.
    pub selectors: Vec<String>,
    /// `--namespace`: instead of that of each release.
    pub namespace: Option<String>,
    /// `--kube-context`: instead of that of each release.
    pub kube_context: Option<String>,
    /// `--chart`: for templates that read it.
    pub chart: Option<String>,
    /// Files and releases in the reverse order, as for deletions: parents before their sub-helmfiles.
    pub reverse: bool,
    /// Every file is a template, not only those that end in `.gotmpl` (`HELMFILE_RENDER_YAML=true`).
    pub render_all: bool,
    /// Templates may not run programs or read files (`HELMFILE_DISABLE_INSECURE_FEATURES`).
    pub no_insecure_functions: bool,
    /// Sub-helmfiles without selectors of their own take none of their parent's
    /// (`HELMFILE_EXPERIMENTAL=explicit-selector-inheritance`).
    pub explicit_selector_inheritance: bool,
    /// What all templates together may use up; none is the usual.
    pub limits: Option<template::Limits>,
}

/// One argument about state values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateValue {
    /// `--state-values-file`
    File(String),
    /// `--state-values-set`: `a.b=1,c[0]=x`, numbers and truth values as such.
    Set(String),
    /// `--state-values-set-string`: the same, and all of it text.
    SetString(String),
}

impl Request {
    /// The environment's name.
    pub fn environment(&self) -> &str {
        self.environment.as_deref().filter(|it| !it.is_empty()).unwrap_or(DEFAULT_ENVIRONMENT)
    }
}

/// The environment that there always is.
pub const DEFAULT_ENVIRONMENT: &str = "default";
