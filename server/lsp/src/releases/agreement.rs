//! Before anything is written: what the user is asked, as often as the cluster needs it.

use release::Nobody;
use release::actions::unlock;
use release::plan::{NOT_RESTORED, Plan};
use tower_lsp::jsonrpc::Result;

use super::ask;
use super::check::ago;
use super::flow::{Flow, Want, verb};
use super::place::Place;
use super::rails::{Care, care};
use crate::ext::ShownPlan;
use crate::lsp_types::MessageType;

impl Flow {
    /// Whether the user agrees, as often as the cluster needs it.
    pub(super) async fn agreed(&self, place: &Place, want: &Want, plan: &Plan, shown: &ShownPlan) -> bool {
        let (verb, server) = (verb(want), &self.server);
        let mut message = format!("{} to {}: {}.", shown.title, shown.place, shown.counts);
        if *want == Want::Uninstall {
            message = format!("{} from {}: {}.", shown.title, shown.place, shown.counts);
        }
        for danger in &plan.summary.dangers {
            message.push_str(&format!(" {danger}."));
        }
        if matches!(want, Want::RollBack(_)) {
            message.push_str(&format!(" {NOT_RESTORED}"));
        }
        let unsaved = self.unsaved(place, want);
        if unsaved > 0 {
            message.push_str(&format!(" Unsaved changes in {unsaved} open files are part of it."));
        }
        let care = self.care(place);
        let kind = if care == Care::Local && plan.summary.dangers.is_empty() {
            MessageType::Info
        } else {
            MessageType::Warning
        };
        if ask::agreement(server, kind, &message, &[verb, "Cancel"]).await.as_deref() != Some(verb) {
            return false;
        }
        self.may_write(place).await
    }

    pub(super) fn care(&self, place: &Place) -> Care {
        care(&place.identity, &self.snapshot.settings.kube.protected)
    }

    /// Whether this cluster may be written to, which for some the user is asked.
    pub(super) async fn may_write(&self, place: &Place) -> bool {
        match self.care(place) {
            Care::Local => true,
            Care::Agreed => self.allowed(place).await,
            Care::Protected => {
                let message = format!("{} is protected.", place.told());
                ask::typed(&self.server, &message, &place.id.name).await
            }
        }
    }

    /// Frees a release that somebody was stopped at, if the user knows that nobody is at it any more. The answer is whether it
    /// is free.
    pub(super) async fn freed(&self, place: &Place) -> Result<bool> {
        const FREE: &str = "Mark as Failed";
        let at = place.clone();
        let found = self
            .off(move |_| {
                at.work(&Nobody, |world| unlock::pending(world, &at.id.name)).map_err(|it| it.to_string())
            })
            .await?;
        let Some(found) = found else { return Ok(true) };
        let next = match found.last_good {
            Some(good) => format!("what is done next starts from revision {good}"),
            None => "what is done next begins anew".to_owned(),
        };
        let message = format!(
            "Revision {} of {} in {} is {}, begun {}: somebody is at it, or was stopped. If nobody is, it can be marked as failed; {next}.",
            found.revision,
            place.id.name,
            place.told(),
            found.status.as_str(),
            ago(i128::from(found.age) * 1_000_000_000),
        );
        let answer = ask::agreement(&self.server, MessageType::Warning, &message, &[FREE, "Cancel"]).await;
        if answer.as_deref() != Some(FREE) || !self.may_write(place).await {
            return Ok(false);
        }
        let at = place.clone();
        self.off(move |_| {
            at.work(&Nobody, |world| unlock::mark_failed(world, &at.id.name)).map_err(|it| it.to_string())
        })
        .await?;
        Ok(true)
    }

    pub(super) fn unsaved(&self, place: &Place, want: &Want) -> usize {
        let view = place.view(&self.snapshot).filter(|_| *want == Want::Deploy);
        let Some(view) = view else { return 0 };
        let differs = |document: &crate::state::Document| {
            let Some(path) = &document.path else { return true };
            std::fs::read(project::path_of(path)).map_or(true, |data| *data != *document.bytes())
        };
        view.documents().filter(|(_, document)| differs(document)).count()
    }

    /// Clusters that are not on this machine need one word of the user.
    async fn allowed(&self, place: &Place) -> bool {
        const ALWAYS: &str = "Allow from now on";
        const ONCE: &str = "Only this time";
        let identity = place.identity.clone();
        let known = {
            let identity = identity.clone();
            self.off(move |flow| Ok(flow.server.releases.clusters.is_allowed(&identity))).await
        };
        if known.unwrap_or(false) {
            return true;
        }
        let message = format!(
            "{} at {} is not on this machine. Shall Chartroom write to it?",
            identity.context, identity.server
        );
        let answer =
            ask::agreement(&self.server, MessageType::Warning, &message, &[ALWAYS, ONCE, "Cancel"]).await;
        match answer.as_deref() {
            Some(ALWAYS) => {
                if let Err(error) = self.off(move |flow| flow.server.releases.clusters.allow(&identity)).await
                {
                    tracing::warn!("cannot remember that: {}", error.message);
                }
                true
            }
            Some(ONCE) => true,
            _ => false,
        }
    }
}
