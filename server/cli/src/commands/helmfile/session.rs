//! A helmfile that was loaded for a command: what is wrong with it was told.

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use helmfile::fleet::Unit;
use helmfile::graph::{Needs, levels};
use helmfile::print::place;
use helmfile::{Code, Finding, Loaded, Release, Request, Severity, StateFile, StateValue, World as _};
use yaml::Node;

use super::Called;
use super::flags::{NeedsFlags, ReleaseFlags};
use crate::fleet::{Disk, Hooks, ReleaseValues};
use crate::output::{self, Exit, Told};

/// A loaded helmfile.
pub(super) struct Session {
    disk: Disk,
    request: Request,
    pub(super) loaded: Loaded,
    dialect: Dialect,
    quiet: bool,
}

impl Session {
    /// Loads the helmfile. It ends here if something stops the work, or no release is selected.
    pub(super) fn load(called: &Called<'_>, reverse: bool) -> Result<Self> {
        let disk = Disk::new();
        let request = Request { reverse, ..request(called)? };
        let loaded = helmfile::load(&request, &disk);
        let quiet = called.is_quiet();
        for finding in &loaded.findings {
            let is_shown = match finding.severity {
                Severity::Error | Severity::Warning => !is_about_selection(finding),
                Severity::Info => !quiet,
            };
            if is_shown {
                output::remark(&finding.show(&loaded.files).to_string());
            }
        }
        if loaded.errors().any(|it| !is_about_selection(it)) {
            return Err(Told.into());
        }
        if loaded.state.selected().next().is_none() {
            return Err(nothing_selected(called, &loaded));
        }
        Ok(Self { disk, request, loaded, dialect: called.global.helm.dialect(), quiet })
    }

    /// The selected releases, each with its file, and with them those that they need if that is asked for. In a file those
    /// come first that others need.
    pub(super) fn chosen(&self, needs: Option<&NeedsFlags>) -> Result<Vec<(&StateFile, &Release)>> {
        let rule = match needs {
            Some(needs) if needs.include() => Needs::Include,
            Some(needs) if !needs.skip() => Needs::Refuse,
            Some(_) | None => Needs::Skip,
        };
        let mut chosen = Vec::new();
        for file in &self.loaded.state.files {
            let levels = levels(file, rule, false)
                .map_err(|finding| anyhow!(finding.show(&self.loaded.files).to_string()))?;
            let places: Vec<usize> = levels.into_iter().flatten().collect();
            if needs.is_some_and(|it| it.enforce_needs_are_installed) {
                self.refuse_uninstalled(file, &places)?;
            }
            chosen.extend(places.into_iter().map(|at| (file, &file.releases[at])));
        }
        Ok(chosen)
    }

    /// What `--enforce-needs-are-installed` refuses.
    fn refuse_uninstalled(&self, file: &StateFile, places: &[usize]) -> Result<()> {
        let by_id = |id: &str| file.releases.iter().find(|it| it.id == id);
        for release in places.iter().map(|at| &file.releases[*at]).filter(|it| it.installed) {
            let (mut open, mut seen) = (vec![release], Vec::new());
            while let Some(next) = open.pop() {
                if !next.installed {
                    bail!(
                        "Release {} has a transitive dependency {} marked as installed=false",
                        release.name.it,
                        next.name.it
                    );
                }
                if !seen.contains(&&next.id) {
                    seen.push(&next.id);
                    open.extend(next.needs.iter().filter_map(|it| by_id(&it.it)));
                }
            }
        }
        Ok(())
    }

    /// The values of releases, with what the command line gives all of them.
    pub(super) fn values(&self, flags: &ReleaseFlags) -> Result<ReleaseValues<'_>> {
        ReleaseValues::new(&self.disk, &self.request, &self.loaded.files, self.dialect, self.quiet)
            .with(&flags.values, &flags.set)
    }

    /// A release as `build --embed-values` prints it.
    pub(super) fn embedded(&self, file: &StateFile, release: &Release) -> Result<Node> {
        let mut files = self.loaded.files.clone();
        helmfile::embedded(file, release, &self.request, &self.disk, &mut files)
            .map_err(|finding| anyhow!(finding.show(&files).to_string()))
    }

    /// The path that a template gives for a release.
    pub(super) fn place(&self, unit: &Unit<'_>, template: &str, folder: &str) -> Result<String> {
        place(template, unit.file, unit.release, folder, self.disk.host()).map_err(|error| anyhow!(error))
    }

    /// The hooks of the files.
    pub(super) fn hooks(&self) -> Hooks<'_> {
        Hooks::new(&self.disk, &self.request, &self.loaded.files, self.quiet)
    }
}

/// Whether it says that there is nothing to do. A name of `-e` that no file has comes to that, too.
fn is_about_selection(finding: &Finding) -> bool {
    matches!(finding.code, Code::NoReleases | Code::UnknownEnvironment { .. })
}

/// Helmfile's own exit code for it, 3.
fn nothing_selected(called: &Called<'_>, loaded: &Loaded) -> anyhow::Error {
    let told = loaded.errors().find(|it| is_about_selection(it));
    let message = told.map_or_else(
        || {
            format!(
                "err: no releases found that matches specified selector({}) and environment({}), in any helmfile",
                called.globals.selector.join(", "),
                called.globals.environment
            )
        },
        |it| it.show(&loaded.files).to_string(),
    );
    let code = if called.globals.allow_no_matching_release { 0 } else { 3 };
    Exit { code, message }.into()
}

fn request(called: &Called<'_>) -> Result<Request> {
    let Called { global, globals } = called;
    let said = |variable: &str| std::env::var(variable).ok().filter(|it| !it.is_empty());
    let is_true = |variable: &str| said(variable).is_some_and(|it| it == "true");
    let files = globals.state_values_file.iter().map(|it| StateValue::File(project::text_of(it)));
    let sets = globals.state_values_set.iter().cloned().map(StateValue::Set);
    let strings = globals.state_values_set_string.iter().cloned().map(StateValue::SetString);
    Ok(Request {
        folder: project::text_of(&std::env::current_dir()?),
        file: globals.file.as_ref().map(|it| project::text_of(it)).filter(|it| !it.is_empty()),
        environment: Some(globals.environment.clone()),
        state_values: files.chain(sets).chain(strings).collect(),
        selectors: globals.selector.clone(),
        namespace: match global.namespace_given {
            true => global.namespace.clone(),
            false => said("HELMFILE_NAMESPACE"),
        },
        kube_context: global.cluster.given_context().or_else(|| said("HELMFILE_KUBE_CONTEXT")),
        chart: globals.chart.clone(),
        render_all: is_true("HELMFILE_RENDER_YAML"),
        no_insecure_functions: is_true("HELMFILE_DISABLE_INSECURE_FEATURES"),
        explicit_selector_inheritance: said("HELMFILE_EXPERIMENTAL")
            .is_some_and(|it| it == "true" || it.contains("explicit-selector-inheritance")),
        limits: Some(global.limits.limits()),
        ..Request::default()
    })
}
