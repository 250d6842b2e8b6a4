//! Flags that `install`, `upgrade` and `rollback` share.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use release::actions::{ApplyConfig, ServerSide};
use release::{WaitConfig, WaitStrategy};

/// How objects are written and waited for.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Deploying")]
pub(crate) struct ApplyFlags {
    /// Wait until every object is ready. `watcher` reads statuses as Helm 4 does, `legacy` as Helm 3.
    #[arg(
        long,
        value_name = "HOW",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "watcher"
    )]
    wait: Option<String>,
    /// Wait until Jobs are done, too.
    #[arg(long)]
    wait_for_jobs: bool,
    /// How long to wait, each time.
    #[arg(long, value_name = "DURATION", default_value = "5m0s")]
    timeout: String,
    /// Wait to the end also where it is plain that it is of no use: an image that there is not, a crash loop.
    #[arg(long)]
    no_fail_fast: bool,
    /// If it fails, bring back what was there before. Waits for every object.
    #[arg(long, visible_alias = "rollback-on-failure")]
    pub(crate) atomic: bool,
    /// If it fails, delete what was made new.
    #[arg(long)]
    pub(crate) cleanup_on_fail: bool,
    /// Run no hooks.
    #[arg(long)]
    no_hooks: bool,
    /// Write without having the server try every object first.
    #[arg(long)]
    no_preflight: bool,
    /// Write by server-side apply: `true`, `false`, or `auto` as the last revision was.
    #[arg(long, value_name = "true|false|auto", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    server_side: Option<String>,
    /// Take fields from other managers instead of refusing.
    #[arg(long)]
    force_conflicts: bool,
    /// Put new objects in the place of old ones instead of changing them.
    #[arg(long, visible_alias = "force")]
    force_replace: bool,
}

/// Whether the server puts objects together.
pub(crate) fn server_side(said: Option<&str>) -> Result<ServerSide> {
    match said {
        None | Some("auto") => Ok(ServerSide::Auto),
        Some("true") => Ok(ServerSide::Yes),
        Some("false") => Ok(ServerSide::No),
        Some(other) => bail!("invalid/unknown release server-side apply method: {other}"),
    }
}

impl ApplyFlags {
    /// As actions take them.
    pub(crate) fn config(&self, dialect: Dialect) -> Result<ApplyConfig> {
        Ok(ApplyConfig {
            server_side: server_side(self.server_side.as_deref())?,
            force_replace: self.force_replace,
            force_conflicts: self.force_conflicts,
            no_hooks: self.no_hooks,
            no_preflight: self.no_preflight,
            wait: WaitConfig {
                keep_waiting: self.no_fail_fast,
                ..wait_config(self.wait.as_deref(), self.wait_for_jobs, &self.timeout, dialect)?
            },
            atomic: self.atomic,
            cleanup_on_fail: self.cleanup_on_fail,
        })
    }
}

/// What is waited for, and how long.
pub(crate) fn wait_config(
    wait: Option<&str>,
    jobs: bool,
    timeout: &str,
    dialect: Dialect,
) -> Result<WaitConfig> {
    let strategy = match (wait, dialect) {
        (None | Some("false" | "hookOnly"), _) => WaitStrategy::HookOnly,
        (Some("legacy"), _) | (Some(_), Dialect::Helm3) => WaitStrategy::Legacy,
        (Some("watcher" | "true"), _) => WaitStrategy::Watcher,
        (Some(other), _) => {
            bail!("invalid wait input \"{other}\". Valid inputs are watcher, hookOnly, and legacy")
        }
    };
    Ok(WaitConfig { strategy, jobs, timeout: duration(timeout)?, keep_waiting: false })
}

/// A duration as Go writes it: `5m0s`, `1h`, `90s`.
pub(crate) fn duration(text: &str) -> Result<Duration> {
    let nanoseconds = template::functions::dates::parse_duration(text).map_err(|error| {
        anyhow!("invalid argument {} for \"--timeout\" flag: {error}", golang::strconv::quote(text))
    })?;
    Ok(Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0)))
}

/// `a=1,b=2` as labels for the record.
pub(crate) fn labels(given: &[String]) -> Result<BTreeMap<String, String>> {
    let pair = |text: &String| {
        let (key, value) =
            text.split_once('=').ok_or_else(|| anyhow!("{text} must be formatted as key=value"))?;
        Ok((key.to_owned(), value.to_owned()))
    };
    given.iter().map(pair).collect()
}
