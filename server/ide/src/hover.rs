//! Hover: what stands here, what it holds for the active target, which file says so, and what its comment says.

use text::{FilePos, FileRange};

use crate::analysis::Analysis;
use crate::describe;
use crate::place::{Look, Meaning};
use crate::shape::{Builtin, Member, ROOT, Shape, Thing, ValueAt};
use crate::source::ValuesSource;

/// What a hover shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: FileRange,
    /// Markdown.
    pub markup: String,
}

/// How many possibilities a hover lists.
const MAX_SHOWN: usize = 3;

impl Analysis {
    /// Explains what stands at a place.
    pub fn hover(&self, pos: FilePos) -> Option<Hover> {
        if let Some(source) = self.values_file(pos.file) {
            return self.hover_key(source, pos);
        }
        let (meaning, range) = Look::at(self, pos)?.meaning()?;
        let markup = match meaning {
            Meaning::Field(shape) => self.shape(&shape)?,
            Meaning::Dot(shape) => format!("The dot here:\n\n{}", self.shape(&shape)?),
            Meaning::Variable { name, shape, .. } => {
                format!("`{name}`\n\n{}", self.shape(&shape).unwrap_or_default())
            }
            Meaning::Function(name) => function(self, &name)?,
            Meaning::Define(name) => self.define(&name)?,
            Meaning::File(path) => self.file(pos, &path)?,
        };
        Some(Hover { range, markup: markup.trim_end().to_owned() })
    }

    fn hover_key(&self, source: &ValuesSource, pos: FilePos) -> Option<Hover> {
        let outline = source.parsed().outline();
        let entry = outline
            .at(pos.offset)
            .filter(|it| outline.entry(*it).name_range.contains_inclusive(pos.offset))?;
        let value = self.value_of_entry(source, entry);
        let node = self.node_of(&value);
        let markup = self.value(&ValueAt { node, ..value });
        let range = FileRange { file: source.file, range: outline.entry(entry).name_range };
        Some(Hover { range, markup })
    }

    /// What a value that is known by its path holds.
    pub(crate) fn node_of(&self, value: &ValueAt) -> Option<yaml::Node> {
        let root = self.values(&value.chart)?;
        value.path.iter().try_fold(root, |node, key| match key.strip_prefix('[') {
            Some(number) => {
                let at: usize = number.trim_end_matches(']').parse().ok()?;
                node.value.as_list()?.get(at).cloned()
            }
            None => node.get(key).cloned(),
        })
    }

    /// The possibilities, one under the other.
    fn shape(&self, shape: &Shape) -> Option<String> {
        let shown: Vec<String> =
            shape.options().iter().take(MAX_SHOWN).filter_map(|thing| self.thing(thing)).collect();
        if shown.is_empty() {
            return None;
        }
        let mut text = shown.join("\n\n---\n\n");
        if shape.options().len() > MAX_SHOWN {
            text.push_str(&format!("\n\n… or one of {} more", shape.options().len() - MAX_SHOWN));
        }
        Some(text)
    }

    fn thing(&self, thing: &Thing) -> Option<String> {
        match thing {
            Thing::Value(value) => Some(self.value(value)),
            Thing::Context(chart) => Some(format!("The dot of the templates of `{chart}`: {}.", names(ROOT))),
            Thing::Builtin(Builtin::Field(member, chart)) => Some(self.member(member, chart)),
            Thing::Builtin(builtin) => {
                let doc = ROOT
                    .iter()
                    .find(|it| builtin.display() == format!(".{}", it.name))
                    .map_or("", |it| it.doc);
                Some(format!("`{}`\n\n{doc}\n\n{}", builtin.display(), names(builtin.members())))
            }
            Thing::Dict(entries) => {
                let lines = entries
                    .iter()
                    .map(|(key, shape)| format!("- `{key}`: {}", describe::shape_in_a_word(shape)));
                Some(format!("A map made by `dict`:\n{}", lines.collect::<Vec<_>>().join("\n")))
            }
            Thing::List(element) => Some(format!("A list of {}", describe::shape_in_a_word(element))),
            Thing::Literal(text) => Some(format!("`{text:?}`")),
            Thing::Typed(name) => Some(format!("A value of type `{name}`.")),
        }
    }

    fn value(&self, value: &ValueAt) -> String {
        let held = match &value.node {
            Some(node) => format!("```yaml\n{}\n```\n\n", describe::node_as_yaml(node)),
            None => String::new(),
        };
        format!(
            "`{}`\n\n{held}{}",
            value.display(),
            markdown_lines(&describe::value_documentation(self, value))
        )
    }

    fn member(&self, member: &Member, chart: &str) -> String {
        let value = self.member_value(member, chart);
        let value = value.map(|it| format!(" = `{it}`")).unwrap_or_default();
        format!("`{}.{}`{value} _{}_\n\n{}", member.owner, member.name, member.detail, member.doc)
    }

    /// What a field of a built-in object holds for the active target.
    fn member_value(&self, member: &Member, chart: &str) -> Option<String> {
        let release = &self.input.release;
        let kube = &self.input.capabilities.kube_version;
        let metadata = || self.chart(chart).map(|chart| chart.metadata.clone());
        Some(match (member.owner, member.name) {
            (".Release", "Name") => release.name.clone(),
            (".Release", "Namespace") => release.namespace.clone(),
            (".Release", "IsUpgrade") => release.is_upgrade.to_string(),
            (".Release", "IsInstall") => (!release.is_upgrade).to_string(),
            (".Release", "Revision") => release.revision.to_string(),
            (".Release", "Service") => "Helm".to_owned(),
            (".Chart", "Name") => metadata()?.name.clone(),
            (".Chart", "Version") => metadata()?.version.clone(),
            (".Chart", "AppVersion") => metadata()?.app_version.clone(),
            (".Chart", "Description") => metadata()?.description.clone(),
            (".Chart", "Type") => metadata()?.kind.clone(),
            (".Chart", "APIVersion") => metadata()?.api_version.clone(),
            (".Chart", "KubeVersion") => metadata()?.kube_version.clone(),
            (".Chart", "Home") => metadata()?.home.clone(),
            (".Capabilities.KubeVersion", "Version" | "GitVersion") => kube.version.clone(),
            (".Capabilities.KubeVersion", "Major") => kube.major.clone(),
            (".Capabilities.KubeVersion", "Minor") => kube.minor.clone(),
            (".Capabilities.HelmVersion", "Version") => self.input.capabilities.helm_version.version.clone(),
            _ => return None,
        })
    }

    fn define(&self, name: &str) -> Option<String> {
        let (source, at) = *self.definitions(name).first()?;
        let definition = source.ast().definitions().find(|it| it.name.content == at)?;
        let body = &source.text()[definition.range];
        let lines: Vec<&str> = body.lines().take(30).collect();
        let calls = match self.callers(name).len() {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let place = crate::completion::shown(source);
        let said = comment_above(&source.text()[..definition.range.start().into()]);
        let said = said.map(|it| format!("{}\n\n", markdown_lines(&it))).unwrap_or_default();
        Some(format!("`{name}` in {place}, called {calls}\n\n{said}```helm\n{}\n```", lines.join("\n")))
    }

    fn file(&self, pos: FilePos, path: &str) -> Option<String> {
        let chart = self.chart(&self.template(pos.file)?.chart)?;
        let file = chart.files.iter().find(|it| &*it.path == path)?;
        Some(format!("`{path}`, {} bytes", file.data.len()))
    }
}

/// What the comment says that ends a text, at most a line break before its end: `{{/* … */}}`.
fn comment_above(text: &str) -> Option<String> {
    let before = text.trim_end();
    if text[before.len()..].matches('\n').count() > 1 {
        return None;
    }
    let inner = before.strip_suffix("}}")?;
    let inner = inner.strip_suffix('-').unwrap_or(inner).trim_end().strip_suffix("*/")?;
    let start = inner.rfind("/*")?;
    let opening = inner[..start].trim_end();
    opening.strip_suffix('-').unwrap_or(opening).strip_suffix("{{")?;
    let lines = inner[start + "/*".len()..].trim().lines().map(str::trim);
    Some(lines.collect::<Vec<_>>().join("\n")).filter(|it| !it.is_empty())
}

/// Each line of its own in Markdown.
fn markdown_lines(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', "  \n")).collect::<Vec<_>>().join("\n\n")
}

fn names(members: &[Member]) -> String {
    members.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(", ")
}

fn function(analysis: &Analysis, name: &str) -> Option<String> {
    let function = template::functions::find(name, analysis.input.dialect)?;
    let signature = crate::completion::signature(&(function.signature)());
    let docs = template::functions::docs(name).unwrap_or_default();
    Some(format!("`{name}{signature}`\n\n{docs}"))
}

#[cfg(test)]
mod tests;
