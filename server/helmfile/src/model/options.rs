//! How a release is deployed: what the release says, or else `helmDefaults:`, or else Helmfile.

/// Options of a release after defaults were applied. What is `None` is left to Helm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `createNamespace`: true unless said otherwise.
    pub create_namespace: bool,
    /// `wait`
    pub wait: bool,
    /// `waitForJobs`
    pub wait_for_jobs: bool,
    /// `timeout`, in seconds; none where it is 0 or not said.
    pub timeout: Option<u64>,
    /// `atomic` or `rollbackOnFailure`, which mean the same to us.
    pub atomic: bool,
    /// `cleanupOnFail`
    pub cleanup_on_fail: bool,
    /// `force`: what cannot be changed is replaced.
    pub force: bool,
    /// `forceConflicts`
    pub force_conflicts: bool,
    /// `historyMax`: 10 unless said otherwise, 0 for all.
    pub history_max: u64,
    /// `skipCRDs` of `helmDefaults`.
    pub skip_crds: bool,
    /// `skipDeps`
    pub skip_deps: bool,
    /// `reuseValues`: on top of the values of the last revision; otherwise they are forgotten.
    pub reuse_values: bool,
    /// `updateStrategy: reinstallIfForbidden`
    pub reinstall_if_forbidden: bool,
    /// `verify`: the chart's signature.
    pub verify: bool,
    /// `keyring`; empty for the usual.
    pub keyring: String,
    /// `devel`: versions before a release count too.
    pub devel: bool,
    /// `skipSchemaValidation`
    pub skip_schema_validation: bool,
    /// `insecureSkipTLSVerify`
    pub insecure_skip_tls_verify: bool,
    /// `plainHttp`
    pub plain_http: bool,
    /// `postRenderer`; empty for none.
    pub post_renderer: String,
    /// `postRendererArgs`
    pub post_renderer_args: Vec<String>,
    /// `cascade`; empty for `background`.
    pub cascade: String,
    /// `deleteWait`
    pub delete_wait: bool,
    /// `deleteTimeout`, in seconds; none where it is 0 or not said.
    pub delete_timeout: Option<u64>,
    /// `syncReleaseLabels`
    pub sync_release_labels: bool,
    /// `takeOwnership`
    pub take_ownership: bool,
    /// `serverSide`: `true`, `false` or `auto`; empty for what Helm does.
    pub server_side: String,
    /// `suppressDiff`
    pub suppress_diff: bool,
    /// `suppressOutputLineRegex`
    pub suppress_output_line_regex: Vec<String>,
    /// `apiVersions` for templates, where no cluster is asked.
    pub api_versions: Vec<String>,
    /// `kubeVersion` for templates, where no cluster is asked; empty for Helm's own.
    pub kube_version: String,
    /// What becomes of values files that are not there.
    pub missing_file_handler: MissingFileHandler,
}

/// What becomes of a file that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingFileHandler {
    /// Nothing is done without it.
    #[default]
    Error,
    /// It is told, as a warning.
    Warn,
    /// It is told.
    Info,
    /// It is told to whoever asks for everything.
    Debug,
}

impl MissingFileHandler {
    /// By its name in a file.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Error" => Self::Error,
            "Warn" => Self::Warn,
            "Info" => Self::Info,
            "Debug" => Self::Debug,
            _ => return None,
        })
    }
}
