//! Deploying: installing where there is no release yet, upgrading where there is one.

use serde_json::{Map, Value};

use super::{Bound, Draft, Plan};
use crate::actions::ApplyConfig;
use crate::actions::install::{self, InstallConfig};
use crate::actions::upgrade::{self, Begun, UpgradeConfig};
use crate::error::Error;
use crate::preflight::Tried;
use crate::record::Record;
use crate::rendered::{Rendered, ValuesRule};
use crate::world::World;

/// How something is deployed.
#[derive(Clone, Debug, Default)]
pub struct DeployConfig {
    /// Where there is no release yet. Its name and namespace are those of the release.
    pub install: InstallConfig,
    /// Where there is one.
    pub upgrade: UpgradeConfig,
    /// Which values count in an upgrade.
    pub values: ValuesRule,
}

impl DeployConfig {
    /// As `helm upgrade --install --create-namespace` does it: without values the last ones count.
    pub fn new(name: &str, namespace: &str, apply: ApplyConfig) -> Self {
        let install = InstallConfig {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            create_namespace: true,
            replace: true,
            apply,
            ..InstallConfig::default()
        };
        let upgrade = UpgradeConfig { name: name.to_owned(), apply, ..UpgradeConfig::default() };
        Self { install, upgrade, values: ValuesRule::Given }
    }
}

/// A deployment that was begun: what is there was looked at, and what is to be there was rendered.
#[derive(Clone, Debug)]
pub struct Deploy {
    config: DeployConfig,
    /// None where there is no release yet.
    begun: Option<Begun>,
    rendered: Rendered,
}

impl Deploy {
    /// Looks at what is there, and has rendered what is to be there.
    ///
    /// `render` gets the number of the revision, whether it is an upgrade, and the values of the user as they count.
    pub fn begin(
        world: &World<'_>,
        config: DeployConfig,
        given: Map<String, Value>,
        render: impl FnOnce(i64, bool, Map<String, Value>) -> Result<Rendered, Error>,
    ) -> Result<Self, Error> {
        let is_free = install::is_free(world, &config.install.name)?;
        let begun = if is_free { None } else { Some(upgrade::begin(world, &config.install.name)?) };
        let (revision, values) = match &begun {
            None => (1, given),
            Some(begun) => (begun.revision, begun.values(config.values, given).0),
        };
        let rendered = render(revision, begun.is_some(), values)?;
        Ok(Self { config, begun, rendered })
    }

    /// What was rendered.
    pub fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    /// Whether there is no release yet.
    pub fn is_first(&self) -> bool {
        self.begun.is_none()
    }

    pub(super) fn plan(&self, world: &World<'_>) -> Result<Plan, Error> {
        let mut remarks = Vec::new();
        let tried = if let Some(begun) = &self.begun {
            upgrade::trials(world, &self.config.upgrade, begun, &self.rendered)
        } else {
            remarks.extend(self.definitions());
            install::trials(world, &self.config.install, &self.rendered)
        };
        let revision = match &self.begun {
            Some(begun) => begun.revision,
            None => install::check(world, &self.config.install)?,
        };
        let draft = Draft {
            name: &self.config.install.name,
            namespace: &self.config.install.namespace,
            revision: Some(revision),
            manifest: &self.rendered.manifest,
            hooks: if self.config.upgrade.apply.no_hooks { &[] } else { &self.rendered.hooks },
            events: match self.begun {
                Some(_) => ["pre-upgrade", "post-upgrade"],
                None => ["pre-install", "post-install"],
            },
            remarks,
        };
        match tried {
            Err(error) if self.brings_kinds() && error.to_string().contains("no matches for kind") => {
                self.untried(draft, world)
            }
            tried => draft.of_tried(world, &tried?),
        }
    }

    /// Whether the chart has definitions that only an installation makes.
    fn brings_kinds(&self) -> bool {
        self.begun.is_none() && !self.rendered.crds.is_empty()
    }

    fn definitions(&self) -> Option<String> {
        let count = self.rendered.crds.len();
        (count > 0).then(|| {
            format!("Custom resource definitions of the chart are made first where they are missing ({count} files); no rollback takes them away.")
        })
    }

    /// Kinds that are not served yet cannot be tried: what is shown is what was rendered.
    fn untried(&self, mut draft: Draft<'_>, world: &World<'_>) -> Result<Plan, Error> {
        draft.remarks.push("The server could not try this: it does not know all kinds yet.".to_owned());
        let objects = crate::manifest::read(&self.rendered.manifest)?;
        let tried = Tried::unasked(objects);
        let bound = Bound::new(world, draft.name, draft.manifest, std::iter::empty())?;
        let (objects, summary) = super::changes::of_tried(&tried, draft.manifest, draft.namespace)?;
        Ok(draft.plan(objects, summary, None, bound))
    }

    pub(super) fn carry_out(self, world: &World<'_>) -> Result<Record, Error> {
        let Self { config: DeployConfig { install, upgrade, .. }, begun, rendered } = self;
        if let Some(begun) = begun {
            return upgrade::upgrade(world, &upgrade, begun, &rendered);
        }
        install::install_crds(world, &rendered.crds, &install)?;
        install::install(world, &install, &rendered)
    }
}
