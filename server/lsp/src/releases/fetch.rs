//! Charts that are not here: fetched when the user says so, and never otherwise.

use std::collections::BTreeMap;

use ide::catalog::ChartSource;
use tower_lsp::jsonrpc::Result;

use super::ask;
use super::fleet::selected;
use super::flow::{Flow, failed};
use super::progress::Progress;
use crate::ext::{Outcome, OutcomeState, ReleaseOf};
use crate::helmfiles::source_of;
use crate::lsp_types::MessageType;
use crate::refresh::Touched;

const UNTRUSTED: &str = "this workspace is not trusted: nothing is fetched for it";

/// A chart that is not here, and which version of it is wanted.
type Missing = (ChartSource, String);

impl Flow {
    /// Fetches the charts of a helmfile's releases that are not here, if the user agrees.
    pub(super) async fn bring_charts(&self, of: &ReleaseOf) -> Result<()> {
        const FETCH: &str = "Fetch";
        let missing = self.missing(of).await?;
        if missing.is_empty() {
            return Ok(());
        }
        if !self.snapshot.settings.kube.trusted {
            return Err(failed(UNTRUSTED));
        }
        let told: Vec<String> = missing.iter().map(told).collect();
        let message = format!("Not here yet: {}. Shall it be fetched?", told.join(", "));
        let answer = ask::agreement(&self.server, MessageType::Info, &message, &[FETCH, "Cancel"]).await;
        if answer.as_deref() != Some(FETCH) {
            return Err(failed(&format!("nothing was done, since {} was not fetched", told.join(", "))));
        }
        self.fetch(missing).await.map(drop)
    }

    /// Fetches the chart of a release.
    pub(super) async fn fetch_chart(&self, of: ReleaseOf) -> Result<Outcome> {
        if !self.snapshot.settings.kube.trusted {
            return Err(failed(UNTRUSTED));
        }
        let missing = self.missing(&of).await?;
        let message = if missing.is_empty() {
            "Nothing was fetched: all charts are here.".to_owned()
        } else {
            format!("Fetched {}.", self.fetch(missing).await?.join(", "))
        };
        self.server.client.show_message(MessageType::Info, &message).await;
        Ok(Outcome { state: OutcomeState::Done, message, revision: None, uri: None })
    }

    /// The charts of the releases that are meant and that are not here.
    async fn missing(&self, of: &ReleaseOf) -> Result<Vec<Missing>> {
        let ReleaseOf::Helmfile(of) = of.clone() else { return Ok(Vec::new()) };
        self.off(move |flow| {
            let mut missing = BTreeMap::new();
            for (named, file, release) in selected(&flow.snapshot, &of)? {
                let is_meant = of.release.as_ref().is_none_or(|it| *it == named.id);
                if is_meant && release.installed && flow.snapshot.chart_of_release(&file, &release).is_none()
                {
                    let wanted = source_of(&file, &release).map(|it| (it, release.version.it.clone()));
                    missing.extend(wanted.map(|it| (told(&it), it)));
                }
            }
            Ok(missing.into_values().collect())
        })
        .await
    }

    /// Fetches charts. The answer tells which.
    async fn fetch(&self, missing: Vec<Missing>) -> Result<Vec<String>> {
        let title = format!("Fetching {}", missing.iter().map(told).collect::<Vec<_>>().join(", "));
        let progress = Progress::begin(&self.server, &title, true).await;
        let cancel = progress.cancel.clone();
        let fetched = self
            .off(move |flow| {
                let mut fetched = Vec::new();
                for chart in missing {
                    if cancel.is_set() {
                        return Err("it was stopped".to_owned());
                    }
                    flow.snapshot.market.market().fetch(&chart.0, &chart.1)?;
                    fetched.push(told(&chart));
                }
                Ok(fetched)
            })
            .await;
        progress.end(&self.server.releases, "").await;
        self.server.touched(Touched::everything());
        self.server.renew_lenses();
        fetched
    }

    /// Fetches the dependencies of a chart into its `charts/`.
    pub(super) async fn fetch_dependencies(&self, of: ReleaseOf) -> Result<Outcome> {
        if !self.snapshot.settings.kube.trusted {
            return Err(failed(UNTRUSTED));
        }
        let ReleaseOf::Chart(uri) = of else {
            return Err(failed("the first argument must be a file of a chart"));
        };
        let root =
            self.snapshot.root_of(&uri).ok_or_else(|| failed(&format!("{uri} belongs to no chart")))?;
        let title = format!("Fetching the dependencies of {}", project::text_of(&root));
        let progress = Progress::begin(&self.server, &title, false).await;
        let changed = vec![root.clone(), root.join("Chart.lock"), root.join("charts")];
        let done = self.off(move |flow| flow.snapshot.market.market().update_dependencies(&root)).await;
        progress.end(&self.server.releases, "").await;
        self.server.state().files_changed(&changed);
        self.server.touched(Touched::everything());
        let message = done?;
        self.server.client.show_message(MessageType::Info, &message).await;
        Ok(Outcome { state: OutcomeState::Done, message, revision: None, uri: None })
    }
}

/// `oci://registry/charts/web 1.2.3`
fn told((chart, version): &Missing) -> String {
    let repository = chart.repository.to_string();
    format!("{}/{} {version}", repository.trim_end_matches('/'), chart.name).trim_end().to_owned()
}
