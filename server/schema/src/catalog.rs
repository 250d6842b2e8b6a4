//! What one cluster knows: a minor version of Kubernetes, and kinds that were defined in it or come with a chart.

use std::sync::Arc;

use text::nearest;

use crate::custom::CustomKind;
use crate::kubernetes::{Kubernetes, NEWEST, OLDEST, served};
use crate::lifecycle::Lifecycle;
use crate::shape::{Object, Shape};

/// What one cluster knows.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) kubernetes: &'static Kubernetes,
    minor: u32,
    custom: Vec<Arc<CustomKind>>,
}

/// A kind that is known.
#[derive(Clone, Debug)]
pub struct KindRef {
    pub(crate) shape: Shape,
    /// Where it is defined, and in which of its versions, if it is none of Kubernetes' own.
    pub(crate) custom: Option<(Arc<CustomKind>, String)>,
}

/// Whether a cluster takes objects of a kind.
#[derive(Clone, Debug)]
pub enum Served {
    /// It does.
    Yes(KindRef),
    /// It does not: why not, and what else to do, in a sentence.
    No(String),
    /// Nobody here knows.
    Unknown,
}

impl Catalog {
    /// A minor version of Kubernetes 1, and kinds beside its own. Of several with the same name the first one counts.
    pub fn new(minor: u32, custom: Vec<Arc<CustomKind>>) -> Self {
        Self { kubernetes: Kubernetes::version(minor), minor, custom }
    }

    /// The minor version that was asked for.
    pub fn minor(&self) -> u32 {
        self.minor
    }

    /// Whether objects of a kind are taken.
    pub fn served(&self, api_version: &str, kind: &str) -> Served {
        if let Some(known) = self.kind(api_version, kind) {
            return Served::Yes(known);
        }
        // What there will be in the next version nobody knows.
        if !(OLDEST..=NEWEST).contains(&self.minor) {
            return Served::Unknown;
        }
        self.refused(api_version, kind).map_or(Served::Unknown, Served::No)
    }

    /// The kind, if it is known.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<KindRef> {
        if let Some(id) = self.kubernetes.kind(api_version, kind) {
            return Some(KindRef { shape: Shape::Named(id), custom: None });
        }
        let (group, version) = api_version.split_once('/')?;
        let mut custom = self.custom.iter().filter(|it| it.group == group && it.kind == kind);
        let (custom, shape) = custom.find_map(|it| Some((it, it.shape(version)?)))?;
        Some(KindRef { shape: shape.clone(), custom: Some((custom.clone(), version.to_owned())) })
    }

    /// The version of an API that has a kind, where a template does not say which: Kubernetes' own kinds come first, and
    /// stable versions before others.
    pub fn version_of(&self, kind: &str) -> Option<String> {
        let own = self.kubernetes.kinds().filter(|it| it.1 == kind).map(|it| it.0.to_owned());
        let custom = self.custom.iter().filter(|it| it.kind == kind);
        let custom = custom.flat_map(|it| it.versions().map(|version| format!("{}/{version}", it.group)));
        let is_unstable = |it: &String| it.contains("alpha") || it.contains("beta");
        own.min_by_key(|it| (is_unstable(it), it.clone())).or_else(|| {
            let mut custom: Vec<String> = custom.collect();
            custom.sort_by_key(is_unstable);
            custom.into_iter().next()
        })
    }

    /// Every kind: version and kind, sorted by kind.
    pub fn kinds(&self) -> Vec<(String, String)> {
        let own = self.kubernetes.kinds().map(|(version, kind)| (version.to_owned(), kind.to_owned()));
        let custom = self
            .custom
            .iter()
            .flat_map(|it| it.versions().map(|version| (format!("{}/{version}", it.group), it.kind.clone())));
        let mut all: Vec<_> = own.chain(custom).collect();
        all.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        all.dedup();
        all
    }

    /// Why a kind is refused, where that is certain.
    fn refused(&self, api_version: &str, kind: &str) -> Option<String> {
        let here = format!("Kubernetes 1.{}", self.minor);
        let instead = |it: &Lifecycle| match it.replacement {
            "" => String::new(),
            replacement => format!("; use {replacement}"),
        };
        if let Some(gone) = Lifecycle::of(api_version, kind).filter(|it| it.is_gone(self.minor)) {
            let (since, use_instead) = (gone.removed, instead(&gone));
            return Some(format!(
                "{here} has no {api_version} {kind} any longer (since {since}){use_instead}"
            ));
        }
        let group = |version: &str| version.split_once('/').map_or(String::new(), |it| it.0.to_owned());
        let wanted = group(api_version);
        let is_defined = self.custom.iter().any(|it| it.group == wanted);
        if is_defined || !self.kubernetes.kinds().any(|it| group(it.0) == wanted) {
            return None;
        }
        if let Some((first, last)) = served(api_version, kind) {
            return Some(if first > self.minor {
                format!("{here} has no {api_version} {kind} yet; there is one since 1.{first}")
            } else {
                let known = Lifecycle::of(api_version, kind);
                let use_instead = known.as_ref().map(instead).unwrap_or_default();
                format!("{here} has no {api_version} {kind} any longer (since 1.{}){use_instead}", last + 1)
            });
        }
        if kind.ends_with("List") || kind.is_empty() {
            return None;
        }
        let by_kind = self.kubernetes.kinds().filter(|it| it.1 == kind).map(|it| format!("{} {kind}", it.0));
        let of_version = self.kubernetes.kinds().filter(|it| it.0 == api_version).map(|it| it.1);
        let meant =
            by_kind.min().or_else(|| nearest(kind, of_version).map(|it| format!("{api_version} {it}")));
        let hint = meant.map(|it| format!("; did you mean {it}?")).unwrap_or_default();
        Some(format!("{here} has no {api_version} {kind}{hint}"))
    }

    /// The keys of a map, if certain ones belong there.
    pub(crate) fn object<'c>(&'c self, shape: &'c Shape) -> Option<&'c Object> {
        match shape {
            Shape::Object(object) => Some(object),
            Shape::Named(id) => Some(self.kubernetes.object(*id)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custom::{definition, tests::WIDGETS};

    #[track_caller]
    fn check(minor: u32, api_version: &str, kind: &str, want: &str) {
        let catalog = Catalog::new(minor, definition(WIDGETS).map(Arc::new).into_iter().collect());
        let told = match catalog.served(api_version, kind) {
            Served::Yes(_) => "yes".to_owned(),
            Served::No(why) => why,
            Served::Unknown => "unknown".to_owned(),
        };
        assert_eq!(told, want);
    }

    #[test]
    fn kinds_that_there_are() {
        check(37, "apps/v1", "Deployment", "yes");
        check(37, "example.com/v1", "Widget", "yes");
        check(37, "v1", "List", "unknown");
        check(37, "example.com/v9", "Widget", "unknown");
        check(37, "other.example.com/v1", "Thing", "unknown");
    }

    #[test]
    fn kinds_that_are_gone_or_not_there_yet() {
        let gone = "Kubernetes 1.37 has no policy/v1beta1 PodDisruptionBudget any longer (since 1.25); use policy/v1 \
                    PodDisruptionBudget";
        check(37, "policy/v1beta1", "PodDisruptionBudget", gone);
        let early = "Kubernetes 1.28 has no admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy yet; there is one \
                     since 1.30";
        check(28, "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", early);
    }

    #[test]
    fn kinds_that_never_were() {
        check(
            37,
            "apps/v1",
            "Deploymnet",
            "Kubernetes 1.37 has no apps/v1 Deploymnet; did you mean apps/v1 Deployment?",
        );
        check(
            37,
            "v1",
            "Deployment",
            "Kubernetes 1.37 has no v1 Deployment; did you mean apps/v1 Deployment?",
        );
        check(38, "apps/v1", "Deploymnet", "unknown");
    }
}
