//! What charts are given, layer by layer.

use chart::Dialect;
use expect_test::{Expect, expect};

use super::values;
use crate::testing::{FOLDER, Still, request, shown};
use crate::{Loaded, Request, StateValue, load};

/// The layers of the first release, then the arguments, then all of it as the chart sees it with the places that won; or
/// what is wrong.
fn told(world: &Still, request: &Request) -> String {
    let mut loaded = load(request, world);
    if !loaded.is_ok() {
        return shown(&loaded.findings, &loaded.files);
    }
    let Loaded { state, files, .. } = &mut loaded;
    let (file, release) = state.selected().next().unwrap();
    let (values, warnings) = match values(file, release, request, world, files, Dialect::Helm4) {
        Ok(done) => done,
        Err(findings) => return shown(&findings, files),
    };
    let mut out = shown(&warnings, files);
    for layer in &values.layers {
        out.push_str(&format!("{:?}\n{}", layer.source, String::from_utf8_lossy(&layer.text)));
    }
    for (flag, text) in values.overrides.arguments() {
        out.push_str(&format!("{flag} {text}\n"));
    }
    let merged = values.user_values(Dialect::Helm4, &|path| Ok(format!("<{path}>"))).unwrap().merged;
    for entry in merged.value.as_map().unwrap().iter() {
        let value = yaml::write(&entry.node, yaml::Layout::V3).unwrap().replace('\n', "; ");
        let at = entry.node.at.map(|at| {
            let place = files.line_column(at.start());
            format!("{}:{}:{}", files.path(at.file), place.line + 1, place.column + 1)
        });
        out.push_str(&format!("{} = {value} from {}\n", entry.key, at.unwrap_or_default()));
    }
    out.replace(&format!("{FOLDER}/"), "")
}

#[track_caller]
fn check(fixture: &str, want: Expect) {
    want.assert_eq(&told(&Still::new(fixture), &request("default")));
}

#[test]
fn every_layer_in_its_order() {
    check(
        r#"
#- helmfile.yaml
environments:
  default:
    values:
      - size: 3
---
releases:
  - name: web
    chart: ./web
    namespace: front
    values:
      - one.yaml
      - sub/two.yaml.gotmpl
      - inline: yes
        number: 1
    secrets:
      - secrets.yaml
    set:
      - name: image.tag
        value: a,b{c}
      - name: list
        values: [x, 1, {y: z}]
      - name: skipped
        value: ""
      - name: file
        file: some.txt
    setString:
      - name: text
        value: 15
#- one.yaml
size: 1
word: one # a comment
#- sub/two.yaml.gotmpl
size: {{ .Values.size }}
release: {{ .Release.Namespace }}/{{ .Release.Name }}
{{- range list "a" "b" }}
{{ . }}: {{ readFile "beside.txt" | trim }}
{{- end }}
#- sub/beside.txt
beside
#- secrets.yaml
password: secret
"#,
        expect![[r#"
            File { id: FileId(1), rendered: false }
            size: 1
            word: one # a comment
            File { id: FileId(2), rendered: true }
            size: 3
            release: front/web
            a: beside
            b: beside
            Inline
            inline: "yes"
            number: 1
            Secret { path: "secrets.yaml" }
            password: secret

            --set image.tag=a\,b\{c\}
            --set list={x,1,\{"y":"z"\}}
            --set-string text=15
            --set-file file=some.txt
            a = beside from sub/two.yaml.gotmpl:4:10
            b = beside from sub/two.yaml.gotmpl:4:10
            file = <some.txt> from --set-file file=some.txt:1:6
            image = tag: a,b{c} from --set image.tag=a\,b\{c\}:1:1
            inline = "yes" from helmfile.yaml:13:17
            list = - x; - 1; - '{"y":"z"}' from --set list={x,1,\{"y":"z"\}}:1:6
            number = 1 from helmfile.yaml:14:17
            password = secret from helmfile.yaml:16:9
            release = front/web from sub/two.yaml.gotmpl:2:10
            size = 3 from sub/two.yaml.gotmpl:1:7
            text = "15" from --set-string text=15:1:6
            word = one from one.yaml:2:7
        "#]],
    );
}

#[test]
fn references_are_looked_up() {
    check(
        r#"
#- helmfile.yaml
releases:
  - name: web
    chart: ./web
    values:
      - a: ref+echo://x/y
        b: before ref+file://note.txt+ after
        c: ref+file://tree.yaml#/p/q
        d: ref+vault://secret#/key
      - refs.yaml
    set:
      - name: e
        value: ref+echo://zz
#- note.txt
noted
#- tree.yaml
p: {q: [1, 2]}
#- refs.yaml
f: ref+envsubst://$HOME
"#,
        expect![[r#"
            Inline
            a: x/y
            b: |-
              before noted
               after
            c:
              - 1
              - 2
            d: <ref+vault://secret#/key>
            File { id: FileId(1), rendered: false }
            f: ""
            --set e=zz
            a = x/y from helmfile.yaml:5:12
            b = |-;   before noted;    after from helmfile.yaml:6:12
            c = - 1; - 2 from helmfile.yaml:7:12
            d = <ref+vault://secret#/key> from helmfile.yaml:8:12
            e = zz from --set e=zz:1:3
            f = "" from refs.yaml:1:4
        "#]],
    );
}

#[test]
fn files_that_are_missing() {
    let fixture = |handler: &str| {
        format!(
            "#- helmfile.yaml\nreleases:\n  - name: web\n    chart: ./web\n    values: [nowhere.yaml, a: 1]\n{handler}"
        )
    };
    check(
        &fixture(""),
        expect![[r#"
        Error helmfile-missing-file helmfile.yaml:4:14: values file matching "nowhere.yaml" does not exist in "/w"
        make the file, correct its path, or set `missingFileHandler: Warn`
    "#]],
    );
    check(
        &fixture("    missingFileHandler: Warn\n"),
        expect![[r#"
        Warning helmfile-missing-file helmfile.yaml:4:14: skipping missing values file matching "nowhere.yaml"
        Inline
        a: 1
        a = 1 from helmfile.yaml:4:31
    "#]],
    );
    check(
        &fixture("missingFileHandler: Nonsense\n"),
        expect![[r#"
        Error helmfile-invalid helmfile.yaml:5:21: invalid missing file handler "Nonsense": it must be one of [Error Warn Info Debug]
    "#]],
    );
}

#[test]
fn templates_of_values_that_fail() {
    check(
        r#"
#- helmfile.yaml
releases:
  - name: web
    chart: ./web
    values: [a.yaml.gotmpl]
#- a.yaml.gotmpl
a: {{ .Values.one }}
b: {{ .Values.two.three }}
"#,
        expect![[r#"
            Error helmfile-missing-state-values a.yaml.gotmpl:1:7: the state values one, two.three are not set
            give them: --state-values-set one=… --state-values-set two.three=…, or set them below `environments:`
        "#]],
    );
    check(
        r#"
#- helmfile.yaml
releases:
  - name: web
    chart: ./web
    values: [a.yaml.gotmpl]
#- a.yaml.gotmpl
a: 1
  b: {{ .Release.Name }}
"#,
        expect![[r#"
            Error helmfile-yaml a.yaml.gotmpl:2:4: failed to parse a.yaml.gotmpl: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context
        "#]],
    );
}

#[test]
fn state_values_of_the_command_line_reach_values() {
    let world = Still::new(
        "#- helmfile.yaml\nreleases:\n  - name: web\n    chart: ./web\n    values: [a.yaml.gotmpl]\n#- a.yaml.gotmpl\ntag: {{ .StateValues.image.tag }}\n",
    );
    let mut request = request("default");
    request.state_values = vec![StateValue::Set("image.tag=v1".to_owned())];
    expect![[r#"
        File { id: FileId(2), rendered: true }
        tag: v1

        tag = v1 from a.yaml.gotmpl:1:6
    "#]]
    .assert_eq(&told(&world, &request));
}

#[test]
fn variables_for_values() {
    let mut world = Still::new(
        "#- helmfile.yaml\nreleases:\n  - name: web\n    chart: ./web\n    env: [{name: a, value: A}]\n",
    );
    expect![[r#"
        Error helmfile-invalid helmfile.yaml:4:11: Environment Variables not found. Please make sure they are set and try again: A
    "#]].assert_eq(&told(&world, &request("default")));
    world.variables.insert("A".to_owned(), "x".to_owned());
    expect![[r#"
        --set a=x
        a = x from --set a=x:1:3
    "#]]
    .assert_eq(&told(&world, &request("default")));
}
