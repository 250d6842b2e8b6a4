//! Somebody who looks from time to time why objects do not become ready, so that nobody waits five minutes for an image that
//! there is not.

use rustc_hash::FxHashMap;

use crate::object::{Object, ObjectKey};
use crate::ports::{Request, Scope};
use crate::ready::kstatus::Status;
use crate::ready::trouble::{self, Cause, Scene};
use crate::ready::watch::Wait;
use crate::world::{News, World};

/// Between two looks.
const EVERY: i128 = 3_000_000_000;

/// So many of a container's last lines are told.
const LINES: u32 = 20;

/// What is known of patients.
pub(crate) struct Doctor<'w> {
    world: &'w World<'w>,
    looked_at: i128,
    /// Since when objects have been ready.
    ready_since: FxHashMap<ObjectKey, i128>,
    /// Sentences that were told already.
    told: Vec<String>,
}

impl<'w> Doctor<'w> {
    pub(crate) fn new(world: &'w World<'w>) -> Self {
        Self { world, looked_at: world.clock.now(), ready_since: FxHashMap::default(), told: Vec::new() }
    }

    /// Looks, if it is time. The answer is why it is of no use to wait longer.
    pub(crate) fn look(
        &mut self,
        wait: &Wait,
        live: &FxHashMap<ObjectKey, Object>,
        now: i128,
    ) -> Option<String> {
        for (key, reading) in wait.objects() {
            if reading.status == Status::Current {
                self.ready_since.entry(key.clone()).or_insert(now);
            } else {
                self.ready_since.remove(key);
            }
        }
        if now - self.looked_at < EVERY {
            return None;
        }
        self.looked_at = now;
        let open: Vec<ObjectKey> = wait
            .objects()
            .filter(|(_, reading)| reading.status != Status::Current)
            .map(|(key, _)| key.clone())
            .collect();
        let mut hopeless = None;
        for key in &open {
            let Some(object) = live.get(key) else { continue };
            let settled = self.settled(wait, key);
            for cause in self.causes(object, now, settled) {
                self.tell(&cause);
                if cause.is_final {
                    hopeless.get_or_insert(cause);
                }
            }
        }
        let cause = hopeless?;
        self.tell_logs(&cause);
        Some(cause.sentence)
    }

    /// Since when everything else has been ready.
    fn settled(&self, wait: &Wait, key: &ObjectKey) -> Option<i128> {
        let mut since = 0;
        for (other, _) in wait.objects().filter(|(other, _)| *other != key) {
            since = since.max(*self.ready_since.get(other)?);
        }
        Some(since)
    }

    /// What cannot be listed is not looked at: not everybody may see events.
    fn causes(&self, workload: &Object, now: i128, settled: Option<i128>) -> Vec<Cause> {
        let scopes: Vec<Scope> = trouble::needs(workload);
        if scopes.is_empty() {
            return Vec::new();
        }
        let requests: Vec<Request> = scopes.iter().cloned().map(Request::List).collect();
        let (mut around, mut events) = (Vec::new(), Vec::new());
        for (scope, reply) in scopes.iter().zip(self.world.cluster.send(&requests)) {
            let found = reply.map(crate::ports::Reply::into_list).unwrap_or_default();
            if scope.gvk.kind == "Event" { events.extend(found) } else { around.extend(found) }
        }
        trouble::causes(&Scene { workload, around: &around, events: &events, now, settled })
    }

    fn tell(&mut self, cause: &Cause) {
        if !self.told.contains(&cause.sentence) {
            self.world.tell(News::Warning(&cause.sentence));
            self.told.push(cause.sentence.clone());
        }
    }

    fn tell_logs(&self, cause: &Cause) {
        let Some(logs) = &cause.logs else { return };
        if let Ok(text) = self.world.cluster.logs(&logs.pod, &logs.container, LINES, logs.previous)
            && !text.trim().is_empty()
        {
            self.world.tell(News::Log { pod: &logs.pod.name, container: &logs.container, text: &text });
        }
    }
}
