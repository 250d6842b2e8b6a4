//! What can be done with the releases of a helmfile, above each of them and above all.

use ide::helmfile::ReleaseAt;
use serde_json::{Value, json};
use text::TextRange;

use super::At;
use crate::ext;
use crate::lsp_types::{Command, Range};

/// As many environments have lenses of their own; the others are picked as the active one.
const MAX_ENVIRONMENTS: usize = 3;

/// Something that can be done, and where it is offered.
pub(crate) type Lens = (Range, Command);

impl At<'_> {
    /// All that can be done in a helmfile.
    pub(crate) fn lenses(&self) -> Vec<Lens> {
        let releases = self.helmfile().releases();
        if releases.iter().all(|it| it.ids.is_empty()) {
            return Vec::new();
        }
        let of_file = self.of_file().into_iter().map(|it| (Range::default(), it));
        let of_each = releases.iter().flat_map(|release| {
            let range = self.range(TextRange::empty(release.focus.start()));
            self.of_release(release).into_iter().map(move |it| (range, it))
        });
        of_file.chain(of_each).collect()
    }

    /// What can be done at a place: with the release there, and with all.
    pub(crate) fn commands(&self, range: TextRange) -> Vec<Command> {
        let releases = self.helmfile().releases();
        let here = releases.iter().find(|it| it.range.contains_inclusive(range.start()));
        let mut commands = here.map_or_else(Vec::new, |it| self.of_release(it));
        if releases.iter().any(|it| !it.ids.is_empty()) {
            commands.extend(self.of_file());
        }
        commands
    }

    /// What can be done with all releases.
    pub(crate) fn of_file(&self) -> Vec<Command> {
        let each = |environment: &str| {
            let of = self.named(environment, None);
            [
                command(format!("Diff all {environment}"), ext::DIFF_ALL_COMMAND, of.clone()),
                command(format!("Apply all {environment}"), ext::APPLY_ALL_COMMAND, of),
            ]
        };
        self.environments().take(MAX_ENVIRONMENTS).flat_map(each).collect()
    }

    /// What can be done with one release. Of one that a loop makes many of, with the first in each environment.
    pub(crate) fn of_release(&self, release: &ReleaseAt) -> Vec<Command> {
        let mut commands = Vec::new();
        for environment in self.environments().take(MAX_ENVIRONMENTS) {
            let Some((_, id)) = release.ids.iter().find(|it| it.0 == environment) else { continue };
            let of = self.named(environment, Some(id));
            if commands.is_empty() {
                commands.push(command("Preview".to_owned(), ext::PREVIEW_RELEASE_COMMAND, of.clone()));
            }
            commands.push(command(format!("Diff {environment}"), ext::DIFF_COMMAND, of.clone()));
            commands.push(command(format!("Apply {environment}"), ext::DEPLOY_COMMAND, of));
        }
        commands
    }

    /// The environments, the active one first.
    fn environments(&self) -> impl Iterator<Item = &str> {
        self.loaded.iter().map(|it| it.state.environment.as_str())
    }

    fn named(&self, environment: &str, release: Option<&String>) -> Value {
        json!({ "helmfile": &*self.document.uri, "environment": environment, "release": release })
    }
}

fn command(title: String, command: &str, of: Value) -> Command {
    Command { title, tooltip: None, command: command.to_owned(), arguments: Some(vec![of]) }
}
