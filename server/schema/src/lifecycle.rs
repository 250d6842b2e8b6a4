//! Which APIs of Kubernetes are deprecated or gone, since when, and what is there instead.
//!
//! The facts are those that Kubernetes' own types tell (`APILifecycleDeprecated` and the like).

const TABLE: &str = include_str!("../data/lifecycle.tsv");

/// What becomes of a kind in a version of its API. Versions of Kubernetes are `1.25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// `policy/v1beta1`.
    pub api_version: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// Deprecated since.
    pub deprecated: &'static str,
    /// No longer served since; empty if that is not decided.
    pub removed: &'static str,
    /// What to use: `policy/v1 PodDisruptionBudget`; empty if there is nothing.
    pub replacement: &'static str,
}

/// All of them.
pub fn lifecycle() -> impl Iterator<Item = Lifecycle> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let mut cell = || cells.next();
        Some(Lifecycle {
            api_version: cell()?,
            kind: cell()?,
            deprecated: cell()?,
            removed: cell()?,
            replacement: cell()?,
        })
    })
}

impl Lifecycle {
    /// What becomes of one kind.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        lifecycle().find(|it| it.api_version == api_version && it.kind == kind)
    }

    /// Whether it is gone in a minor version of Kubernetes 1.
    pub(crate) fn is_gone(&self, minor: u32) -> bool {
        minor_of(self.removed).is_some_and(|it| it <= minor)
    }

    /// Whether it is deprecated in a minor version of Kubernetes 1.
    pub(crate) fn is_deprecated(&self, minor: u32) -> bool {
        minor_of(self.deprecated).is_some_and(|it| it <= minor)
    }
}

fn minor_of(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read() {
        assert_eq!(lifecycle().count(), TABLE.lines().count() - 1);
        assert!(lifecycle().all(|it| minor_of(it.deprecated).is_some()));
    }

    #[test]
    fn versions_decide() {
        let budget = Lifecycle::of("policy/v1beta1", "PodDisruptionBudget").unwrap();
        assert!(budget.is_deprecated(24) && !budget.is_gone(24) && budget.is_gone(25));
        assert_eq!(budget.replacement, "policy/v1 PodDisruptionBudget");
    }
}
