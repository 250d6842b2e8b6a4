//! Charts go back and forth between ours and both Helms through a real registry: what one pushes the others pull, check,
//! show, render and install.

use std::path::Path;

use chartroom_tests::Scratch;
use chartroom_tests::rig::{Registry, Tool, rig};

use crate::{charts, helms, log_in, must, run};

const OURS: [Tool; 2] = [Tool::Ours3, Tool::Ours4];

/// The tools that can be asked here: ours, and both Helms where they are named.
fn tools() -> Vec<Tool> {
    OURS.iter().chain(helms()).copied().collect()
}

/// The digest that a tool said.
#[track_caller]
fn digest(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("Digest: "));
    line.unwrap_or_else(|| panic!("no digest in {said}")).to_owned()
}

/// The same archive gets the same manifest, to the byte, whoever pushes it, and is pulled the same by everybody.
#[test]
fn one_archive_is_one_manifest() {
    let Some(registry) = Registry::new() else { return };
    let (host, ca) = (registry.host(), registry.certificates().ca());
    let folder = Scratch::new();
    charts::packed(Tool::Ours4, &folder, "web", "1.0.0+build.7");
    folder.write("web-1.0.0+build.7.tgz.prov", "signed by somebody\n");
    let archive = std::fs::read(folder.path().join("web-1.0.0+build.7.tgz")).unwrap();
    let ca = ca.to_str().unwrap();
    let mut digests = Vec::new();
    for tool in tools() {
        assert_eq!(log_in(tool, folder.path(), &host, Path::new(ca)).code, 0);
        let to = format!("oci://{host}/{}", format!("{tool:?}").to_lowercase());
        digests.push(digest(&must(
            tool,
            folder.path(),
            &["push", "web-1.0.0+build.7.tgz", &to, "--ca-file", ca],
        )));
    }
    assert!(digests.iter().all(|it| *it == digests[0]), "{digests:?}");
    for puller in tools() {
        for pusher in tools() {
            let chart = format!("oci://{host}/{}/web", format!("{pusher:?}").to_lowercase());
            let into = format!("from-{pusher:?}-by-{puller:?}");
            std::fs::create_dir(folder.path().join(&into)).unwrap();
            let said = must(puller, folder.path(), &["pull", &chart, "--prov", "-d", &into, "--ca-file", ca]);
            assert_eq!(digest(&said), digests[0]);
            let at = |name: &str| folder.path().join(&into).join(name);
            assert_eq!(std::fs::read(at("web-1.0.0+build.7.tgz")).unwrap(), archive);
            assert_eq!(std::fs::read(at("web-1.0.0+build.7.tgz.prov")).unwrap(), b"signed by somebody\n");
        }
    }
}

/// What is said is said where Helm says it, to the byte, and credentials are kept in the same bytes.
#[test]
fn the_same_words_on_the_same_stream() {
    let Some(registry) = Registry::new() else { return };
    let (host, ca) = (registry.host(), registry.certificates().ca());
    let ca_text = ca.to_str().unwrap();
    let pairs = [(Tool::Helm3, Tool::Ours3), (Tool::Helm4, Tool::Ours4)];
    for (helm, ours) in pairs.into_iter().filter(|(helm, _)| helms().contains(helm)) {
        let folder = Scratch::new();
        charts::packed(ours, &folder, "web", "1.0.0+a");
        let both = |args: &[&str]| {
            let with_ca = [args, &["--ca-file", ca_text]].concat();
            let args = if args[0] == "registry" { args } else { &with_ca };
            [helm, ours].map(|tool| {
                let _ = std::fs::remove_dir_all(folder.path().join("unpacked"));
                run(tool, folder.path(), args)
            })
        };
        let config = || folder.read(".home/registry/config.json");
        let [theirs, own] = [helm, ours].map(|tool| (log_in(tool, folder.path(), &host, &ca), config()));
        assert_eq!(theirs, own);
        let to = format!("oci://{host}/same");
        let (chart, other) = (format!("{to}/web"), format!("{to}/web:1.0.0"));
        let [theirs, mut own] = both(&["push", "web-1.0.0+a.tgz", &to]);
        own.stderr = own.stderr.replace(&format!("Pushing to {host}/same/web:1.0.0_a\n"), "");
        assert_eq!(theirs, own);
        for args in [
            &["show", "chart", &chart][..],
            &["show", "values", &chart, "--version", "1.0.0+a"],
            &["template", "name", &chart],
            &["template", "name", &chart, "--version", ">=1"],
            &["pull", &chart, "--version", "^1.0.0-0"],
            &["pull", &chart, "--untar", "--untardir", "unpacked"],
        ] {
            let [theirs, own] = both(args);
            assert_eq!(theirs, own, "{args:?}");
        }
        // Here ours says more.
        for args in [
            &["pull", &chart, "--version", "^9"][..],
            &["pull", &chart, "--version", "9.0.0"],
            &["pull", &other, "--version", "2.0.0"],
            &["push", "none.tgz", &to],
            &["push", ".", &to],
            &["push", "web-1.0.0+a.tgz", "https://example.com"],
            &["push", "web-1.0.0+a.tgz", "example.com"],
            &["registry", "logout"],
        ] {
            let [theirs, own] = both(args);
            assert_eq!((theirs.code, theirs.stdout), (own.code, own.stdout), "{args:?}");
        }
        let kept = config();
        let [theirs, own] = [helm, ours].map(|tool| {
            folder.write(".home/registry/config.json", &kept);
            (run(tool, folder.path(), &["registry", "logout", &host]), config())
        });
        assert_eq!(theirs, own);
    }
}

/// A chart that the others pushed is installed by all, into one cluster.
#[test]
fn installed_by_everybody() {
    let (Some(registry), Some(rig)) = (Registry::new(), rig()) else { return };
    let (host, ca) = (registry.host(), registry.certificates().ca());
    let ca_text = ca.to_str().unwrap();
    for pusher in tools() {
        let namespace = rig.namespace();
        let folder = namespace.folder();
        charts::packed(pusher, folder, "web", "1.0.0");
        assert_eq!(log_in(pusher, folder.path(), &host, &ca).code, 0);
        let to = format!("oci://{host}/{}", namespace.name());
        must(pusher, folder.path(), &["push", "web-1.0.0.tgz", &to, "--ca-file", ca_text]);
        for (number, tool) in tools().into_iter().enumerate() {
            let (name, chart) = (format!("web-{number}"), format!("{to}/web"));
            namespace.must(tool, &["install", &name, &chart, "--ca-file", ca_text]);
            namespace.must(tool, &["upgrade", &name, &chart, "--version", "1.0.0", "--ca-file", ca_text]);
            assert!(namespace.get("v1", "configmaps", &name).is_some(), "{tool:?}");
        }
    }
}

/// What ours alone can do works on charts that are elsewhere as well, and says places below the chart.
#[test]
fn charts_elsewhere_are_explained_and_previewed() {
    let Some(registry) = Registry::new() else { return };
    let (host, ca) = (registry.host(), registry.certificates().ca());
    let ca = ca.to_str().unwrap();
    let folder = Scratch::new();
    charts::packed(Tool::Ours4, &folder, "web", "1.0.0");
    assert_eq!(log_in(Tool::Ours4, folder.path(), &host, Path::new(ca)).code, 0);
    let to = format!("oci://{host}/shown");
    must(Tool::Ours4, folder.path(), &["push", "web-1.0.0.tgz", &to, "--ca-file", ca]);
    let chart = format!("{to}/web");
    let remote = ["--version", "^1", "--ca-file", ca];
    let explained = must(Tool::Ours4, folder.path(), &[&["explain", &chart, "word"][..], &remote].concat());
    assert!(explained.contains("templates/config.yaml:6"), "{explained}");
    assert!(explained.contains("values.yaml:1") && !explained.contains(".tgz"), "{explained}");
    let shown = must(Tool::Ours4, folder.path(), &[&["preview", &chart, "--once"][..], &remote].concat());
    assert!(shown.contains("name: web\n") || shown.contains("name: web "), "{shown}");
}
