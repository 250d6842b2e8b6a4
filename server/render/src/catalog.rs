//! What the cluster would know that a chart is installed in: a version of Kubernetes, the definitions that the chart brings, in
//! `crds/` or rendered, and those that were found in the cluster.

use std::sync::Arc;

use chart::Chart;
use chart::capabilities::KubeVersion;
use golang::Dialect;
use schema::{Catalog, CustomKind, definition};

use crate::{RenderedFile, split_manifests};

/// The definitions of a chart, kept for as long as their texts are the same.
#[derive(Debug, Default)]
pub struct Definitions {
    texts: Vec<(Text, Vec<Arc<CustomKind>>)>,
    known: Option<(Vec<Text>, Arc<Catalog>)>,
}

/// A text with definitions, compared by where it is.
#[derive(Clone, Debug)]
enum Text {
    File(Arc<[u8]>),
    Rendered(Arc<String>),
    Cluster(Arc<CustomKind>),
}

impl Text {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(a), Self::File(b)) => Arc::ptr_eq(a, b),
            (Self::Rendered(a), Self::Rendered(b)) => Arc::ptr_eq(a, b),
            (Self::Cluster(a), Self::Cluster(b)) => Arc::ptr_eq(a, b),
            (Self::File(_) | Self::Rendered(_) | Self::Cluster(_), _) => false,
        }
    }

    fn kinds(&self, dialect: Dialect) -> Vec<Arc<CustomKind>> {
        let text = match self {
            Self::File(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            Self::Rendered(text) => text,
            Self::Cluster(kind) => return vec![kind.clone()],
        };
        let documents = split_manifests(text, dialect).into_iter().map(|part| &text[part]);
        documents.filter_map(definition).map(Arc::new).collect()
    }
}

impl Definitions {
    /// What is known in a minor version of Kubernetes 1 with a chart; the same as the last time if nothing changed.
    ///
    /// What the chart brings comes before what was found in a cluster, where it may be older.
    pub fn catalog(
        &mut self,
        minor: u32,
        chart: &Chart,
        rendered: &[RenderedFile],
        cluster: &[Arc<CustomKind>],
        dialect: Dialect,
    ) -> Arc<Catalog> {
        let in_files = chart.crds().into_iter().map(|it| Text::File(it.file.data));
        let defines = |file: &&RenderedFile| {
            let documents = &file.documents(dialect).read;
            documents.iter().any(|(_, head, _)| head.kind == "CustomResourceDefinition")
        };
        let in_templates = rendered.iter().filter(defines).map(|it| Text::Rendered(it.text.clone()));
        let in_cluster = cluster.iter().map(|it| Text::Cluster(it.clone()));
        let texts: Vec<Text> = in_files.chain(in_templates).chain(in_cluster).collect();
        if let Some((known, catalog)) = &self.known
            && catalog.minor() == minor
            && known.len() == texts.len()
            && known.iter().zip(&texts).all(|(a, b)| a.same(b))
        {
            return catalog.clone();
        }
        let last = std::mem::take(&mut self.texts);
        let kinds = |text: &Text| match last.iter().find(|(known, _)| known.same(text)) {
            Some((_, kinds)) => kinds.clone(),
            None => text.kinds(dialect),
        };
        self.texts = texts.iter().map(|text| (text.clone(), kinds(text))).collect();
        let custom = self.texts.iter().flat_map(|(_, kinds)| kinds.clone()).collect();
        let catalog = Arc::new(Catalog::new(minor, custom));
        self.known = Some((texts, catalog.clone()));
        catalog
    }
}

/// The minor version of a version of Kubernetes; of what is none the newest that is known.
pub fn minor(kube: &KubeVersion) -> u32 {
    let digits: String = kube.minor.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(schema::NEWEST)
}
