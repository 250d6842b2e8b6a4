//! Hooks made ready to run: their command and arguments are templates that see the event.

use crate::engine::{Engine, HookData, Job};
use crate::model::{Hook, HookEvent, KubectlApply, Release, StateFile};
use crate::values::release_data;
use crate::{Code, Files, Finding, Program, Request, World};

/// What happens while hooks run.
#[derive(Clone, Debug)]
pub struct Event<'e> {
    /// Which one.
    pub event: HookEvent,
    /// What went wrong before it, for `postsync` and `cleanup`.
    pub error: Option<String>,
    /// The command that is being done: `apply`, `sync`, `template`, …
    pub command: &'e str,
}

/// The hooks of a release that run at an event, or those of the file, each as the program that it is.
pub fn programs<'h>(
    file: &'h StateFile,
    release: Option<&'h Release>,
    event: &Event<'_>,
    request: &Request,
    world: &dyn World,
) -> Result<Vec<(&'h Hook, Program)>, Finding> {
    let hooks = release.map_or(&file.hooks, |it| &it.hooks);
    let mut engine = Engine::new(world, request, Files::default());
    let runs = hooks.iter().filter(|it| it.runs_at(event.event));
    runs.map(|hook| program(hook, file, release, event, &mut engine).map(|it| (hook, it))).collect()
}

fn program(
    hook: &Hook,
    file: &StateFile,
    release: Option<&Release>,
    event: &Event<'_>,
    engine: &mut Engine<'_>,
) -> Result<Program, Finding> {
    let hook_data =
        HookData { event: event.event.name(), error: event.error.clone(), command: event.command.to_owned() };
    let mut data = release_data(file, release);
    data.hook = Some(hook_data);
    let mut text = |text: &str| {
        let job = Job { text, file: None, at: hook.at, folder: &file.folder };
        let rendered = engine.render(&job, &data).map(|it| it.text);
        rendered
            .map_err(|it| Finding { message: format!("hook[{}]: {}", hook.shown_name(), it.message), ..it })
    };
    let (command, args) = match &hook.kubectl_apply {
        Some(KubectlApply::Filename(path)) => {
            ("kubectl", vec!["apply".to_owned(), "-f".to_owned(), path.clone()])
        }
        Some(KubectlApply::Kustomize(path)) => {
            ("kubectl", vec!["apply".to_owned(), "-k".to_owned(), path.clone()])
        }
        None => (hook.command.as_str(), hook.args.clone()),
    };
    let (program, args) = (text(command)?, args.iter().map(|it| text(it)).collect::<Result<_, _>>()?);
    if program.is_empty() {
        let message = format!("hook[{}]: it has no `command`", hook.shown_name());
        return Err(Finding::error(Code::Invalid, hook.at, message));
    }
    let (variables, input) = (Vec::new(), Vec::new());
    Ok(Program { program, args, variables, input, folder: file.folder.clone() })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::testing::{Still, request};

    #[test]
    fn hooks_see_the_event() {
        let world = Still::new(
            r#"
#- helmfile.yaml
releases:
  - name: web
    chart: ./web
    namespace: front
    hooks:
      - events: [postsync, cleanup]
        command: "echo"
        args: ["{{ .Release.Name }}", "{{ .Event.Name }}", "{{ if .Event.Error }}{{ .Event.Error }}{{ end }}", "{{ .HelmfileCommand }}"]
      - events: [presync]
        kubectlApply: {filename: "{{ .Environment.Name }}.yaml"}
      - events: [prepare]
        command: "{{ .Nowhere }}"
"#,
        );
        let request = request("default");
        let loaded = crate::load(&request, &world);
        let (file, release) = loaded.state.selected().next().unwrap();
        let told = |event, error: Option<&str>| {
            let event = Event { event, error: error.map(str::to_owned), command: "sync" };
            match programs(file, Some(release), &event, &request, &world) {
                Ok(found) => found.iter().map(|(_, it)| format!("{} {:?}\n", it.program, it.args)).collect(),
                Err(finding) => finding.message,
            }
        };
        let all = [
            told(HookEvent::Postsync, Some("it broke")),
            told(HookEvent::Presync, None),
            told(HookEvent::Prepare, None),
            told(HookEvent::Preapply, None),
        ];
        expect![[r#"
            echo ["web", "postsync", "it broke", "sync"]
            --
            kubectl ["apply", "-f", "default.yaml"]
            --
            hook[{{ .Nowhere }}]: template: stringTemplate:1:3: executing "stringTemplate" at <.Nowhere>: map has no entry for key "Nowhere"--
        "#]].assert_eq(&all.join("--\n"));
    }
}
