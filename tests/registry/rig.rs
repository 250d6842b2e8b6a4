//! The places that charts come from, themselves: real Helm finds in them what it expects, and nothing is left of them.

use std::time::Duration;

use chartroom_tests::Scratch;
use chartroom_tests::rig::{
    Certificates, FakeRegistry, Fault, Login, Manners, PASSWORD, Registry, Repository, Response, Rule,
    Server, Service, Tool, USER,
};
use serde_json::json;
use ureq::Agent;
use ureq::tls::TlsConfig;

use crate::{charts, helms, log_in, must, run};

#[test]
fn both_helms_push_to_the_real_registry_and_pull_from_it() {
    let Some(registry) = Registry::new() else { return };
    let (host, ca) = (registry.host(), registry.certificates().ca());
    let ca_text = ca.to_str().unwrap();
    for (tool, version) in [(Tool::Helm3, "1.0.3"), (Tool::Helm4, "1.0.4+build")] {
        let folder = Scratch::new();
        charts::packed(tool, &folder, "web", version);
        let at = format!("oci://{host}/nested/path");
        let push = ["push", &format!("web-{version}.tgz"), &at, "--ca-file", ca_text];
        let refused = run(tool, folder.path(), &push);
        assert!(refused.code != 0 && refused.stderr.contains("basic credential not found"), "{refused}");
        let entered = log_in(tool, folder.path(), &host, &ca);
        assert!(format!("{entered}").contains("Login Succeeded"), "{entered}");
        let pushed = must(tool, folder.path(), &push);
        assert!(pushed.contains("Pushed: "), "{pushed}");
        let tag = version.replace('+', "_");
        let manifest = registry.manifest("nested/path/web", &tag).unwrap();
        let layer = manifest["layers"][0]["digest"].as_str().unwrap();
        let blob = registry.blob("nested/path/web", layer).unwrap();
        assert_eq!(blob, std::fs::read(folder.path().join(format!("web-{version}.tgz"))).unwrap());
        let pull = ["pull", &format!("{at}/web"), "--version", version, "-d", "got", "--ca-file", ca_text];
        std::fs::create_dir(folder.path().join("got")).unwrap();
        must(tool, folder.path(), &pull);
        assert_eq!(std::fs::read(folder.path().join(format!("got/web-{version}.tgz"))).unwrap(), blob);
    }
}

#[test]
fn nothing_is_left_of_a_registry() {
    let Some(registry) = Registry::new() else { return };
    let (host, folder) = (registry.host(), registry.folder());
    assert!(folder.exists());
    drop(registry);
    assert!(!folder.exists());
    assert!(std::net::TcpStream::connect(host).is_err());
}

#[test]
fn a_repository_that_was_not_made_is_refused_as_ecr_does() {
    let manners = Manners { login: Login::Basic, only_made_repositories: true, ..Manners::default() };
    for &tool in helms() {
        let registry = FakeRegistry::new(manners.clone());
        let (host, ca) = (registry.host(), registry.certificates().ca());
        let folder = Scratch::new();
        charts::packed(tool, &folder, "web", "1.0.0");
        assert_eq!(log_in(tool, folder.path(), &host, &ca).code, 0);
        let at = format!("oci://{host}/devops-network-helm");
        let push = ["push", "web-1.0.0.tgz", &at, "--ca-file", ca.to_str().unwrap()];
        registry.make_repository("devops-network-helm");
        let refused = run(tool, folder.path(), &push);
        assert!(refused.code != 0 && refused.stderr.contains("name unknown"), "{refused}");
        registry.make_repository("devops-network-helm/web");
        must(tool, folder.path(), &push);
        assert_eq!(registry.tags("devops-network-helm/web"), ["1.0.0"]);
        registry.expire_password();
        let refused = run(tool, folder.path(), &push);
        assert!(refused.code != 0 && refused.stderr.contains("403"), "{refused}");
    }
}

#[test]
fn both_helms_get_along_with_tokens_redirects_and_pages() {
    let manners = Manners {
        login: Login::Token(Duration::from_mins(5)),
        absolute_locations: true,
        tags_a_page: Some(2),
        blobs_elsewhere: true,
        ..Manners::default()
    };
    for &tool in helms() {
        let registry = FakeRegistry::new(manners.clone());
        let (host, ca) = (registry.host(), registry.certificates().ca());
        let (folder, ca_text) = (Scratch::new(), ca.to_str().unwrap());
        assert_eq!(log_in(tool, folder.path(), &host, &ca).code, 0);
        let at = format!("oci://{host}/charts");
        for version in ["1.0.0", "1.1.0", "1.2.0", "1.10.0", "2.0.0"] {
            charts::packed(tool, &folder, "web", version);
            let file = format!("web-{version}.tgz");
            must(tool, folder.path(), &["push", &file, &at, "--ca-file", ca_text]);
        }
        registry.expire_tokens();
        let chart = format!("{at}/web");
        must(tool, folder.path(), &["pull", &chart, "--version", "^1", "-d", "..", "--ca-file", ca_text]);
        let scopes = registry.requests().iter().flat_map(|it| it.queries("scope")).collect::<Vec<_>>();
        assert!(scopes.iter().any(|it| it.contains("repository:charts/web:pull")), "{scopes:?}");
        assert!(registry.requests().iter().any(|it| it.target.contains("last=")));
        let shown =
            must(tool, folder.path(), &["show", "chart", &chart, "--version", "^1", "--ca-file", ca_text]);
        assert!(shown.contains("version: 1.10.0"), "{shown}");
    }
}

#[test]
fn both_helms_use_a_repository_with_password_and_certificates() {
    let service = Service { tls: true, client_certificates: true, password: true, faults: Vec::new() };
    for &tool in helms() {
        let repository = Repository::new(service.clone());
        let folder = Scratch::new();
        let chart = charts::packed(tool, &folder, "web", "1.0.0");
        repository.publish("web", "1.0.0", &std::fs::read(chart).unwrap());
        let (certificate, key) = repository.certificates().client();
        let ca = repository.certificates().ca();
        let url = repository.url();
        let mut add = vec!["repo", "add", "ours", &url, "--username", USER, "--password", PASSWORD];
        assert!(run(tool, folder.path(), &add).code != 0);
        add.extend(["--ca-file", ca.to_str().unwrap()]);
        assert!(run(tool, folder.path(), &add).code != 0);
        add.extend(["--cert-file", certificate.to_str().unwrap(), "--key-file", key.to_str().unwrap()]);
        must(tool, folder.path(), &add);
        let found = must(tool, folder.path(), &["search", "repo", "web"]);
        assert!(found.contains("What web does"), "{found}");
        must(tool, folder.path(), &["pull", "ours/web", "--untar", "--untardir", "got"]);
    }
}

/// Somebody who believes every server, for a second.
fn agent() -> Agent {
    let tls = TlsConfig::builder().disable_verification(true).build();
    let config = Agent::config_builder().tls_config(tls).http_status_as_error(false).proxy(None);
    config.timeout_global(Some(Duration::from_secs(1))).build().into()
}

/// The status and the text of an answer, or what went wrong.
fn ask(url: &str) -> Result<(u16, String), String> {
    let mut answer = agent().get(url).call().map_err(|why| why.to_string())?;
    let text = answer.body_mut().read_to_string().map_err(|why| why.to_string())?;
    Ok((answer.status().as_u16(), text))
}

#[test]
fn faults_are_what_they_are_called() {
    let faults = [
        Rule::new("/drop", Fault::Drop),
        Rule::new("/silence", Fault::Silence),
        Rule::new("/busy", Fault::Status(429)),
        Rule::new("/page", Fault::Page),
        Rule::new("/cut", Fault::Cut(3)),
        Rule::new("/corrupt", Fault::Corrupt),
        Rule::new("/second", Fault::Status(500)).nth(2),
    ];
    for tls in [None, Some(Certificates::new().config(false))] {
        let server = Server::new(tls, faults.to_vec(), |_| Response::new(200).body("hello"));
        let ask = |path: &str| ask(&format!("{}{path}", server.url()));
        assert_eq!(ask("/"), Ok((200, "hello".to_owned())));
        assert!(ask("/drop").is_err());
        assert!(ask("/silence").unwrap_err().contains("timeout"));
        assert_eq!(ask("/busy").unwrap().0, 429);
        assert!(ask("/page").unwrap().1.starts_with("<!DOCTYPE html>"));
        assert!(ask("/cut").is_err());
        assert_eq!(ask("/corrupt"), Ok((200, "iello".to_owned())));
        let statuses = [(); 3].map(|()| ask("/second").unwrap().0);
        assert_eq!(statuses, [200, 500, 200]);
        assert_eq!((server.faults(), server.requests().len()), (7, 10));
    }
}

#[test]
fn a_download_goes_on_where_it_broke() {
    let registry = FakeRegistry::new(Manners::default());
    let digest = registry.put_blob("charts/web", b"0123456789");
    let url = format!("https://{}/v2/charts/web/blobs/{digest}", registry.host());
    let mut answer = agent().get(&url).header("Range", "bytes=4-").call().unwrap();
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.headers()["content-range"], "bytes 4-9/10");
    assert_eq!(answer.body_mut().read_to_string().unwrap(), "456789");
}

#[test]
fn tags_come_in_pages() {
    let registry = FakeRegistry::new(Manners { tags_a_page: Some(2), ..Manners::default() });
    for tag in ["1", "2", "3"] {
        registry.put_manifest("charts/web", tag, &json!({ "schemaVersion": 2 }));
    }
    let url = format!("https://{}/v2/charts/web/tags/list", registry.host());
    let answer = agent().get(&url).call().unwrap();
    let link = answer.headers()["link"].to_str().unwrap();
    assert_eq!(link, "</v2/charts/web/tags/list?n=2&last=2>; rel=\"next\"");
    let (status, text) = ask(&format!("{url}?n=2&last=2")).unwrap();
    assert_eq!((status, text.as_str()), (200, r#"{"name":"charts/web","tags":["3"]}"#));
}
