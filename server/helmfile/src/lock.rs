//! `helmfile.lock`: which versions of charts `deps` has chosen, so that everybody gets the same.

use chart::Dependency;
use chart::lock::digest;
use golang::path::{base, ext, join};
use golang::semver::{Constraints, Version};
use text::FileId;
use yaml::Node;

use crate::engine::Engine;
use crate::model::{Release, StateFile};
use crate::{Code, FaultKind, Finding};

/// A lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The version of the program that wrote it.
    pub version: String,
    /// The charts, by name.
    pub dependencies: Vec<Locked>,
    /// What it was made of.
    pub digest: String,
    /// When.
    pub generated: String,
}

/// A chart in a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its name, without its repository.
    pub name: String,
    /// The URL of its repository.
    pub repository: String,
    /// The version that was chosen.
    pub version: String,
}

/// What a release asks for of a repository of its file, as Helmfile has Helm resolve it; nothing for charts that come from
/// elsewhere.
pub fn wanted(file: &StateFile, release: &Release) -> Option<Dependency> {
    let (name, chart) = release.repository_and_chart()?;
    let repository = file.repositories.iter().find(|it| it.name == name)?;
    let (name, repository) = if repository.oci {
        in_registry(&repository.url, chart)
    } else {
        (chart.to_owned(), repository.url.clone())
    };
    let version = Some(&release.version.it).filter(|it| !it.is_empty());
    Some(Dependency {
        name,
        repository,
        version: version.map_or("*", String::as_str).to_owned(),
        alias: format!("{}-{}", release.namespace.it, release.name.it),
        ..Dependency::default()
    })
}

/// The last part is the chart, and what stands before it belongs to the path of the registry.
fn in_registry(url: &str, chart: &str) -> (String, String) {
    let base = format!("oci://{}", url.trim_start_matches("oci://"));
    match chart.rsplit_once('/') {
        Some((path, last)) => (last.to_owned(), format!("{}/{path}", base.trim_end_matches('/'))),
        None => (chart.to_owned(), base),
    }
}

impl Lock {
    /// The lock of what was asked for, with the version that was chosen for each. Helmfile has Helm see the charts in the order
    /// of a Go map, so that the digest is another each time where there are several; here they go by name.
    pub fn new(mut chosen: Vec<(Dependency, String)>, version: &str, generated: String) -> Self {
        chosen.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        let locked = |(wanted, version): &(Dependency, String)| Dependency {
            name: wanted.name.clone(),
            repository: wanted.repository.clone(),
            version: version.clone(),
            ..Dependency::default()
        };
        let locked: Vec<Dependency> = chosen.iter().map(locked).collect();
        let wanted: Vec<Dependency> = chosen.into_iter().map(|it| it.0).collect();
        let digest = digest(Some(&wanted), Some(&locked));
        let entry =
            |Dependency { name, repository, version, .. }: Dependency| Locked { name, repository, version };
        let dependencies = locked.into_iter().map(entry).collect();
        Self { version: version.to_owned(), dependencies, digest, generated }
    }

    /// Reads a lock file.
    pub fn parse(text: &str, file: FileId) -> Result<Self, yaml::Error> {
        let node = yaml::parse_v3(text, file)?;
        let field = |node: &Node, key: &str| {
            node.get(key).and_then(|it| it.value.as_str()).unwrap_or_default().to_owned()
        };
        let locked = |it: &Node| Locked {
            name: field(it, "name"),
            repository: field(it, "repository"),
            version: field(it, "version"),
        };
        let dependencies = crate::load::list(&node, "dependencies").iter().map(locked).collect();
        let (digest, generated) = (field(&node, "digest"), field(&node, "generated"));
        Ok(Self { version: field(&node, "version"), dependencies, digest, generated })
    }

    /// The file as Helmfile writes it: charts by name, each once.
    pub fn to_yaml(&self) -> String {
        let mut dependencies: Vec<&Locked> = Vec::new();
        for locked in &self.dependencies {
            if !dependencies.contains(&locked) {
                dependencies.push(locked);
            }
        }
        dependencies.sort_by(|a, b| a.name.cmp(&b.name));
        let mut emitter = yaml::Emitter::new(yaml::Layout::V3);
        emitter.begin_map(4);
        emitter.key("version");
        emitter.str(&self.version);
        emitter.key("dependencies");
        emitter.begin_list(dependencies.len());
        for Locked { name, repository, version } in dependencies {
            emitter.begin_map(3);
            for (key, value) in [("name", name), ("repository", repository), ("version", version)] {
                emitter.key(key);
                emitter.str(value);
            }
            emitter.end_map();
        }
        emitter.end_list();
        for (key, value) in [("digest", &self.digest), ("generated", &self.generated)] {
            emitter.key(key);
            emitter.str(value);
        }
        emitter.end_map();
        emitter.finish() + "\n"
    }

    /// The version of a chart that fits what a release wants; the error says that there is none.
    pub fn resolve(&self, chart: &str, wanted: &str) -> Result<&str, String> {
        let wanted = if wanted.is_empty() { "*" } else { wanted };
        let constraint = Constraints::parse(wanted).map_err(|error| error.to_string())?;
        let fits = |it: &&Locked| {
            it.name == chart && Version::parse(&it.version).is_ok_and(|version| constraint.check(&version))
        };
        self.dependencies.iter().find(fits).map(|it| it.version.as_str()).ok_or_else(|| {
            format!("no resolved dependency found for \"{chart}\", running \"helmfile deps\" may resolve the issue")
        })
    }
}

/// Where the lock file of a helmfile is.
pub(crate) fn path(file: &str, folder: &str, said: Option<&str>) -> String {
    if let Some(path) = said.filter(|it| !it.is_empty()) {
        return crate::paths::within(folder, path);
    }
    let name = base(file);
    let name = name.strip_suffix(".gotmpl").unwrap_or(name);
    join([folder, &format!("{}.lock", name.strip_suffix(ext(name)).unwrap_or(name))])
}

/// Gives releases the versions that the lock file has chosen for the charts of their repositories.
pub(crate) fn apply(file: &mut StateFile, engine: &mut Engine<'_>, findings: &mut Vec<Finding>) {
    let has_remote = file.releases.iter().any(|it| it.repository_and_chart().is_some());
    if file.repositories.is_empty() || !has_remote {
        return;
    }
    let (id, bytes) = match engine.read(&file.lock_file) {
        Ok(read) => read,
        Err(fault) => {
            if fault.kind != FaultKind::Missing {
                findings.push(Finding::error(
                    Code::Invalid,
                    None,
                    format!("cannot read {}: {fault}", file.lock_file),
                ));
            }
            return;
        }
    };
    let lock = match Lock::parse(&String::from_utf8_lossy(&bytes), id) {
        Ok(lock) => lock,
        Err(error) => {
            let at = Some(text::FileRange { file: id, range: error.at });
            return findings.push(Finding::error(
                Code::Yaml,
                at,
                format!("the lock file cannot be read: {error}"),
            ));
        }
    };
    for release in &mut file.releases {
        let Some((repository, chart)) = release.repository_and_chart() else { continue };
        let Some(known) = file.repositories.iter().find(|it| it.name == repository) else { continue };
        // Of a chart in a registry only the last part of its path is locked; old files have the whole.
        let name = if known.oci { chart.rsplit('/').next().unwrap_or(chart) } else { chart };
        let wanted = &release.version.it;
        match lock.resolve(name, wanted).or_else(|why| lock.resolve(chart, wanted).map_err(|_| why)) {
            Ok(version) => release.locked_version = Some(version.to_owned()),
            Err(why) => {
                let at = release.version.at.or(release.chart.at);
                findings.push(Finding::error(Code::Invalid, at, why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::testing::{load, request, shown};

    const LOCK: &str = "version: 1.7.4\ndependencies:\n  - name: nginx\n    repository: https://example.com\n    version: 1.2.3\ndigest: sha256:x\ngenerated: \"2026-01-01T00:00:00Z\"\n";

    #[test]
    fn what_is_written_is_what_was_read() {
        assert_eq!(Lock::parse(LOCK, FileId(0)).unwrap().to_yaml(), LOCK);
    }

    /// What Helmfile 1.7.4 wrote for these releases.
    #[test]
    fn the_digest_is_helmfiles() {
        let loaded = load(
            "#- helmfile.yaml\nrepositories:\n  - {name: shop, url: 'http://charts.example'}\nreleases:\n  - {name: front, namespace: one, chart: shop/web, version: ~1}\n  - {name: back, namespace: two, chart: shop/web}\n  - {name: old, chart: shop/web, version: 1.0.0, installed: false}\n",
            &request("default"),
        );
        let file = &loaded.state.files[0];
        let chosen = file.releases.iter().zip(["1.1.0", "1.1.0", "1.0.0"]);
        let chosen = chosen.map(|(release, version)| (wanted(file, release).unwrap(), version.to_owned()));
        let lock = Lock::new(chosen.collect(), "1.7.4", "2026-01-01T00:00:00Z".to_owned());
        expect![[r#"
            version: 1.7.4
            dependencies:
              - name: web
                repository: http://charts.example
                version: 1.1.0
              - name: web
                repository: http://charts.example
                version: 1.0.0
            digest: sha256:c2882430c985b79039419f7d680eb085ae14e0cb4f34b992cf062fe2258a7dcd
            generated: "2026-01-01T00:00:00Z"
        "#]]
        .assert_eq(&lock.to_yaml());
    }

    #[test]
    fn versions_come_from_the_lock() {
        let fixture = |version: &str| {
            format!(
                "#- helmfile.yaml\nrepositories:\n  - {{name: stable, url: 'https://example.com'}}\nreleases:\n  - {{name: a, chart: stable/nginx, version: {version}}}\n  - {{name: b, chart: ./b}}\n#- helmfile.lock\n{LOCK}"
            )
        };
        let loaded = load(&fixture("1.x"), &request("default"));
        assert_eq!(loaded.state.files[0].releases[0].chart_version(), "1.2.3");
        let loaded = load(&fixture("2.x"), &request("default"));
        expect![[r#"
            Error helmfile-invalid helmfile.yaml:4:45: no resolved dependency found for "nginx", running "helmfile deps" may resolve the issue
        "#]].assert_eq(&shown(&loaded.findings, &loaded.files));
    }

    #[test]
    fn where_it_is() {
        assert_eq!(path("/w/helmfile.yaml.gotmpl", "/w", None), "/w/helmfile.lock");
        assert_eq!(path("/w/a.yaml", "/w", Some("locks/x.lock")), "/w/locks/x.lock");
    }
}
