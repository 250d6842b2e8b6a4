//! The commands for releases, each from beginning to end: where, what, shown, agreed to, done, told.

use std::path::Path;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use release::actions::ApplyConfig;
use release::actions::rollback::RollbackConfig;
use release::plan::{Deploy, Intent, Plan};
use release::record::Record;
use release::{Error, ErrorKind, Nobody};
use tower_lsp::jsonrpc::{Error as RpcError, ErrorCode, Result};

use super::check::Checked;
use super::facts::Facts;
use super::how::How;
use super::names::names;
use super::place::Place;
use super::progress::Progress;
use super::{Reason, ask, rendering, shown};
use crate::cancel::Cancel;
use crate::ext::{
    self, Choice, CommandOptions, Outcome, OutcomeState, ReleaseOf, ReleasesChanged,
    ReleasesChangedNotification, ShownPlan,
};
use crate::lsp_types::MessageType;
use crate::refresh::Touched;
use crate::server::Server;
use crate::state::{ChartView, Snapshot};

/// Runs a command. What cannot even begin is an error; whatever became of the rest is an [`Outcome`].
pub(crate) async fn run(
    server: &Server,
    command: &str,
    of: Option<ReleaseOf>,
    options: CommandOptions,
) -> Result<Outcome> {
    let snapshot = server.snapshot();
    let flow = Flow { server: server.clone(), snapshot };
    if command == ext::PICK_CONTEXT_COMMAND {
        return flow.pick_context().await;
    }
    let of = of.ok_or_else(|| RpcError::invalid_params("the first argument must say which release"))?;
    match command {
        ext::DIFF_COMMAND => flow.diff(of).await,
        ext::DEPLOY_COMMAND => flow.deploy(of).await,
        ext::ROLL_BACK_COMMAND => flow.roll_back(of, options.revision).await,
        ext::UNINSTALL_COMMAND => flow.uninstall(of).await,
        ext::HISTORY_COMMAND => flow.history(of).await,
        ext::DIFF_REVISIONS_COMMAND => flow.diff_revisions(of, options.from, options.revision).await,
        ext::CHECK_COMMAND => flow.check(of).await,
        ext::USE_CLUSTER_COMMAND => flow.use_cluster(of).await,
        ext::FORGET_CLUSTER_COMMAND => flow.forget_cluster(&of).await,
        ext::OPEN_LIVE_COMMAND => flow.open_live(of, options.position).await,
        ext::PREVIEW_RELEASE_COMMAND => flow.preview(of).await,
        ext::DIFF_ALL_COMMAND => flow.diff_all(of).await,
        ext::APPLY_ALL_COMMAND => flow.apply_all(of).await,
        ext::FETCH_CHART_COMMAND => flow.fetch_chart(of).await,
        ext::FETCH_DEPENDENCIES_COMMAND => flow.fetch_dependencies(of).await,
        other => Err(RpcError::invalid_params(format!("there is no command {other}"))),
    }
}

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Deploy,
    RollBack(i64),
    Uninstall,
}

/// A command that runs.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) server: Server,
    pub(super) snapshot: Arc<Snapshot>,
}

impl Flow {
    /// Does something that blocks on another thread.
    pub(super) async fn off<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Self) -> std::result::Result<T, Reason> + Send + 'static,
    ) -> Result<T> {
        let flow = self.clone();
        match tokio::task::spawn_blocking(move || job(&flow)).await {
            Ok(answer) => answer.map_err(|reason| failed(&reason)),
            Err(error) => Err(failed(&format!("internal error: {error}"))),
        }
    }

    /// Where the release is.
    pub(super) async fn place(&self, of: ReleaseOf) -> Result<Place> {
        self.bring_charts(&of).await?;
        self.off(move |flow| flow.server.releases.place(&flow.snapshot, &of)).await
    }

    async fn diff(&self, of: ReleaseOf) -> Result<Outcome> {
        let place = self.place(of).await?;
        let planned = self.planned(&place, &want_of(&place)).await?;
        let (_, plan, shown) = planned.map_err(|error| failed(&error.to_string()))?;
        let message = format!("{}: {}", shown.place, plan.counts());
        let (flow, at) = (self.clone(), place.clone());
        tokio::spawn(async move { flow.looked(&at).await });
        Ok(Outcome {
            state: OutcomeState::Shown,
            message,
            revision: plan.bound.last.map(|it| it.0),
            uri: Some(shown.uri),
        })
    }

    async fn deploy(&self, of: ReleaseOf) -> Result<Outcome> {
        let place = self.place(of).await?;
        self.act(&place, want_of(&place)).await
    }

    async fn roll_back(&self, of: ReleaseOf, revision: Option<i64>) -> Result<Outcome> {
        let place = self.place(of).await?;
        let revision = match revision {
            Some(revision) => revision,
            None => match self.pick_revision(&place).await? {
                Some(revision) => revision,
                None => return Ok(declined()),
            },
        };
        self.act(&place, Want::RollBack(revision)).await
    }

    async fn uninstall(&self, of: ReleaseOf) -> Result<Outcome> {
        let place = self.place(of).await?;
        self.act(&place, Want::Uninstall).await
    }

    /// Lets the user pick a revision to go back to, the newest good one first.
    async fn pick_revision(&self, place: &Place) -> Result<Option<i64>> {
        let at = place.clone();
        let history = self.off(move |_| super::lists::history(&at)).await?;
        let Some((last, before)) = history.split_last() else {
            return Err(failed(&format!("there is no release {} in {}", place.id.name, place.told())));
        };
        if before.is_empty() {
            return Err(failed(&format!("{} has only one revision: nothing to go back to", place.id.name)));
        }
        let choice = |it: &ext::Revision| Choice {
            label: format!("{}", it.revision),
            description: Some(format!("{}, {}, {}", it.status, it.chart, it.description)),
        };
        let choices = before.iter().rev().map(choice).collect();
        let title = format!("Roll {} back from revision {} to", place.id.name, last.revision);
        Ok(ask::pick(&self.server, &title, choices).await.and_then(|it| it.parse().ok()))
    }

    /// Makes a plan and shows it.
    async fn planned(
        &self,
        place: &Place,
        want: &Want,
    ) -> Result<std::result::Result<(Intent, Plan, ShownPlan), Error>> {
        let progress = Progress::begin(&self.server, &format!("Planning for {}", place.told()), false).await;
        let (at, wanted) = (place.clone(), want.clone());
        let made = self
            .off(move |flow| {
                Ok(flow.plan(&at, &wanted).map(|(intent, plan)| {
                    let title = title(&wanted, &plan);
                    let shown = shown::of_plan(&flow.server.releases, &flow.snapshot, &at, &title, &plan);
                    (intent, plan, shown)
                }))
            })
            .await;
        progress.end(&self.server.releases, "").await;
        let made = made?;
        if let Ok((_, _, shown)) = &made {
            shown::plan(&self.server, shown).await;
        }
        Ok(made)
    }

    pub(super) fn plan(&self, place: &Place, want: &Want) -> std::result::Result<(Intent, Plan), Error> {
        let How { deploy, uninstall, skip_schema, remarks } = How::of(place, &self.snapshot.settings.deploy)?;
        place.work(&Nobody, |world| {
            let name = place.id.name.clone();
            let intent = match want {
                Want::Deploy => {
                    let view = self.view(place)?;
                    let model = self.snapshot.model(&view);
                    let values = rendering::values(&view)?;
                    let render = |revision, is_upgrade, values| {
                        let asked = rendering::Asked { revision, is_upgrade, values, skip_schema };
                        rendering::rendered(&view, &model, place, world, asked)
                    };
                    Intent::Deploy(Box::new(Deploy::begin(world, deploy, values, render)?))
                }
                Want::RollBack(revision) => Intent::Rollback(RollbackConfig {
                    name,
                    revision: *revision,
                    // What goes wrong on the way back is not made better by going forward again.
                    apply: ApplyConfig { atomic: false, ..deploy.upgrade.apply },
                    ..RollbackConfig::default()
                }),
                Want::Uninstall => Intent::Uninstall(name, uninstall),
            };
            let mut plan = intent.plan(world)?;
            plan.remarks.extend(remarks);
            Ok((intent, plan))
        })
    }

    /// The chart as it is on the screen now, which may be later than when the command came.
    fn view(&self, place: &Place) -> std::result::Result<Arc<ChartView>, Error> {
        place.view(&self.snapshot).ok_or_else(|| {
            Error::new(ErrorKind::Usage, "which chart is to be deployed is not known; open a file of it")
        })
    }

    /// Shows, asks, does. If something moved in between, from the beginning.
    fn act<'f>(&'f self, place: &'f Place, want: Want) -> BoxFuture<'f, Result<Outcome>> {
        // An undo comes back here, so the type has to end somewhere.
        self.acted(place, want).boxed()
    }

    async fn acted(&self, place: &Place, want: Want) -> Result<Outcome> {
        let _busy = self.server.releases.occupy(place).map_err(|reason| failed(&reason))?;
        if !self.snapshot.settings.kube.trusted {
            return Err(failed("this workspace is not trusted: nothing is written to a cluster from it"));
        }
        let mut flow = self.clone();
        loop {
            let (intent, plan, shown) = match flow.planned(place, &want).await? {
                Ok(planned) => planned,
                Err(error) if error.kind() == ErrorKind::Pending => match flow.freed(place).await? {
                    true => continue,
                    false => return Ok(declined()),
                },
                Err(error) => return Err(failed(&error.to_string())),
            };
            if let Some(refused) = &plan.refused {
                self.server.client.show_message(MessageType::Error, refused).await;
                return Ok(Outcome {
                    state: OutcomeState::Failed,
                    message: refused.to_string(),
                    revision: plan.bound.last.map(|it| it.0),
                    uri: Some(shown.uri),
                });
            }
            if !flow.agreed(place, &want, &plan, &shown).await {
                return Ok(declined());
            }
            if let Some(now) = flow.moved_on(place, &want) {
                let message = "The chart was edited since the plan was made: here is the new plan.";
                self.server.client.show_message(MessageType::Info, message).await;
                flow = now;
                continue;
            }
            match flow.carry_out(place, &want, intent, &plan).await? {
                Err(error) if error.kind() == ErrorKind::Moved => {
                    self.server.client.show_message(MessageType::Warning, &error).await;
                }
                done => return Ok(flow.told(place, &want, done).await),
            }
        }
    }

    /// The same with what is on the screen now, if that would be deployed differently.
    pub(super) fn moved_on(&self, place: &Place, want: &Want) -> Option<Self> {
        if *want != Want::Deploy {
            return None;
        }
        let now = self.server.state().snapshot();
        let same = match (place.view(&now), place.view(&self.snapshot)) {
            (Some(now), Some(before)) => Arc::ptr_eq(&now, &before),
            (None, None) => true,
            _ => false,
        };
        (!same).then(|| Self { server: self.server.clone(), snapshot: now })
    }

    async fn carry_out(
        &self,
        place: &Place,
        want: &Want,
        intent: Intent,
        plan: &Plan,
    ) -> Result<std::result::Result<Option<Record>, Error>> {
        let title = format!("{} ({})", title(want, plan), place.told());
        tracing::info!("{title}: {}, agreed to", plan.counts());
        let progress = Arc::new(Progress::begin(&self.server, &title, true).await);
        let (at, plan, observer) = (place.clone(), plan.clone(), progress.clone());
        let done = self.off(move |_| Ok(at.work(&*observer, |world| intent.carry_out(world, &plan)))).await;
        let message = match &done {
            Ok(Ok(_)) => "done",
            Ok(Err(_)) | Err(_) => "failed",
        };
        tracing::info!("{title}: {message}");
        if let Ok(progress) = Arc::try_unwrap(progress) {
            progress.end(&self.server.releases, message).await;
        }
        done
    }

    /// Tells how it ended, and offers what may be wanted next.
    async fn told(
        &self,
        place: &Place,
        want: &Want,
        done: std::result::Result<Option<Record>, Error>,
    ) -> Outcome {
        let checked = self.looked(place).await;
        let revision = checked.as_ref().and_then(|it| it.last.as_ref()).map(|it| it.revision);
        let change = ReleasesChanged { context: place.identity.context.clone() };
        self.server.client.send_notification::<ReleasesChangedNotification>(change).await;
        let (state, message) = match &done {
            Ok(Some(record)) if *want != Want::Uninstall => {
                let (name, told) = (&record.name, &record.info.description);
                (
                    OutcomeState::Done,
                    format!("{name} in {}: revision {}, {told}.", place.told(), record.version),
                )
            }
            Ok(_) => {
                (OutcomeState::Done, format!("{} was uninstalled from {}.", place.id.name, place.told()))
            }
            Err(error) => {
                let stands = checked.map(|it| it.told(place.site.clock().now())).unwrap_or_default();
                (OutcomeState::Failed, format!("{error}\n{} in {}: {stands}.", place.id.name, place.told()))
            }
        };
        let after = After {
            flow: self.clone(),
            place: place.clone(),
            undo: undo(want, &done),
            failed: done.is_err(),
            message: message.clone(),
        };
        // The answer does not wait for what the user says to this.
        tokio::spawn(after.offer());
        Outcome { state, message, revision, uri: None }
    }

    /// Looks at the release again, so that lenses and findings tell how it is now.
    pub(super) async fn looked(&self, place: &Place) -> Option<Arc<Checked>> {
        let at = place.clone();
        let looked = self
            .off(move |_| {
                at.work(&Nobody, |world| Checked::look(world, &at.id, at.told()))
                    .map_err(|error| error.to_string())
            })
            .await;
        let checked = match looked {
            Ok(checked) => Arc::new(checked),
            Err(error) => {
                tracing::warn!("cannot look at {}: {}", place.id.name, error.message);
                return None;
            }
        };
        if let Some(root) = &place.chart {
            self.server.state().set_checked(root, checked.clone());
            self.server.touched(Touched::everything());
            self.server.renew_lenses();
            tokio::spawn(self.clone().name(place.clone(), root.clone()));
        }
        Some(checked)
    }

    /// Finds out which names there are, for completion. Nobody waits for it.
    async fn name(self, place: Place, root: std::path::PathBuf) {
        let found = self.off(move |_| Ok(names(&place))).await;
        if let Ok(found) = found {
            self.server.state().set_names(&root, Arc::new(found));
        }
    }

    async fn check(&self, of: ReleaseOf) -> Result<Outcome> {
        let place = self.place(of).await?;
        let checked = self.looked(&place).await;
        let Some(checked) = checked else {
            return Err(failed(&format!(
                "{} in {} cannot be read; see the log",
                place.id.name,
                place.told()
            )));
        };
        let message =
            format!("{} in {}: {}", place.id.name, place.told(), checked.told(place.site.clock().now()));
        self.server.client.show_message(MessageType::Info, &message).await;
        let revision = checked.last.as_ref().map(|it| it.revision);
        Ok(Outcome { state: OutcomeState::Shown, message, revision, uri: None })
    }

    /// From now on previews of a chart show what the cluster answers now.
    async fn use_cluster(&self, of: ReleaseOf) -> Result<Outcome> {
        let place = self.place(of).await?;
        let root =
            place.chart.clone().ok_or_else(|| failed("which chart is meant is said by a file of it"))?;
        let progress = Progress::begin(&self.server, &format!("Asking {}", place.told()), false).await;
        let taken = self.off(move |flow| flow.taken(&place, &root)).await;
        progress.end(&self.server.releases, "").await;
        let message = taken?;
        self.server.touched(Touched::everything());
        self.server.client.show_message(MessageType::Info, &message).await;
        Ok(Outcome { state: OutcomeState::Done, message, revision: None, uri: None })
    }

    /// Asks the cluster, then what templates look up, until they look up nothing else.
    fn taken(&self, place: &Place, root: &Path) -> std::result::Result<String, Reason> {
        let cluster = place.site.cluster();
        let mut facts = Arc::new(Facts::take(place, self.snapshot.facts(root).map(|it| &**it))?);
        for _ in 0..MAX_ROUNDS {
            self.server.state().set_facts(root, Some(facts.clone()));
            let now = self.server.state().snapshot();
            let view = now.chart(root);
            now.model(&view).rendering(&view, &Cancel::default());
            match facts.answered(cluster) {
                Some(more) => facts = Arc::new(more),
                None => break,
            }
        }
        self.server.state().set_facts(root, Some(facts.clone()));
        let told = facts.told(place.site.clock().now());
        Ok(format!("From now on {told}."))
    }

    /// Previews of a chart are made without a cluster again.
    async fn forget_cluster(&self, of: &ReleaseOf) -> Result<Outcome> {
        let ReleaseOf::Chart(uri) = of else {
            return Err(failed("which chart is meant is said by a file of it"));
        };
        let root = self.snapshot.root_of(uri).ok_or_else(|| failed(&format!("{uri} belongs to no chart")))?;
        self.server.state().set_facts(&root, None);
        self.server.touched(Touched::everything());
        let message = "Previews are made without a cluster again.".to_owned();
        self.server.client.show_message(MessageType::Info, &message).await;
        Ok(Outcome { state: OutcomeState::Done, message, revision: None, uri: None })
    }

    async fn pick_context(&self) -> Result<Outcome> {
        let contexts = self.off(|flow| flow.server.releases.contexts(&flow.snapshot.settings)).await?;
        if contexts.is_empty() {
            return Err(failed("there is no kubeconfig with a context ($KUBECONFIG, ~/.kube/config)"));
        }
        let choice = |it: super::Context| Choice {
            label: it.name,
            description: Some(if it.is_current { format!("{} (current)", it.server) } else { it.server }),
        };
        let choices = contexts.into_iter().map(choice).collect();
        let Some(picked) = ask::pick(&self.server, "Work with the cluster of the context", choices).await
        else {
            return Ok(declined());
        };
        self.server.releases.pick(&picked);
        self.server.state().forget_clusters();
        self.server.touched(Touched::everything());
        self.server.renew_lenses();
        let change = ReleasesChanged { context: picked.clone() };
        self.server.client.send_notification::<ReleasesChangedNotification>(change).await;
        let message = format!("The cluster is now that of {picked}.");
        Ok(Outcome { state: OutcomeState::Done, message, revision: None, uri: None })
    }
}

/// So often templates may look up something else because of what they found before.
const MAX_ROUNDS: usize = 5;

/// What is wanted of a release: of a helmfile's that is to be gone, that it goes.
pub(super) fn want_of(place: &Place) -> Want {
    let is_unwanted = place.wanted.as_ref().is_some_and(|it| !it.release.installed);
    if is_unwanted { Want::Uninstall } else { Want::Deploy }
}

/// To which revision an undo goes, if there is one.
fn undo(want: &Want, done: &std::result::Result<Option<Record>, Error>) -> Option<i64> {
    let record = done.as_ref().ok()?.as_ref()?;
    (*want != Want::Uninstall && record.version > 1).then(|| record.version - 1)
}

/// What is offered when something is done.
struct After {
    flow: Flow,
    place: Place,
    undo: Option<i64>,
    failed: bool,
    message: String,
}

impl After {
    async fn offer(self) {
        const UNDO: &str = "Undo";
        const HISTORY: &str = "History";
        let (server, place) = (&self.flow.server, &self.place);
        if server.state().snapshot().client.no_offers {
            let kind = if self.failed { MessageType::Error } else { MessageType::Info };
            return server.client.show_message(kind, &self.message).await;
        }
        let mut words = Vec::new();
        words.extend(self.undo.is_some().then_some(UNDO));
        words.push(HISTORY);
        let kind = if self.failed { MessageType::Error } else { MessageType::Info };
        let answer = ask::one_of(server, kind, &self.message, &words).await;
        let of = ReleaseOf::Named(place.id.clone());
        let done = match (answer.as_deref(), self.undo) {
            // An undo is a rollback like any other, with a plan of its own.
            (Some(UNDO), Some(revision)) => self.flow.act(place, Want::RollBack(revision)).await,
            (Some(HISTORY), _) => self.flow.history(of).await,
            _ => return,
        };
        if let Err(error) = done {
            server.client.show_message(MessageType::Error, &error.message).await;
        }
    }
}

pub(super) fn title(want: &Want, plan: &Plan) -> String {
    match (want, plan.revision) {
        (Want::Deploy, Some(revision)) => format!("Deploy revision {revision} of {}", plan.name),
        (Want::RollBack(to), Some(revision)) => {
            format!("Roll {} back to revision {to} as revision {revision}", plan.name)
        }
        (Want::Uninstall, _) | (_, None) => format!("Uninstall {}", plan.name),
    }
}

pub(super) fn verb(want: &Want) -> &'static str {
    match want {
        Want::Deploy => "Deploy",
        Want::RollBack(_) => "Roll Back",
        Want::Uninstall => "Uninstall",
    }
}

pub(super) fn declined() -> Outcome {
    Outcome {
        state: OutcomeState::Declined,
        message: "Nothing was changed.".to_owned(),
        revision: None,
        uri: None,
    }
}

/// The client tells its user why something was not done.
pub(super) fn failed(reason: &str) -> RpcError {
    RpcError { code: ErrorCode::ServerError(-32803), message: reason.to_owned().into(), data: None }
}
