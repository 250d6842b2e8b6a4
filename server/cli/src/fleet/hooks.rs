//! Hooks of a helmfile: programs that run before and after what is done, in the folder of the file and without a shell.

use anyhow::{Result, anyhow, bail};
use helmfile::fleet::Unit;
use helmfile::hooks::{Event, programs};
use helmfile::model::{Hook, HookEvent};
use helmfile::{Files, Program, Release, Request, StateFile, World as _};

use super::Disk;
use crate::output;

/// The hooks of the files that were loaded.
pub(crate) struct Hooks<'h> {
    disk: &'h Disk,
    request: &'h Request,
    files: &'h Files,
    /// `HELMFILE_DISABLE_HOOKS`: a file with hooks is refused.
    disabled: bool,
    quiet: bool,
}

impl<'h> Hooks<'h> {
    pub(crate) fn new(disk: &'h Disk, request: &'h Request, files: &'h Files, quiet: bool) -> Self {
        let said = std::env::var("HELMFILE_DISABLE_HOOKS").unwrap_or_default();
        let disabled = matches!(said.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True");
        Self { disk, request, files, disabled, quiet }
    }

    /// Runs the hooks of a file itself.
    pub(crate) fn of_file(
        &self,
        file: &StateFile,
        event: HookEvent,
        command: &str,
        failure: Option<&str>,
    ) -> Result<()> {
        self.run(file, None, &Event { event, error: failure.map(str::to_owned), command })
    }

    /// Runs the hooks of a release.
    pub(crate) fn of_release(
        &self,
        unit: &Unit<'_>,
        event: HookEvent,
        command: &str,
        failure: Option<&str>,
    ) -> Result<()> {
        let event = Event { event, error: failure.map(str::to_owned), command };
        self.run(unit.file, Some(unit.release), &event)
    }

    fn run(&self, file: &StateFile, release: Option<&Release>, event: &Event<'_>) -> Result<()> {
        let hooks = release.map_or(&file.hooks, |it| &it.hooks);
        if hooks.is_empty() {
            return Ok(());
        }
        if self.disabled {
            bail!("HELMFILE_DISABLE_HOOKS is active, hooks are disabled");
        }
        let programs = programs(file, release, event, self.request, self.disk)
            .map_err(|finding| anyhow!(finding.show(self.files).to_string()))?;
        for (hook, program) in programs {
            let name = hook.shown_name();
            self.run_one(hook, &program, event).map_err(|error| anyhow!("hook[{name}]: {error:#}"))?;
        }
        Ok(())
    }

    fn run_one(&self, hook: &Hook, program: &Program, event: &Event<'_>) -> Result<()> {
        let output = self.disk.run(program).map_err(|fault| anyhow!(fault))?;
        // Helmfile keeps both in the order in which they come; here errors stand behind.
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        if hook.show_logs && !self.quiet {
            let prefix = format!("\nhook[{}] logs | ", event.event.name());
            output::remark(&format!("{prefix}{}", said.replace('\n', &prefix)));
        }
        if output.code != 0 {
            let said = said.trim_end();
            bail!("command `{}` failed: exit status {}\n{said}", program.program, output.code);
        }
        Ok(())
    }
}
