//! How a release is deployed, in the words of the release's room: what the helmfile says with the flags of the command line
//! over it, as Helmfile makes flags of Helm out of them (`flagsForUpgrade`).

use std::collections::BTreeMap;
use std::time::Duration;

use chart::Dialect;
use regex::Regex;
use release::actions::install::InstallConfig;
use release::actions::uninstall::UninstallConfig;
use release::actions::upgrade::UpgradeConfig;
use release::actions::{ApplyConfig, ServerSide};
use release::ports::Propagation;
use release::{Error, ErrorKind, ValuesRule, WaitConfig, WaitStrategy};

use crate::Release;

/// What the command line says for all releases.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--wait`
    pub wait: bool,
    /// `--wait-for-jobs`
    pub wait_for_jobs: bool,
    /// `--timeout`, in seconds; 0 leaves it to the helmfile.
    pub timeout: u64,
    /// `--skip-crds`
    pub skip_crds: bool,
    /// `--reuse-values`
    pub reuse_values: bool,
    /// `--reset-values`, which wins.
    pub reset_values: bool,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// `--server-side`
    pub server_side: Option<String>,
    /// `--sync-release-labels`
    pub sync_release_labels: bool,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--description`
    pub description: Option<String>,
    /// `--cascade`
    pub cascade: Option<String>,
    /// `--deleteWait`
    pub delete_wait: bool,
    /// `--deleteTimeout`, in seconds; 0 leaves it to the helmfile.
    pub delete_timeout: u64,
    /// `--post-renderer` and its arguments.
    pub post_renderer: Option<(String, Vec<String>)>,
    /// `--suppress-output-line-regex`
    pub suppress_output_line_regex: Vec<String>,
}

/// How a release is deployed.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Which values count.
    pub values: ValuesRule,
    /// How it is installed.
    pub install: InstallConfig,
    /// How it is upgraded.
    pub upgrade: UpgradeConfig,
    /// How it is uninstalled.
    pub uninstall: UninstallConfig,
    /// How many revisions are kept; 0 is all.
    pub history_max: usize,
    /// If an object cannot be changed, the release is uninstalled and installed anew.
    pub reinstall_if_forbidden: bool,
    /// Not to hold values against the chart's schema.
    pub skip_schema_validation: bool,
    /// A program that changes the manifests, and its arguments.
    pub post_renderer: Option<(String, Vec<String>)>,
    /// Lines that match one of these are not shown.
    pub suppressed_lines: Vec<Regex>,
}

impl Config {
    /// What the helmfile says of a release, with the command line over it.
    pub fn new(release: &Release, over: &Overrides, dialect: Dialect) -> Result<Self, Error> {
        let options = &release.options;
        let name = release.name.it.clone();
        let labels = match options.sync_release_labels || over.sync_release_labels {
            true => release.own_labels.clone(),
            false => BTreeMap::new(),
        };
        let take_ownership = options.take_ownership || over.take_ownership;
        let description = over.description.clone().unwrap_or_else(|| release.description.clone());
        let apply = apply_config(release, over, dialect)?;
        let install = InstallConfig {
            name: name.clone(),
            namespace: release.namespace.it.clone(),
            create_namespace: options.create_namespace,
            // As `upgrade --install` does.
            replace: true,
            skip_crds: options.skip_crds || over.skip_crds,
            take_ownership,
            description: description.clone(),
            labels: labels.clone(),
            dry_run: false,
            apply,
        };
        let reuses = (options.reuse_values || over.reuse_values) && !over.reset_values;
        Ok(Self {
            values: if reuses { ValuesRule::Reuse } else { ValuesRule::Reset },
            install,
            upgrade: UpgradeConfig { name, take_ownership, description, labels, dry_run: false, apply },
            uninstall: uninstall_config(release, over, dialect)?,
            history_max: usize::try_from(options.history_max).unwrap_or(usize::MAX),
            reinstall_if_forbidden: options.reinstall_if_forbidden,
            skip_schema_validation: options.skip_schema_validation || over.skip_schema_validation,
            post_renderer: match options.post_renderer.as_str() {
                "" => over.post_renderer.clone(),
                program => Some((program.to_owned(), options.post_renderer_args.clone())),
            },
            suppressed_lines: suppressed_lines(release, over)?,
        })
    }
}

fn suppressed_lines(release: &Release, over: &Overrides) -> Result<Vec<Regex>, Error> {
    let said = match release.options.suppress_output_line_regex.as_slice() {
        [] => &over.suppress_output_line_regex,
        said => said,
    };
    let read = |text: &String| {
        Regex::new(text).map_err(|error| refused(release, &format!("suppressOutputLineRegex: {error}")))
    };
    said.iter().filter(|it| !it.is_empty()).map(read).collect()
}

fn waiting(waits: bool, dialect: Dialect) -> WaitStrategy {
    match (waits, dialect) {
        (false, _) => WaitStrategy::HookOnly,
        (true, Dialect::Helm3) => WaitStrategy::Legacy,
        (true, Dialect::Helm4) => WaitStrategy::Watcher,
    }
}

fn apply_config(release: &Release, over: &Overrides, dialect: Dialect) -> Result<ApplyConfig, Error> {
    let options = &release.options;
    if options.force && options.force_conflicts {
        return Err(refused(release, "force and forceConflicts are mutually exclusive"));
    }
    let timeout = if over.timeout > 0 { Some(over.timeout) } else { options.timeout };
    Ok(ApplyConfig {
        server_side: server_side(release, over)?,
        force_replace: options.force,
        force_conflicts: options.force_conflicts,
        no_hooks: false,
        no_preflight: false,
        wait: WaitConfig {
            strategy: waiting(options.wait || over.wait, dialect),
            jobs: options.wait_for_jobs || over.wait_for_jobs,
            timeout: timeout.map_or(WaitConfig::default().timeout, Duration::from_secs),
            keep_waiting: false,
        },
        atomic: options.atomic,
        cleanup_on_fail: options.cleanup_on_fail,
    })
}

fn server_side(release: &Release, over: &Overrides) -> Result<ServerSide, Error> {
    let said = match release.options.server_side.as_str() {
        "" => over.server_side.as_deref().unwrap_or_default(),
        said => said,
    };
    match said {
        "" | "auto" => Ok(ServerSide::Auto),
        "true" => Ok(ServerSide::Yes),
        "false" => Ok(ServerSide::No),
        other => {
            let quoted = golang::strconv::quote(other);
            let why = format!("invalid serverSide value {quoted}: must be \"true\", \"false\", or \"auto\"");
            Err(refused(release, &why))
        }
    }
}

fn uninstall_config(release: &Release, over: &Overrides, dialect: Dialect) -> Result<UninstallConfig, Error> {
    let options = &release.options;
    let cascade = match options.cascade.as_str() {
        "" => over.cascade.as_deref().unwrap_or_default(),
        said => said,
    };
    let propagation = match cascade {
        "" | "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            let why = format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            );
            return Err(refused(release, &why));
        }
    };
    let timeout = if over.delete_timeout > 0 { Some(over.delete_timeout) } else { options.delete_timeout };
    Ok(UninstallConfig {
        // Who finds it gone already has what was wanted.
        ignore_not_found: true,
        propagation,
        wait: WaitConfig {
            strategy: waiting(options.delete_wait || over.delete_wait, dialect),
            timeout: timeout.map_or(WaitConfig::default().timeout, Duration::from_secs),
            ..WaitConfig::default()
        },
        ..UninstallConfig::default()
    })
}

fn refused(release: &Release, why: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("failed processing release {}: {why}", release.name.it))
}
