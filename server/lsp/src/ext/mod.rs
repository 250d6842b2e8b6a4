//! What we add to the protocol. Editors mirror this file; it is the only source.
//!
//! | message | direction | parameters | answer |
//! |---|---|---|---|
//! | `chartroom/preview` | client → server | [`PreviewParams`] | [`Preview`]; from now on `previewChanged` follows |
//! | `chartroom/previewChanged` | server → client, notification | [`Preview`] | |
//! | `chartroom/previewClose` | client → server, notification | [`PreviewId`] | |
//! | `chartroom/previewLocate` | client → server | [`LocateParams`] | `Location \| null`, or [`Lines`] |
//! | `chartroom/targets` | client → server | [`DocumentParams`] | [`Targets`] |
//! | `chartroom/setTarget` | client → server | [`SetTargetParams`] | `null` |
//! | `chartroom/targetChanged` | server → client, notification | [`TargetChanged`] | |
//! | `chartroom/releases` | client → server | [`ReleasesParams`] | [`Releases`] |
//! | `chartroom/history` | client → server | [`ReleaseId`] | list of [`Revision`], the oldest first |
//! | `chartroom/releasesChanged` | server → client, notification | [`ReleasesChanged`] | |
//! | `chartroom/showPlan` | server → client, notification | [`ShownPlan`] | |
//! | `chartroom/ask` | server → client | [`AskParams`] | [`Answer`] |
//!
//! Clients without custom messages have `workspace/executeCommand` with `chartroom.preview` and the arguments
//! `[uri, scope?]`, which answers [`CommandPreview`], and LSP 3.18's `workspace/textDocumentContent` for the
//! scheme `chartroom-preview`, which is refreshed as the text changes. Files in packed subcharts have URIs of
//! the scheme `chartroom-archive`, whose text comes the same way.
//!
//! Releases are worked with by `workspace/executeCommand`, so that every client can: the commands are
//! [`RELEASE_COMMANDS`], their arguments [`ReleaseOf`] and [`CommandOptions`], their answer is an [`Outcome`]. What they
//! show is a virtual document of the scheme `chartroom-release`, by `window/showDocument`; what they ask is asked by
//! `window/showMessageRequest`; how far they are is told by `$/progress`. Clients that say
//! `"experimental": {"chartroom": {"showPlan": true, "ask": true}}` get the last two messages of the table instead;
//! with `"noOffers": true` they are told how something ended and not asked what to do next.
//!
//! A [`ReleaseOf`] may name a release of a helmfile, or all of them: `diffAll`, `applyAll` and `fetchChart` take those. For a
//! helmfile, `chartroom/targets` answers its environments, and `chartroom/setTarget` makes one the active one.
//!
//! Settings are the section `chartroom`: `helmVersion` (3 or 4), `kubeVersion`, `kubernetes.schemas`, `kubernetes.version`, `release.name`,
//! `release.namespace`, `valuesFiles`, `limits.steps`, `limits.memory`, `limits.output`, `kube.config`,
//! `kube.context`, `kube.protected`, `kube.trusted`, `deploy.atomic`, `deploy.timeout`; see [`Settings`](crate::Settings).

mod releases;

use serde::{Deserialize, Serialize};

pub use self::releases::*;

use crate::lsp_types::{
    Location, LspNotificationMethod, MessageDirection, Notification, Position, Range, TextDocumentIdentifier,
    Uri,
};

/// Name of the request for a preview.
pub const PREVIEW: &str = "chartroom/preview";
/// Name of the notification that closes one.
pub const PREVIEW_CLOSE: &str = "chartroom/previewClose";
/// Name of the request between a preview and its sources.
pub const PREVIEW_LOCATE: &str = "chartroom/previewLocate";
/// Name of the request for the targets of a chart.
pub const TARGETS: &str = "chartroom/targets";
/// Name of the request that makes a target the active one.
pub const SET_TARGET: &str = "chartroom/setTarget";
/// Name of the command for clients without custom requests.
pub const PREVIEW_COMMAND: &str = "chartroom.preview";

/// Asks for the rendering of what is on the screen, and for news of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewParams {
    /// A file of the chart.
    pub text_document: TextDocumentIdentifier,
    /// What to render.
    #[serde(default)]
    pub scope: Scope,
}

/// What to render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// The template that the document is. For another file of the chart: the chart.
    #[default]
    Template,
    /// All of the chart.
    Chart,
}

/// A rendering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// What `previewClose` and `previewLocate` name it by. The same document and scope give the same id.
    pub id: String,
    /// The virtual document that shows it.
    pub uri: Uri,
    /// Grows with every change.
    pub revision: u64,
    /// What to show.
    pub text: String,
    /// How good the text is.
    pub status: Status,
    /// Why it is not `ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<PreviewError>,
    /// For which target it was rendered.
    pub target: Target,
    /// Whose answers templates saw, if they saw any of a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterAnswers>,
}

/// What templates saw of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterAnswers {
    /// Which cluster and namespace: `kind-dev / shop`.
    pub place: String,
    /// When it was asked, in milliseconds since 1970.
    pub taken: u64,
    /// How many lookups it was not asked for yet.
    pub not_asked: usize,
}

/// How good the text of a preview is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It is what is on the screen, rendered.
    Ok,
    /// Rendering failed; it is the last one that did not.
    Stale,
    /// Rendering failed and never succeeded; it is what was rendered up to the error.
    Error,
}

/// Why a chart cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewError {
    /// What Helm says.
    pub message: String,
    /// The file to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<Uri>,
    /// Where in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// Names a preview.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewId {
    /// [`Preview::id`]
    pub id: String,
}

/// Asks for the way from a preview to its source, or back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LocateParams {
    /// From a line of the preview to what wrote it; answered by a location or null.
    #[serde(rename_all = "camelCase")]
    Source {
        /// [`Preview::id`]
        id: String,
        /// From zero.
        line: u32,
    },
    /// From a place in a file to the lines of the preview that it wrote; answered by [`Lines`].
    #[serde(rename_all = "camelCase")]
    Lines {
        /// [`Preview::id`]
        id: String,
        /// The file.
        text_document: TextDocumentIdentifier,
        /// Where in it.
        position: Position,
    },
}

/// What a [`LocateParams`] is answered by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Located {
    /// To [`LocateParams::Lines`].
    Lines(Lines),
    /// To [`LocateParams::Source`].
    Source(Option<Location>),
}

/// Lines of a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    /// From zero, in order.
    pub lines: Vec<u32>,
}

/// What a chart is rendered for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// What people call it: `default`, `dev`, `ci/ha`.
    pub name: String,
    /// `.Release.Name`
    pub release_name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// Paths of values files; of two that say something, the later one counts.
    pub values_files: Vec<String>,
    /// The helmfile whose release it is, if it is one's. Then the values are those that the helmfile passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helmfile: Option<Uri>,
    /// The folder of the chart; of an environment of a helmfile, the helmfile.
    pub chart: Uri,
}

/// Names a document of a chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentParams {
    /// Any file of the chart, or its folder.
    pub text_document: TextDocumentIdentifier,
}

/// The targets of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Targets {
    /// The name of the active one.
    pub active: String,
    /// All of them; there is at least `default`.
    pub targets: Vec<Target>,
}

/// Makes a target the active one of its chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetTargetParams {
    /// Any file of the chart, or its folder.
    pub text_document: TextDocumentIdentifier,
    /// [`Target::name`]
    pub name: String,
}

/// Tells that a chart is rendered for another target now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetChanged {
    /// The folder of the chart.
    pub chart: Uri,
    /// The target that is active now.
    pub target: Target,
}

/// What the command [`PREVIEW_COMMAND`] answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandPreview {
    /// [`Preview::text`]
    pub text: String,
    /// [`Preview::status`]
    pub status: Status,
    /// [`Preview::error`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<PreviewError>,
}

/// `chartroom/previewChanged`
#[derive(Debug)]
pub enum PreviewChangedNotification {}

impl Notification for PreviewChangedNotification {
    type Params = Preview;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::Custom("chartroom/previewChanged");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// `chartroom/targetChanged`
#[derive(Debug)]
pub enum TargetChangedNotification {}

impl Notification for TargetChangedNotification {
    type Params = TargetChanged;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::Custom("chartroom/targetChanged");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}
