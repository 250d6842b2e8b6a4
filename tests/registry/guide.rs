//! The guide's Helmfile and registry parts, line by line as they are written there, from its own files.
//!
//! A shell runs the lines. `HOST` is a registry of the test; `aws` is a script that prints its password, and the other words are
//! chartroom's commands. The guide's helmfile names a chart in the registry, which is the one that its registry part pushes.

use std::path::Path;
use std::process::Command;

use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{FakeRegistry, Login, Manners, PASSWORD, Registry, Rig, Tunnel, rig};
use chartroom_tests::{Scratch, chartroom, guide, shared};
use serde_json::Value;

/// The namespace of the guide's helmfile.
const NAMESPACE: &str = "devops-network-testing";
/// What the guide's pipeline gives to Helmfile.
const VALUES: &str = "environments:\n  dev:\n    values:\n    - {CHART_VERSION: 0.1.2, BUILD_ID: 1.0.5}\n  \
                      prod:\n    values:\n    - {CHART_VERSION: 0.1.2, BUILD_ID: 1.0.4}\n---\n";

/// A desk with the guide's files on it, before a registry.
struct Desk {
    folder: Scratch,
    host: String,
    environment: Vec<(String, String)>,
}

impl Desk {
    /// `None`, said aloud, where the guide is not here.
    fn new(host: &str, ca: &Path) -> Option<Self> {
        let folder = Scratch::new();
        guide::write_chart(&folder, "devops-network-chart")?;
        let about = folder.read("devops-network-chart/Chart.yaml");
        let renamed = about.replace("name: devops-network\n", "name: devops-network-chart\n");
        folder.write("devops-network-chart/Chart.yaml", renamed);
        for name in ["values.yaml", "dev.values.yaml"] {
            let text = folder.read(&format!("devops-network-chart/{name}"));
            folder.write(name, text);
        }
        folder.write("prod.values.yaml", "replicaCount: 3\n");
        let home = folder.path().join(".home").display().to_string();
        let mut environment = vec![
            ("PATH".to_owned(), format!("{}:/usr/bin:/bin", folder.path().join("bin").display())),
            ("SSL_CERT_FILE".to_owned(), ca.display().to_string()),
            ("KUBECONFIG".to_owned(), "/dev/null".to_owned()),
        ];
        for variable in ["HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            environment.push((variable.to_owned(), home.clone()));
        }
        let desk = Self { folder, host: host.to_owned(), environment };
        desk.script("aws", &format!("echo {PASSWORD}"));
        for command in ["registry", "package", "push", "helmfile"] {
            desk.script(command, &format!("exec {} {command} \"$@\"", chartroom().display()));
        }
        desk.script("chartroom", &format!("exec {} \"$@\"", chartroom().display()));
        Some(desk)
    }

    fn script(&self, name: &str, line: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.write(&format!("bin/{name}"), format!("#!/bin/sh\n{line}\n"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Talks to a cluster from now on.
    fn with_cluster(mut self, rig: &Rig) -> Self {
        self.environment.push(("KUBECONFIG".to_owned(), rig.kubeconfig().display().to_string()));
        self
    }

    /// The guide's helmfile with the test's registry in it, behind a first part.
    fn write_helmfile(&self, first: &str) {
        let text = std::fs::read_to_string(shared("guide/helmfile.yaml").unwrap()).unwrap();
        let chart = text.lines().find_map(|it| it.trim().strip_prefix("chart: ")).unwrap();
        let ours = format!("oci://{}/devops-network-helm/devops-network-chart", self.host);
        self.folder.write("helmfile.yaml", first.to_owned() + &text.replace(chart, &ours));
    }

    /// Runs a line of the guide.
    fn run(&self, line: &str) -> Outcome {
        let line = line.replace("HOST", &self.host);
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(self.folder.path()).env_clear();
        shell.envs(self.environment.iter().cloned());
        let outcome = Outcome::of(&mut shell, self.folder.path());
        assert!(!outcome.to_string().contains(PASSWORD), "{line} tells the password: {outcome}");
        outcome
    }

    /// Runs a line that must succeed; the answer is all that was said.
    #[track_caller]
    fn must(&self, line: &str) -> String {
        let outcome = self.run(line);
        assert_eq!(outcome.code, 0, "{line}\n{outcome}");
        outcome.stdout + &outcome.stderr
    }
}

/// Logs in, packs and pushes, as the guide says it.
fn publish(desk: &Desk) -> Vec<String> {
    let lines = guide::commands("OCI registry").unwrap();
    assert_eq!(lines.len(), 3, "{lines:?}");
    lines.iter().map(|line| desk.must(line)).collect()
}

#[test]
fn the_registry_part_works_as_written() {
    let Some(registry) = Registry::new() else { return };
    let Some(desk) = Desk::new(&registry.host(), &registry.certificates().ca()) else { return };
    let said = publish(&desk);
    assert!(said[0].contains("Login Succeeded"), "{}", said[0]);
    let packed = "Successfully packaged chart and saved it to: /folder/devops-network-chart-0.1.2.tgz";
    assert!(said[1].contains(packed), "{}", said[1]);
    let pushed = format!("Pushed: {}/devops-network-helm/devops-network-chart:0.1.2\n", registry.host());
    assert!(said[2].contains(&pushed) && said[2].contains("Digest: sha256:"), "{}", said[2]);
    let manifest = registry.manifest("devops-network-helm/devops-network-chart", "0.1.2").unwrap();
    let layer = manifest["layers"][0]["digest"].as_str().unwrap();
    let file = std::fs::read(desk.folder.path().join("devops-network-chart-0.1.2.tgz")).unwrap();
    assert_eq!(registry.blob("devops-network-helm/devops-network-chart", layer).unwrap(), file);
}

#[test]
fn the_mistake_with_ecr_is_explained() {
    let host = "905418385260.dkr.ecr.ap-south-1.amazonaws.com";
    let hosts = vec![host.to_owned()];
    let manners = Manners { login: Login::Basic, only_made_repositories: true, hosts, ..Manners::default() };
    let registry = FakeRegistry::new(manners);
    let Some(mut desk) = Desk::new(host, &registry.certificates().ca()) else { return };
    let tunnel = Tunnel::new(&registry.host());
    desk.environment.push(("HTTPS_PROXY".to_owned(), tunnel.url()));
    let lines = guide::commands("OCI registry").unwrap();
    desk.must(&lines[0]);
    desk.must(&lines[1]);
    // The mistake: a repository with the parent path alone.
    registry.make_repository("devops-network-helm");
    let refused = desk.run(&lines[2]);
    assert_ne!(refused.code, 0, "{refused}");
    let target = format!("Pushing to {host}/devops-network-helm/devops-network-chart:0.1.2\n");
    assert!(refused.stderr.contains(&target), "{refused}");
    let advice = "aws ecr create-repository --repository-name devops-network-helm/devops-network-chart --region ap-south-1";
    assert!(refused.stderr.contains(advice), "{refused}");
    assert!(registry.tags("devops-network-helm").is_empty());
    registry.make_repository("devops-network-helm/devops-network-chart");
    desk.must(&lines[2]);
    assert_eq!(registry.tags("devops-network-helm/devops-network-chart"), ["0.1.2"]);
}

/// The deployment of the guide's release.
fn deployment(rig: &Rig) -> Value {
    let path = format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments/devops-network");
    let (status, deployment) = rig.api().get(&path);
    assert_eq!(status, 200, "{deployment}");
    deployment
}

/// How many revisions the guide's release has.
fn revisions(rig: &Rig) -> usize {
    let secrets = rig.api().list(&format!("/api/v1/namespaces/{NAMESPACE}/secrets"));
    secrets.iter().filter(|it| it["type"] == "helm.sh/release.v1").count()
}

/// Replicas and image of the guide's release.
fn running(rig: &Rig) -> (i64, String) {
    let spec = deployment(rig)["spec"].clone();
    let image = spec["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned();
    (spec["replicas"].as_i64().unwrap(), image.rsplit('/').next().unwrap().to_owned())
}

#[test]
fn the_helmfile_part_works_as_written() {
    let Some(rig) = rig() else { return };
    let Some(registry) = Registry::new() else { return };
    let Some(desk) = Desk::new(&registry.host(), &registry.certificates().ca()) else { return };
    let desk = desk.with_cluster(rig);
    publish(&desk);
    desk.write_helmfile("");
    let lines = guide::commands("Helmfile").unwrap();
    let [apply_dev, apply_prod, apply_with_values, diff_dev] = &lines[..] else { panic!("{lines:?}") };

    // Nobody gave the values yet: all that are missing are told, with the flags that give them.
    let refused = desk.run(apply_dev);
    assert_ne!(refused.code, 0, "{refused}");
    for flag in ["--state-values-set CHART_VERSION=", "--state-values-set BUILD_ID="] {
        assert!(refused.stderr.contains(flag), "{refused}");
    }

    desk.must(apply_with_values);
    assert_eq!(running(rig), (1, "my-app:1.0.5".to_owned()));
    assert_eq!(revisions(rig), 1);
    // Unchanged releases are skipped, by either name of the command.
    desk.must(apply_with_values);
    desk.must(&apply_with_values.replace("helmfile ", "chartroom "));
    assert_eq!(revisions(rig), 1);

    // The values of each environment, in a first part.
    desk.write_helmfile(VALUES);
    desk.must(apply_dev);
    assert_eq!(revisions(rig), 1);
    desk.must(apply_prod);
    assert_eq!(running(rig), (3, "my-app:1.0.4".to_owned()));
    assert_eq!(revisions(rig), 2);
    let changes = desk.must(diff_dev);
    assert!(changes.contains("my-app:1.0.5"), "{changes}");
    let changes = desk.must(&diff_dev.replace("helmfile ", "chartroom "));
    assert!(changes.contains("my-app:1.0.5"), "{changes}");
    assert_eq!(revisions(rig), 2);
    desk.must(&apply_dev.replace("helmfile ", "chartroom "));
    assert_eq!(running(rig), (1, "my-app:1.0.5".to_owned()));
}
