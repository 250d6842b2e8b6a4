//! What a plan was made of, and whether it is still so.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::diff::tidy;
use crate::error::{Error, ErrorKind};
use crate::manifest::named;
use crate::object::Object;
use crate::ports::{Identity, Reply, Request, Target};
use crate::record::{Status, Stub};
use crate::world::World;

/// What a plan was made of.
///
/// Objects count by what they say, without their status: a pod that starts does not move a plan. A fingerprint is good
/// for as long as the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The cluster.
    pub cluster: Identity,
    /// The last revision, and what had become of it; none where there was no release.
    pub last: Option<(i64, Status)>,
    /// Of the manifest.
    pub manifest: u64,
    /// Of each live object that the plan is about; none where there was none.
    objects: BTreeMap<Target, Option<u64>>,
}

/// Of a text, good for as long as the program runs.
pub fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn fingerprint_of(object: &Object) -> u64 {
    fingerprint(&tidy(object).to_string())
}

impl Bound {
    pub(super) fn new<'o>(
        world: &World<'_>,
        name: &str,
        manifest: &str,
        objects: impl Iterator<Item = (&'o Target, Option<&'o Object>)>,
    ) -> Result<Self, Error> {
        Ok(Self {
            cluster: world.cluster.identity()?,
            last: last(world, name)?,
            manifest: fingerprint(manifest),
            objects: objects.map(|(target, live)| (target.clone(), live.map(fingerprint_of))).collect(),
        })
    }

    /// Asks the cluster again. The error says all that moved.
    pub fn still_holds(&self, world: &World<'_>, name: &str) -> Result<(), Error> {
        let mut moved = Vec::new();
        let cluster = world.cluster.identity()?;
        if !same_cluster(&self.cluster, &cluster) {
            moved.push(format!("another cluster answers at {}", cluster.server));
        }
        let last = last(world, name)?;
        if last != self.last {
            moved.push(format!("the release went from {} to {}", told(self.last), told(last)));
        }
        moved.extend(self.moved_objects(world)?);
        if moved.is_empty() {
            return Ok(());
        }
        let message = format!("the plan no longer holds, and nothing was changed: {}", moved.join("; "));
        Err(Error::new(ErrorKind::Moved, message))
    }

    fn moved_objects(&self, world: &World<'_>) -> Result<Vec<String>, Error> {
        let requests: Vec<_> = self.objects.keys().cloned().map(Request::Get).collect();
        let replies = if requests.is_empty() { Vec::new() } else { world.cluster.send(&requests) };
        let mut moved = Vec::new();
        for ((target, before), reply) in self.objects.iter().zip(replies) {
            let now = match reply.map(Reply::into_object) {
                Ok(object) => Some(fingerprint_of(&object)),
                Err(error) if error.is_not_found() => None,
                // What could not be read then cannot be read now.
                Err(_) if before.is_none() => None,
                Err(error) => return Err(error.into()),
            };
            if now != *before {
                let what = match (before, now) {
                    (None, _) => "was made",
                    (_, None) => "was deleted",
                    _ => "was changed",
                };
                moved.push(format!("{} {what}", named(target)));
            }
        }
        Ok(moved)
    }
}

/// Clusters are told apart by the `uid` of `kube-system`, and by their addresses where it cannot be read.
fn same_cluster(a: &Identity, b: &Identity) -> bool {
    if a.uid.is_empty() || b.uid.is_empty() { a.server == b.server } else { a.uid == b.uid }
}

fn last(world: &World<'_>, name: &str) -> Result<Option<(i64, Status)>, Error> {
    let stubs: Vec<Stub> = match world.records.stubs(name) {
        Err(error) if error.is_not_found() => Vec::new(),
        stubs => stubs?,
    };
    Ok(stubs.last().map(|it| (it.version, it.status)))
}

fn told(last: Option<(i64, Status)>) -> String {
    match last {
        None => "no revision".to_owned(),
        Some((version, status)) => format!("revision {version} ({})", status.as_str()),
    }
}
