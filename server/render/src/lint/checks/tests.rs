//! Our own checks over charts in a text: what they find, and where they had better say nothing.

use golang::Dialect;

use super::checks;
use crate::lint::Folder;
use crate::lint::tests::report;

/// `id "text of the place"` of all findings. The fixture goes on behind `Chart.yaml`.
#[track_caller]
fn check(fixture: &str, want: &[&str]) {
    check_chart("apiVersion: v2\nname: c\nversion: 1.0.0", fixture, want);
}

#[track_caller]
fn check_chart(chart: &str, fixture: &str, want: &[&str]) {
    let fixture = format!("#- Chart.yaml\n{chart}\n{}", fixture.trim_start());
    let (report, files) = report(&fixture, Dialect::Helm4);
    let folder = Folder::of_files("/c", files.clone(), &mut text::FileTable::default(), Dialect::Helm4);
    let found: Vec<String> = checks(&folder, &report, Dialect::Helm4)
        .iter()
        .map(|finding| {
            let at = finding.at.unwrap();
            let file = files.iter().find(|file| file.id == at.file).unwrap();
            assert_eq!(*file.path, *finding.path);
            let range = usize::from(at.range.start())..usize::from(at.range.end());
            format!("{} {}", finding.id, &file.text().unwrap()[range])
        })
        .collect();
    assert_eq!(found, want);
}

#[test]
fn values_that_nothing_reads() {
    check(
        "#- values.yaml\na: 1\nb:\n  c: 1\n  d: 2\ne: {f: 1}\nglobal: {x: 1}\n#- templates/a.yaml\nkey: {{ .Values.b.c }}\n",
        &["unused-value a", "unused-value d", "unused-value e"],
    );
}

#[test]
fn values_that_may_be_read_somehow() {
    let values = "#- values.yaml\na: {b: 1}\nc-d: 1\ne: \"{{ .Values.f }}\"\nf: 1\ng: &g {h: 1}\n";
    let template = "#- templates/a.yaml\na: {{ toYaml .Values.a }}\nb: {{ index .Values \"c-d\" }}\nc: {{ tpl .Values.e . }}\n";
    check(&format!("{values}{template}"), &[]);
    check(&format!("{values}#- templates/a.yaml\na: {{{{ .Values | toYaml | nindent 2 }}}}\n"), &[]);
    check(&format!("{values}#- templates/a.yaml\n{{{{ range $k, $v := .Values }}}}{{{{ end }}}}\n"), &[]);
    check(&format!("{values}#- templates/a.yaml\n{{{{ index .Values (print \"c\" \"-d\") }}}}: 1\n"), &[]);
}

#[test]
fn values_of_a_subchart_that_is_missing() {
    let chart =
        "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- name: x\n  version: 1\n  repository: ''";
    check_chart(
        chart,
        "#- values.yaml\na: 1\nx: {y: 1}\n#- templates/a.yaml\na: {{ include \"x.y\" . }}\n",
        &[],
    );
}

#[test]
fn templates_that_are_not_there() {
    check(
        "#- templates/_h.tpl\n{{ define \"h\" }}{{ end }}\n#- templates/a.yaml\n{{ include \"h\" . }}{{ include \"x\" . }}\n{{ if false }}{{ template \"y\" }}{{ end }}{{ include (print \"z\") . }}\n",
        &["unknown-template \"x\"", "unknown-template \"y\""],
    );
}

#[test]
fn a_subchart_may_lean_on_the_chart_around_it() {
    let fixture = "#- Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n#- values.yaml\na: 1\n#- templates/a.yaml\n{{ include \"x\" . }}\n";
    let (report, files) = report(fixture, Dialect::Helm4);
    let mut folder = Folder::of_files("/c", files, &mut text::FileTable::default(), Dialect::Helm4);
    assert_eq!(checks(&folder, &report, Dialect::Helm4).len(), 2);
    folder.is_subchart = true;
    assert_eq!(checks(&folder, &report, Dialect::Helm4).len(), 0);
}

#[test]
fn a_chart_that_does_not_render_is_checked_too() {
    check(
        "#- values.schema.json\n{\"required\": [\"b\"]}\n#- values.yaml\na: 1\n#- templates/a.yaml\nkind: A\n",
        &["unused-value a"],
    );
    check("#- values.yaml\na: 1\n#- templates/a.yaml\nkind: {{ .Values.b.c.d }}\n", &["unused-value a"]);
}

#[test]
fn findings_in_subcharts_are_theirs() {
    let chart = "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: s, version: 1.0.0, import-values: [{child: x, parent: into}]}";
    let subchart = "#- charts/s/Chart.yaml\napiVersion: v2\nname: s\nversion: 1.0.0\n#- charts/s/values.yaml\nlost: 1\n#- charts/s/templates/a.yaml\nkind: A\nmetadata: {labels: {a: 1}}\n";
    check_chart(
        chart,
        &format!("#- values.yaml\ninto: {{}}\ns: {{b: 1}}\n#- templates/a.yaml\na: b\n{subchart}"),
        &[],
    );
}

#[test]
fn defines_that_are_lost() {
    check(
        "#- templates/_a.tpl\n{{ define \"h\" }}1{{ end }}{{ define \"i\" }}1{{ end }}\n#- templates/_b.tpl\n{{ define \"h\" }}2{{ end }}{{ define \"i\" }}1{{ end }}\n",
        &["shadowed-define \"h\""],
    );
}

#[test]
fn defaults_that_cannot_be_false() {
    check(
        "#- values.yaml\na: false\nb: \"\"\n#- templates/a.yaml\na: {{ .Values.a | default true }}\nb: {{ .Values.b | default true }}\nc: {{ default true $.Values.c }}\nd: {{ default false .Values.a }}\n",
        &["false-is-lost .Values.a | default true", "false-is-lost default true $.Values.c"],
    );
}

#[test]
fn roots_that_are_out_of_reach() {
    check(
        "#- values.yaml\nlist: []\nmap: {}\n#- templates/a.yaml\n{{- range .Values.list }}\na: {{ .Release.Name }}\n{{- with .x }}{{ .Values.map }}{{ end }}\n{{- else }}\nb: {{ .Release.Name }}\n{{- end }}\n{{- with .Values.map }}{{ $.Release.Name }}{{ end }}\n{{- with $ }}{{ .Release.Name }}{{ end }}\n",
        &["lost-root .Release.Name", "lost-root .Values.map"],
    );
}

#[test]
fn keys_that_are_said_twice() {
    check(
        "#- templates/a.yaml\nkind: A\nmetadata:\n  name: a\n  labels:\n    a: \"1\"\n    {{- \"a: x\" | nindent 4 }}\n",
        &["duplicate-key {{- \"a: x\" | nindent 4 }}"],
    );
}

#[test]
fn numbers_where_text_is_wanted() {
    check(
        "#- values.yaml\nport: 80\nname: \"12\"\n#- templates/a.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  annotations:\n    a: {{ .Values.name }}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    spec:\n      containers:\n      - name: c\n        args: [--port, {{ .Values.port }}]\n        env:\n        - name: A\n          value: yes\n        - name: B\n          value: \"1\"\n        ports:\n        - containerPort: {{ .Values.port }}\n",
        &["not-a-string {{ .Values.name }}", "not-a-string {{ .Values.port }}", "not-a-string yes"],
    );
}

#[test]
fn the_table_for_people_has_every_check() {
    let table = include_str!("../../../../../COMPATIBILITY.md");
    for id in super::IDS {
        assert!(table.contains(&format!("| `{id}` |")), "{id}");
    }
}

#[test]
fn objects_that_a_cluster_refuses() {
    let template = "#- templates/a.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  replicaz: 1\n  \
                    selector: {}\n  template:\n    spec: {{ .Values.pod | toJson }}\n";
    check(
        &format!("#- values.yaml\npod:\n  containers: []\n  hostNetwork: no thanks\n{template}"),
        &["kubernetes-schema replicaz", "kubernetes-schema no thanks"],
    );
    check(&format!("#- values.yaml\npod: {{containers: []}}\n{template}"), &["kubernetes-schema replicaz"]);
}

#[test]
fn fields_are_refused_where_they_come_from() {
    check(
        "#- values.yaml\nresources:\n  limit: {cpu: 1}\n#- templates/a.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n\
         spec:\n  containers:\n  - name: a\n    resources:\n      {{- toYaml .Values.resources | nindent 6 }}\n",
        &["kubernetes-schema limit"],
    );
}

#[test]
fn a_definition_of_the_chart_counts() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.e.com}\nspec:\n  \
                      group: e.com\n  scope: Namespaced\n  names: {kind: A, plural: as}\n  versions:\n  - name: v1\n    served: true\n    \
                      storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          \
                      spec: {type: object, properties: {size: {type: integer}}}\n";
    let object = "#- templates/a.yaml\napiVersion: e.com/v1\nkind: A\nmetadata: {name: a}\nspec: {size: x}\n";
    check(&format!("#- crds/a.yaml\n{definition}{object}"), &["kubernetes-schema x"]);
    check(&format!("#- templates/crd.yaml\n{definition}{object}"), &["kubernetes-schema x"]);
    check(object, &[]);
}

#[test]
fn a_version_that_was_asked_for_is_no_mistake() {
    let budget = "kind: PodDisruptionBudget\nmetadata: {name: a}\n";
    let plain = format!("#- templates/a.yaml\napiVersion: policy/v1beta1\n{budget}");
    check(&plain, &["kubernetes-schema policy/v1beta1"]);
    let asked =
        "{{ if .Capabilities.APIVersions.Has \"nothing/v1\" }}policy/v1{{ else }}policy/v1beta1{{ end }}";
    check(&format!("#- templates/a.yaml\napiVersion: {asked}\n{budget}"), &[]);
    let helper = format!("#- templates/_h.tpl\n{{{{ define \"v\" }}}}{asked}{{{{ end }}}}\n");
    check(&format!("{helper}#- templates/a.yaml\napiVersion: {{{{ include \"v\" . }}}}\n{budget}"), &[]);
}
