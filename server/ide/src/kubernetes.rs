//! Kubernetes in a template: of which object a place is a part, and where in it.
//!
//! The YAML around the actions says so, as far as it stands there plainly. A version that an action prints is the one that
//! the object had when it was last rendered. Of text in a named template nobody knows which object it becomes a part of.

use schema::{Catalog, KindRef, Step};
use syntax::{EntryId, EntryName, Outline, Place, Template, YamlPart};
use text::{FilePos, FileRange, TextSize};

use crate::analysis::Analysis;
use crate::hover::Hover;
use crate::place::Look;
use crate::source::TemplateSource;

/// What the target's cluster knows, and what the template made when it was last rendered.
#[derive(Clone, Copy, Debug)]
pub struct Kubernetes<'k> {
    /// The kinds.
    pub catalog: &'k Catalog,
    /// Version and kind of each object of the template.
    pub rendered: &'k [(String, String)],
}

/// A document of a template that makes an object.
#[derive(Debug)]
pub(crate) struct Object<'o> {
    pub(crate) outline: &'o Outline,
    text: &'o str,
    /// Its keys.
    roots: Vec<EntryId>,
}

impl<'o> Object<'o> {
    /// The one that a place is in.
    pub(crate) fn at(source: &'o str, template: &'o Template, offset: TextSize) -> Option<Self> {
        let outline = template.yaml();
        let number = document(outline, template.masked(), offset)?;
        let roots = outline.roots().iter().copied().filter(|it| outline.entry(*it).document == number);
        Some(Self {
            outline,
            text: source,
            roots: roots.filter(|it| !outline.entry(*it).commented).collect(),
        })
    }

    /// Its keys.
    pub(crate) fn roots(&self) -> &[EntryId] {
        &self.roots
    }

    /// What a key on the top says, if it stands there plainly.
    pub(crate) fn said(&self, key: &str) -> Option<&'o str> {
        let named = |it: &&EntryId| self.outline.entry(**it).name == EntryName::Key(key.to_owned());
        let value = self.outline.entry(*self.roots.iter().find(named)?).value;
        let text = self.text[value].trim().trim_matches(['"', '\'']);
        (!text.is_empty() && !text.contains("{{")).then_some(text)
    }

    /// What kind of object it is.
    pub(crate) fn kind(&self, kubernetes: &Kubernetes<'_>) -> Option<KindRef> {
        let rendered = kubernetes.rendered;
        let Some(kind) = self.said("kind") else {
            let [(version, kind)] = rendered else { return None };
            return kubernetes.catalog.kind(version, kind);
        };
        let made = || rendered.iter().find(|it| it.1 == kind).map(|it| it.0.clone());
        let version = self.said("apiVersion").map(str::to_owned).or_else(made);
        let version = version.or_else(|| kubernetes.catalog.version_of(kind))?;
        kubernetes.catalog.kind(&version, kind)
    }

    /// The way from the object to an entry.
    pub(crate) fn path(&self, entry: Option<EntryId>) -> Vec<Step<'o>> {
        let step = |id: EntryId| match &self.outline.entry(id).name {
            EntryName::Key(key) => Step::Key(key),
            EntryName::Item(_) => Step::Item,
        };
        entry.into_iter().flat_map(|id| self.outline.chain(id)).map(step).collect()
    }
}

/// The number of the document that a place is in: that of the nearest key before it, unless another document began since.
fn document(outline: &Outline, text: &str, offset: TextSize) -> Option<u32> {
    let roots = || outline.roots().iter().map(|it| outline.entry(*it));
    let before = roots().rfind(|it| it.name_range.start() <= offset);
    let between = |from: usize| text.get(from..offset.into()).unwrap_or_default();
    match before.filter(|it| !between(it.name_range.start().into()).contains("\n---")) {
        Some(entry) => Some(entry.document),
        None => roots().find(|it| it.name_range.start() > offset).map(|it| it.document),
    }
}

/// Whether a place is in the text around the actions.
pub(crate) fn is_text(analysis: &Analysis, pos: FilePos) -> Option<&TemplateSource> {
    let look = Look::at(analysis, pos)?;
    matches!(look.cursor.place, Place::Text).then_some(look.source)
}

impl Analysis {
    /// Explains the field of Kubernetes at a place of a template.
    pub fn kubernetes_hover(&self, pos: FilePos, kubernetes: &Kubernetes<'_>) -> Option<Hover> {
        let source = is_text(self, pos)?;
        let template = source.document();
        let object = Object::at(source.text(), &template, pos.offset)?;
        let cursor = object.outline.cursor(template.masked(), pos.offset);
        let YamlPart::Key { entry: Some(entry), range, .. } = cursor.part else { return None };
        let field = kubernetes.catalog.field(&object.kind(kubernetes)?, &object.path(Some(entry)))?;
        let must = if field.required { ", required" } else { "" };
        let values = match field.values.as_slice() {
            [] => String::new(),
            values => format!("\n\nOne of `{}`.", values.join("`, `")),
        };
        let markup = format!("`{}` _{}{must}_{values}\n\n{}", field.name, field.kind, field.doc);
        let range = FileRange { file: pos.file, range };
        Some(Hover { range, markup: markup.trim_end().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use fixtures::Fixture;

    use super::*;
    use crate::testing::analyse;

    #[track_caller]
    fn check(template: &str, want: Expect) {
        let fixture = Fixture::parse(&format!("#- templates/a.yaml\n{template}"));
        let catalog = Catalog::new(37, Vec::new());
        let kubernetes = Kubernetes { catalog: &catalog, rendered: &[] };
        let hover = analyse(&fixture).kubernetes_hover(fixture.cursor(), &kubernetes);
        want.assert_eq(&hover.map(|it| it.markup).unwrap_or_default());
    }

    #[test]
    fn a_field_with_its_documentation() {
        check(
            "apiVersion: v1\nkind: Service\nspec:\n  ty<|>pe: {{ .Values.type }}\n",
            expect![[r#"
            `type` _text_

            One of `ClusterIP`, `ExternalName`, `LoadBalancer`, `NodePort`.

            type determines how the Service is exposed. Defaults to ClusterIP. Valid options are ExternalName, ClusterIP, NodePort, and LoadBalancer. "ClusterIP" allocates a cluster-internal IP address for load-balancing to endpoints. Endpoints are determined by the selector or if that is not specified, by manual construction of an Endpoints object or EndpointSlice objects. If clusterIP is "None", no virtual IP is allocated and the endpoints are published as a set of endpoints rather than a virtual IP. "NodePort" builds on ClusterIP and allocates a port on every node which routes to the same endpoints as the clusterIP. "LoadBalancer" builds on NodePort and creates an external load-balancer (if supported in the current cloud) which routes to the same endpoints as the clusterIP. "ExternalName" aliases this service to the specified externalName. Several other fields do not apply to ExternalName services. More info: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types"#]],
        );
        check(
            "apiVersion: v1\nkind: Service\nspec:\n  ports:\n    - po<|>rt: 80\n",
            expect![[r#"
            `port` _integer, required_

            The port that will be exposed by this service."#]],
        );
    }

    #[test]
    fn what_is_none_is_not_explained() {
        check("apiVersion: v1\nkind: Service\nspec:\n  no<|>thing: 1\n", expect![""]);
        check("apiVersion: v1\nkind: Service\nspec:\n  type: Node<|>Port\n", expect![""]);
    }
}
