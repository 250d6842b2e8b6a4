//! What to do about a refusal: most often the repository is not there, or nobody is logged in, and registries say so in many
//! ways.

use super::reference::Reference;
use crate::error::{Error, Refusal};

/// Adds to the refusal of a push which repository was meant, and how it is made.
pub(super) fn push_refused(error: Error, target: &Reference) -> Error {
    let advice = error.refusal().and_then(|it| about_push(it, target));
    match advice {
        Some(advice) => error.advise(advice),
        None => error,
    }
}

/// Adds to the refusal of a pull what is not there, or who may ask.
pub(super) fn pull_refused(error: Error, wanted: &Reference) -> Error {
    let Some(refusal) = error.refusal() else { return error };
    let Reference { registry, repository, .. } = wanted;
    let advice = match refusal.status {
        404 if refusal.has_code("NAME_UNKNOWN") => {
            format!(
                "There is no repository {repository} in {registry}: a chart's own name is a part of its path."
            )
        }
        404 => format!("There is no {wanted}: is the version right? Leave it out for the newest."),
        401 | 403 => log_in(registry),
        _ => return error,
    };
    error.advise(advice)
}

fn about_push(refusal: &Refusal, target: &Reference) -> Option<String> {
    let Reference { registry, repository, .. } = target;
    let is_hub = matches!(registry.as_str(), "docker.io" | "registry-1.docker.io" | "index.docker.io");
    if refusal.status == 404 || refusal.has_code("NAME_UNKNOWN") {
        let head = format!(
            "There is no repository {repository} in {registry}: the chart's name is a part of the path."
        );
        return Some(match amazons(registry, repository) {
            Some(command) => format!("{head} Make it once, then push again:\n  {command}"),
            None => format!("{head} Make it there first, or push to a path that exists."),
        });
    }
    if !matches!(refusal.status, 401 | 403) {
        return None;
    }
    if is_hub && repository.split('/').count() != 2 {
        return Some(format!(
            "Docker Hub has repositories of two parts only (oci://docker.io/NAMESPACE), and {repository} is none; it says \
             401 where it means that."
        ));
    }
    Some(log_in(registry))
}

/// How somebody becomes known to a registry. Amazon's passwords are good for twelve hours.
fn log_in(registry: &str) -> String {
    let login = format!("chartroom registry login {registry}");
    let may_be = "some registries also say this of what does not exist";
    match place(registry) {
        Some((service, region)) => format!(
            "Log in, again after twelve hours ({may_be}):\n  aws {service} get-login-password --region {region} | {login} \
             --username AWS --password-stdin"
        ),
        None => format!("Nobody is logged in, or they may not do this ({may_be}):\n  {login}"),
    }
}

/// The command that makes a repository in one of Amazon's registries.
fn amazons(registry: &str, repository: &str) -> Option<String> {
    let (service, region) = place(registry)?;
    // A public registry has its owner's alias in front, which is no part of the name.
    let name = match service {
        "ecr-public" => repository.split_once('/').map_or(repository, |(_, name)| name),
        _ => repository,
    };
    Some(format!("aws {service} create-repository --repository-name {name} --region {region}"))
}

/// Which of Amazon's services a registry is of, and in which region: their names say it.
fn place(registry: &str) -> Option<(&'static str, &str)> {
    let labels: Vec<&str> = registry.split('.').collect();
    match labels[..] {
        ["public", "ecr", "aws"] => Some(("ecr-public", "us-east-1")),
        [_, "dkr", "ecr" | "ecr-fips", region, "amazonaws", ..]
        | [_, "dkr-ecr" | "dkr-ecr-fips", region, "on", "aws"] => Some(("ecr", region)),
        _ => None,
    }
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
        let advice = about_push(&refusal, &Reference::parse(target).unwrap());
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
    fn passwords_of_amazon_run_out() {
        check(
            403,
            "1.dkr.ecr.eu-north-1.amazonaws.com/team/web:1.0.0",
            expect![[r#"
                Log in, again after twelve hours (some registries also say this of what does not exist):
                  aws ecr get-login-password --region eu-north-1 | chartroom registry login 1.dkr.ecr.eu-north-1.amazonaws.com --username AWS --password-stdin"#]],
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
