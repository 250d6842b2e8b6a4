//! Which APIs of Kubernetes are deprecated or gone, by its version (`deprecations.go`).
//!
//! The facts are those of [`schema::Lifecycle`].

use chart::capabilities::KubeVersion;
use schema::Lifecycle;

/// What to say about an API in that version of Kubernetes, if it is deprecated there.
pub(super) fn deprecation(api_version: &str, kind: &str, kube: &KubeVersion) -> Option<String> {
    let api = Lifecycle::of(api_version, kind)?;
    let current = (kube.major.parse().ok()?, kube.minor.parse().ok()?);
    // Without a version everything that is deprecated anywhere is.
    if current != (0, 0) && since(api.deprecated)? > current {
        return None;
    }
    let mut text = format!("{api_version} {kind} is deprecated in v{}+", api.deprecated);
    if !api.removed.is_empty() {
        text += &format!(", unavailable in v{}+", api.removed);
    }
    if !api.replacement.is_empty() {
        text += &format!("; use {}", api.replacement);
    }
    Some(text)
}

fn since(version: &str) -> Option<(u64, u64)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use golang::Dialect;

    use super::*;

    #[track_caller]
    fn check(api_version: &str, kind: &str, kube: &str, want: Option<&str>) {
        let kube = KubeVersion::parse(kube, Dialect::Helm4).unwrap();
        assert_eq!(deprecation(api_version, kind, &kube).as_deref(), want);
    }

    #[test]
    fn the_version_decides() {
        let text =
            "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob";
        check("batch/v1beta1", "CronJob", "1.20", None);
        check("batch/v1beta1", "CronJob", "1.21", Some(text));
        check("batch/v1beta1", "CronJob", "2.0", Some(text));
        check("batch/v1", "CronJob", "1.37", None);
        check("example.com/v1beta1", "CronJob", "1.37", None);
    }

    #[test]
    fn not_all_have_a_removal_or_a_replacement() {
        check("v1", "ComponentStatus", "1.30", Some("v1 ComponentStatus is deprecated in v1.19+"));
        let text = "events.k8s.io/v1beta1 Event is deprecated in v1.22+, unavailable in v1.25+";
        check("events.k8s.io/v1beta1", "Event", "1.30", Some(text));
    }
}
