//! One file: its parts are rendered, read and merged one after the other, each with the state values of those before.

use std::sync::Arc;

use golang::path::{base, dir, ext};
use text::{FileId, FileRange};
use yaml::{Node, Value};

use super::entries::Reading;
use super::environment::Layers;
use super::{Loader, Raw, Step, Stop, Visit, policy};
use crate::engine::{Job, Rendered, TemplateData, fault_finding};
use crate::keys;
use crate::merge::{Mode, merge};
use crate::model::MissingFileHandler;
use crate::text_map::TextMap;
use crate::typed::Typing;
use crate::{Code, DEFAULT_ENVIRONMENT, Finding};

/// What a file is loaded with.
pub(super) struct Context<'c> {
    /// What its paths are relative to: of a base that is the folder of the file that names it.
    pub(super) folder: &'c str,
    /// State values from above.
    pub(super) inherited: Option<Layers>,
    /// State values of the command line or of the parent, over all others.
    pub(super) overrode: Option<Layers>,
    /// It is a file of its own and no base.
    pub(super) with_bases: bool,
    /// It need not define environments.
    pub(super) alone: bool,
}

/// A file that is being loaded.
struct Loading<'l> {
    id: FileId,
    path: &'l str,
    text: Arc<str>,
    is_template: bool,
    context: &'l Context<'l>,
}

impl Loader<'_> {
    /// A file that was asked for or is a sub-helmfile, with what its parent gives it.
    pub(super) fn load_state(&mut self, path: &str, visit: &Visit) -> Step<Raw> {
        let name = self.request.environment().to_owned();
        let mut overrode = None;
        if !visit.values.is_empty() || visit.overrides.is_some() {
            let mut layers = Layers::named(&name);
            let own = dir(path);
            let folder = if visit.parent.is_some() { &visit.values_folder } else { &own };
            let seen = Layers::named(&name);
            let reading =
                Reading { folder, missing: MissingFileHandler::Error, fallback: false, layers: &seen };
            layers.values = self.state_values(&visit.values, &reading)?;
            if let Some(set) = &visit.overrides {
                layers.overrides = set.clone();
            }
            overrode = Some(layers);
        }
        let folder = dir(path);
        let context = Context {
            folder: &folder,
            inherited: visit.inherited.as_ref().and_then(|it| it.layers.clone()),
            overrode,
            with_bases: true,
            alone: visit.alone,
        };
        let mut raw = self.load_file(path, visit.parent.and_then(|it| it.1), &context)?;
        if let Some(inherited) = &visit.inherited {
            raw.tree = inherited.fill(&raw.tree);
        }
        self.warn_of_repositories(&raw.tree, visit);
        Ok(raw)
    }

    /// A file with its bases and parts. `at` is where it is named.
    pub(super) fn load_file(
        &mut self,
        path: &str,
        at: Option<FileRange>,
        context: &Context<'_>,
    ) -> Step<Raw> {
        let read = self.engine.read(path);
        let read =
            read.map_err(|fault| fault_finding(&fault, Code::MissingFile, at, format!("cannot read {path}")));
        let (id, bytes) = self.told(read)?;
        let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
        let checked = policy::check(&text, id, path);
        self.told(checked)?;
        let is_template = ext(path) == ".gotmpl" || self.request.render_all;
        let mut loading = Loading { id, path, text: text.clone(), is_template, context };
        if !is_template && let Some(at) = unreadable_template(&text, id) {
            loading.is_template = true;
            let message = format!("{} holds templates and was rendered", base(path));
            self.findings.push(Finding::warning(Code::RenderedPlain, Some(at), message).advise(format!(
                "Helmfile renders only files that end in .gotmpl: rename it to {}.gotmpl",
                base(path)
            )));
        }
        self.parts(&loading)
    }

    fn parts(&mut self, loading: &Loading<'_>) -> Step<Raw> {
        let context = loading.context;
        let name = self.request.environment();
        let given = context.inherited.is_some() || context.overrode.is_some();
        let mut layers = context.inherited.clone();
        let mut merged: Option<Raw> = None;
        for (offset, part) in split(&loading.text) {
            let current = self.part(loading, part, offset, layers.as_ref())?;
            let raw = match merged.take() {
                None => current,
                Some(before) => {
                    let tree = merge(&before.tree, &current.tree, keys::FILE, Mode::Override);
                    Raw { tree, layers: current.layers, id: before.id }
                }
            };
            layers = Some(raw.layers.clone());
            let environments = raw.tree.get("environments").and_then(|it| it.value.as_map().cloned());
            if let Some(environments) = &environments
                && context.with_bases
                && raw.layers.name != DEFAULT_ENVIRONMENT
                && environments.get(&raw.layers.name).is_none()
            {
                let known = environments.iter().map(|it| it.key.to_string()).collect();
                let at = environments.iter().find_map(|it| it.key_at);
                return Err(Stop::NoEnvironment(undefined(&raw.layers.name, known, at, loading.path)));
            }
            merged = Some(raw);
        }
        let raw = merged.unwrap_or_else(|| Raw {
            id: loading.id,
            tree: Node::computed(Value::empty_map()),
            layers: Layers::named(name),
        });
        let nowhere = raw.tree.get("environments").is_none() && context.with_bases && !given;
        if nowhere && raw.layers.name != DEFAULT_ENVIRONMENT {
            self.without_environments(loading, &raw.layers.name)?;
        }
        Ok(raw)
    }

    /// No file defines an environment, and one is asked for.
    fn without_environments(&mut self, loading: &Loading<'_>, name: &str) -> Step<()> {
        let at = Some(FileRange::new(loading.id, 0, 0));
        if !loading.context.alone {
            return Err(Stop::NoEnvironment(undefined(name, Vec::new(), at, loading.path)));
        }
        let message = format!("environment \"{name}\" is not defined: the file has no `environments:`");
        let advice = format!(
            "Helmfile refuses this: put `environments: {{{name}: {{}}}}` and a line `---` before the rest"
        );
        self.findings.push(Finding::warning(Code::NoEnvironments, at, message).advise(advice));
        Ok(())
    }

    /// A part: rendered, read, merged with its bases, and the state values that come of it.
    fn part(
        &mut self,
        loading: &Loading<'_>,
        text: &str,
        offset: usize,
        before: Option<&Layers>,
    ) -> Step<Raw> {
        let context = loading.context;
        let layers = Layers::merged(before, context.overrode.as_ref());
        let rendered = self.render_part(loading, text, offset, layers.as_ref())?;
        let mut tree = self.documents(loading, &rendered)?;
        if context.with_bases {
            tree = self.with_bases(tree, context.folder, layers.as_ref())?;
        } else if let Some(bases) = tree.get("bases").filter(|_| !list(&tree, "bases").is_empty()) {
            let message = "nested `base` helmfile is unsupported";
            return self.fail(
                Finding::error(Code::Policy, bases.at, message).advise("name the base in the file itself"),
            );
        }
        let layers = self.environment(&tree, context.folder, layers.as_ref())?;
        Ok(Raw { id: loading.id, tree, layers })
    }

    fn render_part(
        &mut self,
        loading: &Loading<'_>,
        text: &str,
        offset: usize,
        layers: Option<&Layers>,
    ) -> Step<Rendered> {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        if !loading.is_template {
            return Ok(Rendered { text: text.to_owned(), map: TextMap::Shifted(loading.id, offset) });
        }
        let named;
        let layers = if let Some(layers) = layers {
            layers
        } else {
            named = Layers::named(self.request.environment());
            &named
        };
        let data = TemplateData {
            environment: layers.data(),
            values: layers.all_values(),
            namespace: self.request.namespace.clone().unwrap_or_default(),
            release: None,
            hook: None,
        };
        let job = Job { text, file: Some((loading.id, offset)), at: None, folder: loading.context.folder };
        let rendered = self.engine.render(&job, &data);
        self.told(rendered)
    }

    /// The documents of a part, merged.
    fn documents(&mut self, loading: &Loading<'_>, rendered: &Rendered) -> Step<Node> {
        let parsed = yaml::parse_all_v3(&rendered.text, FileId(0)).map_err(|error| {
            let message = format!("failed to read {}: {error}", base(loading.path));
            let finding = Finding::error(Code::Yaml, rendered.map.place(error.at), message);
            if loading.is_template {
                finding.advise("look at what the template prints there")
            } else {
                finding
            }
        });
        let documents = self.told(parsed)?;
        let mut typing = Typing { text: &rendered.text, map: &rendered.map, findings: Vec::new() };
        let mut tree = Node::computed(Value::empty_map());
        for document in &documents {
            let typed = typing.group(document, keys::FILE, "a helmfile");
            tree = merge(&tree, &typed, keys::FILE, Mode::OverrideAppend);
        }
        typing.findings.sort_by_key(|it| it.at.map(|at| at.range.start()));
        let refused = typing.findings.iter().any(|it| it.severity == crate::Severity::Error);
        self.findings.append(&mut typing.findings);
        if refused { Err(Stop::Failed) } else { Ok(tree) }
    }
}

/// A handler that there is not.
pub(crate) fn invalid_handler(name: &str, at: Option<FileRange>) -> Finding {
    let message =
        format!("invalid missing file handler \"{name}\": it must be one of [Error Warn Info Debug]");
    Finding::error(Code::Invalid, at, message)
}

/// The items of a list.
pub(crate) fn list(node: &Node, key: &str) -> Vec<Node> {
    node.get(key).and_then(|it| it.value.as_list()).map(|it| (**it).clone()).unwrap_or_default()
}

/// The parts of a file, each with where it begins: between lines of three dashes and nothing else.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(at) = text[from..].find("\n---").map(|at| at + from) {
        let behind = &text[at + "\n---".len()..];
        let end_of_line = ["\n", "\r\n"].iter().find(|it| behind.starts_with(**it));
        from = at + 1;
        if let Some(end) = end_of_line {
            parts.push((start, text[start..at].trim_end_matches('\r')));
            start = at + "\n---".len() + end.len();
            from = start;
        }
    }
    parts.push((start, &text[start..]));
    parts
}

/// Where the first template of a plain file stands, if the file is no YAML because of it.
fn unreadable_template(text: &str, id: FileId) -> Option<FileRange> {
    let at = text.find("{{")?;
    let readable = split(text).iter().all(|(_, part)| yaml::parse_all_v3(part, id).is_ok());
    (!readable).then(|| {
        let end = text[at..].find("}}").map_or(at + 2, |it| at + it + 2);
        FileRange::new(id, at, end)
    })
}

fn undefined(name: &str, known: Vec<String>, at: Option<FileRange>, path: &str) -> Finding {
    let message = format!("environment \"{name}\" is not defined in {}", base(path));
    let advice = match known.is_empty() {
        true => "the file has no `environments:`, and is passed over".to_owned(),
        false => format!("there are {}", known.join(", ")),
    };
    Finding::error(Code::UnknownEnvironment { known }, at, message).advise(advice)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn parts_of_a_file() {
        assert_eq!(split("a\n---\nb\n"), [(0, "a"), (6, "b\n")]);
        assert_eq!(split("a\r\n---\r\nb"), [(0, "a"), (8, "b")]);
        assert_eq!(split("---\na\n--- \nb\n---"), [(0, "---\na\n--- \nb\n---")]);
        assert_eq!(split("a\n---\n---\nb"), [(0, "a"), (6, "---\nb")]);
    }
}
