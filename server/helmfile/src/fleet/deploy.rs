//! One release, written: installed or upgraded as `helm upgrade --install` does it, or deleted.

use release::actions::install::{check, install, install_crds, is_free};
use release::actions::uninstall::uninstall;
use release::actions::upgrade::{begin, upgrade};
use release::record::{Record, StoreError};
use release::{Error, WaitStrategy, World};

use super::compare::{Prepared, asked};
use super::{Site, Told, Unit, Yard, takeover};

/// What came of it.
pub(super) struct Deployed {
    /// The new revision.
    pub(super) record: Record,
    /// Whether it had to be uninstalled first.
    pub(super) anew: bool,
}

/// Installs or upgrades a release. What was rendered before counts if the release is still as it was then.
pub(super) fn deploy(
    yard: &dyn Yard,
    unit: &Unit<'_>,
    prepared: Option<Prepared>,
) -> Result<Deployed, Error> {
    let site = yard.site(unit)?;
    let deploying = Deploying { yard, unit, site: &site, world: site.world(unit.config.history_max) };
    let last = match deploying.world.records.last(unit.name()) {
        Err(StoreError::NotFound) => None,
        last => Some(last?),
    };
    if let Some(last) = last {
        takeover::take_up(yard, &deploying.world, unit, &last)?;
    }
    match deploying.install_or_upgrade(prepared) {
        Err(error)
            if unit.config.reinstall_if_forbidden && error.to_string().contains("Forbidden: updates") =>
        {
            deploying.anew()
        }
        done => done.map(|record| Deployed { record, anew: false }),
    }
}

/// Deletes a release. The answer tells of objects that stay.
pub(super) fn delete(yard: &dyn Yard, unit: &Unit<'_>) -> Result<String, Error> {
    let site = yard.site(unit)?;
    uninstall(&site.world(0), unit.name(), &unit.config.uninstall).map(|it| it.kept)
}

struct Deploying<'d> {
    yard: &'d dyn Yard,
    unit: &'d Unit<'d>,
    site: &'d Site<'d>,
    world: World<'d>,
}

impl Deploying<'_> {
    fn install_or_upgrade(&self, prepared: Option<Prepared>) -> Result<Record, Error> {
        if is_free(&self.world, self.unit.name())? { self.install(prepared) } else { self.upgrade(prepared) }
    }

    fn install(&self, prepared: Option<Prepared>) -> Result<Record, Error> {
        let Self { yard, unit, site, world } = self;
        let mut config = unit.config.install.clone();
        config.namespace.clone_from(&site.namespace);
        check(world, &config)?;
        let crds = yard.crds(unit)?;
        install_crds(world, &crds, &config)?;
        // Templates may ask for kinds that only now are there.
        let known = prepared.filter(|it| it.revision.is_none() && (crds.is_empty() || config.skip_crds));
        let rendered = if let Some(prepared) = known {
            prepared.rendered
        } else {
            let asked = asked(unit, &site.namespace, None, yard.values(unit)?);
            yard.render(unit, world, asked, false)?
        };
        install(world, &config, &rendered)
    }

    fn upgrade(&self, prepared: Option<Prepared>) -> Result<Record, Error> {
        let Self { yard, unit, site, world } = self;
        let begun = begin(world, unit.name())?;
        let rendered = if let Some(prepared) = prepared.filter(|it| it.revision == Some(begun.revision)) {
            prepared.rendered
        } else {
            let asked = asked(unit, &site.namespace, Some(&begun), yard.values(unit)?);
            yard.render(unit, world, asked, false)?
        };
        upgrade(world, &unit.config.upgrade, begun, &rendered)
    }

    /// Uninstalls and installs.
    fn anew(&self) -> Result<Deployed, Error> {
        self.yard.tell(self.unit, Told::Reinstalling);
        let mut config = self.unit.config.uninstall.clone();
        if config.wait.strategy == WaitStrategy::HookOnly {
            config.wait.strategy = match self.site.dialect {
                chart::Dialect::Helm3 => WaitStrategy::Legacy,
                chart::Dialect::Helm4 => WaitStrategy::Watcher,
            };
        }
        uninstall(&self.world, self.unit.name(), &config)?;
        let record = self.install(None)?;
        Ok(Deployed { record, anew: true })
    }
}
