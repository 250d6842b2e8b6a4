//! How a release is deployed out of the editor: as its helmfile says, else as the user's settings say.

use std::time::Duration;

use helmfile::fleet::{Config, Overrides};
use release::actions::ApplyConfig;
use release::actions::install::InstallConfig;
use release::actions::uninstall::UninstallConfig;
use release::actions::upgrade::UpgradeConfig;
use release::plan::DeployConfig;
use release::{Error, ErrorKind, WaitConfig, WaitStrategy};

use super::place::{Place, Wanted};
use crate::settings::Deploy;

/// How a release is deployed, rolled back or uninstalled.
#[derive(Debug)]
pub(super) struct How {
    pub(super) deploy: DeployConfig,
    pub(super) uninstall: UninstallConfig,
    /// Not to hold values against the chart's schema.
    pub(super) skip_schema: bool,
    /// What does not happen that the helmfile wants.
    pub(super) remarks: Vec<String>,
}

impl How {
    pub(super) fn of(place: &Place, settings: &Deploy) -> Result<Self, Error> {
        match &place.wanted {
            Some(wanted) => Self::of_helmfile(place, wanted, settings),
            None => Ok(Self::of_settings(place, settings)),
        }
    }

    fn of_settings(place: &Place, settings: &Deploy) -> Self {
        let wait = WaitConfig {
            strategy: WaitStrategy::Watcher,
            timeout: Duration::from_secs(settings.timeout),
            ..WaitConfig::default()
        };
        let apply = ApplyConfig { wait, atomic: settings.atomic, ..ApplyConfig::default() };
        Self {
            deploy: DeployConfig::new(&place.id.name, &place.id.namespace, apply),
            uninstall: UninstallConfig { wait, ..UninstallConfig::default() },
            skip_schema: false,
            remarks: Vec::new(),
        }
    }

    /// The user's own wish to have back what was there if it fails counts as well, and whoever watches wants to see when
    /// everything is ready.
    fn of_helmfile(place: &Place, wanted: &Wanted, settings: &Deploy) -> Result<Self, Error> {
        let config = Config::new(&wanted.release, &Overrides::default(), place.dialect)?;
        if let Some((program, _)) = &config.post_renderer {
            let message = format!(
                "the helmfile wants {program} to change the manifests, which an editor does not run: deploy it with `chartroom apply`"
            );
            return Err(Error::new(ErrorKind::Usage, message));
        }
        let own = config.upgrade.apply;
        let timeout = match wanted.release.options.timeout {
            Some(_) => own.wait.timeout,
            None => Duration::from_secs(settings.timeout),
        };
        let wait = WaitConfig { strategy: WaitStrategy::Watcher, timeout, ..own.wait };
        let apply = ApplyConfig { wait, atomic: own.atomic || settings.atomic, ..own };
        let deploy = DeployConfig {
            install: InstallConfig { namespace: place.id.namespace.clone(), apply, ..config.install },
            upgrade: UpgradeConfig { apply, ..config.upgrade },
            values: config.values,
        };
        // Whoever watches wants to see it gone, too.
        let uninstall = UninstallConfig { wait, ..config.uninstall };
        let remarks = hooks_left_out(wanted).into_iter().collect();
        Ok(Self { deploy, uninstall, skip_schema: config.skip_schema_validation, remarks })
    }
}

/// What is said of the helmfile's own hooks, which are programs.
fn hooks_left_out(wanted: &Wanted) -> Option<String> {
    let hooks = &wanted.release.hooks;
    let mut events: Vec<&str> = hooks.iter().flat_map(|it| &it.events).map(String::as_str).collect();
    events.sort_unstable();
    events.dedup();
    (!hooks.is_empty()).then(|| {
        format!(
            "Hooks of the helmfile ({}) are programs, which an editor does not run; `chartroom apply` does.",
            events.join(", ")
        )
    })
}
