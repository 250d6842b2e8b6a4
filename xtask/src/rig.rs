//! `cargo xtask rig`: a control plane without containers, built once from Go modules into the cache folder.
//!
//! etcd, kube-apiserver and kube-controller-manager are commands of modules that cannot be `go install`ed: Kubernetes
//! replaces its own libraries by folders of its repository. So a module is written around each, in which these libraries
//! are those that were published with the release. kwok, which plays the nodes, and both Helms install as they are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run::{self, command};
use crate::{helm, registry};

const KUBERNETES: &str = "v1.37.2";
/// Kubernetes' libraries have the same versions, with another major one.
const LIBRARIES: &str = "v0.37.2";
const ETCD: &str = "v3.7.3";
const KWOK: &str = "v0.8.0";

/// A program of the rig, and what its `main` does.
struct Program {
    name: &'static str,
    imports: &'static [&'static str],
    main: &'static str,
}

const PROGRAMS: [Program; 3] = [
    Program {
        name: "etcd",
        imports: &["os", "go.etcd.io/etcd/server/v3/etcdmain"],
        main: "etcdmain.Main(os.Args)",
    },
    Program {
        name: "kube-apiserver",
        imports: &["os", "k8s.io/component-base/cli", "k8s.io/kubernetes/cmd/kube-apiserver/app"],
        main: "os.Exit(cli.Run(app.NewAPIServerCommand()))",
    },
    Program {
        name: "kube-controller-manager",
        imports: &["os", "k8s.io/component-base/cli", "k8s.io/kubernetes/cmd/kube-controller-manager/app"],
        main: "os.Exit(cli.Run(app.NewControllerManagerCommand()))",
    },
];

/// Builds what is not there yet, and says where it is.
pub(crate) fn rig() -> Result<()> {
    if !run::can_build_go() && !is_built() {
        println!(
            "skipped: the rig is built with Go, which is not here; tests against a cluster or a registry will be skipped"
        );
        return Ok(());
    }
    let folder = build()?;
    println!("the control plane is in {}", folder.display());
    println!("CHARTROOM_REGISTRY={}", registry::build()?.display());
    for (variable, path) in helm::both()? {
        println!("{variable}={}", path.display());
    }
    Ok(())
}

/// The part `cluster` of `cargo xtask test`.
pub(crate) fn test() -> Result<()> {
    if !cfg!(unix) || (!run::can_build_go() && !is_built()) {
        println!("skipped: tests against a cluster, which need a Unix and Go");
        return Ok(());
    }
    let (folder, chartroom) = (build()?, run::build_chartroom()?);
    // Whoever drives an editor has the machine alone: on a small one key presses are lost otherwise.
    for which in [&["--skip", "editors::"][..], &["editors::", "--test-threads=1"]] {
        let mut tests = command(
            "cargo",
            &["test", "--locked", "--package", "chartroom-tests", "--test", "cluster", "--"],
        );
        tests.args(which).env("CHARTROOM_RIG", &folder).env("CHARTROOM_BIN", &chartroom);
        helm::name_both(&mut tests)?;
        // The part `editors` brings them; a person deploys from them to this cluster.
        let editors = run::cache().join("editors");
        if editors.join("code-server").exists() {
            tests
                .env("CHARTROOM_TOOLS", editors)
                .env("CHARTROOM_ARTIFACTS", run::root().join("test-artifacts"));
        }
        run::run(tests)?;
    }
    Ok(())
}

/// Names the control plane to a program, if there can be one here.
pub(crate) fn name(program: &mut Command) -> Result<()> {
    if cfg!(unix) && (run::can_build_go() || is_built()) {
        program.env("CHARTROOM_RIG", build()?);
    }
    Ok(())
}

/// The folder's name says what is in it, so that other versions get another one.
fn folder() -> PathBuf {
    run::cache().join(format!("rig-{KUBERNETES}-etcd-{ETCD}-kwok-{KWOK}"))
}

fn is_built() -> bool {
    let names = PROGRAMS.iter().map(|it| it.name).chain(["kwok"]);
    names.into_iter().all(|name| folder().join(name).exists())
}

fn build() -> Result<PathBuf> {
    let folder = folder();
    if is_built() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder)?;
    let aside = Aside::new(&run::cache())?;
    let missing: Vec<&Program> =
        PROGRAMS.iter().filter(|program| !folder.join(program.name).exists()).collect();
    if !missing.is_empty() {
        println!("building a control plane once; with cold caches that takes a quarter of an hour");
        write_module(&aside.0)?;
        run::run(go(&aside.0, &["mod", "tidy"]))?;
    }
    for program in missing {
        let out = aside.0.join("out").join(program.name);
        let flags = version_flags();
        let package = format!("./{}", program.name);
        let out_text = out.to_string_lossy();
        run::run(go(&aside.0, &["build", "-trimpath", "-ldflags", &flags, "-o", &out_text, &package]))?;
        std::fs::rename(&out, folder.join(program.name))?;
    }
    if !folder.join("kwok").exists() {
        helm::install(&format!("sigs.k8s.io/kwok/cmd/kwok@{KWOK}"), "kwok", &folder.join("kwok"))?;
    }
    Ok(folder)
}

/// A module that has the programs as its commands.
fn write_module(folder: &Path) -> Result<()> {
    let replaced: String = libraries()?.iter().map(|it| format!("\t{it} => {it} {LIBRARIES}\n")).collect();
    let module = format!(
        "module chartroom.dev/rig\n\ngo 1.26.0\n\ngodebug default=go1.26\n\n\
         require (\n\tk8s.io/kubernetes {KUBERNETES}\n\tgo.etcd.io/etcd/server/v3 {ETCD}\n)\n\n\
         replace (\n{replaced})\n"
    );
    std::fs::write(folder.join("go.mod"), module)?;
    for program in &PROGRAMS {
        let imports: String = program.imports.iter().map(|it| format!("\t\"{it}\"\n")).collect();
        let text = format!("package main\n\nimport (\n{imports})\n\nfunc main() {{ {} }}\n", program.main);
        std::fs::create_dir_all(folder.join(program.name))?;
        std::fs::write(folder.join(program.name).join("main.go"), text)?;
    }
    Ok(())
}

/// The libraries that Kubernetes replaces by folders of its own.
fn libraries() -> Result<Vec<String>> {
    let mut download =
        command("go", &["mod", "download", "-json", &format!("k8s.io/kubernetes@{KUBERNETES}")]);
    let output = download.current_dir(run::cache()).output().context("cannot run `go mod download`")?;
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let module = told["GoMod"].as_str().context("go says nothing of Kubernetes' go.mod")?;
    let text = std::fs::read_to_string(module)?;
    let name = |line: &str| {
        let (name, path) = line.trim().trim_start_matches("replace ").split_once(" => ")?;
        path.starts_with("./staging/").then(|| name.to_owned())
    };
    Ok(text.lines().filter_map(name).collect())
}

/// What the programs say of themselves: without it the server says that it is version 0.0.0.
fn version_flags() -> String {
    let package = "k8s.io/component-base/version";
    let mut parts = KUBERNETES.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!(
        "-s -w -X {package}.gitVersion={KUBERNETES} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"
    )
}

fn go(folder: &Path, args: &[&str]) -> Command {
    let mut go = command("go", args);
    go.current_dir(folder).env("GOFLAGS", "-mod=mod").env("CGO_ENABLED", "0");
    go
}

/// A folder beside where something is to lie in the end, so that it can be moved there in one step.
pub(crate) struct Aside(pub(crate) PathBuf);

impl Aside {
    pub(crate) fn new(beside: &Path) -> Result<Self> {
        let path = beside.join(format!("building-{}", std::process::id()));
        std::fs::create_dir_all(path.join("out"))?;
        Ok(Self(path))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
