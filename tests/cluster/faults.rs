//! Whatever happens in the middle of an operation, what is left is a release that Helm reads and one command repairs.
//!
//! Runs are made of seeds: which operation, and whether it is killed after some time or loses requests on the way. What
//! time a kill comes at is not in our hands, so a seed says what was tried, and not everything that came of it.

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chartroom_tests::rig::proxy::{Dice, Fault, Proxy, Rule};
use chartroom_tests::rig::{Namespace, Rig, Tool, rig};

use crate::charts;

const RUNS: u64 = 200;
const REACH: Reach = Reach { milliseconds: 700, requests: 30 };

#[test]
fn after_any_fault_a_release_can_be_repaired_by_one_command() {
    let Some(rig) = rig() else { return };
    let set_up = |namespace: &Namespace<'_>| drop(charts::web(namespace.folder()));
    let wrong = wrong_runs(rig, RUNS, &set_up, &run);
    assert!(wrong.is_empty(), "{} of {RUNS} runs went wrong\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Does seeded runs, four at the same time, each in a namespace that was set up for it; what went wrong.
pub(crate) fn wrong_runs(
    rig: &Rig,
    runs: u64,
    set_up: &(dyn Fn(&Namespace<'_>) + Sync),
    run: &(dyn Fn(&Rig, &Namespace<'_>, u64) -> Result<(), String> + Sync),
) -> Vec<String> {
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let work = || {
            let namespace = rig.namespace();
            set_up(&namespace);
            let seeds =
                std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|it| *it < runs));
            seeds.filter_map(|seed| run(rig, &namespace, seed).err()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
    })
}

/// Makes a fault in an operation and repairs what is left of it; the error says what cannot be repaired.
fn run(rig: &Rig, namespace: &Namespace<'_>, seed: u64) -> Result<(), String> {
    let mut dice = Dice(seed);
    let name = format!("r{seed}");
    let install = ["install", &name, "./web", "--no-hooks"];
    let upgrade = ["upgrade", &name, "./web", "--no-hooks", "--set", "word=two"];
    let rollback = ["rollback", &name, "1", "--no-hooks"];
    let (before, operation): (&[&[&str]], &[&str]) = match dice.below(3) {
        0 => (&[], &install),
        1 => (&[&install], &upgrade),
        _ => (&[&install, &upgrade], &rollback),
    };
    for args in before {
        must(namespace, seed, args)?;
    }
    let fault = suffer(rig, namespace, &mut dice, operation, REACH);
    check(namespace, &name, !before.is_empty(), &fault)
        .map_err(|why| format!("seed {seed}, {}, {fault}: {why}", operation[0]))?;
    must(namespace, seed, &["uninstall", &name, "--no-hooks"])
}

fn must(namespace: &Namespace<'_>, seed: u64, args: &[&str]) -> Result<(), String> {
    let outcome = namespace.run(Tool::Ours4, args);
    if outcome.code == 0 { Ok(()) } else { Err(format!("seed {seed}: {args:?}: {outcome}")) }
}

/// How long an operation takes at most before it is killed, and which request is the last that may be lost.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) milliseconds: u64,
    pub(crate) requests: u64,
}

/// Runs an operation that is killed, or that loses requests. The answer says which.
pub(crate) fn suffer(
    rig: &Rig,
    namespace: &Namespace<'_>,
    dice: &mut Dice,
    args: &[&str],
    reach: Reach,
) -> String {
    if dice.below(2) == 0 {
        let time = Duration::from_millis(dice.below(reach.milliseconds));
        let mut command = namespace.command(Tool::Ours4, args);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(time);
        let _ = child.kill();
        let _ = child.wait();
        return format!("killed after {time:?}");
    }
    let fault = match dice.below(6) {
        0 => Fault::Drop,
        1 => Fault::Lost,
        2 => Fault::Status(409),
        3 => Fault::Status(500),
        4 => Fault::Cut(dice.below(200) as usize),
        _ => Fault::Status(429),
    };
    let first = 1 + dice.below(reach.requests);
    // Most faults pass; some last until the operation gives up.
    let last = if dice.below(6) == 0 { u64::MAX } else { first + dice.below(3) };
    let rule = Rule::new("", fault.clone()).among(first..=last);
    let proxy = Proxy::new(rig, dice.roll(), vec![rule]);
    let config = rig.kubeconfig_for(&proxy.server());
    let output = namespace.command(Tool::Ours4, args).env("KUBECONFIG", config).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    format!("{fault:?} from request {first} on, {} of {}; {said:?}", proxy.faults(), proxy.requests())
}

fn check(namespace: &Namespace<'_>, name: &str, existed: bool, fault: &str) -> Result<(), String> {
    let statuses = namespace.statuses(name);
    let deployed = |statuses: &[(i64, String)]| statuses.iter().filter(|(_, it)| it == "deployed").count();
    if deployed(&statuses) > 1 {
        return Err(format!("more than one is deployed: {statuses:?}"));
    }
    if existed && statuses.is_empty() {
        return Err("its records are gone".to_owned());
    }
    if existed {
        all_there(namespace, name)?;
    }
    for helm in [Tool::Helm3, Tool::Helm4] {
        let history = namespace.run(helm, &["history", name, "-o", "json"]);
        if (history.code == 0) == statuses.is_empty() {
            return Err(format!("{helm:?} cannot read it: {history}"));
        }
    }
    let pending = statuses.last().is_some_and(|(_, it)| it.starts_with("pending"));
    if pending {
        let way = if existed { "--roll-back" } else { "--mark-failed" };
        let outcome = namespace.run(Tool::Ours4, &["unlock", name, way, "--no-hooks"]);
        if outcome.code != 0 {
            return Err(format!("{statuses:?} cannot be unlocked after {fault}: {outcome}"));
        }
        let now = namespace.statuses(name);
        if existed && deployed(&now) != 1 {
            return Err(format!("unlocked from {statuses:?} to {now:?}"));
        }
    }
    let again = namespace.run(Tool::Ours4, &["upgrade", "--install", name, "./web", "--no-hooks"]);
    if again.code != 0 {
        return Err(format!("it cannot be upgraded from {statuses:?}: {again}"));
    }
    all_there(namespace, name)?;
    let now = namespace.statuses(name);
    if deployed(&now) == 1 { Ok(()) } else { Err(format!("after an upgrade: {now:?}")) }
}

/// Whether the objects of the chart are in the cluster.
fn all_there(namespace: &Namespace<'_>, name: &str) -> Result<(), String> {
    let config = format!("{name}-config");
    let objects = [
        ("apps/v1", "deployments", name),
        ("v1", "services", name),
        ("v1", "configmaps", &config),
        ("tests.chartroom.dev/v1", "widgets", name),
    ];
    match objects.iter().find(|(group, plural, name)| namespace.get(group, plural, name).is_none()) {
        None => Ok(()),
        Some((_, plural, name)) => Err(format!("{plural} {name} is gone")),
    }
}
