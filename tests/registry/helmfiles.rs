//! Repositories and registries that only a helmfile knows how to talk to: versions in the editor, and charts of releases.

use chartroom_tests::rig::{FakeRegistry, Login, Manners, PASSWORD, Repository, Service, Tool, USER};
use chartroom_tests::{Client, Scratch};
use serde_json::{Value, json};

use crate::{charts, must};

/// The language server for a folder, whose user has no repositories, and a password in the environment.
fn server(folder: &Scratch) -> Client {
    let mut command = Tool::Ours4.command(folder.path());
    command.arg("lsp").env("SHOP_PASSWORD", PASSWORD);
    Client::start_as(command, folder.path(), json!({}))
}

/// The versions that are completed in the only release of a helmfile.
fn versions(folder: &Scratch, helmfile: &str) -> (Vec<String>, Value) {
    folder.write("helmfile.yaml", helmfile);
    let mut client = server(folder);
    client.open("helmfile.yaml", "yaml");
    let at = client.behind("helmfile.yaml", "version: ");
    let answer = client.request("textDocument/completion", at);
    (Client::labels(&answer), answer)
}

/// A repository that wants a certificate and a password, with two versions of a chart; `ca.pem`, `own.pem` and `key.pem` for it
/// are in a folder.
fn guarded(folder: &Scratch, place: &str) -> Repository {
    let service = Service { tls: true, client_certificates: true, password: true, faults: Vec::new() };
    let repository = Repository::new(service);
    for version in ["1.0.0", "1.1.0"] {
        let packed = charts::packed(Tool::Ours4, folder, "web", version);
        repository.publish("web", version, &std::fs::read(packed).unwrap());
    }
    let certificates = repository.certificates();
    let (certificate, key) = certificates.client();
    for (name, file) in [("ca.pem", certificates.ca()), ("own.pem", certificate), ("key.pem", key)] {
        folder.write(&format!("{place}{name}"), std::fs::read(file).unwrap());
    }
    repository
}

const FILES: &str = "    caFile: ca.pem\n    certFile: own.pem\n    keyFile: key.pem\n";

#[test]
fn files_are_where_the_helmfile_is() {
    let folder = Scratch::new();
    let repository = guarded(&folder, "deploy/");
    let access = format!("{FILES}    username: {USER}\n    password: {PASSWORD}\n");
    let helmfile = format!(
        "repositories:\n  - name: shop\n    url: {}\n{access}releases:\n  - name: web\n    chart: shop/web\n",
        repository.url()
    );
    folder.write("deploy/helmfile.yaml", helmfile);
    let rendered = must(Tool::Ours4, folder.path(), &["helmfile", "-f", "deploy/helmfile.yaml", "template"]);
    assert!(rendered.contains("kind: ConfigMap") && !rendered.contains(PASSWORD), "{rendered}");
    must(Tool::Ours4, folder.path(), &["helmfile", "-f", "deploy/helmfile.yaml", "repos"]);
    let found = must(Tool::Ours4, folder.path(), &["search", "repo", "shop/web"]);
    assert!(found.contains("1.1.0"), "{found}");
}

/// Helmfile adds its repositories to the user's list and logs in to its registries before it builds dependencies.
#[test]
fn dependencies_of_local_charts_come_out_of_its_repositories() {
    let folder = Scratch::new();
    let repository = guarded(&folder, "deploy/");
    let registry = FakeRegistry::new(Manners { login: Login::Basic, plain_http: true, ..Manners::default() });
    let packed = charts::packed(Tool::Ours4, &folder, "db", "1.0.0");
    registry.put_chart("charts/db", "1.0.0", &std::fs::read(packed).unwrap());
    let (url, host) = (repository.url(), registry.host());
    let login = format!("    username: {USER}\n    password: {PASSWORD}\n");
    folder.write(
        "deploy/top/Chart.yaml",
        format!(
            "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n- {{name: web, version: ^1, repository: '@shop'}}\n\
             - {{name: db, version: ^1, repository: 'oci://{host}/charts'}}\n"
        ),
    );
    folder.write(
        "deploy/helmfile.yaml",
        format!(
            "repositories:\n  - name: shop\n    url: {url}\n{FILES}{login}  - name: hub\n    url: {host}/charts\n    oci: \
             true\n    plainHttp: true\n{login}releases:\n  - name: x\n    chart: ./top\n"
        ),
    );
    // Without a lock they are chosen, with one they are fetched as it says.
    for _ in 0..2 {
        let args = ["helmfile", "-f", "deploy/helmfile.yaml", "template"];
        let rendered = must(Tool::Ours4, folder.path(), &args);
        assert_eq!(rendered.matches("kind: ConfigMap").count(), 2, "{rendered}");
        assert!(!rendered.contains(PASSWORD));
        std::fs::remove_dir_all(folder.path().join("deploy/top/charts")).unwrap();
    }
    assert!(!folder.path().join(".home/repositories.yaml").exists());
}

#[test]
fn a_repository_with_certificates_and_a_password() {
    let folder = Scratch::new();
    let repository = guarded(&folder, "");
    let helmfile = |access: &str| {
        let url = repository.url();
        format!(
            "repositories:\n  - name: shop\n    url: {url}\n{access}releases:\n  - name: web\n    chart: shop/web\n    version: 1\n"
        )
    };
    for incomplete in ["", FILES, &format!("    username: {USER}\n")] {
        assert_eq!(versions(&folder, &helmfile(incomplete)).0, [""; 0], "{incomplete}");
    }
    let (found, answer) = versions(&folder, &helmfile(&format!("{FILES}    username: {USER}\n")));
    assert_eq!(found, ["1.1.0", "1.0.0"]);
    assert!(!answer.to_string().contains(PASSWORD));
}

#[test]
fn a_registry_with_a_password() {
    let registry = FakeRegistry::new(Manners { login: Login::Basic, plain_http: true, ..Manners::default() });
    let folder = Scratch::new();
    for version in ["1.0.0", "1.1.0_build.7"] {
        registry.put_chart("charts/web", version, b"only its tag is looked at");
    }
    let helmfile = |access: &str| {
        let host = registry.host();
        format!(
            "repositories:\n  - name: shop\n    url: {host}/charts\n    oci: true\n    plainHttp: true\n{access}releases:\n  \
             - name: web\n    chart: shop/web\n    version: 1\n"
        )
    };
    assert_eq!(versions(&folder, &helmfile("")).0, [""; 0]);
    assert_eq!(
        versions(&folder, &helmfile(&format!("    username: {USER}\n"))).0,
        ["1.1.0+build.7", "1.0.0"]
    );
    let shown = registry.requests();
    assert!(shown.iter().any(|it| it.header("authorization").is_some()));
}
