//! A chart out of a registry: which version, which layers, and whether that is here already.

use super::advice::pull_refused;
use super::manifest::{CHART, CONFIG, Descriptor, LEGACY_CHART, Manifest, PROVENANCE};
use super::reference::Reference;
use super::remote::{Received, Remote};
use super::versions;
use crate::client::Client;
use crate::error::Error;
use crate::fetch::{Archive, ChartRef, Content, MAX_ARCHIVE, MAX_PROVENANCE, Verify};

/// How many manifests of a list are looked into for a chart.
const MAX_MANIFESTS: usize = 32;

/// Fetches a chart by its reference.
pub(crate) async fn fetch(client: &Client, chart: &ChartRef) -> Result<Content, Error> {
    let reference = Reference::parse(&chart.reference)?;
    let remote = Remote::open(client, &reference, &chart.access, "pull")?;
    let chosen = choose(&remote, chart.version.trim()).await?;
    let received = remote.manifest(chosen.name()).await.map_err(|error| pull_refused(error, &chosen))?;
    let manifest = of_chart(&remote, received.manifest, &chosen).await?;
    let mut warnings = Vec::new();
    let archive = archive(client, &remote, &manifest, &chosen, &mut warnings).await?;
    let provenance = match chart.verify {
        Verify::Never => None,
        _ => provenance(&remote, &manifest, chart, &mut warnings).await?,
    };
    let version = chosen.tag.as_deref().unwrap_or_default().replace('_', "+");
    Ok(Content {
        archive,
        provenance,
        file_name: file_name(&chosen, &version),
        name: chosen.base().to_owned(),
        version,
        reference: chosen.to_string(),
        manifest: Some(received.digest),
        warnings,
    })
}

/// What Helm calls the archive (`DownloadTo`): by the version, which is also what its signature says; by the digest where
/// that is all there is.
fn file_name(chosen: &Reference, version: &str) -> String {
    let base = chosen.base();
    match &chosen.digest {
        Some(digest) if version.is_empty() => format!("{base}@{}.tgz", digest.replace(':', "-")),
        _ => format!("{base}-{version}.tgz"),
    }
}

/// The versions of a chart, newest first.
pub(crate) async fn list(client: &Client, chart: &ChartRef) -> Result<Vec<String>, Error> {
    let reference = Reference::parse(&chart.reference)?;
    let remote = Remote::open(client, &reference, &chart.access, "pull")?;
    let tags = remote.tags().await.map_err(|error| pull_refused(error, &remote.reference))?;
    Ok(versions::versions(&tags))
}

/// The reference with the tag or digest that is to be fetched (`ValidateReference`).
async fn choose(remote: &Remote, version: &str) -> Result<Reference, Error> {
    let reference = &remote.reference;
    let tag = reference.tag.as_deref().map(|it| it.replace('_', "+"));
    if let Some(tag) = tag.as_deref().filter(|it| !version.is_empty() && *it != version.replace('_', "+")) {
        return Err(Error::say(format!("chart reference and version mismatch: {version} is not {tag}")));
    }
    let version = if version.is_empty() { tag.unwrap_or_default() } else { version.to_owned() };
    if let Some(digest) = &reference.digest {
        return by_digest(remote, digest, &version).await;
    }
    if versions::is_exact(&version) {
        return Ok(reference.tagged(&version));
    }
    let tags = remote.tags().await.map_err(|error| pull_refused(error, reference))?;
    let versions = versions::versions(&tags);
    if versions.is_empty() {
        return Err(Error::say(format!(
            "unable to locate any tags in provided repository: oci://{}/{}",
            reference.registry, reference.repository
        )));
    }
    Ok(reference.tagged(&versions::choose(&versions, &version)?))
}

/// The reference as its digest has it. A version beside that must mean the same, but need not be there.
async fn by_digest(remote: &Remote, digest: &str, version: &str) -> Result<Reference, Error> {
    let reference = &remote.reference;
    if version.is_empty() {
        return Ok(Reference { tag: None, ..reference.clone() });
    }
    let tagged = reference.tagged(version);
    match remote.digest_of(tagged.name()).await?.filter(|it| it != digest) {
        Some(other) => Err(Error::say(format!("chart reference digest mismatch: {other} is not {digest}"))),
        None => Ok(Reference { tag: tagged.tag, ..reference.clone() }),
    }
}

/// The manifest of a chart: itself, or the first in a list that is one.
async fn of_chart(remote: &Remote, manifest: Manifest, chosen: &Reference) -> Result<Manifest, Error> {
    if manifest.is_of_chart() {
        return Ok(manifest);
    }
    for entry in manifest.manifests.iter().take(MAX_MANIFESTS) {
        let Received { manifest, .. } = remote.manifest(&entry.digest).await?;
        if manifest.is_of_chart() {
            return Ok(manifest);
        }
    }
    let kind = manifest.config.map(|it| it.media_type).unwrap_or_default();
    Err(Error::say(match kind.is_empty() {
        true => format!("{chosen} is no chart: could not load config with mediatype {CONFIG}"),
        false => {
            format!("{chosen} is no chart: could not load config with mediatype {CONFIG}, it has {kind}")
        }
    }))
}

async fn archive(
    client: &Client,
    remote: &Remote,
    manifest: &Manifest,
    chosen: &Reference,
    warnings: &mut Vec<String>,
) -> Result<Archive, Error> {
    let layer = match (manifest.layer(CHART), manifest.layer(LEGACY_CHART)) {
        (Some(layer), _) => layer,
        (None, Some(layer)) => {
            warnings.push(format!("Warning: chart media type {LEGACY_CHART} is deprecated"));
            layer
        }
        (None, None) => {
            return Err(Error::say(format!(
                "{chosen}: manifest does not contain a layer with mediatype {CHART}"
            )));
        }
    };
    ensure_sha256(layer, chosen)?;
    match client.cache.chart(&layer.digest) {
        Some(path) => Ok(Archive::Cached(layer.digest.clone(), path)),
        None => Ok(Archive::Fresh(remote.blob(layer, MAX_ARCHIVE).await?)),
    }
}

/// The signature; none with a warning where one need not be there.
async fn provenance(
    remote: &Remote,
    manifest: &Manifest,
    chart: &ChartRef,
    warnings: &mut Vec<String>,
) -> Result<Option<Vec<u8>>, Error> {
    if let Some(layer) = manifest.layer(PROVENANCE) {
        return Ok(Some(remote.blob(layer, MAX_PROVENANCE).await?));
    }
    let why = format!("manifest does not contain a layer with mediatype {PROVENANCE}");
    let reference = &chart.reference;
    if chart.verify == Verify::Always {
        return Err(Error::say(format!("failed to fetch provenance \"{reference}.prov\": {why}")));
    }
    warnings.push(format!("WARNING: Verification not found for {reference}: {why}"));
    Ok(None)
}

/// Content by another algorithm could not be checked.
fn ensure_sha256(layer: &Descriptor, chosen: &Reference) -> Result<(), Error> {
    match super::reference::is_digest(&layer.digest) {
        true => Ok(()),
        false => Err(Error::say(format!(
            "{chosen}: the digest \"{}\" of its chart is none of SHA-256, and cannot be checked",
            layer.digest
        ))),
    }
}
