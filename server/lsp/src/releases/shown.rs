//! A plan on the screen: documents for both sides of every object, one text of it all, and where each change comes from.

use std::task::Poll;

use futures::FutureExt as _;
use release::plan::{Path as FieldPath, Plan, Planned, Side};
use text::FileRange;

use super::Releases;
use super::place::Place;
use crate::cancel::Cancel;
use crate::convert::to::Places;
use crate::ext::{ShowPlanNotification, ShownObject, ShownPlan};
use crate::lsp_types::{Location, ShowDocumentParams, Uri};
use crate::model::Rendering;
use crate::server::Server;
use crate::state::Snapshot;

/// As many places are named for one object.
const MAX_SOURCES: usize = 20;

/// Makes the documents of a plan.
pub(super) fn of_plan(
    releases: &Releases,
    snapshot: &Snapshot,
    place: &Place,
    title: &str,
    plan: &Plan,
) -> ShownPlan {
    let mut set = releases.documents.begin();
    let sources = sources(snapshot, place, &plan.objects);
    let mut objects = Vec::new();
    for (object, sources) in plan.objects.iter().zip(sources) {
        let label = format!("{} {}", object.target.gvk.kind, object.target.name);
        let mut side = |side, which: &str| {
            let text = object.side(side);
            (!text.is_empty()).then(|| set.add_side(&format!("{label}.yaml"), which, text))
        };
        objects.push(ShownObject {
            before: side(Side::Before, "live"),
            after: side(Side::After, "planned"),
            label,
            change: object.entry.change.as_str().to_lowercase(),
            sources,
        });
    }
    let (where_to, counts) = (place.told(), plan.counts().to_string());
    let uri = set.add(&format!("{title}.diff"), plan.text(&format!("{title}\n{where_to}")));
    releases.documents.keep(set);
    ShownPlan {
        title: title.to_owned(),
        place: where_to,
        counts,
        remarks: plan.remarks.clone(),
        refused: plan.refused.as_ref().map(ToString::to_string),
        uri,
        objects,
    }
}

/// Shows one text; the answer is its document.
pub(super) async fn text(server: &Server, name: &str, text: String) -> Uri {
    let mut set = server.releases.documents.begin();
    let uri = set.add(name, text);
    server.releases.documents.keep(set);
    document(server, &uri).await
}

/// Shows a plan.
pub(super) async fn plan(server: &Server, shown: &ShownPlan) {
    if server.state().snapshot().client.shows_plans {
        server.client.send_notification::<ShowPlanNotification>(shown.clone()).await;
    } else {
        document(server, &shown.uri).await;
    }
}

/// Shows a document of ours; as a file where the client cannot ask us for the text. The answer is what was shown.
pub(super) async fn document(server: &Server, uri: &Uri) -> Uri {
    let facts = server.state().snapshot().client.clone();
    let uri = if facts.virtual_documents {
        uri.clone()
    } else {
        as_file(server, uri).unwrap_or_else(|| uri.clone())
    };
    if facts.shows_documents {
        let params =
            ShowDocumentParams { uri: uri.clone(), external: None, take_focus: Some(true), selection: None };
        let client = server.client.clone();
        let mut showing = async move { client.show_document(params).await }.boxed();
        // It is sent before anything is asked about it, but nobody waits for a client that never answers.
        if std::future::poll_fn(|context| Poll::Ready(showing.poll_unpin(context).is_pending())).await {
            tokio::spawn(showing);
        }
    }
    uri
}

/// Writes a document to a folder that only the user can read.
fn as_file(server: &Server, uri: &Uri) -> Option<Uri> {
    let text = server.releases.text(&uri.0)?;
    let path = crate::convert::uri::document_path(super::SCHEME, &uri.0)?;
    let written = server.releases.clusters.keep_text(&path, &text);
    match written {
        Ok(path) => Some(Uri(crate::convert::uri::of_path(&project::text_of(&path)))),
        Err(error) => {
            tracing::warn!("cannot write what was to be shown: {error}");
            None
        }
    }
}

/// For each object the places in templates that write what differs.
fn sources(snapshot: &Snapshot, place: &Place, objects: &[Planned]) -> Vec<Vec<Location>> {
    let nothing = || objects.iter().map(|_| Vec::new()).collect();
    let Some(view) = place.view(snapshot) else { return nothing() };
    let model = snapshot.model(&view);
    let Some(rendering) = model.rendering(&view, &Cancel::default()) else { return nothing() };
    let places = Places::new(snapshot, &view, &model);
    let names = Names { deployed: &place.id.name, previewed: &view.target.release_name };
    let locations = |object: &Planned| {
        let found = places_of(&rendering, object, names);
        found.into_iter().map(|at| places.location(at)).collect()
    };
    objects.iter().map(locations).collect()
}

/// What a release is called when it is deployed and in previews.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'n> {
    pub(super) deployed: &'n str,
    pub(super) previewed: &'n str,
}

/// The places in templates that write what differs in an object; its beginning where all of it is new.
pub(super) fn places_of(rendering: &Rendering, object: &Planned, names: Names<'_>) -> Vec<FileRange> {
    let Some(template) = &object.template else { return Vec::new() };
    let is_it = |kind: &str, name: &str| {
        kind == object.target.gvk.kind
            && (name == object.target.name
                || name.replace(names.previewed, names.deployed) == object.target.name)
    };
    let whole = [FieldPath::new()];
    let paths = if object.paths.is_empty() { &whole[..] } else { &object.paths[..] };
    let mut found: Vec<FileRange> = Vec::new();
    for path in paths.iter().take(MAX_SOURCES) {
        let at = rendering.field(template, &is_it, path);
        found.extend(at.filter(|it| !found.contains(it)));
    }
    found
}
