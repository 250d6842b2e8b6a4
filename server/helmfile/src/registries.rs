//! A mistake about Amazon's registries that many make: a repository is made by hand there, and is made with the path that
//! `push` was given. But the chart's own name is added to that path, so that there is no such repository, or the chart is in
//! another one than the helmfile says.

use crate::model::{Release, Repository, StateFile};
use crate::{Code, Finding};

/// Charts that are said to lie at the top of such a registry.
pub(crate) fn flat_paths(file: &StateFile) -> Vec<Finding> {
    file.releases.iter().filter_map(|release| flat_path(file, release)).collect()
}

fn flat_path(file: &StateFile, release: &Release) -> Option<Finding> {
    let chart = release.chart.it.as_str();
    let (address, repository) = if let Some(address) = chart.strip_prefix("oci://") {
        (address.to_owned(), None)
    } else {
        let (name, chart) = release.repository_and_chart()?;
        let repository = file.repositories.iter().find(|it| it.oci && it.name == name)?;
        (address_of(repository, chart), Some(repository))
    };
    let (host, path) = address.split_once('/')?;
    if !is_made_by_hand(host) || path.trim_end_matches('/').contains('/') {
        return None;
    }
    let message = format!("the chart is looked for in the repository {path} at the top of {host}");
    let advice = format!(
        "if it was pushed to oci://{host}/{path}, it is at oci://{host}/{path}/CHART: `push` adds the chart's name, and a repository \
         of that name must have been made before"
    );
    let finding = Finding::warning(Code::FlatPath, release.chart.at, message).advise(advice);
    Some(finding.relate(repository.and_then(|it| it.at), "the repository is named here"))
}

fn address_of(repository: &Repository, chart: &str) -> String {
    let url = repository.url.as_str();
    format!("{}/{chart}", url.strip_prefix("oci://").unwrap_or(url).trim_end_matches('/'))
}

/// Whether repositories do not come into being by a push. Those of Amazon's public registry are others' and are there; their
/// owner's alias stands before a name that may well be the chart's.
fn is_made_by_hand(host: &str) -> bool {
    host.contains(".dkr.ecr") || host.contains(".dkr-ecr")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::testing::{load, request, shown};

    fn told(helmfile: &str) -> String {
        let loaded = load(&format!("#- helmfile.yaml\n{helmfile}"), &request("default"));
        shown(&loaded.findings, &loaded.files)
    }

    #[test]
    fn the_guides_mistake() {
        let told = told(
            "releases:\n- {name: a, chart: 'oci://1.dkr.ecr.eu-north-1.amazonaws.com/devops-network-helm'}\n\
             - {name: b, chart: 'oci://1.dkr.ecr.eu-north-1.amazonaws.com/devops-network-helm/devops-network-chart'}\n\
             - {name: c, chart: 'oci://public.ecr.aws/alias/web'}\n- {name: d, chart: 'oci://ghcr.io/web'}\n",
        );
        expect![[r#"
            Warning helmfile-flat-path helmfile.yaml:2:20: the chart is looked for in the repository devops-network-helm at the top of 1.dkr.ecr.eu-north-1.amazonaws.com
            if it was pushed to oci://1.dkr.ecr.eu-north-1.amazonaws.com/devops-network-helm, it is at oci://1.dkr.ecr.eu-north-1.amazonaws.com/devops-network-helm/CHART: `push` adds the chart's name, and a repository of that name must have been made before
        "#]].assert_eq(&told);
    }

    #[test]
    fn the_same_through_a_repository() {
        let repository = |url: &str| {
            told(&format!(
                "repositories:\n- {{name: own, oci: true, url: {url}}}\nreleases:\n- {{name: a, chart: own/web}}\n"
            ))
        };
        expect![[r#"
            Warning helmfile-flat-path helmfile.yaml:4:20: the chart is looked for in the repository web at the top of 1.dkr.ecr.eu-north-1.amazonaws.com
            if it was pushed to oci://1.dkr.ecr.eu-north-1.amazonaws.com/web, it is at oci://1.dkr.ecr.eu-north-1.amazonaws.com/web/CHART: `push` adds the chart's name, and a repository of that name must have been made before
        "#]].assert_eq(&repository("1.dkr.ecr.eu-north-1.amazonaws.com"));
        assert_eq!(repository("1.dkr.ecr.eu-north-1.amazonaws.com/team"), "");
        assert_eq!(repository("registry.example"), "");
    }
}
