//! Classic chart repositories: ours and both Helms say and leave the same, and what a repository does wrong is told in
//! one sentence and leaves nothing.

use std::path::Path;
use std::time::{Duration, Instant};

use chartroom_tests::Scratch;
use chartroom_tests::rig::{Fault, PASSWORD, Repository, Rule, Service, Tool, USER};

use crate::{charts, helms, must, run};

/// Ours as one of the Helms.
pub(crate) fn ours(helm: Tool) -> Tool {
    if matches!(helm, Tool::Helm3) { Tool::Ours3 } else { Tool::Ours4 }
}

/// A repository with three versions of `web` and one of `db`.
fn repository(service: Service) -> Repository {
    let repository = Repository::new(service);
    let folder = Scratch::new();
    for (name, version) in [("web", "1.0.0"), ("web", "1.1.0"), ("web", "2.0.0-rc.1"), ("db", "0.3.0")] {
        let packed = charts::packed(Tool::Ours4, &folder, name, version);
        repository.publish(name, version, &std::fs::read(packed).unwrap());
    }
    repository
}

/// A chart `top` that depends on charts of a repository, by its address and by its name in the list.
fn top(folder: &Scratch, url: &str, dependencies: &str) {
    let dependencies = dependencies.replace("URL", url);
    let text = format!("apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n{dependencies}");
    folder.write("top/Chart.yaml", text);
    folder.write("top/values.yaml", "");
}

/// Every command, with all that it says, and what is there in the end.
fn session(tool: Tool, repository: &Repository) -> String {
    let (folder, url) = (Scratch::new(), repository.url());
    top(
        &folder,
        &url,
        "- name: web\n  version: ^1.0.0\n  repository: '@shop'\n- name: db\n  version: '>0.1 <1'\n  repository: URL/\n",
    );
    let mut text = String::new();
    let commands: [&[&str]; 17] = [
        &["repo", "add", "shop", &url],
        &["repo", "add", "shop", &url],
        &["repo", "add", "shop", &format!("{url}/")],
        &["repo", "list"],
        &["repo", "update"],
        &["search", "repo"],
        &["search", "repo", "web", "-l", "--devel"],
        &["template", "x", "shop/web", "--version", "~1.0"],
        &["template", "x", "shop/web", "--version", "^3"],
        &["template", "x", "web", "--repo", &url],
        &["template", "x", "none", "--repo", &url],
        &["show", "chart", "shop/web", "--devel"],
        &["dependency", "update", "top"],
        &["dependency", "list", "top"],
        &["dependency", "build", "top", "--skip-refresh"],
        &["template", "x", "top"],
        &["repo", "remove", "shop"],
    ];
    for args in commands {
        text += &format!("$ {}\n{}", args.join(" "), run(tool, folder.path(), args));
    }
    let generated = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with("generated: "));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    text += &generated(folder.read("top/Chart.lock"));
    text += &generated(folder.read(".home/repositories.yaml"));
    text.replace(&url, "URL")
}

#[test]
fn ours_and_both_helms_say_and_leave_the_same() {
    let repository = repository(Service::default());
    for &helm in helms() {
        let (theirs, ours) = (session(helm, &repository), session(ours(helm), &repository));
        assert_eq!(ours, theirs, "{helm:?}");
    }
}

#[test]
fn lists_and_indexes_are_shared() {
    let repository = repository(Service::default());
    let url = repository.url();
    for &helm in helms() {
        for (first, second) in [(helm, ours(helm)), (ours(helm), helm)] {
            let folder = Scratch::new();
            must(first, folder.path(), &["repo", "add", "shop", &url, "--username", "a", "--password", "b"]);
            let kept =
                [".home/repositories.yaml", ".home/repository/shop-index.yaml"].map(|it| folder.read(it));
            must(
                second,
                folder.path(),
                &["repo", "add", "shop", &url, "--force-update", "--username", "a", "--password", "b"],
            );
            let again =
                [".home/repositories.yaml", ".home/repository/shop-index.yaml"].map(|it| folder.read(it));
            assert_eq!(kept, again, "{first:?} {second:?}");
            let found = must(second, folder.path(), &["search", "repo", "shop/web"]);
            assert!(found.contains("1.1.0"), "{found}");
        }
    }
}

#[test]
fn locks_of_one_are_those_of_the_other() {
    let repository = repository(Service::default());
    let url = repository.url();
    for &helm in helms() {
        let folder = Scratch::new();
        top(
            &folder,
            &url,
            "- name: web\n  version: '>=1 <2'\n  repository: URL\n  alias: front\n  condition: a.b\n",
        );
        must(helm, folder.path(), &["repo", "add", "shop", &url]);
        must(helm, folder.path(), &["dependency", "update", "top"]);
        let lock = folder.read("top/Chart.lock");
        must(ours(helm), folder.path(), &["dependency", "update", "top"]);
        assert_eq!(folder.read("top/Chart.lock"), lock, "nothing changed, so it is not written again");
        std::fs::remove_dir_all(folder.path().join("top/charts")).unwrap();
        must(ours(helm), folder.path(), &["dependency", "build", "top"]);
        assert!(folder.path().join("top/charts/web-1.1.0.tgz").exists());
    }
}

#[test]
fn passwords_go_where_they_belong() {
    let repository = repository(Service { password: true, ..Service::default() });
    let (folder, url) = (Scratch::new(), repository.url());
    let refused = run(Tool::Ours4, folder.path(), &["repo", "add", "shop", &url]);
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.stderr,
        format!(
            "Error: looks like \"{url}\" is not a valid chart repository or cannot be reached: failed to fetch \
             {url}/index.yaml : 401 Unauthorized. It may want a login: add the repository with --username and \
             --password-stdin\n"
        )
    );
    let wrong = run(
        Tool::Ours4,
        folder.path(),
        &["repo", "add", "shop", &url, "--username", USER, "--password", "hidden"],
    );
    assert!(wrong.code == 1 && !format!("{wrong}").contains("hidden"), "{wrong}");
    assert!(!folder.path().join(".home/repositories.yaml").exists());
    must(
        Tool::Ours4,
        folder.path(),
        &["repo", "add", "shop", &url, "--username", USER, "--password", PASSWORD],
    );
    let shown = must(Tool::Ours4, folder.path(), &["template", "x", "shop/web"]);
    assert!(shown.contains("kind: ConfigMap"), "{shown}");
    assert!(!must(Tool::Ours4, folder.path(), &["repo", "list", "-o", "json"]).contains(PASSWORD));
}

/// Everything in a folder, and below it.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().map(|it| it.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { found.push(path.display().to_string()) }
        }
    }
    found.sort();
    found
}

#[test]
fn an_index_that_is_none_changes_nothing() {
    // A connection that is cut is tried again, which takes its time.
    for (fault, timeout, want) in [
        (Fault::Page, "1s", "this is a web page (HTML), not an index of charts"),
        (Fault::Status(404), "1s", "failed to fetch URL/index.yaml : 404 Not Found"),
        (Fault::Silence, "1s", "did not send its index within 1 s"),
        (Fault::Cut(20), "30s", "the connection was cut"),
    ] {
        let good = repository(Service::default());
        let bad = repository(Service {
            faults: vec![Rule::new("/index.yaml", fault.clone())],
            ..Service::default()
        });
        let folder = Scratch::new();
        let begun = Instant::now();
        let refused =
            run(Tool::Ours4, folder.path(), &["repo", "add", "bad", &bad.url(), "--timeout", timeout]);
        assert!(begun.elapsed() < Duration::from_secs(30), "{fault:?}");
        let stderr = refused.stderr.replace(&bad.url(), "URL");
        assert!(refused.code == 1 && stderr.contains(want), "{fault:?} {refused}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        must(Tool::Ours4, folder.path(), &["repo", "add", "shop", &good.url()]);
        // An update that fails leaves what was fetched before.
        let list = folder.read(".home/repositories.yaml").replace(&good.url(), &bad.url());
        folder.write(".home/repositories.yaml", list);
        let before = folder.read(".home/repository/shop-index.yaml");
        let refused = run(Tool::Ours4, folder.path(), &["repo", "update", "--timeout", "1s"]);
        assert_eq!(refused.code, 1);
        assert!(refused.stdout.contains("...Unable to get an update from the \"shop\""), "{refused}");
        assert_eq!(folder.read(".home/repository/shop-index.yaml"), before);
    }
}

#[test]
fn dependencies_come_whole_or_not_at_all() {
    let hostile = {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        header.as_gnu_mut().unwrap().name[..13].copy_from_slice(b"db/../../evil");
        header.set_cksum();
        tar.append(&header, &b"x"[..]).unwrap();
        tar.into_inner().unwrap().finish().unwrap()
    };
    let fault = |fault| Service { faults: vec![Rule::new("/db-", fault)], ..Service::default() };
    for (service, put, want) in [
        (fault(Fault::Corrupt), None, "the content has the digest"),
        (fault(Fault::Page), None, "an HTML page, \"Sign in\" came instead"),
        (fault(Fault::Status(404)), None, "404"),
        (Service::default(), Some(hostile), "what URL has for db is no chart"),
    ] {
        let repository = repository(service);
        let url = repository.url();
        if let Some(bytes) = &put {
            repository.publish("db", "0.4.0", bytes);
        }
        let folder = Scratch::new();
        top(
            &folder,
            &url,
            "- {name: web, version: ^1, repository: 'URL'}\n- {name: db, version: 0.x, repository: 'URL'}\n",
        );
        let old = folder.path().join("top/charts/web-1.0.0.tgz");
        std::fs::create_dir_all(old.parent().unwrap()).unwrap();
        std::fs::copy(charts::packed(Tool::Ours4, &Scratch::new(), "web", "1.0.0"), &old).unwrap();
        let kept = std::fs::read(&old).unwrap();
        let before = files(&folder.path().join("top"));
        let refused = run(Tool::Ours4, folder.path(), &["dependency", "update", "top"]);
        let stderr = refused.stderr.replace(&url, "URL");
        assert!(refused.code == 1 && stderr.contains(want), "{want}: {refused}");
        assert_eq!(files(&folder.path().join("top")), before, "{want}");
        assert_eq!(std::fs::read(&old).unwrap(), kept);
    }
}
