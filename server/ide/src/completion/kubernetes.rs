//! Keys and values of Kubernetes' objects, in the YAML of a template.

use schema::{Field, Holds, KindRef, Step};
use syntax::{EntryId, EntryName, YamlCursor, YamlPart};
use text::{FilePos, TextRange};

use super::item::{CompletionItem, CompletionKind};
use super::within_quotes;
use crate::analysis::Analysis;
use crate::kubernetes::{Kubernetes, Object, is_text};

impl Analysis {
    /// What Kubernetes takes at a place of a template.
    pub fn kubernetes_completions(&self, pos: FilePos, kubernetes: &Kubernetes<'_>) -> Vec<CompletionItem> {
        let complete = || {
            let source = is_text(self, pos)?;
            let template = source.document();
            let object = Object::at(source.text(), &template, pos.offset)?;
            let cursor = object.outline.cursor(template.masked(), pos.offset);
            Some(match &cursor.part {
                YamlPart::Key { entry, range, .. } => keys(&object, kubernetes, &cursor, *entry, *range),
                YamlPart::Value { entry, range, .. } => {
                    // An action may stand there, or a part of it.
                    let text = &source.text()[*range];
                    if text.contains("{{") {
                        Vec::new()
                    } else {
                        values(&object, kubernetes, *entry, within_quotes(text, *range))
                    }
                }
                YamlPart::Comment => Vec::new(),
            })
        };
        complete().unwrap_or_default()
    }
}

/// The keys that may stand there and do not yet, those that must first.
fn keys(
    object: &Object<'_>,
    kubernetes: &Kubernetes<'_>,
    cursor: &YamlCursor,
    typed: Option<EntryId>,
    range: TextRange,
) -> Vec<CompletionItem> {
    let path = object.path(cursor.parent);
    let Some(kind) = object.kind(kubernetes) else { return head(object, cursor, typed, range) };
    let there: Vec<&EntryName> = siblings(object, cursor, typed);
    let fields = kubernetes.catalog.fields(&kind, &path).into_iter();
    let wanted = fields.filter(|it| {
        let is_written = path.is_empty() && it.name == "status";
        !is_written && !there.contains(&&EntryName::Key(it.name.clone()))
    });
    wanted.map(|it| key(it, typed.is_some(), range)).collect()
}

/// What is beside the cursor in the same map.
fn siblings<'o>(object: &Object<'o>, cursor: &YamlCursor, typed: Option<EntryId>) -> Vec<&'o EntryName> {
    let outline = object.outline;
    let all = match cursor.parent {
        Some(parent) => &outline.entry(parent).children,
        None => object.roots(),
    };
    let others = all.iter().filter(|it| Some(**it) != typed).map(|it| outline.entry(*it));
    others.filter(|it| !it.commented).map(|it| &it.name).collect()
}

fn key(field: Field, has_colon: bool, range: TextRange) -> CompletionItem {
    let (kind, behind) = match field.holds {
        Holds::Scalar => (CompletionKind::Value, ": "),
        Holds::Map | Holds::List => (CompletionKind::Section, ":"),
    };
    let must = if field.required { "required, " } else { "" };
    let insert = if has_colon { field.name.clone() } else { format!("{}{behind}", field.name) };
    CompletionItem { insert, ..CompletionItem::new(field.name, kind, range) }
        .detail(format!("{must}{}", field.kind))
        .documentation(field.doc)
        .rank(u8::from(!field.required))
}

/// How every object begins.
fn head(
    object: &Object<'_>,
    cursor: &YamlCursor,
    typed: Option<EntryId>,
    range: TextRange,
) -> Vec<CompletionItem> {
    if cursor.parent.is_some() || cursor.column > 0 {
        return Vec::new();
    }
    let there = siblings(object, cursor, typed);
    let wanted = ["apiVersion", "kind", "metadata"].into_iter();
    let wanted = wanted.filter(|it| !there.contains(&&EntryName::Key((*it).to_owned())));
    let item = |name: &str| {
        let behind = if typed.is_some() {
            ""
        } else if name == "metadata" {
            ":"
        } else {
            ": "
        };
        let insert = format!("{name}{behind}");
        CompletionItem { insert, ..CompletionItem::new(name, CompletionKind::Section, range) }
    };
    wanted.map(item).collect()
}

/// The values that may stand there, if only some may.
fn values(
    object: &Object<'_>,
    kubernetes: &Kubernetes<'_>,
    entry: EntryId,
    range: TextRange,
) -> Vec<CompletionItem> {
    let path = object.path(Some(entry));
    let catalog = kubernetes.catalog;
    let (names, detail): (Vec<String>, &str) = match path.as_slice() {
        [Step::Key("kind")] => {
            let version = object.said("apiVersion");
            let all = catalog.kinds().into_iter().filter(|it| version.is_none_or(|version| it.0 == version));
            (all.map(|it| it.1).collect(), "kind")
        }
        [Step::Key("apiVersion")] => {
            let kind = object.said("kind");
            let all = catalog.kinds().into_iter().filter(|it| kind.is_none_or(|kind| it.1 == kind));
            (all.map(|it| it.0).collect(), "version of an API")
        }
        path => {
            let of = |kind: KindRef| catalog.values(&kind, path);
            (object.kind(kubernetes).map(of).unwrap_or_default(), "")
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    let new = names.into_iter().filter(|it| seen.insert(it.clone()));
    new.map(|it| CompletionItem::new(it, CompletionKind::Value, range).detail(detail)).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use fixtures::Fixture;
    use schema::Catalog;

    use super::*;
    use crate::testing::analyse;

    /// What is offered, required ones with `!`.
    fn offered(template: &str, rendered: &[(&str, &str)]) -> Vec<String> {
        let fixture = Fixture::parse(&format!("#- templates/a.yaml\n{template}"));
        let catalog = Catalog::new(37, Vec::new());
        let owned: Vec<_> = rendered.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        let kubernetes = Kubernetes { catalog: &catalog, rendered: &owned };
        let items = analyse(&fixture).kubernetes_completions(fixture.cursor(), &kubernetes);
        let shown = |it: &CompletionItem| format!("{}{}", it.insert, if it.rank == 0 { "!" } else { "" });
        items.iter().map(shown).collect()
    }

    #[track_caller]
    fn check(template: &str, want: Expect) {
        want.assert_eq(&offered(template, &[]).join(" | "));
    }

    #[test]
    fn keys_of_a_map_that_are_not_there_yet() {
        check(
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 1\n  re<|>\n",
            expect![
                "selector:! | template:! | minReadySeconds:  | paused:  | progressDeadlineSeconds:  | revisionHistoryLimit:  | strategy:"
            ],
        );
        check(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n<|>\n",
            expect!["binaryData: | data: | immutable: "],
        );
    }

    #[test]
    fn keys_of_an_item() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: {{ .Chart.Name }}\n      ports:\n        - <|>\n";
        check(pod, expect!["containerPort: ! | hostIP:  | hostPort:  | name:  | protocol: "]);
    }

    #[test]
    fn keys_inside_of_control() {
        check(
            "apiVersion: v1\nkind: Pod\nspec:\n  {{- if .Values.a }}\n  tolerations:\n    - key: a\n      <|>\n  {{- end }}\n",
            expect!["effect:  | operator:  | tolerationSeconds:  | value: "],
        );
    }

    #[test]
    fn values_that_may_stand_there() {
        check(
            "apiVersion: v1\nkind: Service\nspec:\n  type: <|>\n",
            expect!["ClusterIP | ExternalName | LoadBalancer | NodePort"],
        );
        check(
            "apiVersion: v1\nkind: Service\nspec:\n  type: \"Cl<|>\"\n",
            expect!["ClusterIP | ExternalName | LoadBalancer | NodePort"],
        );
        check("apiVersion: v1\nkind: Service\nspec:\n  type: {{ .Values.<|>a }}\n", expect![""]);
        check("apiVersion: policy/v1\nkind: <|>\n", expect!["Eviction | PodDisruptionBudget"]);
        check("kind: Ingress\napiVersion: <|>\n", expect!["networking.k8s.io/v1"]);
    }

    #[test]
    fn how_objects_begin() {
        check("kind: A\n<|>\n", expect!["apiVersion:  | metadata:"]);
        check(
            "<|>\nkind: ConfigMap\n",
            expect!["apiVersion:  | binaryData: | data: | immutable:  | metadata:"],
        );
    }

    #[test]
    fn a_version_that_is_printed_is_the_rendered_one() {
        let template =
            "apiVersion: {{ include \"v\" . }}\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      <|>\n";
        assert!(offered(template, &[("batch/v1", "CronJob")]).contains(&"template:!".to_owned()));
        // Without it, the version that there is.
        assert!(offered(template, &[]).contains(&"template:!".to_owned()));
        assert!(offered(template, &[("example.com/v1", "CronJob")]).is_empty());
    }

    #[test]
    fn several_documents() {
        check(
            "kind: Service\napiVersion: v1\n---\napiVersion: v1\nkind: Secret\n<|>\n",
            expect!["data: | immutable:  | metadata: | stringData: | type: "],
        );
    }
}
