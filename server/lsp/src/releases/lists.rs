//! What is in the cluster: releases, revisions, live objects.

use release::diff::{DiffConfig, Index, IndexConfig, ReportConfig, diff};
use release::ports::{Cluster, Reply, Request, Scope, Target};
use release::record::{Record, Records};
use release::{Error, Gvk, Nobody};
use text::FileRange;
use tower_lsp::jsonrpc::Result;

use super::flow::{Flow, failed};
use super::place::Place;
use super::{Reason, shown};
use crate::cancel::Cancel;
use crate::convert::uri;
use crate::ext::{self, Outcome, OutcomeState, ReleaseId, ReleaseOf};
use crate::lsp_types::Position;
use crate::server::Server;
use crate::state::Snapshot;

fn revision(record: &Record) -> ext::Revision {
    let chart = record.chart.metadata();
    ext::Revision {
        id: ReleaseId { namespace: record.namespace.clone(), name: record.name.clone() },
        revision: record.version,
        status: record.info.status.as_str().to_owned(),
        chart: format!("{}-{}", chart.name, chart.version),
        app_version: chart.app_version,
        updated: record.info.last_deployed.map(|it| it.to_string()).unwrap_or_default(),
        description: record.info.description.clone(),
    }
}

/// All revisions of a release, the oldest first.
pub(super) fn history(place: &Place) -> std::result::Result<Vec<ext::Revision>, Reason> {
    place.work(&Nobody, |world| match world.records.history(&place.id.name) {
        Ok(records) => Ok(records.iter().map(revision).collect()),
        Err(error) => Err(error.to_string()),
    })
}

/// The releases of the cluster.
pub(crate) async fn releases(server: &Server, namespace: Option<String>) -> Result<ext::Releases> {
    let flow = Flow { server: server.clone(), snapshot: server.snapshot() };
    flow.off(move |flow| {
        let site = flow.server.releases.site(&flow.snapshot.settings)?;
        let identity = site.cluster().identity().map_err(|error| error.message)?;
        let list = |namespace: &str| {
            let store = site.records(namespace);
            Records::new(&*store).store().newest()
        };
        let found = match &namespace {
            Some(namespace) => list(namespace),
            // Who may not look everywhere looks where they work.
            None => list("").or_else(|_| list(site.namespace())),
        };
        let mut releases: Vec<_> = found.map_err(|error| error.to_string())?.iter().map(revision).collect();
        releases.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(ext::Releases { context: identity.context, server: identity.server, releases })
    })
    .await
}

/// The revisions of one.
pub(crate) async fn revisions(server: &Server, id: ReleaseId) -> Result<Vec<ext::Revision>> {
    let flow = Flow { server: server.clone(), snapshot: server.snapshot() };
    let place = flow.place(ReleaseOf::Named(id)).await?;
    flow.off(move |_| history(&place)).await
}

impl Flow {
    pub(super) async fn history(&self, of: ReleaseOf) -> Result<Outcome> {
        let place = self.place(of).await?;
        let at = place.clone();
        let revisions = self.off(move |_| history(&at)).await?;
        let mut text = format!("# {} in {}\n", place.id.name, place.told());
        for it in &revisions {
            text.push_str(&format!(
                "{:>4}  {}  {:<16} {}  {}\n",
                it.revision, it.updated, it.status, it.chart, it.description
            ));
        }
        let uri = shown::text(&self.server, &format!("{} history.txt", place.id.name), text.clone()).await;
        let revision = revisions.last().map(|it| it.revision);
        Ok(Outcome { state: OutcomeState::Shown, message: text, revision, uri: Some(uri) })
    }

    /// What changed between two revisions: from the one before to the last, unless others are named.
    pub(super) async fn diff_revisions(
        &self,
        of: ReleaseOf,
        from: Option<i64>,
        to: Option<i64>,
    ) -> Result<Outcome> {
        let place = self.place(of).await?;
        let at = place.clone();
        let (title, text) = self.off(move |_| compared(&at, from, to).map_err(|it| it.to_string())).await?;
        let uri = shown::text(&self.server, &format!("{title}.diff"), text.clone()).await;
        Ok(Outcome { state: OutcomeState::Shown, message: text, revision: to, uri: Some(uri) })
    }

    /// The live object that a place in a template makes.
    pub(super) async fn open_live(&self, of: ReleaseOf, position: Option<Position>) -> Result<Outcome> {
        let ReleaseOf::Chart(uri) = &of else {
            return Err(failed("which object is meant is said by a place in a template"));
        };
        let line = position.map_or(0, |it| it.line);
        let wanted = made_by(&self.snapshot, uri, line);
        let place = self.place(of).await?;
        let at = place.clone();
        let (name, text) = self.off(move |flow| live(flow, &at, &wanted)).await?;
        let uri = shown::text(&self.server, &format!("{name}.yaml"), text.clone()).await;
        Ok(Outcome { state: OutcomeState::Shown, message: text, revision: None, uri: Some(uri) })
    }
}

fn compared(
    place: &Place,
    from: Option<i64>,
    to: Option<i64>,
) -> std::result::Result<(String, String), Error> {
    place.work(&Nobody, |world| {
        let name = &place.id.name;
        let to = match to {
            Some(to) => world.records.get(name, to)?,
            None => world.records.last(name)?,
        };
        let from = world.records.get(name, from.unwrap_or(to.version - 1))?;
        let config = IndexConfig { namespace: place.id.namespace.clone(), ..IndexConfig::default() };
        let index = |record: &Record| Index::read(&record.manifest, &config);
        let found = diff(&index(&from)?, &index(&to)?, &DiffConfig::default());
        let title = format!("{name} from revision {} to {}", from.version, to.version);
        let text = found.print(&ReportConfig { context: Some(3), ..ReportConfig::default() });
        let text = if text.is_empty() { "# nothing changed\n".to_owned() } else { text };
        Ok((title.clone(), format!("# {title}, {}\n{text}", place.told())))
    })
}

/// An object that a template makes: version, kind and name as the preview has them.
pub(crate) type Made = (String, String, String);

/// The objects that a line of a file makes; where it makes none by itself, those of all of the file.
fn made_by(snapshot: &Snapshot, uri: &str, line: u32) -> Vec<Made> {
    let Some(view) = snapshot.chart_of(uri) else { return Vec::new() };
    let model = snapshot.model(&view);
    let Some(rendering) = model.rendering(&view, &Cancel::default()) else { return Vec::new() };
    let Some(file) = uri::path_of(uri).and_then(|path| view.file(&path)) else { return Vec::new() };
    let text = model.text(&view, file).unwrap_or_default();
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.len();
        start = range.end;
        range
    });
    let of_line = lines.skip(line as usize).take(1);
    of_line
        .chain(std::iter::once(0..text.len()))
        .map(|range| rendering.made_by(FileRange::new(file, range.start, range.end)))
        .find(|made| !made.is_empty())
        .unwrap_or_default()
}

fn live(flow: &Flow, place: &Place, wanted: &[Made]) -> std::result::Result<(String, String), Reason> {
    let cluster = place.site.cluster();
    let previewed = &flow.snapshot.settings.release_name;
    let (version, kind, name) = wanted.first().ok_or("nothing in the preview comes from here")?;
    let gvk = Gvk::new(version, kind);
    let resource = cluster.resources(std::slice::from_ref(&gvk)).remove(0).map_err(|it| it.message)?;
    let namespace = if resource.namespaced { place.id.namespace.clone() } else { String::new() };
    let name = name.replace(previewed.as_str(), &place.id.name);
    let target = Target { gvk: gvk.clone(), namespace: namespace.clone(), name: name.clone() };
    let Some(object) = cluster.get(&target).map_err(|error| error.message)? else {
        let known = others(cluster, Scope { gvk, namespace, ..Scope::default() });
        return Err(format!("there is no {kind} {name} in {}{known}", place.told()));
    };
    let text = release::diff::shown_object(&object).map_err(|error| error.to_string())?;
    Ok((format!("{kind} {name}"), text))
}

/// What there is instead, for an error.
fn others(cluster: &dyn Cluster, scope: Scope) -> String {
    let there = cluster.ask(Request::List(scope)).map(Reply::into_list).unwrap_or_default();
    let names: Vec<&str> = there.iter().map(release::Object::name).take(10).collect();
    if names.is_empty() { String::new() } else { format!("; there are {}", names.join(", ")) }
}
