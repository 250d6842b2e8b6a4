//! The memory of a rendering: an edit runs only the templates that it can change.
//!
//! What a template prints depends on its text and those of the templates that it runs, on the values that it
//! looks at, and on the files that it reads. All of that is noted while it runs. When something was edited, the
//! [`Memo`] drops what looked at it and moves the rest to where its sources are now. A template that changes
//! shared values (`set .Values …`) is seen by all that run after it: from there on nothing is remembered.

use std::cell::OnceCell;
use std::sync::Arc;

use chart::{Chart, SourceFile};
use rustc_hash::{FxHashMap, FxHashSet};
use template::{Host, Paths, Read, Str, Watch};
use text::{FileId, FileRange};

use crate::context::{Contexts, FILES, VALUES};
use crate::engine::{Done, Engine};
use crate::moves::Moves;
use crate::{Environment, Failed, RenderedFile, RunConfig, TemplateFile, Templates};

/// All that a rendering is made from.
#[derive(Clone, Debug)]
pub struct World {
    /// The chart and its values.
    pub environment: Arc<Environment>,
    /// The chart's templates.
    pub templates: Templates,
    /// The user's values files: what is shown of them moves when they are edited.
    pub values_files: Vec<(FileId, Arc<[u8]>)>,
}

/// What templates printed, for as long as nothing that they looked at changes.
#[derive(Debug, Default)]
pub struct Memo {
    world: Option<World>,
    traced: bool,
    paths: Paths,
    entries: FxHashMap<Arc<str>, Entry>,
    /// Templates that changed shared values when they last ran.
    writers: FxHashSet<Arc<str>>,
}

/// What a template printed, and what that depends on.
#[derive(Debug)]
struct Entry {
    file: RenderedFile,
    reads: Vec<Read>,
    names: FxHashSet<Str>,
}

impl Memo {
    /// Renders the templates that are wanted, as [`run`](crate::run) does, but runs only those of which it is not
    /// known what they print. Errors are always found anew.
    pub fn run(
        &mut self,
        world: &World,
        host: &dyn Host,
        config: &RunConfig,
        wanted: impl Fn(&TemplateFile) -> bool,
        go_on: impl FnMut(&Failed) -> bool,
    ) -> (Vec<RenderedFile>, Vec<Failed>) {
        if config.traced != self.traced {
            self.entries.clear();
            self.traced = config.traced;
        }
        self.go_on_to(world);
        let mut run = Run {
            watch: Watch::new(std::mem::take(&mut self.paths)),
            engine: OnceCell::new(),
            world,
            host,
            config,
            changed: false,
            rendered: Vec::new(),
            failed: Vec::new(),
        };
        run.files(self, wanted, go_on);
        self.paths = run.watch.into_paths();
        (run.rendered, run.failed)
    }

    /// Drops what is no longer true in another world.
    fn go_on_to(&mut self, world: &World) {
        let Some(last) = self.world.replace(world.clone()) else { return };
        if !same_surroundings(&last.environment, &world.environment) {
            self.entries.clear();
            return;
        }
        let moves = Arc::new(moves(&last, world));
        let same_place = |old: Option<FileRange>, new: Option<FileRange>| {
            !self.traced || old.map(|old| moves.range(old)) == new.map(Some)
        };
        let values = self.paths.child(Paths::ROOT, VALUES.as_bytes());
        let (old, new) = (&last.environment.values, &world.environment.values);
        let mut changed = self.paths.changed(values, old, new, &same_place);
        let files = self.paths.child(Paths::ROOT, FILES.as_bytes());
        for chart in changed_files(&last.environment.chart, &world.environment.chart) {
            let path = self.paths.child(files, chart.as_bytes());
            changed.extend(self.paths.all_below(path));
        }
        let names = world.templates.changed_since(&last.templates);
        self.entries.retain(|_, entry| {
            let stays = entry.names.is_disjoint(&names) && !entry.reads.iter().any(|it| changed.contains(it));
            stays && (moves.is_empty() || entry.move_along(&moves))
        });
    }
}

impl Entry {
    fn move_along(&mut self, moves: &Arc<Moves>) -> bool {
        let moved = self.file.origins.moved(moves);
        moved.map(|origins| self.file.origins = origins.into()).is_some()
    }
}

/// One run over the templates of a chart.
struct Run<'r> {
    watch: Watch,
    engine: OnceCell<(Contexts, Engine<'r>)>,
    world: &'r World,
    host: &'r dyn Host,
    config: &'r RunConfig,
    /// Whether a template has changed shared values.
    changed: bool,
    rendered: Vec<RenderedFile>,
    failed: Vec<Failed>,
}

impl Run<'_> {
    fn files(
        &mut self,
        memo: &mut Memo,
        wanted: impl Fn(&TemplateFile) -> bool,
        mut go_on: impl FnMut(&Failed) -> bool,
    ) {
        let world = self.world;
        for file in world.templates.files().iter().filter(|file| file.is_run()) {
            let is_wanted = wanted(file);
            if !self.changed
                && let Some(known) = memo.entries.get(&file.name)
            {
                self.rendered.extend(is_wanted.then(|| known.file.clone()));
                continue;
            }
            if !is_wanted && !memo.writers.contains(&file.name) {
                continue;
            }
            match self.file(memo, file) {
                Ok(done) => self.rendered.extend(is_wanted.then_some(done)),
                Err(_) if !is_wanted => {}
                Err(failure) => {
                    let stop = !go_on(&failure);
                    self.failed.push(*failure);
                    if stop {
                        break;
                    }
                }
            }
        }
    }

    /// Runs a template, and remembers what came of it if that depends on nothing but what it looked at.
    fn file(&mut self, memo: &mut Memo, file: &TemplateFile) -> Result<RenderedFile, Box<Failed>> {
        let World { environment, templates, .. } = self.world;
        let (contexts, engine) = self.engine.get_or_init(|| {
            let contexts = Contexts::new(environment);
            contexts.watch(environment, &self.watch);
            let engine = Engine::new(templates, self.host, self.config, environment.dialect);
            (contexts, engine.remembering())
        });
        let dot = contexts.dot(&file.chart, &file.name);
        self.watch.take(); // what was done to get here is nobody's
        let done = engine.run(file, dot);
        let looks = self.watch.take();
        if looks.wrote {
            memo.writers.insert(file.name.clone());
        } else {
            memo.writers.remove(&file.name);
        }
        self.changed |= looks.wrote;
        let Done { file: rendered, mut names } = done?;
        if !self.changed {
            names.insert(Str::from(&*file.name));
            let entry = Entry { file: rendered.clone(), reads: looks.reads, names };
            memo.entries.insert(file.name.clone(), entry);
        }
        Ok(rendered)
    }
}

/// Whether all but values, templates and files is the same.
fn same_surroundings(old: &Environment, new: &Environment) -> bool {
    old.dialect == new.dialect
        && old.release == new.release
        && old.capabilities == new.capabilities
        && same_charts(&old.chart, &new.chart)
}

/// What `.Chart` says comes from `Chart.yaml`, from the alias, and from which dependencies are on.
fn same_charts(old: &Chart, new: &Chart) -> bool {
    let dependencies = |chart: &Chart| -> Vec<(String, bool)> {
        chart.metadata.dependencies().iter().map(|it| (it.name.clone(), it.enabled)).collect()
    };
    let about = |file: &&SourceFile| matches!(&*file.path, "Chart.yaml" | "requirements.yaml");
    let same_file =
        |(old, new): (&SourceFile, &SourceFile)| old.id == new.id && same_bytes(&old.data, &new.data);
    let (old_about, new_about) = (old.raw.iter().filter(about), new.raw.iter().filter(about));
    old.full_path == new.full_path
        && old.dependencies.len() == new.dependencies.len()
        && old_about.clone().count() == new_about.clone().count()
        && old_about.zip(new_about).all(same_file)
        && dependencies(old) == dependencies(new)
        && old.dependencies.iter().zip(&new.dependencies).all(|(old, new)| same_charts(old, new))
}

fn same_bytes(old: &Arc<[u8]>, new: &Arc<[u8]>) -> bool {
    Arc::ptr_eq(old, new) || old == new
}

/// The charts whose `.Files` are not the same, by their full paths.
fn changed_files(old: &Chart, new: &Chart) -> Vec<Arc<str>> {
    let same =
        |(old, new): (&SourceFile, &SourceFile)| old.path == new.path && same_bytes(&old.data, &new.data);
    let unchanged = Arc::ptr_eq(&old.files, &new.files)
        || (old.files.len() == new.files.len() && old.files.iter().zip(new.files.iter()).all(same));
    let mut changed = Vec::new();
    if !unchanged {
        changed.push(new.full_path.clone());
    }
    let below = old.dependencies.iter().zip(&new.dependencies);
    changed.extend(below.flat_map(|(old, new)| changed_files(old, new)));
    changed
}

/// How files that values and templates come from were edited.
fn moves(old: &World, new: &World) -> Moves {
    let mut moves = Moves::default();
    let templates = new.templates.since(&old.templates).filter_map(|(new, old)| {
        let old = old?;
        (old.source.id == new.source.id).then_some((new.source.id, &old.source.data, &new.source.data))
    });
    let user = new.values_files.iter().filter_map(|(id, data)| {
        let (_, before) = old.values_files.iter().find(|(known, _)| known == id)?;
        Some((*id, before, data))
    });
    let charts = (old.environment.chart.all(), new.environment.chart.all());
    let own = charts.0.into_iter().zip(charts.1).filter_map(|(old, new)| {
        let (old, new) = (old.values_file.as_ref()?, new.values_file.as_ref()?);
        (old.id == new.id).then_some((new.id, &old.data, &new.data))
    });
    for (file, old, new) in templates.chain(user).chain(own) {
        moves.add(file, old, new);
    }
    moves
}
