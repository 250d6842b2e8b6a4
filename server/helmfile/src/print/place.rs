//! Where commands write what they make of a release: a template of the user's, or Helmfile's own
//! (`--output-dir-template`, `--output-file-template`).

use golang::path::base;
use sha1::{Digest, Sha1};
use template::{Budget, Cx, Dialect, Host, Limits, Map, Plain, TemplateSet, Value, execute};

use crate::model::{Release, StateFile};

/// Where manifests of a release are written.
pub const OUTPUT_FOLDER: &str =
    "{{ .OutputDir }}/{{ .State.BaseName }}-{{ .State.AbsPathSHA1 }}-{{ .Release.Name}}";

/// Where the values of a release are written.
pub const VALUES_FILE: &str = "{{ .State.BaseName }}-{{ .State.AbsPathSHA1 }}/{{ .Release.Name}}.yaml";

/// Where the chart of a release is brought to.
pub const CHART_FOLDER: &str = "{{ .OutputDir }}{{ if .Release.Namespace }}/{{ .Release.Namespace }}{{ end }}\
    {{ if .Release.KubeContext }}/{{ .Release.KubeContext }}{{ end }}/{{ .Release.Name }}/{{ .ChartName }}/\
    {{ or .Release.Version \"latest\" }}";

/// The path that a template gives for a release. It may name the folder that the command line gives.
pub fn place(
    template: &str,
    file: &StateFile,
    release: &Release,
    output_folder: &str,
    host: &dyn Host,
) -> Result<String, String> {
    const NAME: &str = "output";
    let dialect = Dialect::default();
    let defines = template::parse(NAME, template.as_bytes().into(), text::FileId(0), dialect);
    let mut set = TemplateSet::new();
    set.extend(defines.map_err(|error| error.to_string())?);
    let mut cx = Cx::new(dialect, host);
    cx.budget = Budget::new(Limits::COMMAND, None);
    let mut sink = Plain::default();
    let done = execute(&set, NAME, data(file, release, output_folder), &mut cx, &mut sink);
    done.map_err(|error| format!("executing the template of an output path: {error}"))?;
    Ok(String::from_utf8_lossy(&sink.bytes).into_owned())
}

fn map(entries: Vec<(&str, Value)>) -> Value {
    let map = Map::new();
    for (key, value) in entries {
        map.set(key, value);
    }
    map.into()
}

/// What Helmfile calls a chart here: of paths and addresses the last part, and what a registry calls it, but all that is written
/// where the chart is in a classic repository.
fn chart_name<'r>(file: &StateFile, release: &'r Release) -> &'r str {
    let chart = release.chart.it.as_str();
    if let Some(address) = chart.strip_prefix("oci://") {
        let last = base(address);
        return last.split(['@', ':']).next().unwrap_or(last);
    }
    if release.chart_folder.is_some() {
        return base(chart);
    }
    let in_registry = release
        .repository_and_chart()
        .filter(|(name, _)| file.repositories.iter().any(|it| it.oci && it.name == *name));
    in_registry.map_or(chart, |(_, name)| name)
}

fn data(file: &StateFile, release: &Release, output_folder: &str) -> Value {
    let name = base(&file.path);
    let stem = name.rfind('.').map_or(name, |at| &name[..at]);
    let hash: String =
        Sha1::digest(file.path.as_bytes()).iter().take(4).map(|it| format!("{it:02x}")).collect();
    let text = |it: &str| Value::from(it);
    let environment = &file.environment;
    map(vec![
        ("OutputDir", text(output_folder)),
        ("ChartName", text(chart_name(file, release))),
        (
            "State",
            map(vec![
                ("BaseName", text(stem)),
                ("Path", text(name)),
                ("AbsPath", text(&file.path)),
                ("AbsPathSHA1", text(&hash)),
            ]),
        ),
        (
            "Release",
            map(vec![
                ("Name", text(&release.name.it)),
                ("Namespace", text(&release.namespace.it)),
                ("Chart", text(&release.chart.it)),
                ("Version", text(&release.version.it)),
                ("KubeContext", text(&release.kube_context)),
                ("Labels", map(release.labels.iter().map(|(key, it)| (key.as_str(), text(it))).collect())),
            ]),
        ),
        (
            "Environment",
            map(vec![
                ("Name", text(&environment.name)),
                ("KubeContext", text(environment.kube_context.as_deref().unwrap_or_default())),
                ("Values", Value::from_node(&environment.values)),
            ]),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Still, load, request};

    #[track_caller]
    fn check(template: &str, want: Result<&str, &str>) {
        let text = "#- helmfile.yaml\nreleases:\n- {name: web, namespace: shop, chart: bitnami/nginx, version: 1.2.3}\n";
        let loaded = load(text, &request("default"));
        let file = &loaded.state.files[0];
        let placed = place(template, file, &file.releases[0], "out", &Still::new(text));
        match want {
            Ok(path) => assert_eq!(placed.as_deref(), Ok(path)),
            Err(reason) => assert!(placed.unwrap_err().contains(reason)),
        }
    }

    #[test]
    fn templates_of_paths() {
        check(OUTPUT_FOLDER, Ok("out/helmfile-a57cf82d-web"));
        check(VALUES_FILE, Ok("helmfile-a57cf82d/web.yaml"));
        check(CHART_FOLDER, Ok("out/shop/web/bitnami/nginx/1.2.3"));
        check("{{ .Environment.Name }}/{{ .State.Path }}", Ok("default/helmfile.yaml"));
        check("{{ .Release.Name", Err("unclosed action"));
    }
}
