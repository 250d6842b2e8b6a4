{{/* The name that all objects of a release share. */}}
{{- define "devops-network.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What a selector may match on: never changes during the life of a release. */}}
{{- define "devops-network.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "devops-network.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "devops-network.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The service account that pods run as. */}}
{{- define "devops-network.serviceAccountName" -}}
{{- $account := .Values.serviceAccount | default dict }}
{{- if $account.create }}
{{- $account.name | default (include "devops-network.fullname" .) }}
{{- else }}
{{- $account.name | default "default" }}
{{- end }}
{{- end }}
