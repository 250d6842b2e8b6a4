//! Previews that show what a cluster answers: the same as Helm's rendering with a cluster, and nothing asked before somebody says so.

use chartroom_tests::Client;
use chartroom_tests::rig::{Namespace, Rig, Tool, rig};
use serde_json::{Value, json};

const ASKING: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  version: {{ .Capabilities.KubeVersion.Version }}
  serves: {{ .Capabilities.APIVersions.Has \"preview.chartroom.dev/v1/Gadget\" | quote }}
  word: {{ dig \"data\" \"word\" \"nobody\" (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"live\") }}
  all: {{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"\").items | default list | len | quote }}
";
const GADGET: &str = "\
apiVersion: preview.chartroom.dev/v1
kind: Gadget
metadata:
  name: {{ .Release.Name }}
spec:
  siz: 3
";
const SECRET: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-copy
data:
  password: {{ (lookup \"v1\" \"Secret\" .Release.Namespace \"db\").data.password | b64dec }}
";

/// A kind of the cluster's own; whichever test comes first makes it.
fn define(rig: &Rig, namespace: &Namespace<'_>) {
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gadgets.preview.chartroom.dev" },
        "spec": {
            "group": "preview.chartroom.dev", "scope": "Namespaced",
            "names": { "kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object",
                "properties": { "spec": { "type": "object", "properties": { "size": { "type": "integer" } } } },
            } } }],
        },
    });
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let (status, answer) = rig.api().post(definitions, &definition);
    assert!([201, 409].contains(&status), "{answer}");
    let served = namespace.path("preview.chartroom.dev/v1", "gadgets");
    rig.wait("the kind", || rig.api().get(&served).0 == 200);
}

/// Objects to look up.
fn furnish(rig: &Rig, namespace: &Namespace<'_>) {
    let objects = [
        (
            "configmaps",
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "live" }, "data": { "word": "found" } }),
        ),
        (
            "secrets",
            json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "db" }, "stringData": { "password": "hunter2" } }),
        ),
    ];
    for (plural, object) in objects {
        let (status, answer) = rig.api().post(&namespace.path("v1", plural), &object);
        assert_eq!(status, 201, "{answer}");
    }
}

/// An editor on a chart with one template, which is open, and with the user's settings for this cluster.
fn editor(rig: &Rig, namespace: &Namespace<'_>, template: &str) -> Client {
    let folder = namespace.folder();
    folder.write("asks/Chart.yaml", "apiVersion: v2\nname: asks\nversion: 0.1.0\n");
    folder.write("asks/templates/config.yaml", template);
    let options = json!({
        "kube": { "config": rig.kubeconfig(), "trusted": true },
        "release": { "name": "asks", "namespace": namespace.name() },
    });
    let mut client = Client::start_with(folder.path(), options);
    client.open("asks/templates/config.yaml", "helm");
    client
}

fn preview(client: &mut Client, name: &str, scope: &str) -> Value {
    let params = json!({ "textDocument": { "uri": client.uri(name) }, "scope": scope });
    client.request("chartroom/preview", params)
}

fn command(client: &mut Client, command: &str) -> String {
    let uri = client.uri("asks/templates/config.yaml");
    let done = client.request("workspace/executeCommand", json!({ "command": command, "arguments": [uri] }));
    done["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_preview_is_what_helm_renders_with_the_cluster_once_somebody_asks() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    define(rig, &namespace);
    furnish(rig, &namespace);
    let mut client = editor(rig, &namespace, ASKING);

    let before = preview(&mut client, "asks/templates/config.yaml", "template");
    assert!(before["text"].as_str().unwrap().contains("word: nobody"), "{before}");

    let told = command(&mut client, "chartroom.preview.useCluster");
    assert!(told.contains(namespace.name()), "{told}");
    let after = preview(&mut client, "asks/templates/config.yaml", "chart");
    let want = namespace.must(Tool::Helm4, &["template", "asks", "asks", "--dry-run=server"]);
    assert_eq!(after["text"], want);
    assert!(want.contains("word: found") && want.contains("serves: \"true\""), "{want}");

    // What a Secret holds stays where it is.
    namespace.folder().write("asks/templates/secret.yaml", SECRET);
    client.open("asks/templates/secret.yaml", "helm");
    command(&mut client, "chartroom.preview.useCluster");
    let hidden = preview(&mut client, "asks/templates/secret.yaml", "template");
    assert!(hidden["text"].as_str().unwrap().contains("password: (hidden)"), "{hidden}");

    command(&mut client, "chartroom.preview.forgetCluster");
    let forgotten = preview(&mut client, "asks/templates/config.yaml", "template");
    assert_eq!(forgotten["text"], before["text"]);
}

#[test]
fn kinds_that_only_the_cluster_knows_are_checked() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    define(rig, &namespace);
    let mut client = editor(rig, &namespace, GADGET);
    command(&mut client, "chartroom.preview.useCluster");
    let told = client.notification("textDocument/publishDiagnostics", |told| {
        told["diagnostics"].as_array().is_some_and(|it| !it.is_empty())
    });
    let message = &told["diagnostics"][0]["message"];
    assert_eq!(message, "`spec.siz` is no field that is known here; did you mean `size`?");
}
