//! What templates are told about the cluster and about Helm when there is no cluster to ask.

use golang::Dialect;
use golang::semver::is_compatible_range;
use golang::strconv::quote;

/// `.Capabilities`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes.
    pub kube_version: KubeVersion,
    /// The API versions that the cluster serves, and with a cluster also `group/version/Kind`.
    pub api_versions: Vec<String>,
    /// The version of Helm.
    pub helm_version: HelmVersion,
}

/// `.Capabilities.KubeVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// `.Version`: what was given. Helm 4 keeps a suffix like `-gke.1`, Helm 3 drops it.
    pub version: String,
    /// The version without suffix, which constraints are checked against and which is printed.
    pub normalized: String,
    /// `.Major`.
    pub major: String,
    /// `.Minor`.
    pub minor: String,
}

/// `.Capabilities.HelmVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelmVersion {
    /// `.Version`.
    pub version: String,
    /// `.GitCommit`.
    pub git_commit: String,
    /// `.GitTreeState`.
    pub git_tree_state: String,
    /// `.GoVersion`.
    pub go_version: String,
    /// `.KubeClientVersion`, which Helm 3 does not have.
    pub kube_client_version: Option<String>,
}

impl Capabilities {
    /// What `helm template` assumes.
    pub fn defaults(dialect: Dialect) -> Self {
        Self {
            kube_version: KubeVersion::default(),
            api_versions: DEFAULT_API_VERSIONS.iter().map(|&it| it.to_owned()).collect(),
            helm_version: HelmVersion::of(dialect),
        }
    }

    /// `.APIVersions.Has`.
    pub fn has(&self, api_version: &str) -> bool {
        self.api_versions.iter().any(|it| it == api_version)
    }

    /// Checks a chart's `kubeVersion`; the error is Helm's.
    pub fn check_kube_version(&self, constraint: &str) -> Result<(), String> {
        let version = &self.kube_version.normalized;
        if constraint.is_empty() || is_compatible_range(constraint, version) {
            return Ok(());
        }
        Err(format!(
            "chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}"
        ))
    }
}

impl Default for KubeVersion {
    /// The version that released builds of both Helms assume.
    fn default() -> Self {
        let version = "v1.37.0".to_owned();
        Self { normalized: version.clone(), version, major: "1".to_owned(), minor: "37".to_owned() }
    }
}

impl KubeVersion {
    /// Reads `--kube-version`: two numbers or more, with or without `v`, anything after them.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, String> {
        let numbers =
            split_numbers(text).ok_or_else(|| format!("could not parse {} as version", quote(text)))?;
        let parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() < 2 {
            return Err(format!("illegal version string {}", quote(text)));
        }
        let mut values = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            if index == 0 && part.starts_with('0') && *part != "0" {
                let (part, text) = (quote(part), quote(text));
                return Err(format!("illegal zero-prefixed version component {part} in {text}"));
            }
            values.push(part.parse::<u64>().map_err(|_| {
                let (part, text) = (quote(part), quote(text));
                let reason = format!("strconv.ParseUint: parsing {part}: value out of range");
                format!("illegal non-numeric version component {part} in {text}: {reason}")
            })?);
        }
        let printed: Vec<String> = values.iter().map(u64::to_string).collect();
        let normalized = format!("v{}", printed.join("."));
        let version = match dialect {
            Dialect::Helm3 => normalized.clone(),
            Dialect::Helm4 if text.starts_with('v') => text.to_owned(),
            Dialect::Helm4 => format!("v{text}"),
        };
        Ok(Self { version, normalized, major: printed[0].clone(), minor: printed[1].clone() })
    }
}

/// `^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)*$`: the numbers.
fn split_numbers(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut end = 0;
    loop {
        let digits = text[end..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            // A dot without a number after it belongs to the rest.
            return if end == 0 { None } else { Some(&text[..end - 1]) };
        }
        end += digits;
        if !text[end..].starts_with('.') {
            // `.` does not match a line break in what follows.
            return (!text[end..].contains('\n')).then_some(&text[..end]);
        }
        end += 1;
    }
}

impl HelmVersion {
    /// The release that we stand in for.
    pub fn of(dialect: Dialect) -> Self {
        let (version, kube_client_version) = match dialect {
            Dialect::Helm3 => ("v3.22.0", None),
            Dialect::Helm4 => ("v4.3.1", Some("v1.37".to_owned())),
        };
        Self {
            version: version.to_owned(),
            git_commit: String::new(),
            git_tree_state: "clean".to_owned(),
            go_version: "go1.26.8".to_owned(),
            kube_client_version,
        }
    }
}

/// The API versions that client-go 0.37 knows, in its order of priority; the same in both Helms.
pub const DEFAULT_API_VERSIONS: [&str; 57] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, dialect: Dialect) -> Result<(String, String), String> {
        KubeVersion::parse(text, dialect).map(|it| (it.version, it.normalized))
    }

    #[test]
    fn suffix_is_kept_by_helm4_only() {
        let normalized = "v1.33.4".to_owned();
        assert_eq!(
            parse("v1.33.4-gke.1245000", Dialect::Helm3),
            Ok((normalized.clone(), normalized.clone()))
        );
        assert_eq!(
            parse("1.33.4-gke.1245000", Dialect::Helm4),
            Ok(("v1.33.4-gke.1245000".to_owned(), normalized))
        );
    }

    #[test]
    fn two_numbers_are_enough() {
        let version = KubeVersion::parse("1.30", Dialect::Helm4).unwrap();
        assert_eq!((&*version.normalized, &*version.major, &*version.minor), ("v1.30", "1", "30"));
        assert_eq!(KubeVersion::parse("1.30.", Dialect::Helm3).unwrap().normalized, "v1.30");
    }

    #[test]
    fn errors() {
        for (text, want) in [
            ("abc", "could not parse \"abc\" as version"),
            ("", "could not parse \"\" as version"),
            ("v1", "illegal version string \"v1\""),
            ("01.2", "illegal zero-prefixed version component \"01\" in \"01.2\""),
        ] {
            assert_eq!(parse(text, Dialect::Helm4), Err(want.to_owned()), "{text}");
        }
    }

    #[test]
    fn constraint_on_the_cluster() {
        let capabilities = Capabilities::defaults(Dialect::Helm4);
        assert_eq!(capabilities.check_kube_version(""), Ok(()));
        assert_eq!(capabilities.check_kube_version(">=1.19-0"), Ok(()));
        assert_eq!(
            capabilities.check_kube_version("<1.20").unwrap_err(),
            "chart requires kubeVersion: <1.20 which is incompatible with Kubernetes v1.37.0"
        );
        assert!(capabilities.has("apps/v1") && !capabilities.has("apps/v9"));
    }
}
