//! Manifests: what a registry keeps of a chart, read from anyone and written as Helm writes them.

use std::collections::BTreeMap;

use chart::{Metadata, json};
use serde::Deserialize;

use crate::cache::sha256;

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// `Chart.yaml` as JSON.
pub(super) const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
/// The packed chart.
pub(super) const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// The packed chart, as Helm wrote it long ago.
pub(super) const LEGACY_CHART: &str = "application/tar+gzip";
/// Its signature.
pub(super) const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// All kinds of manifests that can be read.
pub(super) const ACCEPTED: [&str; 4] = [MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX];

/// Content in a registry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    pub(super) media_type: String,
    pub(super) digest: String,
    #[serde(default)]
    pub(super) size: u64,
}

/// A manifest, or a list of them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) config: Option<Descriptor>,
    #[serde(default)]
    pub(super) layers: Vec<Descriptor>,
    /// Of a list only.
    #[serde(default)]
    pub(super) manifests: Vec<Descriptor>,
}

impl Manifest {
    /// Whether it is one of a chart.
    pub(super) fn is_of_chart(&self) -> bool {
        self.config.as_ref().is_some_and(|it| it.media_type == CONFIG)
    }

    /// The last layer of a type, as Helm takes it.
    pub(super) fn layer(&self, media_type: &str) -> Option<&Descriptor> {
        self.layers.iter().rev().find(|it| it.media_type == media_type)
    }
}

impl Descriptor {
    pub(super) fn of(media_type: &str, data: &[u8]) -> Self {
        let digest = format!("sha256:{}", sha256(data));
        Self { media_type: media_type.to_owned(), digest, size: data.len() as u64 }
    }

    fn json(&self) -> String {
        let Self { media_type, digest, size } = self;
        format!(r#"{{"mediaType":{},"digest":"{digest}","size":{size}}}"#, json::text(media_type))
    }
}

/// The manifest of a chart to the byte as Helm writes it, so that both get the same digest.
pub(super) fn write(
    config: &Descriptor,
    layers: &[Descriptor],
    annotations: &BTreeMap<String, String>,
) -> String {
    let mut layers = layers.to_vec();
    layers.sort_by(|a, b| a.digest.cmp(&b.digest));
    let layers: Vec<String> = layers.iter().map(Descriptor::json).collect();
    let pair = |(key, value): (&String, &String)| format!("{}:{}", json::text(key), json::text(value));
    let annotations: Vec<String> = annotations.iter().map(pair).collect();
    format!(
        r#"{{"schemaVersion":2,"config":{},"layers":[{}],"annotations":{{{}}}}}"#,
        config.json(),
        layers.join(","),
        annotations.join(",")
    )
}

/// What a manifest says of its chart (`generateOCIAnnotations`): the chart's own annotations win, except over its name
/// and version.
pub(super) fn annotations(metadata: &Metadata, created: &str) -> BTreeMap<String, String> {
    const TITLE: &str = "org.opencontainers.image.title";
    const VERSION: &str = "org.opencontainers.image.version";
    let authors = authors(metadata);
    let source = metadata.sources.first().map_or("", String::as_str);
    let all = [
        ("org.opencontainers.image.description", metadata.description.as_str()),
        (TITLE, &metadata.name),
        (VERSION, &metadata.version),
        ("org.opencontainers.image.url", &metadata.home),
        ("org.opencontainers.image.created", created),
        ("org.opencontainers.image.source", source),
        ("org.opencontainers.image.authors", &authors),
    ];
    let said = all.into_iter().filter(|(_, value)| !value.trim().is_empty());
    let mut annotations: BTreeMap<String, String> =
        said.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let own = metadata.annotations.iter().filter(|(key, _)| *key != TITLE && *key != VERSION);
    annotations.extend(own.map(|(key, value)| (key.clone(), value.clone())));
    annotations
}

fn authors(metadata: &Metadata) -> String {
    let author = |it: &chart::Maintainer| match it.email.is_empty() {
        true => it.name.clone(),
        false => format!("{} ({})", it.name, it.email),
    };
    metadata.maintainers.iter().map(author).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_may_say_more_but_not_who_it_is() {
        let metadata = Metadata {
            name: "web".into(),
            version: "1.0.0+x".into(),
            sources: vec!["https://a".into(), "https://b".into()],
            maintainers: vec![
                chart::Maintainer { name: "A".into(), email: "a@x".into(), ..Default::default() },
                chart::Maintainer { name: "B".into(), ..Default::default() },
            ],
            annotations: [
                ("org.opencontainers.image.title".into(), "other".into()),
                ("org.opencontainers.image.source".into(), "https://c".into()),
            ]
            .into(),
            ..Metadata::default()
        };
        let config = Descriptor::of(CONFIG, b"{}");
        let layers = [Descriptor::of(CHART, b"b"), Descriptor::of(PROVENANCE, b"a")];
        expect_test::expect![[r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d","size":1},{"mediaType":"application/vnd.cncf.helm.chart.provenance.v1.prov","digest":"sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb","size":1}],"annotations":{"org.opencontainers.image.authors":"A (a@x), B","org.opencontainers.image.created":"2026-01-01T00:00:00Z","org.opencontainers.image.source":"https://c","org.opencontainers.image.title":"web","org.opencontainers.image.version":"1.0.0+x"}}"#]]
            .assert_eq(&write(&config, &layers, &annotations(&metadata, "2026-01-01T00:00:00Z")));
    }
}
