//! Releases of a helmfile: found in it, previewed, and all of one file planned, agreed to and done in the order of needs.
//!
//! All of it is shown before anything is done; then each release is carried out by its own plan, which is void if something
//! moved meanwhile. One that fails stops those that need it and nothing else.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use helmfile::{Release, StateFile};
use release::ErrorKind;
use release::plan::{Counts, Intent, Plan};
use release::ports::Identity;
use tower_lsp::jsonrpc::Result;

use super::flow::{Flow, Want, declined, failed, title, want_of};
use super::place::{Place, Wanted};
use super::port::Site;
use super::progress::Progress;
use super::rails::Care;
use super::{Reason, ask, shown};
use crate::convert::uri::{self, PreviewOf};
use crate::ext::{
    HelmfileRelease, Outcome, OutcomeState, ReleaseId, ReleaseOf, ReleasesChanged,
    ReleasesChangedNotification, ShownPlan, TargetChanged, TargetChangedNotification,
};
use crate::helmfiles::ReleaseOfFleet;
use crate::lsp_types::{MessageType, Uri};
use crate::refresh::Touched;
use crate::state::Snapshot;

/// A release that was found in a helmfile.
#[derive(Debug)]
pub(super) struct Found {
    wanted: Wanted,
    /// What is to be gone needs none.
    chart: Option<PathBuf>,
}

/// Finds one release of a helmfile.
pub(super) fn find(snapshot: &Snapshot, of: &HelmfileRelease) -> std::result::Result<Found, Reason> {
    let Some(id) = &of.release else { return Err("which release is not said".to_owned()) };
    let all = selected(snapshot, of)?;
    let (of, file, release) = all.into_iter().find(|it| it.0.id == *id).ok_or_else(|| {
        format!("the helmfile has no release {id} in that environment, or its condition is not true")
    })?;
    found(snapshot, of, &file, release)
}

/// The releases of a helmfile that its conditions leave, each with its file.
pub(super) fn selected(
    snapshot: &Snapshot,
    of: &HelmfileRelease,
) -> std::result::Result<Vec<(ReleaseOfFleet, StateFile, Release)>, Reason> {
    let path = uri::path_of(&of.helmfile).ok_or_else(|| format!("{} is no file", of.helmfile))?;
    let fleet = snapshot
        .fleet_of(&project::path_of(&path))
        .ok_or_else(|| format!("{path} belongs to no helmfile"))?;
    let environment = of.environment.clone().unwrap_or_else(|| snapshot.active_environment(&fleet));
    let loaded = fleet.loaded.iter().find(|it| it.state.environment == environment);
    let loaded = loaded.ok_or_else(|| format!("{path} has no environment {environment}"))?;
    if let Some(error) = loaded.errors().next() {
        return Err(error.show(&loaded.files).to_string());
    }
    let helmfile = project::path_of(&fleet.path);
    let each = loaded.state.selected().map(|(file, release)| {
        let (helmfile, environment) = (helmfile.clone(), environment.clone());
        let of = ReleaseOfFleet { helmfile, environment, id: release.id.clone() };
        (of, file.clone(), release.clone())
    });
    Ok(each.collect())
}

fn found(
    snapshot: &Snapshot,
    of: ReleaseOfFleet,
    file: &StateFile,
    release: Release,
) -> std::result::Result<Found, Reason> {
    let chart = snapshot.chart_of_release(file, &release);
    if chart.is_none() && release.installed {
        let named = &release.chart.it;
        return Err(match release.has_local_chart() {
            true => format!("there is no chart in {named}"),
            false => format!("the chart {named} is not here yet: it must be fetched first"),
        });
    }
    Ok(Found { wanted: Wanted { of, release }, chart })
}

/// Where a release of a helmfile is.
pub(super) fn place(
    snapshot: &Snapshot,
    site: Arc<dyn Site>,
    identity: Identity,
    found: Found,
) -> std::result::Result<Place, Reason> {
    let Found { wanted, chart } = found;
    let release = &wanted.release;
    // No file of a workspace chooses the cluster; but what it wants elsewhere must not end up here.
    let context = &release.kube_context;
    if !context.is_empty() && *context != identity.context {
        return Err(format!(
            "{} is meant for the context {context}, and the cluster of this session is that of {}: pick it first (Pick Cluster)",
            release.name.it, identity.context
        ));
    }
    let namespace = match release.namespace.it.as_str() {
        "" => site.namespace().to_owned(),
        namespace => namespace.to_owned(),
    };
    let id = ReleaseId { namespace, name: release.name.it.clone() };
    let dialect = snapshot.settings.helm_version.dialect();
    Ok(Place { site, identity, id, chart, wanted: Some(Arc::new(wanted)), dialect })
}

/// One release of many, planned.
struct Step {
    place: Place,
    want: Want,
    intent: Intent,
    plan: Plan,
    shown: ShownPlan,
}

/// What became of one release.
enum Fate {
    Done,
    Unchanged,
    Failed(String),
    /// One that it needs was not done.
    Unmet(String),
    Stopped,
}

impl Flow {
    /// Renders the chart of a release for that release, and shows it.
    pub(super) async fn preview(&self, of: ReleaseOf) -> Result<Outcome> {
        self.bring_charts(&of).await?;
        let ReleaseOf::Helmfile(of) = of else {
            return Err(failed("the first argument must say which release of which helmfile"));
        };
        let (root, target) = self
            .off(move |flow| {
                let found = find(&flow.snapshot, &of)?;
                let root = found.chart.ok_or("the release is to be gone: it has nothing to show")?;
                let target = flow.snapshot.target_of(&root, &found.wanted.of);
                Ok((root, target.ok_or("the release is no target of its chart")?))
            })
            .await?;
        self.server.state().set_target_of(&root, &target.name);
        self.server.touched(Touched::everything());
        let message = format!("{} is rendered for {}", project::text_of(&root), target.name);
        let target = target.to_ext(&root);
        let changed = TargetChanged { chart: target.chart.clone(), target };
        self.server.client.send_notification::<TargetChangedNotification>(changed).await;
        let preview = Uri(uri::of_preview(&PreviewOf::Chart(project::text_of(&root))));
        let uri = shown::document(&self.server, &preview).await;
        Ok(Outcome { state: OutcomeState::Shown, message, revision: None, uri: Some(uri) })
    }

    /// Shows what applying all releases of a helmfile would change.
    pub(super) async fn diff_all(&self, of: ReleaseOf) -> Result<Outcome> {
        let steps = self.steps(of).await?;
        let shown = self.combined(&steps);
        shown::plan(&self.server, &shown).await;
        let message = format!("{}: {}", shown.place, shown.counts);
        Ok(Outcome { state: OutcomeState::Shown, message, revision: None, uri: Some(shown.uri) })
    }

    /// Applies a helmfile: all of it is shown, agreed to once, and done in the order of needs.
    pub(super) async fn apply_all(&self, of: ReleaseOf) -> Result<Outcome> {
        if !self.snapshot.settings.kube.trusted {
            return Err(failed("this workspace is not trusted: nothing is written to a cluster from it"));
        }
        let steps = self.steps(of.clone()).await?;
        let mut busy = Vec::new();
        for step in &steps {
            busy.push(self.server.releases.occupy(&step.place).map_err(|reason| failed(&reason))?);
        }
        let shown = self.combined(&steps);
        shown::plan(&self.server, &shown).await;
        if let Some(refused) = &shown.refused {
            self.server.client.show_message(MessageType::Error, refused).await;
            let (message, uri) = (refused.clone(), Some(shown.uri));
            return Ok(Outcome { state: OutcomeState::Failed, message, revision: None, uri });
        }
        if steps.iter().all(|it| is_unchanged(&it.plan)) {
            let message = format!("Nothing changes: all {} releases are as they should be.", steps.len());
            self.server.client.show_message(MessageType::Info, &message).await;
            return Ok(Outcome { state: OutcomeState::Done, message, revision: None, uri: Some(shown.uri) });
        }
        if !self.agreed_to_all(&steps, &shown).await {
            return Ok(declined());
        }
        if steps.iter().any(|it| self.moved_on(&it.place, &it.want).is_some()) {
            return Err(failed("something was edited since the plan was made; nothing was changed"));
        }
        let fates = self.carry_out_all(&steps, &shown.title).await;
        drop(busy);
        Ok(self.told_all(&steps, &fates).await)
    }

    /// Plans every release of a helmfile, in the order of needs.
    async fn steps(&self, of: ReleaseOf) -> Result<Vec<Step>> {
        self.bring_charts(&of).await?;
        let ReleaseOf::Helmfile(of) = of else {
            return Err(failed("the first argument must say which helmfile"));
        };
        let progress = Progress::begin(&self.server, "Planning all releases", true).await;
        let cancel = progress.cancel.clone();
        let made = self
            .off(move |flow| {
                let site = flow.server.releases.site(&flow.snapshot.settings)?;
                site.cluster().forget_resources();
                let identity = site.cluster().identity().map_err(|error| error.message)?;
                let mut steps = Vec::new();
                for (of, file, release) in in_order(selected(&flow.snapshot, &of)?)? {
                    if cancel.is_set() {
                        return Err("it was stopped; nothing was changed".to_owned());
                    }
                    let found = found(&flow.snapshot, of, &file, release)?;
                    let place = place(&flow.snapshot, site.clone(), identity.clone(), found)?;
                    steps.extend(flow.step(place)?);
                }
                Ok(steps)
            })
            .await;
        progress.end(&self.server.releases, "").await;
        made
    }

    /// Plans one of many. `None` for one that is to be gone and is.
    fn step(&self, place: Place) -> std::result::Result<Option<Step>, Reason> {
        let want = want_of(&place);
        match self.plan(&place, &want) {
            Ok((intent, plan)) => {
                let title = title(&want, &plan);
                let shown = shown::of_plan(&self.server.releases, &self.snapshot, &place, &title, &plan);
                Ok(Some(Step { place, want, intent, plan, shown }))
            }
            Err(error) if want == Want::Uninstall && error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{} in {}: {error}", place.id.name, place.told())),
        }
    }

    /// All plans as one.
    fn combined(&self, steps: &[Step]) -> ShownPlan {
        let changed: Vec<&Step> = steps.iter().filter(|it| !is_unchanged(&it.plan)).collect();
        let environment = steps.iter().find_map(|it| it.place.wanted.as_ref()).map(|it| &it.of.environment);
        let environment = environment.map_or("the helmfile", String::as_str);
        let cluster = steps.first().map_or_else(String::new, |it| it.place.told());
        let cluster = cluster.split(" / ").next().unwrap_or_default().to_owned();
        let title = format!("Apply {} of {} releases of {environment}", changed.len(), steps.len());
        let counts = counts(steps).to_string();
        let mut text = format!("# {title}\n# {cluster}\n# {counts}\n");
        for step in &changed {
            let head = format!("{}\n{}", step.shown.title, step.place.told());
            let _ = write!(text, "\n{}", step.plan.text(&head));
        }
        let mut set = self.server.releases.documents.begin();
        let uri = set.add(&format!("{title}.diff"), text);
        self.server.releases.documents.keep(set);
        let remarks = changed.iter().flat_map(|it| &it.shown.remarks);
        let refused =
            steps.iter().find_map(|it| Some(format!("{}: {}", it.place.id.name, it.plan.refused.as_ref()?)));
        ShownPlan {
            title,
            place: cluster,
            counts,
            remarks: remarks.cloned().collect(),
            refused,
            uri,
            objects: changed.iter().flat_map(|it| it.shown.objects.iter().cloned()).collect(),
        }
    }

    async fn agreed_to_all(&self, steps: &[Step], shown: &ShownPlan) -> bool {
        const APPLY: &str = "Apply";
        let mut message = format!("{} to {}: {}.", shown.title, shown.place, shown.counts);
        for step in steps {
            for danger in &step.plan.summary.dangers {
                let _ = write!(message, " {}: {danger}.", step.place.id.name);
            }
        }
        let unsaved: usize = steps.iter().map(|it| self.unsaved(&it.place, &it.want)).sum();
        if unsaved > 0 {
            let _ = write!(message, " Unsaved changes in {unsaved} open files are part of it.");
        }
        let Some(first) = steps.first() else { return false };
        let is_harmless = steps.iter().all(|it| it.plan.summary.dangers.is_empty());
        let is_local = self.care(&first.place) == Care::Local;
        let kind = if is_local && is_harmless { MessageType::Info } else { MessageType::Warning };
        if ask::agreement(&self.server, kind, &message, &[APPLY, "Cancel"]).await.as_deref() != Some(APPLY) {
            return false;
        }
        // All of them go to one cluster, so it is asked about once.
        self.may_write(&first.place).await
    }

    /// Does one after the other. What is stopped or fails leaves the rest that does not need it to be done.
    async fn carry_out_all(&self, steps: &[Step], title: &str) -> Vec<Fate> {
        tracing::info!("{title}: {}, agreed to", counts(steps));
        let progress = Arc::new(Progress::begin(&self.server, title, true).await);
        let mut fates: Vec<Fate> = Vec::new();
        for step in steps {
            let unmet = unmet(step, steps, &fates);
            let fate = if progress.cancel.is_set() {
                Fate::Stopped
            } else if let Some(needed) = unmet {
                Fate::Unmet(needed)
            } else if is_unchanged(&step.plan) {
                Fate::Unchanged
            } else {
                let (at, intent, plan) = (step.place.clone(), step.intent.clone(), step.plan.clone());
                let observer = progress.clone();
                let done =
                    self.off(move |_| Ok(at.work(&*observer, |world| intent.carry_out(world, &plan)))).await;
                match done {
                    Ok(Ok(_)) => Fate::Done,
                    Ok(Err(error)) => Fate::Failed(error.to_string()),
                    Err(error) => Fate::Failed(error.message.into_owned()),
                }
            };
            fates.push(fate);
        }
        if let Ok(progress) = Arc::try_unwrap(progress) {
            progress.end(&self.server.releases, "done").await;
        }
        fates
    }

    /// Tells how all ended.
    async fn told_all(&self, steps: &[Step], fates: &[Fate]) -> Outcome {
        let mut message = String::new();
        for (step, fate) in steps.iter().zip(fates) {
            let told = match fate {
                Fate::Unchanged => continue,
                Fate::Done if step.want == Want::Uninstall => "uninstalled".to_owned(),
                Fate::Done => format!("revision {}", step.plan.revision.unwrap_or_default()),
                Fate::Failed(why) => format!("failed: {why}"),
                Fate::Unmet(needed) => format!("not begun, since {needed} was not done"),
                Fate::Stopped => "not begun".to_owned(),
            };
            let _ = writeln!(message, "{}: {told}", step.place.id.name);
        }
        let unchanged = fates.iter().filter(|it| matches!(it, Fate::Unchanged)).count();
        if unchanged > 0 {
            let _ = writeln!(message, "{unchanged} unchanged");
        }
        let message = message.trim_end().to_owned();
        tracing::info!("{message}");
        let is_good = fates.iter().all(|it| matches!(it, Fate::Done | Fate::Unchanged));
        let kind = if is_good { MessageType::Info } else { MessageType::Error };
        if let Some(first) = steps.first() {
            let change = ReleasesChanged { context: first.place.identity.context.clone() };
            self.server.client.send_notification::<ReleasesChangedNotification>(change).await;
        }
        self.server.client.show_message(kind, &message).await;
        let state = if is_good { OutcomeState::Done } else { OutcomeState::Failed };
        Outcome { state, message, revision: None, uri: None }
    }
}

/// A release that this one needs and that was not done.
fn unmet(step: &Step, steps: &[Step], fates: &[Fate]) -> Option<String> {
    let wanted = step.place.wanted.as_ref()?;
    let is_needed = |other: &Step| {
        let other = other.place.wanted.as_ref();
        other.is_some_and(|other| wanted.release.needs.iter().any(|it| it.it == other.of.id))
    };
    let mut before = steps.iter().zip(fates);
    let found =
        before.find(|(other, fate)| is_needed(other) && !matches!(fate, Fate::Done | Fate::Unchanged));
    found.map(|(other, _)| other.place.id.name.clone())
}

fn is_unchanged(plan: &Plan) -> bool {
    plan.objects.is_empty() && plan.refused.is_none()
}

fn counts(steps: &[Step]) -> Counts {
    steps.iter().filter(|it| !is_unchanged(&it.plan)).map(|it| it.plan.counts()).sum()
}

type Selected = (ReleaseOfFleet, StateFile, Release);

/// Releases behind those that they need, otherwise in the order of their files.
fn in_order(releases: Vec<Selected>) -> std::result::Result<Vec<Selected>, Reason> {
    let ids: Vec<String> = releases.iter().map(|it| it.0.id.clone()).collect();
    let mut open = releases;
    let mut ordered: Vec<Selected> = Vec::new();
    while !open.is_empty() {
        let is_ready = |(_, _, release): &Selected| {
            let needs = release.needs.iter().filter(|need| ids.contains(&need.it));
            needs.into_iter().all(|need| ordered.iter().any(|it| it.0.id == need.it))
        };
        match open.iter().position(is_ready) {
            Some(at) => ordered.push(open.remove(at)),
            None => return Err(format!("{} and others need each other", open[0].0.id)),
        }
    }
    Ok(ordered)
}
