//! Releases of a helmfile, deployed from the command line: this is what they need of the machine.

use anyhow::Result;
use helmfile::fleet::{Asked, Site, Told, Unit, Yard, shown_chart};
use helmfile::model::HookEvent;
use release::{Error, ErrorKind, Holder, Rendered, World};
use serde_json::{Map, Value};

use super::{ChartStore, Hooks, ReleaseValues, Sites, holder};
use crate::deploy::{How, crds, render};
use crate::flags::Global;
use crate::release_texts::{Shown, status};
use crate::{output, post_renderer};

/// What is the same for all releases.
pub(crate) struct Setting<'s> {
    pub(crate) global: &'s Global,
    pub(crate) charts: &'s ChartStore<'s>,
    pub(crate) values: &'s ReleaseValues<'s>,
    pub(crate) hooks: &'s Hooks<'s>,
    /// Tell nothing but warnings and results.
    pub(crate) quiet: bool,
    /// Print no notes.
    pub(crate) hide_notes: bool,
}

/// This machine and its clusters.
pub(crate) struct CommandYard<'y> {
    pub(crate) setting: &'y Setting<'y>,
    pub(crate) sites: &'y Sites,
}

/// An error of the command line's rooms as one about a release.
fn about(error: &anyhow::Error) -> Error {
    Error::new(ErrorKind::Usage, format!("{error:#}"))
}

impl Yard for CommandYard<'_> {
    fn site(&self, unit: &Unit<'_>) -> Result<Site<'_>, Error> {
        self.sites.site(unit)
    }

    fn values(&self, unit: &Unit<'_>) -> Result<Map<String, Value>, Error> {
        self.setting.values.of(unit).map_err(|error| about(&error))
    }

    fn render(
        &self,
        unit: &Unit<'_>,
        world: &World<'_>,
        asked: Asked,
        brief: bool,
    ) -> Result<Rendered, Error> {
        let render = || {
            let source = self.setting.charts.chart(unit)?;
            let program = unit.config.post_renderer.as_ref();
            let flags = program.map(|(program, args)| post_renderer::Flags::of(program, args));
            let post_renderer = flags.as_ref().map(|it| it.find(world.dialect)).transpose()?.flatten();
            let how = How {
                skip_schema: unit.config.skip_schema_validation,
                subchart_notes: false,
                post_renderer: post_renderer.as_ref(),
                brief,
                limits: self.setting.global.limits.limits(),
            };
            self::render(world, &source, asked.release, asked.values, asked.own_values, &how)
        };
        render().map_err(|error| about(&error))
    }

    fn crds(&self, unit: &Unit<'_>) -> Result<Vec<(String, String)>, Error> {
        let source = self.setting.charts.chart(unit).map_err(|error| about(&error))?;
        Ok(crds(&source.chart))
    }

    fn hooks(
        &self,
        unit: &Unit<'_>,
        event: HookEvent,
        command: &str,
        failure: Option<&str>,
    ) -> Result<(), Error> {
        self.setting.hooks.of_release(unit, event, command, failure).map_err(|error| about(&error))
    }

    fn is_gone(&self, holder: &Holder) -> Option<bool> {
        holder::is_gone(holder)
    }

    fn is_cancelled(&self) -> bool {
        self.sites.is_interrupted()
    }

    fn tell(&self, unit: &Unit<'_>, told: Told<'_>) {
        let name = unit.name();
        let text = match told {
            Told::Warning(text) => format!("warning: {name}: {text}"),
            Told::TakenUp(found) => {
                let by = found.holder.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
                format!(
                    "{name}: revision {} was left {}{by}, which is at it no more; the release is taken up again",
                    found.revision,
                    found.status.as_str()
                )
            }
            _ if self.setting.quiet => return,
            Told::Upgrading => format!(
                "Upgrading release={name}, chart={}, namespace={}",
                shown_chart(unit),
                unit.release.namespace.it
            ),
            Told::Upgraded(record) => {
                let shown = Shown { hide_notes: self.setting.hide_notes, ..Shown::default() };
                let title = match record.version {
                    1 => format!("Release \"{name}\" does not exist. Installing it now.\n"),
                    _ => format!("Release \"{name}\" has been upgraded. Happy Helming!\n"),
                };
                match status(record, &shown, self.setting.global.helm.dialect()) {
                    Ok(text) => format!("{title}{text}"),
                    Err(error) => format!("{title}warning: {error:#}"),
                }
            }
            Told::Reinstalling => format!(
                "Failed to sync due to forbidden updates, attempting to reinstall \"{name}\" allowed by update strategy"
            ),
            Told::Deleting => format!("Deleting {name}"),
            Told::Deleted(kept) => format!("{kept}release \"{name}\" uninstalled"),
        };
        output::remark(text.trim_end_matches('\n'));
    }
}
