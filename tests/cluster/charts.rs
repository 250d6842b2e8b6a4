//! The charts that these tests deploy: small, and quick to become ready.

use std::path::PathBuf;

use chartroom_tests::Scratch;

/// A chart with one of each that matters to a release: a workload, what is merged in other ways, a hook that runs, a
/// test, an object of a kind that the chart brings, and notes that are not ASCII.
pub(crate) fn web(folder: &Scratch) -> PathBuf {
    let files = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: web\ndescription: A small one.\nversion: 1.2.3\nappVersion: \"2.0\"\n\
             annotations:\n  team: payments\n",
        ),
        ("values.yaml", "replicas: 1\nword: one\nfate: ''\nport: 80\nlabels: {}\nservice: {}\n"),
        ("crds/widgets.yaml", CRD),
        (
            "templates/NOTES.txt",
            "Grüße aus {{ .Release.Namespace }} — {{ .Values.word }} ✓\n{{ .Release.Revision }}. Revision\n",
        ),
        ("templates/config.yaml", CONFIG),
        ("templates/deployment.yaml", DEPLOYMENT),
        ("templates/service.yaml", SERVICE),
        ("templates/widget.yaml", WIDGET),
        ("templates/migrate.yaml", HOOK),
        ("templates/tests/reach.yaml", TEST),
    ];
    for (path, text) in files {
        folder.write(&format!("web/{path}"), text);
    }
    folder.path().join("web")
}

const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.tests.chartroom.dev
spec:
  group: tests.chartroom.dev
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
";

const CONFIG: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
data:
  word: {{ .Values.word | quote }}
  only-{{ .Values.word }}: \"true\"
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      {{- with .Values.fate }}
      annotations: {chartroom.dev/fate: {{ . }}}
      {{- end }}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: web
          image: registry.invalid/web:{{ .Values.word }}
          ports: [{name: http, containerPort: {{ .Values.port }}}]
          env:
            - {name: WORD, value: {{ .Values.word }}}
            {{- if eq .Values.word \"two\" }}
            - {name: MORE, value: \"2\"}
            {{- end }}
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector: {app: {{ .Release.Name }}}
  ports:
    - {name: http, port: {{ .Values.port }}, targetPort: http}
";

const WIDGET: &str = "\
apiVersion: tests.chartroom.dev/v1
kind: Widget
metadata:
  name: {{ .Release.Name }}
spec:
  word: {{ .Values.word }}
  list: [{{ .Values.word }}, {{ .Values.replicas }}]
";

const HOOK: &str = "\
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations:
    helm.sh/hook: pre-upgrade,pre-rollback
    helm.sh/hook-weight: \"-1\"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers: [{name: migrate, image: registry.invalid/migrate:1}]
";

const TEST: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-reach
  annotations:
    helm.sh/hook: test
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  containers: [{name: reach, image: registry.invalid/reach:1}]
";
