//! A helmfile, a cluster and charts that are nowhere: a chart is the manifest that it renders to.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chart::{Dialect, InTurn};
use release::memory::MemoryCluster;
use release::record::{ChartPart, MemoryStore, Records};
use release::{Error, ErrorKind, Holder, News, Observer, Rendered, World};
use serde_json::{Map, Value};
use text::FileId;
use yaml::Node;

use crate::fleet::{
    Asked, Config, Fleet, Look, Outcome, Overrides, Plan, Site, Told, Unit, Yard, carry_out, plan,
};
use crate::model::{Environment, HookEvent, Options};
use crate::{Placed, Release, StateFile};

/// Everything that there is.
#[derive(Default)]
pub(super) struct Place {
    pub(super) cluster: MemoryCluster,
    pub(super) store: MemoryStore,
    /// The word in the ConfigMap of each release.
    pub(super) words: Mutex<BTreeMap<String, String>>,
    /// Each rendering has a number of its own in it.
    pub(super) is_restless: bool,
    pub(super) renderings: AtomicUsize,
    /// Hooks and news, a line each.
    pub(super) log: Mutex<Vec<String>>,
    /// Hooks that fail: `presync web`.
    pub(super) failing_hook: String,
    /// Processes that run no more.
    pub(super) gone: Vec<u32>,
    pub(super) cancelled: AtomicBool,
    /// Somebody wants everything to end as soon as this release is upgraded.
    pub(super) stop_at: String,
}

/// Whoever works here is process 1.
struct Worker(Holder);

impl Observer for Worker {
    fn tell(&self, _: News<'_>) {}

    fn holder(&self) -> Option<&Holder> {
        Some(&self.0)
    }
}

pub(super) fn holder(process: u32) -> Holder {
    Holder { host: "here".into(), process, mark: "m:1".into() }
}

fn null() -> Node {
    release::to_node(&Value::Null)
}

/// A release as `name`, or `name: needs,needs`; with `!` before it, it is not wanted.
fn release_of(line: &str) -> Release {
    let (name, needs) = line.split_once(": ").unwrap_or((line, ""));
    let installed = !name.starts_with('!');
    let name = name.trim_start_matches('!');
    let placed = |text: &str| Placed::new(text.to_owned(), None);
    Release {
        at: None,
        name: placed(name),
        namespace: placed("n"),
        kube_context: String::new(),
        id: format!("n/{name}"),
        chart: placed("./chart"),
        chart_folder: None,
        version: placed(""),
        locked_version: None,
        labels: BTreeMap::new(),
        own_labels: BTreeMap::new(),
        description: String::new(),
        installed,
        enabled: true,
        selected: true,
        needs: needs.split(',').filter(|it| !it.is_empty()).map(|it| placed(&format!("n/{it}"))).collect(),
        values: Vec::new(),
        secrets: Vec::new(),
        set: Vec::new(),
        values_path_prefix: String::new(),
        options: Options { create_namespace: true, history_max: 10, ..Options::default() },
        hooks: Vec::new(),
        tree: null(),
    }
}

/// A file with releases; `parent` is the file that names it.
pub(super) fn file(id: u32, parent: Option<u32>, releases: &[&str]) -> StateFile {
    let environment = Environment {
        name: "default".into(),
        kube_context: None,
        values: null(),
        own_values: null(),
        plain_values: null(),
        defaults: null(),
        at: None,
    };
    StateFile {
        id: FileId(id),
        path: format!("/{id}/helmfile.yaml"),
        folder: format!("/{id}"),
        parent: parent.map(|it| (FileId(it), None)),
        among_many: false,
        environment,
        namespace: None,
        kube_context: None,
        chart: None,
        repositories: Vec::new(),
        releases: releases.iter().map(|it| release_of(it)).collect(),
        selectors: Vec::new(),
        hooks: Vec::new(),
        missing_file_handler: None,
        lock_file: String::new(),
        tree: null(),
    }
}

pub(super) fn fleet(files: &[StateFile]) -> Fleet<'_> {
    let units = files.iter().flat_map(|file| {
        file.releases.iter().map(move |release| {
            let config = Config::new(release, &Overrides::default(), Dialect::Helm4).unwrap();
            Unit { file, release, config }
        })
    });
    Fleet::new(files, units.collect())
}

impl Place {
    pub(super) fn say(&self, name: &str, word: &str) {
        self.words.lock().unwrap().insert(name.to_owned(), word.to_owned());
    }

    pub(super) fn plan(&self, releases: &[&str]) -> Result<Vec<super::super::What>, String> {
        let files = [file(0, None, releases)];
        let planned = plan(&fleet(&files), self, &Look::default(), &InTurn);
        match planned {
            Ok(plan) => Ok(plan.releases.iter().map(|it| it.what).collect()),
            Err(errors) => {
                Err(errors.iter().map(|(_, error)| error.to_string()).collect::<Vec<_>>().join("\n"))
            }
        }
    }

    /// Applies a helmfile: the outcome, and what was done with each release in the order in which that ended.
    pub(super) fn apply(&self, releases: &[&str]) -> (Outcome, String) {
        let files = [file(0, None, releases)];
        let fleet = fleet(&files);
        let planned = plan(&fleet, self, &Look::default(), &InTurn).unwrap();
        self.carry_out(&fleet, planned, "apply")
    }

    pub(super) fn carry_out(&self, fleet: &Fleet<'_>, plan: Plan, command: &str) -> (Outcome, String) {
        let outcome = carry_out(fleet, plan, self, command, &InTurn, 1).unwrap();
        let told = outcome.ended.iter().map(|(at, ended, _)| {
            let word = format!("{ended:?}");
            let end = word.find(['(', ' ', '{']).unwrap_or(word.len());
            format!("{} {}", fleet.units[*at].name(), word[..end].to_lowercase())
        });
        let told = told.collect::<Vec<_>>().join(", ");
        (outcome, told)
    }

    /// `1 superseded, 2 deployed`
    pub(super) fn history(&self, name: &str) -> String {
        let stubs = Records::new(&self.store).stubs(name).unwrap();
        let told = stubs.iter().map(|it| format!("{} {}", it.version, it.status.as_str()));
        told.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }
}

impl Yard for Place {
    fn site(&self, _: &Unit<'_>) -> Result<Site<'_>, Error> {
        Ok(Site {
            cluster: &self.cluster,
            namespace: "n".into(),
            records: Box::new(&self.store),
            clock: &self.cluster,
            observer: Box::new(Worker(holder(1))),
            dialect: Dialect::Helm4,
        })
    }

    fn values(&self, _: &Unit<'_>) -> Result<Map<String, Value>, Error> {
        Ok(Map::new())
    }

    fn render(&self, unit: &Unit<'_>, _: &World<'_>, asked: Asked, _: bool) -> Result<Rendered, Error> {
        let number = self.renderings.fetch_add(1, Ordering::SeqCst);
        let name = &asked.release.name;
        let word = self.words.lock().unwrap().get(unit.name()).cloned().unwrap_or_default();
        let more = if self.is_restless { format!("  made-up: \"{number}\"\n") } else { String::new() };
        Ok(Rendered {
            chart: ChartPart::from_json(r#"{"metadata":{"name":"chart","version":"1.2.3"}}"#).unwrap(),
            manifest: format!(
                "---\n# Source: chart/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  \
                 word: \"{word}\"\n{more}"
            ),
            ..Rendered::default()
        })
    }

    fn crds(&self, _: &Unit<'_>) -> Result<Vec<(String, String)>, Error> {
        Ok(Vec::new())
    }

    fn hooks(
        &self,
        unit: &Unit<'_>,
        event: HookEvent,
        command: &str,
        failure: Option<&str>,
    ) -> Result<(), Error> {
        let what = format!("{} {}", event.name(), unit.name());
        let why = failure.map(|it| format!(": {it}")).unwrap_or_default();
        self.note(format!("{what} in {command}{why}"));
        if what == self.failing_hook { Err(Error::new(ErrorKind::Hook, "no luck")) } else { Ok(()) }
    }

    fn is_gone(&self, holder: &Holder) -> Option<bool> {
        (holder.host == "here").then(|| self.gone.contains(&holder.process))
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    fn tell(&self, unit: &Unit<'_>, told: Told<'_>) {
        let name = unit.name();
        match told {
            Told::Upgraded(_) if self.stop_at == name => self.cancelled.store(true, Ordering::SeqCst),
            Told::TakenUp(found) => self.note(format!("{name} taken up: {}", found.status.as_str())),
            Told::Warning(text) => self.note(format!("{name} warning: {text}")),
            Told::Upgrading | Told::Upgraded(_) | Told::Reinstalling | Told::Deleting | Told::Deleted(_) => {}
        }
    }
}
