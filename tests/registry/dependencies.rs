//! Dependencies out of a registry: ours and both Helms choose, lock, fetch and say the same, and each builds on what the
//! other locked.

use std::path::Path;

use chartroom_tests::Scratch;
use chartroom_tests::rig::{PASSWORD, Registry, Tool, rig};

use crate::repositories::{files, ours};
use crate::{charts, helms, log_in, must, run};

/// Several versions of `web`, one of them with build metadata, and one of `db`.
const PUBLISHED: [(&str, &str); 5] =
    [("web", "1.0.0"), ("web", "1.1.0"), ("web", "1.10.0+build.7"), ("web", "2.0.0-rc.1"), ("db", "0.3.0")];

/// A registry with charts in it.
struct Shelf {
    registry: Registry,
}

impl Shelf {
    /// `None` where there is no registry.
    fn new() -> Option<Self> {
        let shelf = Self { registry: Registry::new()? };
        let folder = shelf.desk(Tool::Ours4);
        for (name, version) in PUBLISHED {
            charts::packed(Tool::Ours4, &folder, name, version);
            let (archive, to) = (format!("{name}-{version}.tgz"), shelf.address());
            must(Tool::Ours4, folder.path(), &["push", &archive, &to, "--ca-file", &shelf.ca()]);
        }
        Some(shelf)
    }

    fn ca(&self) -> String {
        self.registry.certificates().ca().display().to_string()
    }

    fn address(&self) -> String {
        format!("oci://{}/charts", self.registry.host())
    }

    /// A folder in which a tool is logged in.
    fn desk(&self, tool: Tool) -> Scratch {
        let folder = Scratch::new();
        let entered = log_in(tool, folder.path(), &self.registry.host(), Path::new(&self.ca()));
        assert_eq!(entered.code, 0, "{entered}");
        folder
    }

    /// Writes a chart `top` that depends on others of the registry.
    fn write_top(&self, folder: &Scratch, dependencies: &[(&str, &str)]) {
        let mut text = "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n".to_owned();
        for (name, version) in dependencies {
            text += &format!("- {{name: {name}, version: '{version}', repository: '{}'}}\n", self.address());
        }
        folder.write("top/Chart.yaml", text);
        folder.write("top/values.yaml", "");
    }

    /// Runs a tool, and says all that it said.
    fn say(&self, tool: Tool, folder: &Scratch, args: &[&str]) -> String {
        let ca = self.ca();
        let with_ca = [args, &["--ca-file", &ca]].concat();
        // `list` asks nobody.
        let args = if args[1] == "list" { args } else { &with_ca };
        let said = run(tool, folder.path(), args).to_string();
        assert!(!said.contains(PASSWORD), "{said}");
        format!("$ {}\n{said}", args.join(" ")).replace(&ca, "CA")
    }
}

/// The lock without its time.
fn lock(folder: &Scratch) -> String {
    let text = folder.read("top/Chart.lock");
    text.lines().filter(|line| !line.starts_with("generated: ")).map(|line| format!("{line}\n")).collect()
}

/// What is there below `top/charts`.
fn fetched(folder: &Scratch) -> Vec<String> {
    let charts = folder.path().join("top/charts");
    files(&charts).iter().map(|it| it.rsplit('/').next().unwrap().to_owned()).collect()
}

#[test]
fn ours_and_both_helms_say_and_leave_the_same() {
    let Some(shelf) = Shelf::new() else { return };
    for wanted in [
        &[("web", "^1.0.0"), ("db", "0.3.0")][..],
        &[("web", ">0-0")],
        &[("web", "1.10.0+build.7")],
        &[("web", "1.10.0")],
        &[("web", "~1.10")],
        &[("web", "^3")],
        &[("web", "9.9.9")],
        &[("none", "1.0.0")],
        &[("none", "^1")],
        &[("web", "no range")],
        &[("web", "1.0.0"), ("web", "1.0.0")],
    ] {
        for &helm in helms() {
            let session = |tool: Tool| {
                let folder = shelf.desk(tool);
                shelf.write_top(&folder, wanted);
                let mut text = shelf.say(tool, &folder, &["dependency", "update", "top"]);
                if text.contains("Error: ") {
                    // What is wrong, and what to do about it, ours says better.
                    text = "refused\n".to_owned();
                }
                text += &format!("{:?}\n", fetched(&folder));
                if folder.path().join("top/Chart.lock").exists() {
                    text += &lock(&folder);
                    text += &shelf.say(tool, &folder, &["dependency", "list", "top"]);
                    std::fs::remove_dir_all(folder.path().join("top/charts")).unwrap();
                    text += &shelf.say(tool, &folder, &["dependency", "build", "top"]);
                    text += &shelf.say(tool, &folder, &["template", "x", "top"]);
                    // Where the registry's words go there, COMPATIBILITY.md says.
                    must(tool, folder.path(), &["package", "top", "-u", "--ca-file", &shelf.ca()]);
                    assert!(folder.path().join("top-1.0.0.tgz").exists(), "{tool:?}");
                }
                text
            };
            assert_eq!(session(ours(helm)), session(helm), "{helm:?} {wanted:?}");
        }
    }
}

/// What one locked the other builds, to the byte, and packs; and nobody needs `charts/` to be there before.
#[test]
fn locks_and_packages_are_shared() {
    let Some(shelf) = Shelf::new() else { return };
    let ca = shelf.ca();
    for (first, second) in helms().iter().flat_map(|&helm| [(helm, ours(helm)), (ours(helm), helm)]) {
        let folder = shelf.desk(first);
        shelf.write_top(&folder, &[("web", "^1.0.0"), ("db", "0.x")]);
        must(first, folder.path(), &["dependency", "update", "top", "--ca-file", &ca]);
        let (locked, there) = (folder.read("top/Chart.lock"), fetched(&folder));
        std::fs::remove_dir_all(folder.path().join("top/charts")).unwrap();
        must(second, folder.path(), &["dependency", "build", "top", "--ca-file", &ca]);
        assert_eq!((folder.read("top/Chart.lock"), fetched(&folder)), (locked.clone(), there), "{first:?}");
        must(second, folder.path(), &["dependency", "update", "top", "--ca-file", &ca]);
        assert_eq!(folder.read("top/Chart.lock"), locked, "nothing changed, so it is not written again");
        std::fs::remove_dir_all(folder.path().join("top/charts")).unwrap();
        must(second, folder.path(), &["package", "top", "-u", "--ca-file", &ca]);
        let shown = must(first, folder.path(), &["template", "x", "top-1.0.0.tgz"]);
        assert_eq!(shown.matches("kind: ConfigMap").count(), 2, "{shown}");
        // A lock that is not of these dependencies is none.
        shelf.write_top(&folder, &[("web", "~1.0")]);
        let refused = run(second, folder.path(), &["dependency", "build", "top", "--ca-file", &ca]);
        assert!(refused.code == 1 && refused.stderr.contains("out of sync"), "{second:?} {refused}");
    }
}

#[test]
fn what_is_missing_is_brought_before_it_is_rendered_or_installed() {
    let Some(shelf) = Shelf::new() else { return };
    let ca = shelf.ca();
    for &helm in helms() {
        let rendered = [ours(helm), helm].map(|tool| {
            let folder = shelf.desk(tool);
            shelf.write_top(&folder, &[("web", "~1.10")]);
            let said =
                run(tool, folder.path(), &["template", "x", "top", "--dependency-update", "--ca-file", &ca]);
            assert_eq!(said.code, 0, "{tool:?} {said}");
            assert_eq!(fetched(&folder), ["web-1.10.0+build.7.tgz"], "{tool:?}");
            said.to_string().replace(&folder.path().display().to_string(), "FOLDER")
        });
        assert_eq!(rendered[0], rendered[1], "{helm:?}");
        let Some(rig) = rig() else { continue };
        for tool in [ours(helm), helm] {
            let namespace = rig.namespace();
            let folder = namespace.folder();
            let entered = log_in(tool, folder.path(), &shelf.registry.host(), Path::new(&ca));
            assert_eq!(entered.code, 0, "{entered}");
            shelf.write_top(folder, &[("web", "1.0.0")]);
            namespace.must(tool, &["install", "x", "top", "--dependency-update", "--ca-file", &ca]);
            assert!(namespace.get("v1", "configmaps", "x").is_some(), "{tool:?}");
        }
    }
}
