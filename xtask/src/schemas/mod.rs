//! `cargo xtask schemas`: the schemas of Kubernetes' own kinds, several versions of them in one small file.
//!
//! The schemas are those of the Python package `kubernetes-validate`, which has Kubernetes' OpenAPI documents of each minor
//! version since 1.25; the values that a text may have are read out of Kubernetes' Go types, since the documents do not
//! tell them. Most types are the same in most versions, so each is kept once with the versions that it is for. What
//! is written is read by `server/schema/src/bundle.rs`, which tells the format.

mod enums;
mod pool;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::Value;

use crate::run::{command, root, run, target_dir};

const PACKAGE: &str = "kubernetes-validate";
const PACKAGE_VERSION: &str = "1.37.0";
const GO_TYPES: &str = "k8s.io/api@v0.37.2";

/// Writes the file anew.
pub(crate) fn schemas() -> Result<()> {
    let documents = documents(&package()?)?;
    let enums = enums::read(&go_module()?)?;
    let (schemas, docs) = pool::texts(&documents, &enums);
    let mut file = Vec::new();
    for text in [&schemas, &docs] {
        let packed = pack(text)?;
        file.extend(u32::try_from(packed.len())?.to_le_bytes());
        file.extend(u32::try_from(text.len())?.to_le_bytes());
        file.extend(packed);
    }
    let path = root().join("server/schema/data/kubernetes.bin");
    std::fs::write(&path, &file)?;
    println!(
        "wrote {}: {} bytes, of which documentation {}; unpacked {} and {}",
        path.display(),
        file.len(),
        pack(&docs)?.len(),
        schemas.len(),
        docs.len()
    );
    Ok(())
}

fn pack(text: &str) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

/// The package's files, fetched by pip.
fn package() -> Result<PathBuf> {
    let folder = target_dir().join("schemas").join(PACKAGE_VERSION);
    if !folder.is_dir() {
        let wanted = format!("{PACKAGE}=={PACKAGE_VERSION}");
        let target = folder.to_string_lossy().into_owned();
        run(command(
            "python3",
            &["-m", "pip", "install", "--no-deps", "--no-compile", "--target", &target, &wanted],
        ))?;
    }
    Ok(folder.join("kubernetes_validate/kubernetes-json-schema"))
}

/// The definitions of each minor version.
fn documents(folder: &Path) -> Result<BTreeMap<u32, Value>> {
    let mut documents = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let minor = name.strip_prefix("v1.").and_then(|it| it.strip_suffix(".0-local"));
        let Some(minor) = minor.and_then(|it| it.parse().ok()) else { continue };
        let text = std::fs::read(folder.join(&name).join("_definitions.json"))?;
        let mut document: Value = serde_json::from_slice(&text)?;
        documents.insert(minor, document["$defs"].take());
    }
    Ok(documents)
}

/// The folder of Kubernetes' Go types.
fn go_module() -> Result<PathBuf> {
    let output = Command::new("go").args(["mod", "download", "-json", GO_TYPES]).output()?;
    let module: Value = serde_json::from_slice(&output.stdout).context("go mod download")?;
    let folder =
        module["Dir"].as_str().with_context(|| format!("{GO_TYPES} cannot be had: {}", module["Error"]))?;
    Ok(PathBuf::from(folder))
}
