//! The keys of a release, and of a template of releases (`ReleaseSpec`).

use super::Kind::{
    Bool, GroupOrGroups, Groups, List, MaybeBool, MaybeFloat, MaybeGroup, MaybeInt, MaybeText, Text, TextMap,
    Texts,
};
use super::{HOOK, Key, MISSING_FILE_HANDLER_CONFIG};

const CHARTIFY: &str =
    "charts are deployed as they are: put the change into the chart, or use `postRenderer`";
const NO_RESTART: &str = "Helm 4 has no such option any more";
const NO_VALIDATION: &str = "a diff shows what will be deployed, for what the cluster serves, and the server looks at objects before they are written";
const NO_DNS: &str = "templates are never given addresses of host names";
const TRACKING: &str = "we wait for what is deployed ourselves: use `wait: true`";

/// A release.
pub const RELEASE: &[Key] = &[
    Key::new("chart", Text, "The chart: a path, `repository/chart`, `oci://host/path/chart` or a URL."),
    Key::new("chartPath", Text, "The chart that Helmfile has made of the other.").refused(CHARTIFY),
    Key::new("directory", Text, "A folder of manifests instead of a chart.").refused(CHARTIFY),
    Key::new("version", Text, "The chart's version, or what it must fit."),
    Key::new("verify", MaybeBool, "Check the chart's signature."),
    Key::new("keyring", Text, "The keys to check signatures with."),
    Key::new("enableDNS", MaybeBool, "Templates may look up host names.").no_effect(NO_DNS),
    Key::new("devel", MaybeBool, "Versions before a release count too."),
    Key::new("wait", MaybeBool, "Wait until what is deployed is ready."),
    Key::new("waitRetries", MaybeInt, "Helm has no such option any more.")
        .no_effect("Helm has no such option any more"),
    Key::new("waitForJobs", MaybeBool, "With `wait`: until jobs have ended, too."),
    Key::new("timeout", MaybeInt, "For how many seconds to wait; 300 where nothing is said."),
    Key::new("recreatePods", MaybeBool, "Restart the pods.").no_effect(NO_RESTART),
    Key::new("force", MaybeBool, "Replace what cannot be changed."),
    Key::new("installed", MaybeBool, "False deletes the release."),
    Key::new("updateStrategy", Text, "`reinstallIfForbidden`: delete and install what cannot be upgraded."),
    Key::new("atomic", MaybeBool, "Bring the last good revision back where an upgrade fails."),
    Key::new("rollbackOnFailure", MaybeBool, "Helm 4's name for `atomic`."),
    Key::new("cleanupOnFail", MaybeBool, "Delete what a failed upgrade made."),
    Key::new("forceConflicts", MaybeBool, "Take fields that others own (server-side apply)."),
    Key::new("historyMax", MaybeInt, "How many revisions are kept; 10 where nothing is said, 0 for all."),
    Key::new("condition", Text, "The state value that decides whether the release counts: `NAME.enabled`."),
    Key::new(
        "createNamespace",
        MaybeBool,
        "Make the namespace if it is not there; so it is where nothing is said.",
    ),
    Key::new("reuseValues", MaybeBool, "On top of the values of the last revision."),
    Key::new("disableOpenAPIValidation", MaybeBool, "Do not hold manifests against the cluster's schemas.")
        .no_effect(NO_VALIDATION),
    Key::new("disableValidation", MaybeBool, "Do not ask the cluster about manifests of a diff.")
        .no_effect(NO_VALIDATION),
    Key::new("disableValidationOnInstall", MaybeBool, "The same for a release that is not installed yet.")
        .no_effect(NO_VALIDATION),
    Key::new(
        "missingFileHandler",
        MaybeText,
        "What becomes of values files that are not there: `Error`, `Warn`, `Info` or `Debug`.",
    ),
    Key::new(
        "missingFileHandlerConfig",
        MaybeGroup(MISSING_FILE_HANDLER_CONFIG),
        "What else counts as not there.",
    ),
    Key::new("needs", Texts, "Releases that must be there before: `[context/][namespace/]name`."),
    Key::new("hooks", Groups(HOOK), "Programs to run at points of the release's life."),
    Key::new("unitTests", Texts, "Tests for `helmfile unittest`.")
        .no_effect("there is no `unittest` in Chartroom"),
    Key::new("name", Text, "The release's name."),
    Key::new("description", Text, "What the record says about the revision."),
    Key::new("namespace", Text, "The namespace; that of the kubeconfig where nothing is said."),
    Key::new("labels", TextMap, "Labels for selectors."),
    Key::new("values", List, "Values: files, or values that stand here; later ones win."),
    Key::new("secrets", List, "Encrypted files of values, which win over `values`."),
    Key::new("set", Groups(SET), "Single values, which win over all files."),
    Key::new("setString", Groups(SET), "Single values that are text whatever they look like."),
    Key::new("valuesTemplate", List, "Values with templates in them."),
    Key::new("setTemplate", Groups(SET), "Single values with templates in them."),
    Key::new("apiVersions", Texts, "API versions that templates find in `.Capabilities.APIVersions`."),
    Key::new("kubeVersion", Text, "The version of Kubernetes that templates find in `.Capabilities`."),
    Key::new("env", Groups(SET), "Single values out of the environment of the process."),
    Key::new("valuesPathPrefix", Text, "Stands before every path of a values file."),
    Key::new("kubeContext", Text, "The context of the kubeconfig; the current one where nothing is said."),
    Key::new("insecureSkipTLSVerify", Bool, "Do not look at the certificates of servers."),
    Key::new("plainHttp", Bool, "Fetch the chart without TLS."),
    Key::new("verifyTemplate", MaybeText, "A template that prints `verify`."),
    Key::new("waitTemplate", MaybeText, "A template that prints `wait`."),
    Key::new("installedTemplate", MaybeText, "A template that prints `installed`."),
    Key::new("conditionTemplate", MaybeText, "A template that prints `true` or `false`."),
    Key::new("dependencies", Groups(DEPENDENCY), "Charts to put into the chart.").refused(CHARTIFY),
    Key::new("jsonPatches", List, "Patches of manifests.").refused(CHARTIFY),
    Key::new("strategicMergePatches", List, "Patches of manifests.").refused(CHARTIFY),
    Key::new("transformers", List, "Kustomize's transformers.").refused(CHARTIFY),
    Key::new("adopt", Texts, "Objects that the release takes over.").refused("use `takeOwnership: true`"),
    Key::new("forceGoGetter", Bool, "Fetch the chart as a remote folder.").refused(CHARTIFY),
    Key::new("forceNamespace", Text, "Write this namespace into every object.").refused(CHARTIFY),
    Key::new("skipDeps", MaybeBool, "Do not bring the dependencies of a local chart up to date."),
    Key::new("skipRefresh", MaybeBool, "Do not fetch the indexes of repositories anew."),
    Key::new("postRenderer", MaybeText, "A program that manifests go through."),
    Key::new("skipSchemaValidation", MaybeBool, "Do not hold values against `values.schema.json`."),
    Key::new("postRendererArgs", Texts, "Its arguments."),
    Key::new("cascade", MaybeText, "How dependents are deleted: `background`, `foreground` or `orphan`."),
    Key::new("suppressOutputLineRegex", Texts, "Lines of diffs that are not shown."),
    Key::new(
        "disableAutoDetectedKubeVersionForDiff",
        MaybeBool,
        "Diffs are not rendered for the cluster's version of Kubernetes.",
    )
    .no_effect(NO_VALIDATION),
    Key::new("inherit", GroupOrGroups(INHERIT), "Templates of releases to start from."),
    Key::new("suppressDiff", MaybeBool, "Do not show the diff."),
    Key::new("deleteWait", MaybeBool, "Wait until what is deleted is gone."),
    Key::new("deleteTimeout", MaybeInt, "For how many seconds; 300 where nothing is said."),
    Key::new("syncReleaseLabels", MaybeBool, "Write the labels to the release's record, too."),
    Key::new("takeOwnership", MaybeBool, "Take objects that belong to nobody or to others."),
    Key::new("serverSide", MaybeText, "Server-side apply: `true`, `false` or `auto`."),
    Key::new("trackMode", Text, "How to follow what is deployed: `helm` or `kubedog`.")
        .refused_unless("helm", TRACKING),
    Key::new("trackTimeout", MaybeInt, "For how many seconds to follow.").refused(TRACKING),
    Key::new("trackLogs", MaybeBool, "Show logs while following.").refused(TRACKING),
    Key::new("trackFailedLogs", MaybeBool, "Show logs of what fails.").refused(TRACKING),
    Key::new("helmStuckGrace", MaybeInt, "When to kill a Helm that hangs.").refused(TRACKING),
    Key::new("trackKinds", Texts, "Kinds to follow.").refused(TRACKING),
    Key::new("skipKinds", Texts, "Kinds not to follow.").refused(TRACKING),
    Key::new("trackResources", Groups(TRACKED), "Objects to follow.").refused(TRACKING),
    Key::new("kubedogQPS", MaybeFloat, "How often to ask.").refused(TRACKING),
    Key::new("kubedogBurst", MaybeInt, "How often to ask at once.").refused(TRACKING),
    Key::new("trackFailOnError", MaybeBool, "Whether a failure counts.").refused(TRACKING),
];

/// `set[]` and its kin
pub const SET: &[Key] = &[
    Key::new("name", Text, "The path of the value."),
    Key::new("value", Text, "What it is set to."),
    Key::new("file", Text, "A file whose contents it is set to."),
    Key::new("values", List, "A list that it is set to."),
];

/// `inherit[]`
pub const INHERIT: &[Key] = &[
    Key::new("template", Text, "The template's name."),
    Key::new(
        "except",
        Texts,
        "What is left out: `labels`, `values`, `valuesTemplate`, `set`, `setString`, `setTemplate`, `secrets`.",
    ),
];

/// `dependencies[]`
pub const DEPENDENCY: &[Key] = &[
    Key::new("chart", Text, "The chart."),
    Key::new("version", Text, "Its version."),
    Key::new("alias", Text, "Its other name."),
];

/// `trackResources[]`
pub const TRACKED: &[Key] = &[
    Key::new("kind", Text, "Its kind."),
    Key::new("name", Text, "Its name."),
    Key::new("namespace", Text, "Its namespace."),
];
