//! Containers that end when they should not.

use serde_json::Value;

use super::chain::Event;
use super::pods::Container;
use super::{Finding, Kind, Scene, one_line};
use crate::ready::fields::{self, SECOND};

/// After so long a run the kubelet forgets earlier crashes.
const FORGETS_AFTER: i128 = 600 * SECOND;

/// How a container ended.
struct End<'o> {
    code: i64,
    reason: &'o str,
    message: &'o str,
    /// When it began, in nanoseconds since 1970.
    began: Option<i128>,
    /// In nanoseconds; 0 where it is not known.
    lasted: i128,
}

impl<'o> End<'o> {
    fn read(terminated: &'o Value) -> Self {
        let text = |key| terminated.get(key).and_then(Value::as_str).unwrap_or_default();
        let time = |key| fields::time(text(key));
        let lasted = time("finishedAt").zip(time("startedAt")).map_or(0, |(end, start)| end - start);
        let code = terminated.get("exitCode").and_then(Value::as_i64).unwrap_or_default();
        Self { code, reason: text("reason"), message: text("message"), began: time("startedAt"), lasted }
    }

    fn is_out_of_memory(&self) -> bool {
        self.reason == "OOMKilled"
    }

    /// Whether it never ran: the command is not there, or cannot be run.
    fn never_ran(&self) -> bool {
        matches!(self.reason, "StartError" | "ContainerCannotRun") || matches!(self.code, 126 | 127)
    }

    /// `exit code 1`, `OOMKilled`.
    fn short(&self) -> String {
        if self.is_out_of_memory() { self.reason.to_owned() } else { format!("exit code {}", self.code) }
    }

    fn words(&self, container: &Container) -> String {
        let (code, said) = (self.code, one_line(self.message));
        if self.is_out_of_memory() {
            return match container.memory_limit() {
                Some(limit) => format!("it used more memory than its limit of {limit} (OOMKilled)"),
                None => "it used more memory than there was (OOMKilled)".to_owned(),
            };
        }
        if matches!(self.reason, "StartError" | "ContainerCannotRun") && !said.is_empty() {
            return format!("it cannot be started: {said}");
        }
        let meaning = match code {
            0 => " (it ended as if its work were done; a container of this kind must go on)",
            126 => " (its command cannot be run)",
            127 => " (its command is not in the image)",
            137 => " (killed: a failing liveness probe, or too little memory on the node)",
            139 => " (segmentation fault)",
            143 => " (asked to end)",
            _ => "",
        };
        let said = if said.is_empty() { said } else { format!(": {said}") };
        format!("last with exit code {code}{meaning}{said}")
    }
}

/// The trouble of a container that has ended, or ends again and again.
pub(super) fn finding(container: &Container, events: &[Event], scene: &Scene) -> Option<Finding> {
    let looping = container.waiting().is_some_and(|(reason, _)| reason == "CrashLoopBackOff");
    let now = container.state("terminated");
    if now.is_none() && !looping && (container.waiting().is_some() || container.is_ready()) {
        return None;
    }
    let Some(end) = now.or_else(|| container.last_end()).map(End::read) else {
        return looping.then(|| unknown(container));
    };
    // A container that runs first is meant to end, and so is one that is not to be restarted.
    if !looping && end.code == 0 && !end.is_out_of_memory() {
        return None;
    }
    let restarts = container.restarts();
    let times = if restarts == 1 { "1 restart".to_owned() } else { format!("{restarts} restarts") };
    let how = if looping { "ends again and again" } else { "has crashed" };
    let mut detail = format!("{} {how} ({times}), {}", container.phrase(), end.words(container));
    if let Some(probe) = events.iter().find(|event| {
        event.reason == "Unhealthy"
            && event.message.starts_with("Liveness")
            && event.is_about(container.name())
    }) {
        detail += &format!("; {}", one_line(probe.message));
    }
    let short = format!("{}: {}", if looping { "CrashLoopBackOff" } else { "Crashed" }, end.short());
    let finding = Finding::new(Kind::CrashLoop, container.pod, short, detail).in_container(container.name());
    let is_running = container.state("running").is_some();
    Some(finding.finally(looping && is_final(restarts, &end, scene)).with_logs(container.pod, is_running))
}

/// See the table in [`super`].
fn is_final(restarts: i64, end: &End, scene: &Scene) -> bool {
    let had_all = scene.settled.zip(end.began).is_some_and(|(settled, began)| began >= settled);
    let enough = match scene.workload.kind() {
        _ if end.never_ran() => 1,
        _ if end.is_out_of_memory() => 2,
        "Job" => return false,
        _ if had_all => 3,
        _ => 5,
    };
    restarts >= enough && end.lasted < FORGETS_AFTER
}

fn unknown(container: &Container) -> Finding {
    let detail = format!("{} ends again and again", container.phrase());
    Finding::new(Kind::CrashLoop, container.pod, "CrashLoopBackOff", detail)
        .in_container(container.name())
        .with_logs(container.pod, false)
}
