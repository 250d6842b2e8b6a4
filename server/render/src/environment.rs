//! All that templates will see, before any runs: subcharts switched on, values merged, schema checked.
//!
//! The steps and their order are those of `helm template` (`action/install.go`). An editor wants to go on where
//! Helm stops, so [`prepare`] collects errors and gives what it has; the command line stops at the first.

use chart::capabilities::Capabilities;
use chart::{Chart, coalesce, dependencies};
use golang::Dialect;
use yaml::Node;

use crate::error::{Error, ErrorKind, schema_errors};

/// The release that is rendered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The namespace that it goes into.
    pub namespace: String,
    /// Whether it is there already.
    pub is_upgrade: bool,
    /// The number of the revision. 0 is none: what lint renders is neither installed nor upgraded.
    pub revision: i64,
}

/// What rendering is asked for, beside the chart and the values.
#[derive(Clone, Debug)]
pub struct Options {
    /// The release.
    pub release: Release,
    /// What templates are told of the cluster.
    pub capabilities: Capabilities,
    /// Which Helm.
    pub dialect: Dialect,
    /// Not to hold the values against `values.schema.json`.
    pub skip_schema: bool,
}

/// All that templates will see.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The chart with the subcharts that are on.
    pub chart: Chart,
    /// The values: the user's over the parent's over the subchart's.
    pub values: Node,
    /// The release.
    pub release: Release,
    /// What templates are told of the cluster.
    pub capabilities: Capabilities,
    /// Which Helm.
    pub dialect: Dialect,
}

/// What came of preparing.
#[derive(Debug)]
pub struct Prepared {
    /// As far as it could be made: always complete where there are no errors.
    pub environment: Environment,
    /// Why Helm would refuse, in the order in which it would find out.
    pub errors: Vec<Error>,
    /// What Helm would grumble about.
    pub warnings: Vec<coalesce::Warning>,
}

/// Prepares a chart for rendering with the user's values.
pub fn prepare(chart: &Chart, user: &Node, options: &Options) -> Prepared {
    let dialect = options.dialect;
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    if let Err(error) = dependencies::check_installable(chart) {
        errors.push(Error { kind: ErrorKind::NotInstallable, ..error.into() });
    }
    if let Err(error) = dependencies::check(chart) {
        let message = missing_dependencies(&error.message, dialect);
        errors.push(Error::from(error).with_message(message));
    }
    errors.extend(check_name(&options.release.name, dialect));
    let processed = match dependencies::process(chart, user, dialect) {
        Ok(processed) => {
            warnings.extend(processed.warnings);
            processed.chart
        }
        Err(error) => {
            let message = processing_failed(&error.message, dialect);
            errors.push(Error::from(error).with_message(message));
            chart.clone()
        }
    };
    let values = match coalesce::coalesce_values(&processed, user, dialect) {
        Ok(coalesced) => {
            warnings.extend(coalesced.warnings);
            coalesced.values
        }
        Err(error) => {
            errors.push(error.into());
            processed.values.clone()
        }
    };
    if !options.skip_schema
        && let Err(error) = chart::schema::validate(&processed, &values)
    {
        errors.extend(schema_errors(error));
    }
    if let Err(message) = options.capabilities.check_kube_version(&processed.metadata.kube_version) {
        let at = processed.metadata.source.value_at("kubeVersion");
        errors.push(Error::new(ErrorKind::KubeVersion, message, at));
    }
    let environment = Environment {
        chart: processed,
        values,
        release: options.release.clone(),
        capabilities: options.capabilities.clone(),
        dialect,
    };
    Prepared { environment, errors, warnings }
}

/// Whether Kubernetes takes a name for a release (`chartutil.ValidateReleaseName`).
pub fn is_release_name(name: &str) -> bool {
    const LONGEST: usize = 53;
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let ends = [label.bytes().next(), label.bytes().next_back()];
        ends.iter().all(|end| end.is_some_and(is_inner)) && label.bytes().all(|it| is_inner(it) || it == b'-')
    };
    name.len() <= LONGEST && name.split('.').all(is_label)
}

fn check_name(name: &str, dialect: Dialect) -> Option<Error> {
    if is_release_name(name) {
        return None;
    }
    let reason = match name {
        "" => "no name provided",
        _ => {
            "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ \
             and the length must not be longer than 53"
        }
    };
    let reason = format!("release name {}: {reason}", golang::strconv::quote(name));
    let message = match dialect {
        Dialect::Helm3 => reason.clone(),
        Dialect::Helm4 => format!("release name check failed: {reason}"),
    };
    Some(Error::new(ErrorKind::ReleaseName, reason, None).with_message(message))
}

fn missing_dependencies(message: &str, dialect: Dialect) -> String {
    let (first, command) = match dialect {
        Dialect::Helm3 => ("An", "`helm dependency build`"),
        Dialect::Helm4 => ("an", "'helm dependency build'"),
    };
    format!(
        "{first} error occurred while checking for chart dependencies. You may need to run {command} to fetch \
         missing dependencies: {message}"
    )
}

fn processing_failed(message: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Helm3 => message.to_owned(),
        Dialect::Helm4 => format!("chart dependencies processing failed: {message}"),
    }
}
