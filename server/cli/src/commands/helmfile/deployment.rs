//! The releases of a helmfile on their way into clusters: what `apply`, `diff`, `sync` and `destroy` have in common.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Result, anyhow};
use helmfile::fleet::{
    Config, Fleet, Look, Outcome, Overrides, Plan, Unit, Unplanned, carry_out, comparing, plan,
};
use helmfile::model::HookEvent;
use release::diff::ReportConfig;

use super::Called;
use super::flags::{DeploymentFlags, NeedsFlags, ReleaseFlags};
use super::session::Session;
use crate::fleet::{ChartStore, CommandYard, Crew, Hooks, ReleaseValues, Setting, Sites};
use crate::output::{self, Exit};

/// So many releases are looked at at the same time: each is a chart in memory.
const MOST_LOOKS: usize = 16;
/// So many are written at the same time, if nobody says otherwise: most of them only wait.
const MOST_WRITES: usize = 128;

/// What a command wants of a deployment.
pub(super) struct Wanted<'w> {
    /// What Helmfile calls the command.
    pub(super) command: &'static str,
    pub(super) releases: &'w ReleaseFlags,
    pub(super) needs: Option<&'w NeedsFlags>,
    pub(super) overrides: Overrides,
    /// Print no notes.
    pub(super) hide_notes: bool,
}

/// Releases, and what they need of this machine.
pub(super) struct Deployment<'d> {
    called: &'d Called<'d>,
    session: &'d Session,
    wanted: Wanted<'d>,
    pub(super) fleet: Fleet<'d>,
    charts: ChartStore<'d>,
    values: ReleaseValues<'d>,
    hooks: Hooks<'d>,
    sites: Sites,
}

impl<'d> Deployment<'d> {
    /// Puts the selected releases together, finds their clusters, and runs the hooks that come before everything.
    pub(super) fn begin(called: &'d Called<'d>, session: &'d Session, wanted: Wanted<'d>) -> Result<Self> {
        let fleet = fleet(called, session, wanted.needs, &wanted.overrides)?;
        let contexts = fleet.units.iter().map(|unit| unit.release.kube_context.as_str());
        let sites = Sites::open(called.global, contexts)?;
        let charts = ChartStore::new(called.global, called.globals.skip_deps, called.globals.oci_plain_http);
        let values = session.values(wanted.releases)?;
        let hooks = session.hooks();
        let deployment = Self { called, session, wanted, fleet, charts, values, hooks, sites };
        deployment.prepare()?;
        Ok(deployment)
    }

    fn files(&self) -> impl Iterator<Item = &helmfile::StateFile> {
        let has_units = |file: &&helmfile::StateFile| self.fleet.units.iter().any(|it| it.file.id == file.id);
        self.session.loaded.state.files.iter().filter(has_units)
    }

    fn prepare(&self) -> Result<()> {
        let command = self.wanted.command;
        for file in self.files() {
            self.hooks.of_file(file, HookEvent::Prepare, command, None)?;
        }
        for unit in self.fleet.units.iter().filter(|it| it.release.installed) {
            self.hooks.of_release(unit, HookEvent::Prepare, command, None)?;
        }
        Ok(())
    }

    /// Runs the hooks that come after everything, whatever came of it.
    pub(super) fn end<T>(&self, done: Result<T>) -> Result<T> {
        let failure = done.as_ref().err().map(|error| format!("{error:#}"));
        for file in self.files() {
            self.hooks.of_file(file, HookEvent::Cleanup, self.wanted.command, failure.as_deref())?;
        }
        done
    }

    fn with_yard<T>(&self, work: impl FnOnce(&CommandYard<'_>) -> T) -> T {
        let setting = Setting {
            global: self.called.global,
            charts: &self.charts,
            values: &self.values,
            hooks: &self.hooks,
            quiet: self.called.is_quiet(),
            hide_notes: self.wanted.hide_notes,
        };
        work(&CommandYard { setting: &setting, sites: &self.sites })
    }

    /// Compares all releases with what is deployed.
    pub(super) fn plan(&self, look: &Look) -> Result<Plan> {
        let crew = Crew::new(self.wanted.releases.concurrency, MOST_LOOKS);
        self.with_yard(|yard| plan(&self.fleet, yard, look, &crew)).map_err(|errors| self.unplanned(&errors))
    }

    /// A plan that does not look at what changes.
    pub(super) fn plan_blindly(
        &self,
        make: impl FnOnce(&Fleet<'_>, &CommandYard<'_>, &Crew) -> Result<Plan, Unplanned>,
    ) -> Result<Plan> {
        let crew = Crew::new(self.wanted.releases.concurrency, MOST_LOOKS);
        self.with_yard(|yard| make(&self.fleet, yard, &crew)).map_err(|errors| self.unplanned(&errors))
    }

    /// Every release that could not be looked at, and why.
    fn unplanned(&self, errors: &Unplanned) -> anyhow::Error {
        let told = |(at, error): &(usize, release::Error)| failed_release(&self.fleet.units[*at], error);
        let texts: Vec<String> = errors.iter().map(told).collect();
        Exit { code: 1, message: texts.join("\n") + "\nnothing was changed" }.into()
    }

    /// Prints what changes in each release, to standard output.
    pub(super) fn print_diffs(&self, plan: &Plan, report: &ReportConfig, suppressed: bool) -> Result<()> {
        for (unit, compared) in self.fleet.units.iter().zip(&plan.releases) {
            if !unit.release.installed || compared.was_left_out {
                continue;
            }
            let title = comparing(unit);
            if suppressed || unit.release.options.suppress_diff {
                self.called.remark(&title);
                continue;
            }
            if compared.diff.entries.is_empty() {
                output::print(&title)?;
            } else {
                output::print(&format!("{title}{}\n", compared.diff.print(report)))?;
            }
        }
        for text in plan.repairs(&self.fleet) {
            output::remark(&text);
        }
        Ok(())
    }

    /// Runs the hooks that come after each release, of which nothing was done.
    pub(super) fn clean_up(&self) {
        for unit in &self.fleet.units {
            let done = self.hooks.of_release(unit, HookEvent::Cleanup, self.wanted.command, None);
            if let Err(error) = done {
                output::remark(&format!("warning: {}: {error:#}", unit.name()));
            }
        }
    }

    /// Carries a plan out, and tells what came of it.
    pub(super) fn carry_out(&self, plan: Plan) -> Result<Outcome> {
        let crew = Crew::new(self.wanted.releases.concurrency, MOST_WRITES);
        let workers = self.wanted.releases.concurrency;
        let outcome = self
            .with_yard(|yard| carry_out(&self.fleet, plan, yard, self.wanted.command, &crew, workers))
            .map_err(|error| anyhow!(error))?;
        let colour = self.called.globals.colour(std::io::stderr().is_terminal())?;
        let tables = outcome.tables(&self.fleet, colour);
        if !tables.is_empty() {
            output::remark(tables.trim_end_matches('\n'));
        }
        self.judge(&outcome)?;
        Ok(outcome)
    }

    fn judge(&self, outcome: &Outcome) -> Result<()> {
        if outcome.is_good() {
            return Ok(());
        }
        let failed = outcome.errors().map(|(at, error)| failed_release(&self.fleet.units[at], error));
        let message = failed.collect::<Vec<_>>().join("\n");
        // As a shell has it for a program that was interrupted.
        let code = if outcome.was_stopped() { 130 } else { 1 };
        Err(Exit { code, message }.into())
    }

    /// Asks whether to go on, if somebody wants to be asked.
    pub(super) fn is_agreed(&self, what: &str, question: &str) -> Result<bool> {
        if !self.called.globals.is_interactive() {
            return Ok(true);
        }
        loop {
            output::print(&format!("{what}\n{question}\n\n [y/n]: "))?;
            std::io::stdout().flush()?;
            let mut answer = String::new();
            if std::io::stdin().lock().read_line(&mut answer)? == 0 {
                return Err(anyhow!("there is nobody to answer: standard input is closed"));
            }
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            }
        }
    }
}

/// Does the work of a command on a deployment, between the hooks that come before and after everything. `work` says whether
/// something changes: where somebody asks for it that is the exit code, and `told` goes with it.
pub(super) fn deploy(
    called: &Called<'_>,
    flags: &DeploymentFlags,
    command: &'static str,
    told: &str,
    work: impl FnOnce(&Deployment<'_>, &ReportConfig) -> Result<bool>,
) -> Result<()> {
    flags.refused.refuse()?;
    let report = flags.diff.report(called.globals.colour(std::io::stdout().is_terminal())?)?;
    let session = Session::load(called, false)?;
    let deployment = Deployment::begin(called, &session, flags.wanted(command))?;
    let changes = deployment.end(work(&deployment, &report))?;
    match changes && flags.diff.detailed_exitcode {
        true => Err(Exit { code: 2, message: told.to_owned() }.into()),
        false => Ok(()),
    }
}

/// Does something for each release that is to be there, in its cluster.
pub(super) fn each_in_its_cluster(
    called: &Called<'_>,
    one: impl Fn(&Sites, &Unit<'_>) -> Result<()>,
) -> Result<()> {
    let session = Session::load(called, false)?;
    let fleet = fleet(called, &session, None, &Overrides::default())?;
    let sites = Sites::open(called.global, fleet.units.iter().map(|it| it.release.kube_context.as_str()))?;
    told_of_all(fleet.units.iter().filter(|it| it.release.installed), |unit| one(&sites, unit))
}

fn failed_release(unit: &Unit<'_>, error: &release::Error) -> String {
    format!("in {}: failed processing release {}: {error}", unit.file.path, unit.name())
}

/// Does something for each release, and tells in the end with which it did not work.
pub(super) fn told_of_all<'u, 'f: 'u>(
    units: impl Iterator<Item = &'u Unit<'f>>,
    one: impl Fn(&Unit<'_>) -> Result<()>,
) -> Result<()> {
    let failed = |unit: &Unit<'_>, error: &anyhow::Error| {
        format!("in {}: release \"{}\" failed: {error:#}", unit.file.path, unit.name())
    };
    let texts: Vec<String> = units.filter_map(|unit| one(unit).err().map(|it| failed(unit, &it))).collect();
    if texts.is_empty() { Ok(()) } else { Err(Exit { code: 1, message: texts.join("\n") }.into()) }
}

/// The selected releases, and with them those that they need if that is asked for.
pub(super) fn fleet<'s>(
    called: &Called<'_>,
    session: &'s Session,
    needs: Option<&NeedsFlags>,
    overrides: &Overrides,
) -> Result<Fleet<'s>> {
    let dialect = called.global.helm.dialect();
    let files = &session.loaded.state.files;
    let chosen = session.chosen(needs)?;
    let unit = |(file, release)| {
        let config = Config::new(release, overrides, dialect).map_err(|error| anyhow!(error))?;
        Ok(Unit { file, release, config })
    };
    let units = chosen.into_iter().map(unit).collect::<Result<Vec<_>>>()?;
    Ok(Fleet::new(files, units))
}
