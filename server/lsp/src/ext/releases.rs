//! What we add to the protocol for releases: plans that are shown, questions, and lists of what is in a cluster.

use serde::{Deserialize, Serialize};

use crate::lsp_types::{
    Location, LspNotificationMethod, LspRequestMethod, MessageDirection, Notification, Position, Request, Uri,
};

/// Name of the request for the releases of the cluster.
pub const RELEASES: &str = "chartroom/releases";
/// Name of the request for the revisions of one.
pub const HISTORY: &str = "chartroom/history";

/// Shows what deploying would change.
pub const DIFF_COMMAND: &str = "chartroom.diff";
/// Deploys, after it was shown and agreed to.
pub const DEPLOY_COMMAND: &str = "chartroom.deploy";
/// Brings an old revision back, after it was shown and agreed to.
pub const ROLL_BACK_COMMAND: &str = "chartroom.rollBack";
/// Takes a release away, after it was shown and agreed to.
pub const UNINSTALL_COMMAND: &str = "chartroom.uninstall";
/// Shows the revisions of a release.
pub const HISTORY_COMMAND: &str = "chartroom.history";
/// Shows what changed between two revisions.
pub const DIFF_REVISIONS_COMMAND: &str = "chartroom.diffRevisions";
/// Looks at the release, and for drift.
pub const CHECK_COMMAND: &str = "chartroom.checkRelease";
/// Shows the live object that a place in a template makes.
pub const OPEN_LIVE_COMMAND: &str = "chartroom.openLive";
/// Lets the user pick the cluster of this session.
pub const PICK_CONTEXT_COMMAND: &str = "chartroom.pickContext";
/// Previews the chart of a helmfile's release, rendered for that release.
pub const PREVIEW_RELEASE_COMMAND: &str = "chartroom.previewRelease";
/// Shows what applying a helmfile would change.
pub const DIFF_ALL_COMMAND: &str = "chartroom.diffAll";
/// Applies a helmfile, after all of it was shown and agreed to.
pub const APPLY_ALL_COMMAND: &str = "chartroom.applyAll";
/// Fetches the chart of a helmfile's release.
pub const FETCH_CHART_COMMAND: &str = "chartroom.fetchChart";
/// Fetches the dependencies of a chart into its `charts/`.
pub const FETCH_DEPENDENCIES_COMMAND: &str = "chartroom.fetchDependencies";

/// Has previews, checks and completion of a chart know what the cluster answers now; again: what it answers then.
pub const USE_CLUSTER_COMMAND: &str = "chartroom.preview.useCluster";
/// Has them know nothing of a cluster.
pub const FORGET_CLUSTER_COMMAND: &str = "chartroom.preview.forgetCluster";

/// All commands for releases.
pub const RELEASE_COMMANDS: [&str; 16] = [
    DIFF_COMMAND,
    DEPLOY_COMMAND,
    ROLL_BACK_COMMAND,
    UNINSTALL_COMMAND,
    HISTORY_COMMAND,
    DIFF_REVISIONS_COMMAND,
    CHECK_COMMAND,
    OPEN_LIVE_COMMAND,
    USE_CLUSTER_COMMAND,
    FORGET_CLUSTER_COMMAND,
    PICK_CONTEXT_COMMAND,
    PREVIEW_RELEASE_COMMAND,
    DIFF_ALL_COMMAND,
    APPLY_ALL_COMMAND,
    FETCH_CHART_COMMAND,
    FETCH_DEPENDENCIES_COMMAND,
];

/// Which release is meant: the first argument of every command for releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReleaseOf {
    /// That of the active target of the chart that a file belongs to.
    Chart(String),
    /// One of a helmfile; without a name all of them.
    Helmfile(HelmfileRelease),
    /// One by its name.
    Named(ReleaseId),
}

/// Names a release of a helmfile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HelmfileRelease {
    /// URI of the helmfile.
    pub helmfile: String,
    /// The environment; the active one if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The release as `needs:` writes it, `namespace/name`; all of the file if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}

/// Names a release in the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseId {
    /// The namespace that it is in.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// What a command for releases answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// How it ended.
    pub state: OutcomeState,
    /// What there is to say, for people.
    pub message: String,
    /// The last revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// The document that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<Uri>,
}

/// How a command for releases ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeState {
    /// Something was shown, and nothing was to be changed.
    Shown,
    /// It is done.
    Done,
    /// Nobody agreed, and nothing was changed.
    Declined,
    /// It failed; the message says how it stands.
    Failed,
}

/// A plan, for clients that have something better than one text for it (`showPlan`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownPlan {
    /// `Deploy revision 8 of web`
    pub title: String,
    /// Where: `kind-dev / shop`.
    pub place: String,
    /// How much changes: `1 changed, 1 restart`.
    pub counts: String,
    /// What else is to be known, a sentence each.
    pub remarks: Vec<String>,
    /// Why the server would not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The virtual document with all of it as one text.
    pub uri: Uri,
    /// What changes, object by object, what is dangerous first.
    pub objects: Vec<ShownObject>,
}

/// An object that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownObject {
    /// `Deployment web`
    pub label: String,
    /// `add`, `remove` or `modify`.
    pub change: String,
    /// The virtual document with what is there; none if it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Uri>,
    /// The virtual document with what would be there; none if it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uri>,
    /// Why: the places in templates that write the fields that differ.
    pub sources: Vec<Location>,
}

/// `chartroom/showPlan`: shows a plan to the user.
#[derive(Debug)]
pub enum ShowPlanNotification {}

impl Notification for ShowPlanNotification {
    type Params = ShownPlan;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::Custom("chartroom/showPlan");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// A question to the user (`ask`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskParams {
    /// What is asked.
    pub title: String,
    /// What there is to choose from; none if the user is to type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Choice>>,
    /// Whether it is about something that was just shown and that the user may want to read for a while: the question stays
    /// until it is answered.
    #[serde(default)]
    pub stays: bool,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// What it is.
    pub label: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The answer to a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The label that was chosen, or what was typed; none if the user went away.
    #[serde(default)]
    pub text: Option<String>,
}

/// `chartroom/ask`: a question to the user.
#[derive(Debug)]
pub enum AskRequest {}

impl Request for AskRequest {
    type Params = AskParams;
    type Result = Answer;
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::Custom("chartroom/ask");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// Asks for the releases of the cluster.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleasesParams {
    /// Only those of one namespace; else of all that may be read.
    #[serde(default)]
    pub namespace: Option<String>,
}

/// The releases of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Releases {
    /// The context of the kubeconfig.
    pub context: String,
    /// The address of the API server.
    pub server: String,
    /// By namespace and name.
    pub releases: Vec<Revision>,
}

/// A revision of a release; in a list of releases, its last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The release.
    #[serde(flatten)]
    pub id: ReleaseId,
    /// Its number.
    pub revision: i64,
    /// `deployed`, `failed`, …
    pub status: String,
    /// Name and version of the chart.
    pub chart: String,
    /// The version of the application.
    pub app_version: String,
    /// When, as ISO 8601.
    pub updated: String,
    /// What Helm says of it.
    pub description: String,
}

/// `chartroom/releasesChanged`: lists of releases and revisions are out of date.
#[derive(Debug)]
pub enum ReleasesChangedNotification {}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleasesChanged {
    /// The context of the kubeconfig.
    pub context: String,
}

impl Notification for ReleasesChangedNotification {
    type Params = ReleasesChanged;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::Custom("chartroom/releasesChanged");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// The further arguments of commands, after which release is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandOptions {
    /// Of `rollBack`: to which revision. Of `diffRevisions`: the later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Of `diffRevisions`: the earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Of `openLive`: where in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}
