//! Whole states out of small files: which releases, and what is said.

use expect_test::{Expect, expect};

use crate::testing::{load, request, summary};
use crate::{Request, StateValue};

#[track_caller]
fn check(fixture: &str, request: &Request, want: Expect) {
    want.assert_eq(&summary(&load(fixture, request)));
}

/// The guide's helmfile, to the letter.
const GUIDE: &str = r#"
#- helmfile.yaml
releases:
  - name: devops-network
    chart: oci://registry/devops-network-helm/devops-network-testing
    version: {{ .StateValues.CHART_VERSION | quote }}
    namespace: devops-network-testing
    installed: true
    values:
      - values.yaml
      - "{{ .Environment.Name }}.values.yaml"
    set:
      - name: image.tag
        value: {{ .StateValues.BUILD_ID | quote }}
#- values.yaml
replicas: 1
#- dev.values.yaml
replicas: 2
"#;

#[test]
fn the_guide_without_values() {
    check(
        GUIDE,
        &request("dev"),
        expect![[r#"
        /helmfile.yaml:
          devops-network-testing/devops-network oci://registry/devops-network-helm/devops-network-testing 
        Warning helmfile-rendered-plain helmfile.yaml:4:14: helmfile.yaml holds templates and was rendered
        Helmfile renders only files that end in .gotmpl: rename it to helmfile.yaml.gotmpl
        Warning helmfile-no-environments helmfile.yaml:1:1: environment "dev" is not defined: the file has no `environments:`
        Helmfile refuses this: put `environments: {dev: {}}` and a line `---` before the rest
        Error helmfile-missing-state-values helmfile.yaml:4:17: the state values CHART_VERSION, BUILD_ID are not set
        give them: --state-values-set CHART_VERSION=… --state-values-set BUILD_ID=…, or set them below `environments:`
    "#]],
    );
}

#[test]
fn the_guide_with_values() {
    let mut request = request("dev");
    request.state_values =
        vec![StateValue::Set("CHART_VERSION=0.1.2".to_owned()), StateValue::Set("BUILD_ID=1.0.5".to_owned())];
    let loaded = load(GUIDE, &request);
    expect![[r#"
        /helmfile.yaml:
          devops-network-testing/devops-network oci://registry/devops-network-helm/devops-network-testing 0.1.2
        Warning helmfile-rendered-plain helmfile.yaml:4:14: helmfile.yaml holds templates and was rendered
        Helmfile renders only files that end in .gotmpl: rename it to helmfile.yaml.gotmpl
    "#]].assert_eq(&summary(&loaded));
    let release = &loaded.state.files[0].releases[0];
    let at = release.version.at.unwrap();
    let text = std::str::from_utf8(loaded.files.text(at.file)).unwrap();
    assert_eq!(&text[at.range], "{{ .StateValues.CHART_VERSION | quote }}");
}

#[test]
fn parts_see_the_values_of_those_before() {
    check(
        r#"
#- helmfile.yaml.gotmpl
environments:
  default:
    values:
      - tag: one
      - env.yaml.gotmpl
  prod:
    values:
      - tag: two
---
values:
  - extra: {{ .Values.tag }}x
---
releases:
  - name: a
    chart: ./a
    version: {{ .Values.extra }}-{{ .Values.name }}
#- env.yaml.gotmpl
name: {{ .Environment.Name | upper }}
"#,
        &request("default"),
        expect![[r#"
            /helmfile.yaml.gotmpl:
              a ./a onex-DEFAULT
        "#]],
    );
}

#[test]
fn unknown_environments() {
    let fixture = r#"
#- helmfile.yaml
environments:
  prod: {}
---
releases:
  - name: a
    chart: ./a
"#;
    check(
        fixture,
        &request("prdo"),
        expect![[r#"
        Error helmfile-unknown-environment helmfile.yaml:2:3: environment "prdo" is not defined in helmfile.yaml
        there are prod
    "#]],
    );
}

#[test]
fn unknown_keys_and_wrong_types() {
    check(
        r#"
#- helmfile.yaml
releases:
  - name: a
    chrat: ./a
    wait: maybe
    labels: [x]
    jsonPatches:
      - a: b
relaeses: []
"#,
        &request("default"),
        expect![[r#"
            Error helmfile-unknown-key helmfile.yaml:3:5: `chrat` is no key of an item of `releases`
            did you mean `chart`?
            Error helmfile-wrong-type helmfile.yaml:4:11: `wait` must be `true` or `false`, and is a string
            Error helmfile-wrong-type helmfile.yaml:5:13: `labels` must be a map of strings, and is a list
            Error helmfile-unsupported helmfile.yaml:6:5: `jsonPatches` is not supported by Chartroom
            charts are deployed as they are: put the change into the chart, or use `postRenderer`
            Error helmfile-unknown-key helmfile.yaml:8:1: `relaeses` is no key of a helmfile
            did you mean `releases`?
        "#]],
    );
}

#[test]
fn sub_helmfiles_come_first_and_have_their_own_values() {
    check(
        r#"
#- helmfile.yaml
helmfiles:
  - path: sub/*.yaml
    values:
      - name: from-parent
  - path: other
    selectors: [tier=back]
  - nowhere.yaml
missingFileHandler: Warn
repositories:
  - name: stable
    url: https://example.com
releases:
  - name: parent
    chart: stable/parent
#- sub/a.yaml
releases:
  - name: '{{ .Values.name }}'
    chart: stable/a
#- other/one.yaml
releases:
  - {name: back, chart: ./b, labels: {tier: back}}
  - {name: front, chart: ./f, labels: {tier: front}}
"#,
        &request("default"),
        expect![[r#"
            /sub/a.yaml:
              from-parent stable/a 
            /other/one.yaml:
              back ./b 
            - front ./f 
            /helmfile.yaml:
              parent stable/parent 
            Warning helmfile-missing-file helmfile.yaml:7:5: skipping missing sub-helmfile file matching "nowhere.yaml"
            Warning helmfile-unknown-repository sub/a.yaml:3:12: the repository "stable" is one of the parent's and not of this file
            add `inherits: [repositories]` to the item of `helmfiles:`, or name it here too
        "#]],
    );
}

#[test]
fn bases_are_merged_below() {
    check(
        r#"
#- helmfile.yaml
bases:
  - common.yaml
  - env.yaml
environments:
  dev:
    values:
      - b: own
---
releases:
  - name: own
    chart: ./own
    version: '{{ .Values.a }}-{{ .Values.b }}'
#- common.yaml
helmDefaults:
  wait: true
  timeout: 30
releases:
  - name: common
    chart: ./common
#- env.yaml
environments:
  dev:
    values:
      - a: base
        b: base
"#,
        &request("dev"),
        expect![[r#"
            /helmfile.yaml:
              own ./own base-own
        "#]],
    );
}

#[test]
fn templates_of_releases_read_each_other() {
    check(
        r#"
#- helmfile.yaml
templates:
  default: &default
    namespace: '{{ .Release.Name }}-ns'
    chart: charts/{{ .Release.Labels.app }}/x/y
commonLabels:
  team: '{{ .Release.Namespace }}'
releases:
  - name: web
    labels: {app: front}
    inherit:
      - template: default
    needs: [db, other/api]
  - name: db
    <<: *default
    namespace: web-ns
    labels: {app: db}
  - name: loop
    chart: '{{ .Release.Version }}x{{ .Release.ChartVersion }}'
"#,
        &request("default"),
        expect![[r#"
            /helmfile.yaml:
              web-ns/web charts/front/x/y 
              web-ns/db charts/db/x/y 
            Error helmfile-template helmfile.yaml:18:12: failed executing template expressions in release "loop".chart = "{{ .Release.Version }}x{{ .Release.ChartVersion }}": template: stringTemplate:1:11: executing "stringTemplate" at <.Release.Version>: can't evaluate field Version in type state.releaseTemplateDataRelease
        "#]],
    );
}

#[test]
fn cyclic_inheritance_and_unknown_templates() {
    check(
        r#"
#- helmfile.yaml
templates:
  a: {inherit: [{template: b}]}
  b: {inherit: [{template: a}]}
releases:
  - {name: x, chart: ./x, inherit: [{template: a}]}
  - {name: y, chart: ./y, inherit: [{template: c}]}
  - {name: z}
"#,
        &request("default"),
        expect![[r#"
            /helmfile.yaml:
            Error helmfile-cycle helmfile.yaml:3:28: cyclic inheritance detected: a->b->a
            Error helmfile-invalid helmfile.yaml:6:48: release "y" tried to inherit inexistent release template "c"
            there are a, b
            Error helmfile-invalid helmfile.yaml:7:12: encountered empty chart while reading release "z"
            give it a `chart:`
        "#]],
    );
}

#[test]
fn selectors_conditions_and_duplicates() {
    let fixture = r#"
#- helmfile.yaml
environments:
  default:
    values:
      - on: {enabled: true}
        off: {enabled: false}
---
releases:
  - {name: a, chart: ./a, condition: on.enabled, labels: {tier: x}}
  - {name: b, chart: ./b, condition: off.enabled, labels: {tier: x}}
  - {name: c, chart: ./c, condition: nowhere.enabled}
  - {name: a, chart: ./a2}
"#;
    check(
        fixture,
        &request("default"),
        expect![[r#"
        /helmfile.yaml:
          a ./a 
        - b ./b 
          c ./c 
          a ./a2 
        Error helmfile-condition helmfile.yaml:10:38: failed to parse condition in release c: environment values field '.nowhere' not found
        Error helmfile-duplicate-release helmfile.yaml:11:12: duplicate release "a" found: there were 2 releases named "a" matching specified selector
        give one of them another name or namespace, or select one of them
    "#]],
    );
    let selected = Request { selectors: vec!["tier=x".to_owned()], ..request("default") };
    check(
        fixture,
        &selected,
        expect![[r#"
        /helmfile.yaml:
          a ./a 
        - b ./b 
        - c ./c 
        - a ./a2 
        Error helmfile-condition helmfile.yaml:10:38: failed to parse condition in release c: environment values field '.nowhere' not found
    "#]],
    );
}

#[test]
fn bad_input_has_a_place_each() {
    check(
        "#- helmfile.yaml\nreleases:\n  - name: a\n   chart: b\n",
        &request("default"),
        expect![[r#"
            Error helmfile-yaml helmfile.yaml:3:4: failed to read helmfile.yaml: yaml: line 2: did not find expected '-' indicator
        "#]],
    );
    check(
        "#- helmfile.yaml\n# nothing\n",
        &request("default"),
        expect![[r#"
        Error helmfile-policy helmfile.yaml:1:1: no top-level config keys are found in helmfile.yaml
        a helmfile has keys such as `releases:` at the start of lines
    "#]],
    );
    check(
        "#- helmfile.yaml.gotmpl\nreleases:\n  - name: {{ fail \"no\" }}\n",
        &request("default"),
        expect![[r#"
            Error helmfile-template helmfile.yaml.gotmpl:2:14: template: stringTemplate:2:13: executing "stringTemplate" at <fail "no">: error calling fail: no
        "#]],
    );
    check(
        "#- helmfile.yaml.gotmpl\nreleases:\n  - name: {{ nothing }}\n",
        &request("default"),
        expect![[r#"
            Error helmfile-template helmfile.yaml.gotmpl:2:14: template: stringTemplate:2: function "nothing" not defined
        "#]],
    );
    check(
        "#- other.yaml\n",
        &request("default"),
        expect![[r#"
        Error helmfile-missing-file no state file found. It must be named helmfile.d/*.{yaml,yml,yaml.gotmpl,yml.gotmpl}, helmfile.yaml, or helmfile.yaml.gotmpl, otherwise specified with the --file flag or HELMFILE_FILE_PATH environment variable
    "#]],
    );
    let named = Request { file: Some("x.yaml".to_owned()), ..request("default") };
    check(
        "#- other.yaml\n",
        &named,
        expect![[r#"
        Error helmfile-missing-file specified state file x.yaml is not found
    "#]],
    );
}

#[test]
fn programs_are_not_run_where_nobody_trusts_them() {
    let fixture =
        "#- helmfile.yaml.gotmpl\nreleases:\n  - name: {{ exec \"echo\" (list \"x\") }}\n    chart: ./a\n";
    let mut world = crate::testing::Still::new(fixture);
    expect![[r#"
        /helmfile.yaml.gotmpl:
          echo x ./a 
    "#]]
    .assert_eq(&summary(&crate::load(&request("default"), &world)));
    world.trusted = false;
    expect![[r#"
        Error helmfile-untrusted helmfile.yaml.gotmpl:2:14: template: stringTemplate:2:13: executing "stringTemplate" at <exec "echo" (list "x")>: error calling exec: echo was not run
        trust this folder to let its helmfile run programs
    "#]].assert_eq(&summary(&crate::load(&request("default"), &world)));
}

#[test]
fn half_typed_files_never_panic() {
    let text = r#"
environments: &e
  default:
    values: [{a: {b: [1, null]}}, "x.yaml"]
    mergeStrategy: fallback
---
bases: [base.yaml]
templates: {t: {labels: {a: '{{ .Release.Name }}'}, inherit: [{template: u}]}}
---
helmfiles: [{path: "*.d", selectors: [a=b], inherits: [templates]}]
releases:
  - name: {{ .Values.a.b | toYaml | quote }}
    chart: ü/{{ .Environment.Name }}
    needs: [a, b/c, {{ exec "x" (list 1) }}]
    valuesTemplate: [{x: "{{`{{ .Release.Name }}`}}"}]
    condition: a.enabled
    set: [{name: a, values: [1, {b: c}]}]
"#;
    let request = request("default");
    for (end, _) in text.char_indices() {
        for name in ["helmfile.yaml", "helmfile.yaml.gotmpl"] {
            let _ = load(&format!("#- {name}\n{}\n#- base.yaml\nvalues: [b: 1]\n", &text[..end]), &request);
        }
    }
}
