//! What to do about a push that was refused: most often the repository is not there, and registries say so in many ways.

use super::reference::Reference;
use crate::error::{Error, Refusal};

/// Adds to a refusal which repository was meant, and how it is made.
pub(super) fn refused(error: Error, target: &Reference) -> Error {
    let Some(refusal) = error.refusal() else { return error };
    match advice(refusal, target) {
        Some(advice) => error.advise(advice),
        None => error,
    }
}

fn advice(refusal: &Refusal, target: &Reference) -> Option<String> {
    let Reference { registry, repository, .. } = target;
    let is_hub = matches!(registry.as_str(), "docker.io" | "registry-1.docker.io" | "index.docker.io");
    let unknown = refusal.status == 404 || refusal.has_code("NAME_UNKNOWN");
    let denied = matches!(refusal.status, 401 | 403);
    if unknown {
        let head = format!(
            "There is no repository {repository} in {registry}: the chart's name is a part of the path."
        );
        return Some(match amazons(registry, repository) {
            Some(command) => format!("{head} Make it once, then push again:\n  {command}"),
            None => format!("{head} Make it there first, or push to a path that exists."),
        });
    }
    if denied && is_hub && repository.split('/').count() != 2 {
        return Some(format!(
            "Docker Hub has repositories of two parts only (oci://docker.io/NAMESPACE), and {repository} is none; it says \
             401 where it means that."
        ));
    }
    denied.then(|| {
        format!(
            "Whoever is logged in to {registry} may not push to {repository}, or nobody is: \
             chartroom registry login {registry}. Some registries also say this where the repository does not exist."
        )
    })
}

/// The command that makes a repository in one of Amazon's registries, whose names say where they are.
fn amazons(registry: &str, repository: &str) -> Option<String> {
    let labels: Vec<&str> = registry.split('.').collect();
    let (service, region) = match labels[..] {
        ["public", "ecr", "aws"] => ("ecr-public", "us-east-1"),
        [_, "dkr", "ecr" | "ecr-fips", region, "amazonaws", ..]
        | [_, "dkr-ecr" | "dkr-ecr-fips", region, "on", "aws"] => ("ecr", region),
        _ => return None,
    };
    // A public registry has its owner's alias in front, which is no part of the name.
    let name = match service {
        "ecr-public" => repository.split_once('/').map_or(repository, |(_, name)| name),
        _ => repository,
    };
    Some(format!("aws {service} create-repository --repository-name {name} --region {region}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use reqwest::Method;

    fn check(status: u16, target: &str, expected: Expect) {
        let refusal = Refusal {
            method: Method::POST,
            url: url::Url::parse("https://host/").unwrap(),
            status,
            errors: Vec::new(),
            page: None,
            advice: String::new(),
        };
        let advice = advice(&refusal, &Reference::parse(target).unwrap());
        expected.assert_eq(&advice.unwrap_or_default());
    }

    #[test]
    fn the_guides_mistake() {
        check(
            404,
            "905418385260.dkr.ecr.eu-north-1.amazonaws.com/devops-network-helm/devops-network-chart:0.1.2",
            expect![[r#"
                There is no repository devops-network-helm/devops-network-chart in 905418385260.dkr.ecr.eu-north-1.amazonaws.com: the chart's name is a part of the path. Make it once, then push again:
                  aws ecr create-repository --repository-name devops-network-helm/devops-network-chart --region eu-north-1"#]],
        );
    }

    #[test]
    fn docker_hub_says_401_for_what_it_does_not_have() {
        check(
            401,
            "docker.io/me/charts/web:1.0.0",
            expect![
                "Docker Hub has repositories of two parts only (oci://docker.io/NAMESPACE), and me/charts/web is none; it says 401 where it means that."
            ],
        );
    }

    #[test]
    fn others_are_not_amazon() {
        check(
            404,
            "registry.example/team/web:1.0.0",
            expect![
                "There is no repository team/web in registry.example: the chart's name is a part of the path. Make it there first, or push to a path that exists."
            ],
        );
        check(500, "registry.example/team/web:1.0.0", expect![""]);
    }
}
