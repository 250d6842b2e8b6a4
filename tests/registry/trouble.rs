//! Registries that behave badly: what they refuse is explained, what breaks is tried again, and nothing half is left.

use std::path::Path;
use std::time::Duration;

use chartroom_tests::Scratch;
use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{FakeRegistry, Fault, IDENTITY, Login, Manners, PASSWORD, Rule, Tool, USER};

use crate::{charts, log_in, must, run};

const OURS: Tool = Tool::Ours4;

/// A registry without a login and without TLS, and a packed chart in a folder.
fn plain(manners: Manners) -> (FakeRegistry, Scratch) {
    let registry = FakeRegistry::new(Manners { plain_http: true, ..manners });
    let folder = Scratch::new();
    charts::packed(OURS, &folder, "web", "1.0.0");
    (registry, folder)
}

fn push(registry: &FakeRegistry, folder: &Scratch) -> Outcome {
    let to = format!("oci://{}/charts", registry.host());
    run(OURS, folder.path(), &["push", "web-1.0.0.tgz", &to, "--plain-http"])
}

fn pull(registry: &FakeRegistry, folder: &Scratch) -> Outcome {
    let chart = format!("oci://{}/charts/web", registry.host());
    std::fs::create_dir_all(folder.path().join("got")).unwrap();
    run(OURS, folder.path(), &["pull", &chart, "-d", "got", "--plain-http"])
}

/// The only files that a pull may leave are whole ones.
fn got(folder: &Scratch) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path().join("got")).unwrap();
    entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
}

/// The guide's mistake: the repository was made with the parent's path.
#[test]
fn the_nested_repository_is_named_with_what_makes_it() {
    let manners = Manners { only_made_repositories: true, ..Manners::default() };
    let (registry, folder) = plain(manners);
    registry.make_repository("charts");
    let refused = push(&registry, &folder);
    let host = registry.host();
    assert_eq!(refused.code, 1);
    assert_eq!(refused.stdout, "");
    let lines: Vec<&str> = refused.stderr.lines().collect();
    assert_eq!(lines[0], format!("Pushing to {host}/charts/web:1.0.0"));
    assert!(lines[1].contains("response status code 404: name unknown"), "{refused}");
    assert_eq!(
        lines[2],
        format!(
            "There is no repository charts/web in {host}: the chart's name is a part of the path. Make it there first, \
             or push to a path that exists."
        )
    );
    registry.make_repository("charts/web");
    assert_eq!(push(&registry, &folder).code, 0);
}

#[test]
fn what_breaks_is_tried_again() {
    let faults = vec![
        Rule::new("/blobs/uploads/", Fault::Status(429)).method("POST").nth(1),
        // The second that this rule looks at: the first of all was the other's.
        Rule::new("/blobs/uploads/", Fault::Drop).method("POST").nth(2),
        Rule::new("/manifests/", Fault::Status(503)).method("PUT").nth(1),
        Rule::new("/tags/list", Fault::Status(500)).nth(1),
        Rule::new("/manifests/", Fault::Drop).method("GET").nth(1),
        Rule::new("/blobs/sha256", Fault::Cut(100)).method("GET").nth(1),
    ];
    let (registry, folder) = plain(Manners { faults, ..Manners::default() });
    let pushed = push(&registry, &folder);
    assert_eq!(pushed.code, 0, "{pushed}");
    let pulled = pull(&registry, &folder);
    assert_eq!(pulled.code, 0, "{pulled}");
    let archive = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(archive("got/web-1.0.0.tgz"), archive("web-1.0.0.tgz"));
    assert_eq!(registry.faults(), 6);
    assert!(registry.requests().iter().any(|it| it.header("range") == Some("bytes=100-")));
}

#[test]
fn what_is_broken_is_not_kept() {
    for (fault, said) in [
        (Fault::Corrupt, "the content has the digest sha256:"),
        (Fault::Page, "an HTML page"),
        (Fault::Status(403), "response status code 403"),
    ] {
        for at in ["/blobs/", "/manifests/", "/tags/"] {
            let faults = vec![Rule::new(at, fault.clone()).method("GET")];
            let (registry, folder) = plain(Manners { faults, ..Manners::default() });
            assert_eq!(push(&registry, &folder).code, 0);
            let pulled = pull(&registry, &folder);
            assert_eq!((pulled.code, &*pulled.stdout), (1, ""), "{at} {fault:?} {pulled}");
            // A list of tags has no digest; its first byte makes it no JSON.
            let said = if at == "/tags/" && fault == Fault::Corrupt { "JSON" } else { said };
            assert!(pulled.stderr.contains(said), "{at} {fault:?} {pulled}");
            assert_eq!(got(&folder), [""; 0]);
        }
    }
}

#[test]
fn tokens_identities_and_other_hosts() {
    let manners = Manners {
        login: Login::Token(Duration::from_mins(5)),
        tags_a_page: Some(1),
        blobs_elsewhere: true,
        absolute_locations: true,
        ..Manners::default()
    };
    let registry = FakeRegistry::new(manners);
    let (host, ca) = (registry.host(), registry.certificates().ca());
    let (folder, ca) = (Scratch::new(), ca.to_str().unwrap());
    assert_eq!(log_in(OURS, folder.path(), &host, Path::new(ca)).code, 0);
    let to = format!("oci://{host}/charts");
    for version in ["1.0.0", "1.10.0", "1.2.0", "2.0.0"] {
        charts::packed(OURS, &folder, "web", version);
        must(OURS, folder.path(), &["push", &format!("web-{version}.tgz"), &to, "--ca-file", ca]);
    }
    let chart = format!("{to}/web");
    must(
        OURS,
        folder.path(),
        &["pull", &chart, "--version", "^1", "--untar", "--untardir", "got", "--ca-file", ca],
    );
    let text = std::fs::read_to_string(folder.path().join("got/web/Chart.yaml")).unwrap();
    assert!(text.contains("version: 1.10.0"), "{text}");
    must(OURS, folder.path(), &["registry", "logout", &host]);
    let refused = run(OURS, folder.path(), &["pull", &chart, "--ca-file", ca]);
    assert!(refused.code == 1 && refused.stderr.contains("401"), "{refused}");
    let mut login = OURS.command(folder.path());
    login.args(["registry", "login", &host, "--username", "", "--password-stdin", "--ca-file", ca]);
    let entered = Outcome::with_input(&mut login, IDENTITY, folder.path());
    assert_eq!(entered.code, 0, "{entered}");
    must(OURS, folder.path(), &["pull", &chart, "--ca-file", ca]);
    registry.expire_tokens();
    must(OURS, folder.path(), &["show", "chart", &chart, "--ca-file", ca]);
    let shown = registry.requests();
    let elsewhere = shown.iter().filter(|it| it.path().starts_with("/storage/"));
    assert!(
        elsewhere.clone().count() > 0 && elsewhere.into_iter().all(|it| it.header("authorization").is_none())
    );
}

#[test]
fn certificates_are_asked_for_and_shown() {
    let manners = Manners { client_certificates: true, ..Manners::default() };
    let registry = FakeRegistry::new(manners);
    let folder = Scratch::new();
    charts::packed(OURS, &folder, "web", "1.0.0");
    let to = format!("oci://{}/charts", registry.host());
    let push = |more: &[&str]| run(OURS, folder.path(), &[&["push", "web-1.0.0.tgz", &to], more].concat());
    let untrusted = push(&[]);
    assert!(
        untrusted.stderr.contains("failed to verify certificate") && untrusted.stderr.contains("--ca-file"),
        "{untrusted}"
    );
    let ca = registry.certificates().ca();
    let ca = ca.to_str().unwrap();
    assert_eq!(push(&["--ca-file", ca]).code, 1);
    let (certificate, key) = registry.certificates().client();
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    assert_eq!(push(&["--cert-file", certificate, "--key-file", key]).code, 1);
    let own = ["--cert-file", certificate, "--key-file", key, "--ca-file", ca];
    let pushed = push(&own);
    assert_eq!(pushed.code, 0, "{pushed}");
    assert_eq!(push(&[&own[..4], &["--insecure-skip-tls-verify"]].concat()).code, 0);
    assert!(push(&["--ca-file", "web-1.0.0.tgz"]).stderr.contains("there is no certificate in PEM in it"));
    let plain = push(&["--plain-http"]);
    assert!(plain.code == 1 && !plain.stderr.contains("Pushed"), "{plain}");
}

/// Helpers that Docker's file names are asked, and one that is named for all keeps what is logged in.
#[test]
fn helpers_keep_credentials() {
    use std::os::unix::fs::PermissionsExt;
    let registry = FakeRegistry::new(Manners { login: Login::Basic, plain_http: true, ..Manners::default() });
    let (host, folder) = (registry.host(), Scratch::new());
    charts::packed(OURS, &folder, "web", "1.0.0");
    let program = folder.write(
        "bin/docker-credential-test",
        "#!/bin/sh\nkept=\"$(dirname \"$0\")/kept\"\ncase $1 in\nstore) cat > \"$kept\" ;;\nerase) rm -f \"$kept\" ;;\n\
         get) if [ -e \"$kept\" ]; then cat \"$kept\"; else echo credentials not found in native keychain; exit 1; fi ;;\nesac\n",
    );
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder.write(".home/.docker/config.json", r#"{"credsStore":"test"}"#);
    folder.write(".home/registry/config.json", r#"{"credHelpers":{"HOST":"test"}}"#.replace("HOST", &host));
    let path = format!("{}:/usr/bin:/bin", folder.path().join("bin").display());
    let ours = |args: &[&str], input: &str| {
        let mut command = OURS.command(folder.path());
        Outcome::with_input(command.env("PATH", &path).args(args), input, folder.path())
    };
    let to = format!("oci://{host}/charts");
    let push = ["push", "web-1.0.0.tgz", &to, "--plain-http"];
    assert_eq!(ours(&push, "").code, 1);
    let login = ["registry", "login", &host, "-u", USER, "--password-stdin", "--plain-http"];
    assert_eq!(ours(&login, PASSWORD).code, 0);
    let kept = std::fs::read_to_string(folder.path().join("bin/kept")).unwrap();
    assert!(kept.contains(PASSWORD) && kept.contains(&host), "{kept}");
    let config = std::fs::read_to_string(folder.path().join(".home/registry/config.json")).unwrap();
    assert!(!config.contains("auth\""), "{config}");
    assert_eq!(ours(&push, "").code, 0);
    // Docker's file names it for all hosts, and is asked where Helm's says nothing.
    folder.write(".home/registry/config.json", "{\"auths\":{\"other\":{}}}");
    assert_eq!(ours(&push, "").code, 0);
    folder.write(".home/registry/config.json", r#"{"credHelpers":{"HOST":"test"}}"#.replace("HOST", &host));
    assert_eq!(ours(&["registry", "logout", &host], "").code, 0);
    assert_eq!(ours(&push, "").code, 1);
}

/// Many at once share one cache, and none sees half of what another writes.
#[test]
fn several_processes_share_the_cache() {
    let (registry, folder) = plain(Manners::default());
    assert_eq!(push(&registry, &folder).code, 0);
    let chart = format!("oci://{}/charts/web", registry.host());
    let rendered: Vec<String> = std::thread::scope(|scope| {
        let one = || must(OURS, folder.path(), &["template", "x", &chart, "--plain-http"]);
        let all: Vec<_> = (0..6).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(rendered.iter().all(|it| *it == rendered[0] && it.contains("word: one")), "{rendered:?}");
    let before =
        registry.requests().iter().filter(|it| it.method == "GET" && it.path().contains("/blobs/")).count();
    must(OURS, folder.path(), &["template", "x", &chart, "--plain-http"]);
    let after =
        registry.requests().iter().filter(|it| it.method == "GET" && it.path().contains("/blobs/")).count();
    assert_eq!(before, after, "what is here is not fetched again");
}
