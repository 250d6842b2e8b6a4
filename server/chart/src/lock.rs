//! `Chart.lock`: which versions were chosen, and a digest that tells whether `Chart.yaml` asked for something else since.
//!
//! Choosing needs no network here: a dependency is a folder (`file://…`) or lies in `charts/` already. Looking there is
//! the caller's; the time at which a lock was made comes from outside too.

use golang::semver::{Constraints, Version};
use golang::strconv::quote;
use sha2::{Digest, Sha256};

use crate::{Dependency, Metadata, json};

/// The name of the lock file of a chart: it moved with API version 2.
pub fn lock_file_name(metadata: &Metadata) -> &'static str {
    if metadata.api_version == "v1" { "requirements.lock" } else { "Chart.lock" }
}

/// The digest that a lock file has for what was asked for and what was chosen (`resolver.HashReq`). `None` is a list
/// that is not there at all: Go hashes `null` then.
pub fn digest(required: Option<&[Dependency]>, locked: Option<&[Dependency]>) -> String {
    hash(&format!("[{},{}]", list_json(required), list_json(locked)))
}

/// The digest that Helm 2 wrote into `requirements.lock` (`resolver.HashV2Req`).
pub fn digest_of_helm2(required: Option<&[Dependency]>) -> String {
    hash(&format!("{{\"dependencies\":{}}}", list_json(required)))
}

fn hash(json: &str) -> String {
    use std::fmt::Write;
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(json) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn list_json(dependencies: Option<&[Dependency]>) -> String {
    let Some(dependencies) = dependencies else { return "null".to_owned() };
    let items: Vec<String> = dependencies.iter().map(json::dependency).collect();
    format!("[{}]", items.join(","))
}

/// Chooses a version for each dependency (`resolver.Resolve`). `look` says which version the chart of a dependency has,
/// or `None` for one without a repository, whose range stays as it is. The error is Helm's text.
pub fn resolve(
    required: &[Dependency],
    mut look: impl FnMut(&Dependency) -> Result<Option<String>, String>,
) -> Result<Vec<Dependency>, String> {
    let mut locked = Vec::with_capacity(required.len());
    let mut missing = Vec::new();
    for dependency in required {
        let Dependency { name, version, repository, .. } = dependency;
        let range = Constraints::parse(version).map_err(|error| {
            format!("dependency {} has an invalid version/constraint format: {error}", quote(name))
        })?;
        let chosen = match look(dependency)? {
            None => version.clone(),
            Some(found) if Version::parse(&found).is_ok_and(|it| range.check(&it)) => found,
            Some(_) => {
                let [name, repository, version] = [name, repository, version].map(quote);
                missing.push(format!("{name} (repository {repository}, version {version})"));
                continue;
            }
        };
        locked.push(Dependency {
            name: name.clone(),
            repository: repository.clone(),
            version: chosen,
            source: dependency.source.clone(),
            ..Dependency::default()
        });
    }
    if missing.is_empty() {
        return Ok(locked);
    }
    Err(format!(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or change \
         the version constraint in Chart.yaml",
        missing.len(),
        missing.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::load;

    fn dependency(name: &str, version: &str, repository: &str) -> Dependency {
        Dependency {
            name: name.to_owned(),
            version: version.to_owned(),
            repository: repository.to_owned(),
            ..Dependency::default()
        }
    }

    /// The digest that both Helms wrote for this pair.
    #[test]
    fn digest_is_that_of_helm() {
        let required = [dependency("sub", ">=1.0.0", "file://../sub")];
        let locked = [dependency("sub", "1.2.0", "file://../sub")];
        assert_eq!(
            digest(Some(&required), Some(&locked)),
            "sha256:c91aca0a2c62fffc71d095b491f4d12a340a5c595864518f9af1fd3011ed5d3b"
        );
        assert_ne!(digest(Some(&required), Some(&[])), digest(Some(&required), None));
    }

    #[test]
    fn ranges_are_resolved() {
        let required = [dependency("a", "1.x", "file://a"), dependency("b", ">1", "")];
        let look = |it: &Dependency| Ok((it.name == "a").then(|| "1.4.0".to_owned()));
        let locked = resolve(&required, look).unwrap();
        assert_eq!((&*locked[0].version, &*locked[1].version), ("1.4.0", ">1"));
        assert_eq!(
            resolve(&required[..1], |_| Ok(Some("2.0.0".to_owned()))).unwrap_err(),
            "can't get a valid version for 1 subchart(s): \"a\" (repository \"file://a\", version \"1.x\"). Make sure a \
             matching chart version exists in the repo, or change the version constraint in Chart.yaml"
        );
        assert_eq!(
            resolve(&[dependency("a", "", "")], |_| Ok(None)).unwrap_err(),
            "dependency \"a\" has an invalid version/constraint format: improper constraint: \"\""
        );
    }

    #[test]
    fn lock_is_printed() {
        let chart = load(
            "#- Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n#- Chart.lock\ngenerated: 2020-02-29T01:02:03.450+00:00\n\
             dependencies:\n- name: s\n  repository: r\n  version: 1.0.0\ndigest: d\n",
            golang::Dialect::Helm4,
        )
        .unwrap();
        assert_eq!(
            chart.lock.as_ref().unwrap().to_yaml().unwrap(),
            "dependencies:\n- name: s\n  repository: r\n  version: 1.0.0\ndigest: d\ngenerated: \"2020-02-29T01:02:03.45Z\"\n"
        );
        assert_eq!(
            crate::Lock::default().to_yaml().unwrap(),
            "dependencies: null\ndigest: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\n"
        );
    }
}
