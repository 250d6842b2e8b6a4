//! Objects and what is found in them, each finding behind the text that it is about.

use std::sync::Arc;

use expect_test::{Expect, expect};
use text::FileId;
use yaml::Numbers;

use crate::Catalog;
use crate::custom::{definition, tests::WIDGETS};

/// Each finding behind the text that it is about.
#[track_caller]
fn check(text: &str, want: Expect) {
    let catalog = Catalog::new(37, definition(WIDGETS).map(Arc::new).into_iter().collect());
    let object = yaml::parse(text, FileId(0), Numbers::AsWritten).unwrap();
    let line = |it: &super::Finding| {
        let at = it.at.map_or("", |at| &text[at.range]);
        format!("{:?} {at:?}: {}\n", it.about, it.message)
    };
    want.assert_eq(&catalog.validate(&object).iter().map(line).collect::<String>());
}

#[track_caller]
fn container(fields: &str, want: Expect) {
    let fields = fields.replace('\n', "\n      ");
    check(
        &format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  selector: {{}}\n  template:\n    spec:\n      \
             containers:\n      - name: a\n        {fields}\n"
        ),
        want,
    );
}

#[test]
fn nothing_is_wrong() {
    container(
        "image: a\n  ports: [{containerPort: 80}]\n  resources: {limits: {cpu: 1, memory: 1Gi}}",
        expect![""],
    );
}

#[test]
fn fields_that_are_none() {
    container(
        "imagepullPolicy: Always",
        expect![[r#"
        UnknownField "imagepullPolicy": `spec.template.spec.containers[0].imagepullPolicy` is no field of Container; did you mean `imagePullPolicy`?
    "#]],
    );
    check(
        "apiVersion: v1\nkind: Pod\nspecs: 1\nspec: {containers: [{name: a}]}\n",
        expect![[r#"
        UnknownField "specs": `specs` is no field of Pod; did you mean `spec`?
    "#]],
    );
}

#[test]
fn types_that_do_not_fit() {
    container(
        "ports: [{containerPort: \"80\"}]",
        expect![[r#"
        WrongType "\"80\"": `spec.template.spec.containers[0].ports[0].containerPort` is text here, and Kubernetes takes an integer: take its quotes away
    "#]],
    );
    container(
        "env: [{name: A, value: 1}]\n  args: a\n  tty: 'true'\n  resources: []",
        expect![[r#"
        WrongType "a": `spec.template.spec.containers[0].args` is text here, and Kubernetes takes a list
        WrongType "1": `spec.template.spec.containers[0].env[0].value` is a number here, and Kubernetes takes text: quote it
        WrongType "[]": `spec.template.spec.containers[0].resources` is a list here, and Kubernetes takes a map
        WrongType "'true'": `spec.template.spec.containers[0].tty` is text here, and Kubernetes takes a boolean: take its quotes away
    "#]],
    );
}

#[test]
fn ports_and_amounts_take_both() {
    let probe = |port: &str| format!("livenessProbe: {{httpGet: {{port: {port}}}}}");
    container(&probe("http"), expect![""]);
    container(&probe("80"), expect![""]);
    container(&probe("1e3"), expect![""]);
    container(
        &probe("0.5"),
        expect![[r#"
        WrongType "0.5": `spec.template.spec.containers[0].livenessProbe.httpGet.port` is a number here, and Kubernetes takes an integer or text
    "#]],
    );
    container(
        "resources: {limits: {cpu: true}}",
        expect![[r#"
        WrongType "true": `spec.template.spec.containers[0].resources.limits.cpu` is a boolean here, and Kubernetes takes a quantity
    "#]],
    );
}

#[test]
fn what_must_be_there() {
    check(
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - name: a\n",
        expect![[r#"
        Missing "name": `spec.ports[0].port` is missing, and Kubernetes asks for it
    "#]],
    );
    check(
        "apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  template: {}\n",
        expect![[r#"
        Missing "spec": `spec.selector` is missing, and Kubernetes asks for it
    "#]],
    );
}

#[test]
fn values_of_texts() {
    container(
        "imagePullPolicy: Alwasy",
        expect![[r#"
        Value "Alwasy": `spec.template.spec.containers[0].imagePullPolicy` is "Alwasy", and Kubernetes takes one of Always, IfNotPresent, Never; did you mean `Always`?
    "#]],
    );
    container("imagePullPolicy: \"\"", expect![""]);
    check(
        "apiVersion: v1\nkind: Secret\ndata: {a: YQ==, b: plain text, c: }\n",
        expect![[r#"
        Value "plain text": `data.b` is not base64, which it must be here
    "#]],
    );
}

#[test]
fn items_that_are_the_same() {
    let ports = "ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]";
    container(
        ports,
        expect![[r#"
        Duplicate "containerPort": `spec.template.spec.containers[0].ports[2]` has the same containerPort 80, protocol TCP as `spec.template.spec.containers[0].ports[0]`
    "#]],
    );
}

#[test]
fn kinds_that_are_refused_or_will_be() {
    check(
        "apiVersion: extensions/v1beta1\nkind: Ingress\nspec: 1\n",
        expect![[r#"
        Kind "extensions/v1beta1": Kubernetes 1.37 has no extensions/v1beta1 Ingress any longer (since 1.22); use networking.k8s.io/v1 Ingress
    "#]],
    );
    check(
        "apiVersion: v1\nkind: Endpoints\nsubsets: []\n",
        expect![[r#"
        Deprecated "v1": v1 Endpoints is deprecated since Kubernetes 1.33; use discovery.k8s.io/v1 EndpointSlice
    "#]],
    );
}

#[test]
fn what_the_server_writes_is_not_looked_at() {
    check("apiVersion: v1\nkind: Namespace\nstatus: {phse: 1}\n", expect![""]);
    check("kind: Namespace\nstatus: 1\n", expect![""]);
    check("just text\n", expect![""]);
}

#[test]
fn objects_in_a_list() {
    check(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, data: {a: 1}}\n",
        expect![[r#"
        WrongType "1": `items[0].data.a` is a number here, and Kubernetes takes text: quote it
    "#]],
    );
}

#[test]
fn kinds_of_definitions() {
    check(
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, lables: {}}\nspec:\n  size: big\n  siz: 1\n  port: a\n  \
         more: {a: 1}\n  labels: {a: 1}\n  mode: slw\n  parts: [{name: a}, {name: a}]\n",
        expect![[r#"
            UnknownField "lables": `metadata.lables` is no field of ObjectMeta; did you mean `labels`?
            WrongType "1": `spec.labels.a` is a number here, and Kubernetes takes text: quote it
            Value "slw": `spec.mode` is "slw", and Kubernetes takes one of fast, slow; did you mean `slow`?
            Duplicate "name": `spec.parts[1]` has the same name a as `spec.parts[0]`
            UnknownField "siz": `spec.siz` is no field that is known here; did you mean `size`?
            WrongType "big": `spec.size` is text here, and Kubernetes takes an integer
            Missing "spec": `spec.color` is missing, and Kubernetes asks for it
        "#]],
    );
}

#[test]
fn depth_is_no_danger() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(300), close.repeat(300));
    let schema = deep("{type: object, properties: {a: ", "}}");
    let text = format!(
        "kind: CustomResourceDefinition\nspec:\n  group: e.com\n  names: {{kind: A}}\n  versions:\n  - name: v1\n    served: true\n    \
         schema:\n      openAPIV3Schema: {schema}\n"
    );
    let catalog = Catalog::new(37, definition(&text).map(Arc::new).into_iter().collect());
    let object = format!("apiVersion: e.com/v1\nkind: A\na: {}\n", deep("{a: ", "}"));
    let object = yaml::parse(&object, FileId(0), Numbers::AsWritten).unwrap();
    assert_eq!(catalog.validate(&object), []);
}
