//! Templates in the keys of a release: even a plain file has them. A release sees itself (`.Release`), so they run again
//! until nothing changes, six times at most (`ExecuteTemplates`).

use std::sync::Arc;

use text::{FileId, FileRange};
use yaml::{Entry, Map, Node, Value};

use super::{Built, FileFacts, inherit, labels, read};
use crate::engine::{Engine, Job, ReleaseData, TemplateData};
use crate::load::{insert, list};
use crate::{Code, Finding};

/// How often a release is run at most.
const ROUNDS: usize = 6;

/// The release after all of its templates.
pub(super) fn expand(release: &Node, facts: &FileFacts, engine: &mut Engine<'_>) -> Built<Node> {
    let release = with_file(inherit::inherited(release, &facts.tree)?, &facts.tree);
    let mut before = release.clone();
    for _ in 0..ROUNDS {
        let data = data(&before, facts);
        let after = Round { engine, data, folder: &facts.folder, release: &release }.run()?;
        if before.value.says_same(&after.value) {
            return checked(with_bools(after)?);
        }
        before = after;
    }
    let name = read::text(&release, "name");
    let message =
        format!("failed executing templates in release \"{name}\": recursive references can't be resolved");
    Err(Finding::error(Code::Template, release.at, message)
        .advise("a key of the release reads another one that reads the first: write one of them out"))
}

fn checked(release: Node) -> Built<Node> {
    let name = release.get("name");
    if read::text(&release, "chart").is_empty() {
        let shown = read::text(&release, "name");
        let message = format!("encountered empty chart while reading release {shown:?}");
        let at = name.and_then(|it| it.at).or(release.at);
        return Err(Finding::error(Code::Invalid, at, message).advise("give it a `chart:`"));
    }
    Ok(release)
}

/// What the file says for releases that do not say it.
fn with_file(mut release: Node, file: &Node) -> Node {
    if read::text(&release, "kubeContext").is_empty()
        && let Some(context) = file.get("helmDefaults").and_then(|it| it.get("kubeContext"))
    {
        insert(&mut release, "kubeContext", context.clone());
    }
    if let Some(Value::Map(common)) = file.get("commonLabels").map(|it| &it.value) {
        let own = release.get("labels");
        let at = own.and_then(|it| it.at);
        let mut merged: Map =
            own.and_then(|it| it.value.as_map()).map(|it| (**it).clone()).unwrap_or_default();
        common.iter().for_each(|it| merged.insert(it.clone()));
        insert(&mut release, "labels", Node { value: Value::Map(merged.into()), at });
    }
    for key in ["apiVersions", "kubeVersion"] {
        let said = release.get(key).is_some_and(|it| it.value.as_list().is_none_or(|it| !it.is_empty()));
        if let (false, Some(node)) = (said, file.get(key)) {
            insert(&mut release, key, node.clone());
        }
    }
    release
}

/// What the templates of a release see.
fn data(release: &Node, facts: &FileFacts) -> TemplateData {
    let text = |key: &str| read::text(release, key).to_owned();
    TemplateData {
        environment: facts.environment.clone(),
        values: facts.values.clone(),
        namespace: read::text(&facts.tree, "namespace").to_owned(),
        release: Some(ReleaseData {
            name: text("name"),
            namespace: text("namespace"),
            labels: labels(release.get("labels")),
            chart: text("chart"),
            version: text("version"),
            kube_context: text("kubeContext"),
            file_chart: read::text(&facts.tree, "chart").to_owned(),
            file_kube_context: read::text(&facts.tree, "kubeContext").to_owned(),
        }),
        hook: None,
    }
}

/// One run of all templates of a release.
struct Round<'r, 'w> {
    engine: &'r mut Engine<'w>,
    data: TemplateData,
    folder: &'r str,
    /// As it is written.
    release: &'r Node,
}

impl Round<'_, '_> {
    fn run(&mut self) -> Built<Node> {
        let mut done = self.release.clone();
        for key in ["name", "chart", "namespace", "version"] {
            self.replace(&mut done, key, |text| text.trim().to_owned())?;
        }
        for key in ["waitTemplate", "installedTemplate", "conditionTemplate", "verifyTemplate"] {
            self.replace(&mut done, key, |text| text)?;
        }
        self.labels(&mut done)?;
        self.strings(&mut done, "postRendererArgs")?;
        self.values_template(&mut done)?;
        self.strings(&mut done, "values")?;
        self.strings(&mut done, "secrets")?;
        self.set_template(&mut done)?;
        self.strings(&mut done, "needs")?;
        Ok(done)
    }

    /// What a text prints. `what` is the key that messages name.
    fn text(&mut self, text: &str, at: Option<FileRange>, what: &str) -> Built<String> {
        let job = Job { text, file: None, at, folder: self.folder };
        match self.engine.render(&job, &self.data) {
            Ok(rendered) => Ok(rendered.text),
            Err(finding) => {
                let name = read::text(self.release, "name");
                let message = format!(
                    "failed executing template expressions in release \"{name}\".{what} = \"{text}\": {}",
                    finding.message
                );
                Err(Finding { message, ..finding })
            }
        }
    }

    fn replace(&mut self, release: &mut Node, key: &str, then: impl Fn(String) -> String) -> Built<()> {
        let Some(node) = release.get(key).cloned() else { return Ok(()) };
        let text = self.text(node.value.as_str().unwrap_or_default(), node.at, key)?;
        insert(release, key, string(then(text), node.at));
        Ok(())
    }

    fn labels(&mut self, release: &mut Node) -> Built<()> {
        let Some(Value::Map(map)) = release.get("labels").map(|it| it.value.clone()) else { return Ok(()) };
        let mut done = (*map).clone();
        for entry in map.iter() {
            let what = format!("labels[{}]", entry.key);
            let text = self.text(entry.node.value.as_str().unwrap_or_default(), entry.node.at, &what)?;
            done.insert(Entry { node: string(text, entry.node.at), ..entry.clone() });
        }
        let at = release.get("labels").and_then(|it| it.at);
        insert(release, "labels", Node { value: Value::Map(done.into()), at });
        Ok(())
    }

    /// The strings of a list; what is no string stays.
    fn strings(&mut self, release: &mut Node, key: &str) -> Built<()> {
        let Some(node) = release.get(key).cloned() else { return Ok(()) };
        let mut items = node.value.as_list().map(|it| (**it).clone()).unwrap_or_default();
        for (at, item) in items.iter_mut().enumerate() {
            if let Value::String(text) = &item.value {
                *item = string(self.text(text, item.at, &format!("{key}[{at}]"))?, item.at);
            }
        }
        insert(release, key, Node { value: Value::List(items.into()), at: node.at });
        Ok(())
    }

    /// `valuesTemplate:` stands before `values:`; a map is printed, run and read again.
    fn values_template(&mut self, release: &mut Node) -> Built<()> {
        let mut items = list(release, "valuesTemplate");
        if items.is_empty() {
            return Ok(());
        }
        for (number, item) in items.iter_mut().enumerate() {
            if item.value.as_map().is_some() {
                *item = self.map(item, &format!("values[{number}]"))?;
            }
        }
        let at = release.get("valuesTemplate").and_then(|it| it.at);
        insert(release, "valuesTemplate", Node { value: Value::List(items.clone().into()), at });
        let values: Vec<Node> = items.into_iter().chain(list(release, "values")).collect();
        insert(release, "values", Node { value: Value::List(values.into()), at });
        Ok(())
    }

    fn map(&mut self, node: &Node, what: &str) -> Built<Node> {
        let wrong = |error: yaml::Error| Finding::error(Code::Yaml, node.at, format!("{what}: {error}"));
        let mut printed = yaml::write(node, yaml::Layout::V3).map_err(wrong)?;
        printed.push('\n');
        if !printed.contains("{{") {
            return Ok(node.clone());
        }
        let text = self.text(&printed, node.at, what)?;
        let read = yaml::parse_v3(&text, FileId(0)).map_err(wrong)?;
        Ok(with_places_of(node, &read))
    }

    /// `setTemplate:` stands before `set:`.
    fn set_template(&mut self, release: &mut Node) -> Built<()> {
        let mut items = list(release, "setTemplate");
        if items.is_empty() {
            return Ok(());
        }
        for (number, item) in items.iter_mut().enumerate() {
            for key in ["name", "value", "file"] {
                if let Some(node) = item.get(key).cloned() {
                    let what = format!("set[{number}].{key}");
                    let text = self.text(node.value.as_str().unwrap_or_default(), node.at, &what)?;
                    insert(item, key, string(text, node.at));
                }
            }
            self.strings(item, "values")?;
        }
        let at = release.get("setTemplate").and_then(|it| it.at);
        insert(release, "setTemplate", Node { value: Value::List(items.clone().into()), at });
        let set: Vec<Node> = items.into_iter().chain(list(release, "set")).collect();
        insert(release, "set", Node { value: Value::List(set.into()), at });
        Ok(())
    }
}

/// `waitTemplate:` and its like, now that they are printed, decide (`updateBoolTemplatedValues`).
fn with_bools(mut release: Node) -> Built<Node> {
    let keys = [
        ("installedTemplate", "installed"),
        ("conditionTemplate", "condition"),
        ("waitTemplate", "wait"),
        ("verifyTemplate", "verify"),
    ];
    for (template, key) in keys {
        let Some(node) = release.get(template).cloned() else { continue };
        let text = node.value.as_str().unwrap_or_default();
        let decided = match text.trim() {
            "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => true,
            "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "" => {
                false
            }
            _ => {
                let message =
                    format!("{template}: failed deserialising string {text}: it must be true or false");
                return Err(Finding::error(Code::WrongType, node.at, message));
            }
        };
        if let Value::Map(map) = &mut release.value {
            Arc::make_mut(map).remove(template);
        }
        let value = match key {
            "condition" => Value::String(decided.to_string().into()),
            _ => Value::Bool(decided),
        };
        insert(&mut release, key, Node { value, at: node.at });
    }
    Ok(release)
}

fn string(text: String, at: Option<FileRange>) -> Node {
    Node { value: Value::String(text.into()), at }
}

/// What was printed and read again, with the places of what it was printed from, where that has the same keys.
fn with_places_of(from: &Node, node: &Node) -> Node {
    let value = match (&node.value, &from.value) {
        (Value::Map(map), Value::Map(old)) => {
            let entry = |it: &Entry| match old.entry(&it.key) {
                Some(known) => Entry { node: with_places_of(&known.node, &it.node), ..known.clone() },
                None => Entry { key_at: from.at, node: with_places_of(from, &it.node), ..it.clone() },
            };
            Value::Map(map.iter().map(entry).collect::<Map>().into())
        }
        (Value::List(items), Value::List(old)) => {
            let item = |(at, it)| with_places_of(old.get(at).unwrap_or(from), it);
            Value::List(items.iter().enumerate().map(item).collect::<Vec<_>>().into())
        }
        (value, _) => value.clone(),
    };
    Node { value, at: from.at }
}
