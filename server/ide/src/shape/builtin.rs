//! The built-in objects of Helm: what they have, in the words of people who write charts.

/// An object that Helm puts into the dot, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// `.Chart` of the chart with that full path.
    Chart(std::sync::Arc<str>),
    /// `.Release`
    Release,
    /// `.Capabilities`
    Capabilities,
    /// `.Capabilities.KubeVersion`
    KubeVersion,
    /// `.Capabilities.HelmVersion`
    HelmVersion,
    /// `.Capabilities.APIVersions`
    ApiVersions,
    /// `.Files` of the chart with that full path.
    Files(std::sync::Arc<str>),
    /// `.Template`
    Template,
    /// `.Subcharts` of the chart with that full path.
    Subcharts(std::sync::Arc<str>),
    /// A field that holds no further fields: `.Release.Name`.
    Field(&'static Member, std::sync::Arc<str>),
}

/// A field or method of a built-in object.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// How it is written behind the dot.
    pub name: &'static str,
    /// The object that it belongs to, as it is written from the dot: `.Release`.
    pub owner: &'static str,
    /// Its type, or a method's parameters and result.
    pub detail: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

macro_rules! members {
    ($name:ident $owner:literal: $($member:literal $detail:literal $doc:literal;)*) => {
        #[doc = concat!("The members of `", $owner, "`.")]
        pub(crate) const $name: &[Member] =
            &[$(Member { name: $member, owner: $owner, detail: $detail, doc: $doc },)*];
    };
}

members! { ROOT "":
    "Values" "map" "What the values files and `--set` say, laid over the chart's own `values.yaml`.";
    "Chart" "object" "What `Chart.yaml` says.";
    "Release" "object" "The release that is being made: its name, namespace and revision.";
    "Capabilities" "object" "What the cluster can do: its version and the APIs that it serves.";
    "Template" "object" "The template file that is being rendered.";
    "Files" "object" "The chart's files that are no templates.";
    "Subcharts" "map" "The dots of the subcharts, by their names.";
}

members! { CHART ".Chart":
    "Name" "string" "The chart's name; a subchart's alias, if it has one.";
    "Version" "string" "The chart's version.";
    "AppVersion" "string" "The version of the application that the chart installs.";
    "Description" "string" "The chart in one sentence.";
    "Type" "string" "`application` or `library`.";
    "APIVersion" "string" "The version of the chart format: `v1` or `v2`.";
    "KubeVersion" "string" "Which versions of Kubernetes the chart works with.";
    "Home" "string" "The page of the project.";
    "Icon" "string" "The address of an image.";
    "Sources" "list" "Where the sources are.";
    "Keywords" "list" "Words to find the chart by.";
    "Maintainers" "list" "Who cares for the chart.";
    "Dependencies" "list" "The charts that it depends on and that are switched on.";
    "Annotations" "map" "Free text for other tools.";
    "Deprecated" "bool" "Whether the chart should no longer be used.";
    "Condition" "string" "A condition of the chart itself.";
    "Tags" "string" "Tags of the chart itself.";
    "IsRoot" "bool" "Whether it is the chart that is being installed, not a subchart.";
}

members! { RELEASE ".Release":
    "Name" "string" "The name of the release.";
    "Namespace" "string" "The namespace that the release goes into.";
    "IsInstall" "bool" "Whether the release is being made for the first time.";
    "IsUpgrade" "bool" "Whether the release is being changed or rolled back.";
    "Revision" "int" "The number of this revision: 1 when installed, one more with each upgrade or rollback.";
    "Service" "string" "Who renders: always `Helm`.";
}

members! { CAPABILITIES ".Capabilities":
    "KubeVersion" "object" "The version of Kubernetes.";
    "APIVersions" "list" "The API versions that the cluster serves.";
    "HelmVersion" "object" "The version of Helm.";
}

members! { KUBE_VERSION ".Capabilities.KubeVersion":
    "Version" "string" "The whole version, such as `v1.34.0`.";
    "Major" "string" "The number before the first dot.";
    "Minor" "string" "The number behind the first dot.";
    "GitVersion" "string" "The whole version; `Version` is the newer name.";
}

members! { HELM_VERSION ".Capabilities.HelmVersion":
    "Version" "string" "The whole version, such as `v4.3.1`.";
    "GitCommit" "string" "The commit that Helm was built from.";
    "GitTreeState" "string" "Whether it was built from exactly that commit: `clean` or `dirty`.";
    "GoVersion" "string" "The version of Go that it was built with.";
}

members! { API_VERSIONS ".Capabilities.APIVersions":
    "Has" "(version string) bool" "Whether the cluster serves `batch/v1` or, with a cluster, `apps/v1/Deployment`.";
}

members! { FILES ".Files":
    "Get" "(path string) string" "The text of a file; empty if there is none.";
    "GetBytes" "(path string) []byte" "The bytes of a file.";
    "Glob" "(pattern string) files" "The files whose path matches: `*` within a folder, `**` across folders.";
    "Lines" "(path string) []string" "The lines of a file, to range over.";
    "AsConfig" "() string" "The files as the `data` of a ConfigMap, in YAML.";
    "AsSecrets" "() string" "The files as the `data` of a Secret, in YAML and base64.";
}

members! { TEMPLATE ".Template":
    "Name" "string" "The path of the template, with the chart's name in front.";
    "BasePath" "string" "The path of the chart's folder of templates.";
}

impl Builtin {
    /// How it is written from the dot: `.Release.Name`.
    pub fn display(&self) -> String {
        match self {
            Self::Chart(_) => ".Chart".to_owned(),
            Self::Release => ".Release".to_owned(),
            Self::Capabilities => ".Capabilities".to_owned(),
            Self::KubeVersion => ".Capabilities.KubeVersion".to_owned(),
            Self::HelmVersion => ".Capabilities.HelmVersion".to_owned(),
            Self::ApiVersions => ".Capabilities.APIVersions".to_owned(),
            Self::Files(_) => ".Files".to_owned(),
            Self::Template => ".Template".to_owned(),
            Self::Subcharts(_) => ".Subcharts".to_owned(),
            Self::Field(member, _) => format!("{}.{}", member.owner, member.name),
        }
    }

    /// What it has.
    pub fn members(&self) -> &'static [Member] {
        match self {
            Self::Chart(_) => CHART,
            Self::Release => RELEASE,
            Self::Capabilities => CAPABILITIES,
            Self::KubeVersion => KUBE_VERSION,
            Self::HelmVersion => HELM_VERSION,
            Self::ApiVersions => API_VERSIONS,
            Self::Files(_) => FILES,
            Self::Template => TEMPLATE,
            Self::Subcharts(_) | Self::Field(..) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_explained() {
        for members in
            [ROOT, CHART, RELEASE, CAPABILITIES, KUBE_VERSION, HELM_VERSION, API_VERSIONS, FILES, TEMPLATE]
        {
            assert!(members.iter().all(|it| it.doc.ends_with('.') && !it.detail.is_empty()), "{members:?}");
        }
    }
}
