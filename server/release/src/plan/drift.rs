//! Drift: what is live, held against what the record says.

use super::changes::{self, Planned};
use crate::actions::upgrade;
use crate::error::Error;
use crate::record::Record;
use crate::world::World;

/// What changed in the cluster since a revision was deployed.
#[derive(Clone, Debug)]
pub struct Drift {
    /// The revision.
    pub record: Record,
    /// Objects that deploying the revision again would change: first what is live, then what the record says.
    pub objects: Vec<Planned>,
}

/// Looks for drift: what would change if the deployed revision were deployed once more.
///
/// The server answers, so defaults and what admission adds are no drift; what is missing is.
pub fn drift(world: &World<'_>, name: &str) -> Result<Drift, Error> {
    let record = world.records.deployed(name)?;
    let tried = upgrade::trials_of_record(world, &record)?;
    let (objects, _) = changes::of_tried(&tried, &record.manifest, &record.namespace)?;
    Ok(Drift { record, objects })
}
