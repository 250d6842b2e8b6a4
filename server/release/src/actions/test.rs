//! Testing a release (`pkg/action/release_testing.go`): its hooks of the event `test`.

use crate::error::Error;
use crate::hooks::{self, HookConfig};
use crate::ports::Target;
use crate::record::{ApplyMethod, HookRecord, Record};
use crate::world::{News, World};
use std::time::Duration;

/// How a release is tested.
#[derive(Clone, Debug)]
pub struct TestConfig {
    /// Only hooks of these names; all if empty.
    pub only: Vec<String>,
    /// No hooks of these names.
    pub without: Vec<String>,
    /// Print what the pods of the tests printed.
    pub logs: bool,
    /// How long each test is waited for.
    pub timeout: Duration,
}

impl TestConfig {
    fn wants(&self, hook: &HookRecord) -> bool {
        !self.without.contains(&hook.name) && (self.only.is_empty() || self.only.contains(&hook.name))
    }
}

/// Runs the tests of the last revision. The record comes back also where one failed.
pub fn test(
    world: &World<'_>,
    name: &str,
    config: &TestConfig,
) -> Result<(Record, Result<(), Error>), Error> {
    super::check_name(name, "releaseTest: Release name is invalid: ")?;
    let mut record = world.records.last(name)?;
    let all = std::mem::take(&mut record.hooks);
    let (wanted, skipped): (Vec<_>, Vec<_>) = all.into_iter().partition(|hook| config.wants(hook));
    record.hooks = wanted;
    let server_side = record.apply_method == ApplyMethod::ServerSide;
    let hook_config = HookConfig { server_side, timeout: config.timeout };
    let ran = hooks::run_only(world, &mut record, "test", hook_config);
    if config.logs {
        print_logs(world, &record);
    }
    let done = match ran {
        Ok(ran) => hooks::clean_up(world, &record, &ran, hook_config),
        Err(failed) => {
            if let Err(error) = hooks::clean_up_failed(world, &record, &failed, hook_config) {
                world.tell(News::Warning(&error.to_string()));
            }
            Err(failed.error)
        }
    };
    let tested = std::mem::replace(&mut record.hooks, skipped);
    record.hooks.extend(tested);
    let kept = world.records.update(&record).map_err(Error::from);
    Ok((record, done.and(kept)))
}

/// What all containers of the test's pods printed, the first ones too.
fn print_logs(world: &World<'_>, record: &Record) {
    const LINES: u32 = 10_000;
    let mut hooks: Vec<&HookRecord> =
        record.hooks.iter().filter(|hook| hook.runs_on("test") && hook.kind == "Pod").collect();
    hooks.sort_by(|a, b| (a.weight, &a.name).cmp(&(b.weight, &b.name)));
    for hook in hooks {
        let target = Target {
            gvk: crate::object::Gvk::new("v1", "Pod"),
            namespace: record.namespace.clone(),
            name: hook.name.clone(),
        };
        let pod = match world.cluster.get(&target) {
            Ok(Some(pod)) => pod,
            Ok(None) => continue,
            Err(error) => {
                world.tell(News::Warning(&format!("unable to get pod {}: {error}", hook.name)));
                continue;
            }
        };
        let containers = ["initContainers", "containers"].map(|key| pod.list_at(&["spec", key]));
        for container in containers.into_iter().flatten() {
            let container = container["name"].as_str().unwrap_or_default();
            match world.cluster.logs(&target, container, LINES, false) {
                Ok(text) => world.tell(News::Log { pod: &hook.name, container, text: &text }),
                Err(error) => world.tell(News::Warning(&format!(
                    "unable to get logs for pod {}, container {container}: {error}",
                    hook.name
                ))),
            }
        }
    }
}
