//! The guide beside the project: its chart, made whole, and its commands as they are written there.

use crate::{Scratch, copy, shared};

/// The guide prints a piece of the deployment; around it stands what every chart has.
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
      annotations:
        chartroom.dev/fate: {{ .Values.fate | default \"ready\" }}
    spec:
      terminationGracePeriodSeconds: 0
";

const OTHERS: &str = "\
{{- if .Values.ingress }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Release.Name }}
spec:
  ingressClassName: {{ .Values.ingress.className }}
  rules:
  {{- range .Values.ingress.hosts }}
  - host: {{ .host }}
    http:
      paths:
      {{- range .paths }}
      - path: {{ .path }}
        pathType: {{ .pathType }}
        backend:
          service: {name: {{ $.Release.Name }}, port: {number: {{ $.Values.service.port }}}}
      {{- end }}
  {{- end }}
{{- end }}
---
{{- if (.Values.serviceAccount | default dict).create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Values.serviceAccount.name }}
  annotations: {{- toYaml .Values.serviceAccount.annotations | nindent 4 }}
{{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  type: {{ .Values.service.type }}
  selector: {app: {{ .Release.Name }}}
  ports: [{port: {{ .Values.service.port }}}]
";

/// Puts the guide's chart into a folder; `None`, said aloud, where the guide is not here.
pub fn write_chart(folder: &Scratch, path: &str) -> Option<()> {
    let guide = shared("guide")?;
    copy(&guide.join("devops-network"), &folder.path().join(path));
    let fragment = std::fs::read_to_string(guide.join("container.fragment")).unwrap();
    let inside: String = fragment.lines().map(|line| format!("      {line}\n")).collect();
    folder.write(&format!("{path}/templates/deployment.yaml"), format!("{DEPLOYMENT}{inside}"));
    folder.write(&format!("{path}/templates/others.yaml"), OTHERS);
    Some(())
}

/// The commands that a part of the guide prints, line by line.
pub fn commands(part: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(shared("guide/README.md")?).unwrap();
    let (_, part) = text.split_once(&format!("\n## {part}\n")).expect("the guide has this part");
    let block = part.split("```").nth(1).expect("the part prints commands");
    Some(block.trim().lines().map(str::to_owned).collect())
}
