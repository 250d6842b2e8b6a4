//! The keys of a file and of what stands in it beside releases.

use super::Kind::{
    Bool, Group, Groups, Int, List, MaybeBool, MaybeGroup, MaybeInt, MaybeText, Named, Text, TextMap,
    TextOrTexts, Texts, TextsOrGroups,
};
use super::{Key, RELEASE, of_release};

const NO_HELM: &str = "no `helm` or `kustomize` program is run";
const NO_ARGUMENTS: &str =
    "no `helm` program is run that takes them; most have keys of their own (`wait`, `timeout`, …)";

/// The file itself (`ReleaseSetSpec`).
pub const FILE: &[Key] = &[
    Key::new("helmBinary", Text, "The Helm program that Helmfile runs.").no_effect(NO_HELM),
    Key::new("kustomizeBinary", Text, "The Kustomize program that Helmfile runs.").no_effect(NO_HELM),
    Key::new("values", List, "Defaults of state values: files, or values that stand here."),
    Key::new("environments", Named(ENVIRONMENT), "Environments by name, each with its state values."),
    Key::new("bases", Texts, "Files that are merged below this one."),
    Key::new("helmDefaults", Group(HELM_DEFAULTS), "How releases are deployed that do not say otherwise."),
    Key::new("helmfiles", TextsOrGroups("path", SUB_HELMFILE), "Other helmfiles, done before this one."),
    Key::new("kubeContext", Text, "The context of the kubeconfig for all releases, whatever they say."),
    Key::new("namespace", Text, "The namespace of all releases, whatever they say."),
    Key::new("chart", Text, "For templates that read `.Chart`."),
    Key::new("repositories", Groups(REPOSITORY), "Chart repositories and registries by name."),
    Key::new("commonLabels", TextMap, "Labels of every release, for selectors."),
    Key::new("releases", Groups(RELEASE), "What shall be deployed."),
    Key::new("llm", super::Kind::Any, "An assistant for `helmfile doctor`.")
        .no_effect("Chartroom asks no language model"),
    Key::new("apiVersions", Texts, "API versions that templates find in `.Capabilities.APIVersions`."),
    Key::new("kubeVersion", Text, "The version of Kubernetes that templates find in `.Capabilities`."),
    Key::new("hooks", Groups(HOOK), "Programs to run before and after all: `prepare` and `cleanup`."),
    Key::new("templates", Named(RELEASE), "Parts of releases by name, for `inherit`.").always_printed(),
    Key::new("defaultInherit", TextOrTexts, "Templates that every release inherits."),
    Key::new(
        "missingFileHandler",
        MaybeText,
        "What becomes of files that are not there: `Error`, `Warn`, `Info` or `Debug`.",
    ),
    Key::new(
        "missingFileHandlerConfig",
        MaybeGroup(MISSING_FILE_HANDLER_CONFIG),
        "What else counts as not there.",
    ),
    Key::new("lockFilePath", Text, "Where the versions of charts are written that `deps` chose."),
];

/// `missingFileHandlerConfig`
pub const MISSING_FILE_HANDLER_CONFIG: &[Key] = &[Key::new(
    "ignoreMissingGitBranch",
    Bool,
    "A branch that is not there counts as a file that is not there.",
)];

/// `environments.NAME`
pub const ENVIRONMENT: &[Key] = &[
    Key::new("values", List, "State values: files, or values that stand here; later ones win."),
    Key::new("secrets", Texts, "Encrypted files of state values, which win over `values`."),
    Key::new("kubeContext", Text, "The context of the kubeconfig, for templates."),
    Key::new(
        "missingFileHandler",
        MaybeText,
        "What becomes of files that are not there: `Error`, `Warn`, `Info` or `Debug`.",
    ),
    Key::new(
        "missingFileHandlerConfig",
        MaybeGroup(MISSING_FILE_HANDLER_CONFIG),
        "What else counts as not there.",
    ),
    Key::new("mergeStrategy", Text, "`override`: later files win; `fallback`: earlier ones do."),
];

/// `helmfiles[]`
pub const SUB_HELMFILE: &[Key] = &[
    Key::new("path", Text, "The file, a folder of files, or a pattern."),
    Key::new("selectors", Texts, "Which of its releases count, whatever is selected above."),
    Key::new("selectorsInherited", Bool, "What is selected above is selected there."),
    Key::new(
        "inherits",
        Texts,
        "What it takes from this file: `repositories`, `helmDefaults`, `commonLabels`, `apiVersions`, `kubeVersion`, `templates`, `environments`.",
    ),
    Key::new("values", List, "State values for it: files, or values that stand here."),
];

/// `helmDefaults` (`HelmSpec`): most are options that a release has, too, with another type
pub const HELM_DEFAULTS: &[Key] = &[
    Key::new("kubeContext", Text, "The context of the kubeconfig for releases without one."),
    Key::new("args", Texts, "Arguments for every command of Helm.").no_effect(NO_ARGUMENTS),
    Key::new("diffArgs", Texts, "Arguments for diffs.").no_effect(NO_ARGUMENTS),
    Key::new("syncArgs", Texts, "Arguments for upgrades.").no_effect(NO_ARGUMENTS),
    Key::new("templateArgs", Texts, "Arguments for rendering.").no_effect(NO_ARGUMENTS),
    of_release("verify", Bool).always_printed(),
    of_release("keyring", Text),
    of_release("enableDNS", Bool).always_printed(),
    of_release("skipSchemaValidation", MaybeBool),
    of_release("devel", Bool).always_printed(),
    of_release("wait", Bool).always_printed(),
    of_release("waitRetries", Int).always_printed(),
    of_release("waitForJobs", Bool).always_printed(),
    of_release("timeout", Int).always_printed(),
    of_release("recreatePods", Bool).always_printed(),
    of_release("force", Bool).always_printed(),
    of_release("atomic", Bool).always_printed(),
    of_release("rollbackOnFailure", Bool).always_printed(),
    of_release("cleanupOnFail", Bool),
    of_release("forceConflicts", Bool).always_printed(),
    of_release("historyMax", MaybeInt),
    of_release("createNamespace", MaybeBool),
    Key::new("skipCRDs", Bool, "Do not install what is in `crds/`."),
    of_release("skipDeps", Bool).always_printed(),
    of_release("skipRefresh", Bool).always_printed(),
    of_release("reuseValues", Bool).always_printed(),
    of_release("postRenderer", MaybeText),
    of_release("postRendererArgs", Texts),
    of_release("cascade", MaybeText),
    of_release("suppressOutputLineRegex", Texts),
    of_release("disableAutoDetectedKubeVersionForDiff", MaybeBool),
    of_release("disableValidation", MaybeBool),
    of_release("disableOpenAPIValidation", MaybeBool),
    of_release("insecureSkipTLSVerify", Bool),
    of_release("plainHttp", Bool),
    of_release("deleteWait", Bool),
    of_release("deleteTimeout", Int),
    of_release("syncReleaseLabels", MaybeBool),
    of_release("takeOwnership", MaybeBool),
    of_release("serverSide", MaybeText),
    of_release("trackMode", Text),
    of_release("helmStuckGrace", Int),
];

/// `repositories[]`
pub const REPOSITORY: &[Key] = &[
    Key::new("name", Text, "What charts name it by: `NAME/chart`."),
    Key::new("url", Text, "Where it is; of a registry host and path."),
    Key::new("caFile", Text, "Certificates to trust."),
    Key::new("certFile", Text, "The client's certificate."),
    Key::new("keyFile", Text, "The client's key."),
    Key::new("username", Text, "The user; `NAME_USERNAME` in the environment where nothing is said."),
    Key::new("password", Text, "The password; `NAME_PASSWORD` in the environment where nothing is said."),
    Key::new("registryConfig", Text, "A file with credentials."),
    Key::new("managed", Text, "`acr`: credentials come from Azure."),
    Key::new("oci", Bool, "Whether it is a registry."),
    Key::new("verify", Bool, "Check the signatures of its charts."),
    Key::new("keyring", Text, "The keys to check signatures with."),
    Key::new("passCredentials", Bool, "Give credentials to other hosts that the index names."),
    Key::new("skipTLSVerify", Bool, "Do not look at the server's certificate."),
    Key::new("plainHttp", Bool, "Without TLS."),
];

/// `hooks[]`
pub const HOOK: &[Key] = &[
    Key::new("name", Text, "What messages call it.").always_printed(),
    Key::new(
        "events",
        Texts,
        "When it runs: `prepare`, `preapply`, `presync`, `preuninstall`, `postuninstall`, `postsync`, `cleanup`.",
    )
    .always_printed(),
    Key::new("command", Text, "The program, without a shell.").always_printed(),
    Key::new("kubectlApply", TextMap, "What to apply instead: `filename` or `kustomize`."),
    Key::new("args", Texts, "Its arguments.").always_printed(),
    Key::new("showlogs", Bool, "Show what it prints.").always_printed(),
];
