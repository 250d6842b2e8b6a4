//! Registries that behave badly: what they refuse is explained, what breaks is tried again, and nothing half is left.

use std::path::Path;
use std::time::Duration;

use chartroom_tests::Scratch;
use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{FakeRegistry, Fault, IDENTITY, Login, Manners, PASSWORD, Rule, Tool, USER};

use crate::repositories::files;
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

/// An error that a person can do something with: one, without a word that nobody may read.
#[track_caller]
fn one_error(outcome: &Outcome, said: &str) {
    assert_eq!((outcome.code, &*outcome.stdout), (1, ""), "{outcome}");
    let errors = outcome.stderr.lines().filter(|it| it.starts_with("Error: ")).count();
    assert_eq!(errors, 1, "{outcome}");
    assert!(outcome.stderr.contains(said), "{said}: {outcome}");
    assert!(!outcome.stderr.contains(PASSWORD) && !outcome.stderr.contains("panicked"), "{outcome}");
}

/// Does something for each case at once, since whatever is tried again takes its time.
fn at_once<T: Send>(cases: impl IntoIterator<Item = T>, check: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}

#[test]
fn what_stays_broken_is_said_once_and_nothing_of_it_is_kept() {
    let cases = [
        ("/blobs/", Fault::Cut(3), "the connection was cut"),
        ("/blobs/", Fault::Status(429), "asked too often; try again later"),
        ("/manifests/", Fault::Drop, "the connection was cut"),
        ("/tags/", Fault::Status(503), "503"),
    ];
    at_once(cases, |(at, fault, said)| {
        let faults = vec![Rule::new(at, fault).method("GET")];
        let (registry, folder) = plain(Manners { faults, ..Manners::default() });
        assert_eq!(push(&registry, &folder).code, 0);
        one_error(&pull(&registry, &folder), said);
        assert_eq!(got(&folder), [""; 0]);
        assert_eq!(files(&folder.path().join(".home/content")), [""; 0], "{at} {said}");
    });
}

/// Nobody waits for ever.
#[test]
fn silence_ends_by_itself() {
    at_once(["/tags/", "/manifests/", "/blobs/", "/token"], |at| {
        let login = if at == "/token" { Login::Token(Duration::from_mins(5)) } else { Login::None };
        let faults = vec![Rule::new(at, Fault::Silence)];
        let (registry, folder) = plain(Manners { login, faults, ..Manners::default() });
        let chart = format!("oci://{}/charts/web", registry.host());
        registry.put_chart("charts/web", "1.0.0", b"never read");
        let args = ["pull", &chart, "--plain-http", "--username", USER, "--password", PASSWORD];
        one_error(&run(OURS, folder.path(), &args), "no answer for 60 s");
    });
}

#[test]
fn a_server_of_tokens_that_fails_is_named() {
    let cases = [
        (Fault::Status(500), "/token\": response status code 500"),
        (Fault::Status(403), "/token\": response status code 403"),
        (Fault::Page, "/token\": an HTML page, \"Sign in\" came instead"),
        (Fault::Drop, "/token\": the connection was cut"),
        (Fault::Corrupt, "/token\": the answer is no JSON"),
    ];
    at_once(cases, |(fault, said)| {
        let login = Login::Token(Duration::from_mins(5));
        let faults = vec![Rule::new("/token", fault)];
        let (registry, folder) = plain(Manners { login, faults, ..Manners::default() });
        let (host, to) = (registry.host(), format!("oci://{}/charts", registry.host()));
        let access = ["--plain-http", "--username", USER, "--password", PASSWORD];
        let pulled = run(OURS, folder.path(), &[&["pull", &format!("{to}/web")][..], &access].concat());
        one_error(&pulled, said);
        let pushed = run(OURS, folder.path(), &[&["push", "web-1.0.0.tgz", &to][..], &access].concat());
        one_error(&pushed, said);
        assert!(registry.repository_names().is_empty());
        let mut login = OURS.command(folder.path());
        login.args(["registry", "login", &host, "-u", USER, "--password-stdin", "--plain-http"]);
        one_error(&Outcome::with_input(&mut login, PASSWORD, folder.path()), said);
        assert!(!folder.path().join(".home/registry/config.json").exists(), "{said}");
        // Six times for each command, and in both ways for `login`.
        let asked = registry.requests().iter().filter(|it| it.path() == "/token").count();
        assert!(asked <= 24, "{asked} {said}");
    });
}

/// An archive with a file beside its chart's folder.
fn hostile() -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut add = |name: &str, text: &str| {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, text.as_bytes()).unwrap();
    };
    add("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    add("web/../../evil", "x");
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn an_archive_that_leads_elsewhere_is_not_unpacked() {
    let (registry, folder) = plain(Manners::default());
    registry.put_chart("charts/web", "1.0.0", &hostile());
    let chart = format!("oci://{}/charts/web", registry.host());
    folder.write("in/a", "");
    let before = files(folder.path());
    const SAID: &str = "chart illegally references parent directory";
    for (args, said) in [
        (&["pull", &chart, "--untar", "--untardir", "in", "--plain-http"][..], SAID),
        // What exactly is wrong, Helm 4 keeps to itself.
        (&["template", "x", &chart, "--plain-http"], "unable to load chart archive"),
        (&["show", "chart", &chart, "--plain-http"], SAID),
    ] {
        let refused = run(OURS, folder.path(), args);
        assert!(refused.code == 1 && refused.stderr.contains(said), "{args:?} {refused}");
        let left = files(folder.path());
        let left: Vec<_> = left.iter().filter(|it| !it.contains("/.home/content/")).collect();
        assert_eq!(left, before.iter().collect::<Vec<_>>(), "{args:?}");
    }
}

#[test]
fn a_dependency_that_cannot_be_had_changes_nothing() {
    let faulty = |at: &str, fault| vec![Rule::new(at, fault).method("GET")];
    for (faults, said) in [
        (faulty("/charts/web/blobs/", Fault::Corrupt), "the content has the digest"),
        (faulty("/charts/web/blobs/", Fault::Page), "an HTML page"),
        (faulty("/charts/web/manifests/", Fault::Status(403)), "403"),
        (faulty("/charts/web/tags/", Fault::Page), "an HTML page"),
        (Vec::new(), "is no chart"),
    ] {
        let (registry, folder) = plain(Manners { faults: faults.clone(), ..Manners::default() });
        assert_eq!(push(&registry, &folder).code, 0);
        if faults.is_empty() {
            registry.put_chart("charts/web", "1.1.0", &hostile());
        }
        let repository = format!("oci://{}/charts", registry.host());
        let dependencies = format!("- {{name: web, version: ^1, repository: '{repository}'}}\n");
        folder.write(
            "top/Chart.yaml",
            format!("apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n{dependencies}"),
        );
        folder.write("top/Chart.lock", "dependencies: []\ndigest: old\n");
        let old = folder.write("top/charts/web-0.9.0.tgz", "");
        std::fs::copy(folder.path().join("web-1.0.0.tgz"), old).unwrap();
        let before = files(&folder.path().join("top"));
        let refused = run(OURS, folder.path(), &["dependency", "update", "top", "--plain-http"]);
        let said_last = Outcome { stdout: String::new(), ..refused };
        one_error(&said_last, said);
        assert_eq!(files(&folder.path().join("top")), before, "{said}");
        assert!(folder.read("top/Chart.lock").contains("digest: old"));
        let packed = run(OURS, folder.path(), &["package", "top", "-u", "--plain-http"]);
        one_error(&packed, said);
        assert!(!folder.path().join("top-1.0.0.tgz").exists());
    }
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
