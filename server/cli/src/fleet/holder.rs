//! Which process this is, and whether another one on this machine still runs.

use release::Holder;

/// This process.
pub(super) fn myself() -> Holder {
    let process = std::process::id();
    let mark = format!("{}:{}", machine(), began(process).unwrap_or_default());
    Holder { host: host(), process, mark }
}

/// Whether the process that a record names runs no more. Nothing is known of other machines, and of containers that do not
/// see each other's processes.
pub(super) fn is_gone(holder: &Holder) -> Option<bool> {
    let (machine_then, began_then) = holder.mark.rsplit_once(':')?;
    if machine_then.is_empty() || machine_then != machine() || holder.host != host() {
        return None;
    }
    // A number that was given to another process since is not the one that is looked for.
    Some(began(holder.process).map(|it| it.to_string()).as_deref() != Some(began_then))
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|it| it.trim().to_owned())
}

/// The name of this machine, for people.
fn host() -> String {
    let variable = |name: &str| std::env::var(name).ok();
    let name = read("/proc/sys/kernel/hostname").or_else(|| variable("HOSTNAME"));
    name.or_else(|| variable("COMPUTERNAME")).unwrap_or_default()
}

/// Which run of which machine, and which of its spaces of process numbers; empty where the system does not say it.
fn machine() -> String {
    let boot = read("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = std::fs::read_link("/proc/self/ns/pid").ok();
    let space =
        space.and_then(|it| Some(it.to_str()?.trim_start_matches("pid:[").trim_end_matches(']').to_owned()));
    match space {
        Some(space) if !boot.is_empty() => format!("{}-{space}", boot.split('-').next().unwrap_or_default()),
        _ => String::new(),
    }
}

/// When a process began, in ticks of its machine's clock since that was started (`proc(5)`, `starttime`).
fn began(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program may hold anything, spaces and brackets too.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    // A process that ended and that nobody asked about since is gone as well.
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_and_one_that_ended_does_not() {
        let me = myself();
        assert_eq!(is_gone(&me), Some(false));
        assert_eq!(is_gone(&Holder { mark: format!("{}:1", machine()), ..me.clone() }), Some(true));
        assert_eq!(is_gone(&Holder { mark: "else:1".into(), ..me.clone() }), None);
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let mark = format!("{}:{}", machine(), began(child.id()).unwrap());
        let other = Holder { process: child.id(), mark, ..me };
        assert_eq!(is_gone(&other), Some(false));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(is_gone(&other), Some(true));
    }
}
