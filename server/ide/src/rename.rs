//! Rename: the edits that give a value, a define or a variable another name everywhere, or why that cannot be done.
//!
//! A rename that is done must not change what the chart means. So it is refused where the name would not be one, where
//! somebody else has it already, and where Helm takes the name from elsewhere.

use syntax::Ast;
use text::{FilePos, FileRange, TextRange, TextSize};

use crate::analysis::Analysis;
use crate::references::{Reference, Wanted};
use crate::shape::ValueAt;
use crate::source::TemplateSource;

/// Why something cannot be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameError(pub String);

impl Analysis {
    /// What a rename at `pos` would change: the range of the name.
    pub fn prepare_rename(&self, pos: FilePos) -> Option<FileRange> {
        let wanted = self.wanted(pos)?;
        if let Wanted::Values(values) = &wanted {
            self.is_renameable(values).ok()?;
        }
        self.references(pos)
            .iter()
            .map(|it| it.at)
            .find(|at| at.file == pos.file && at.range.contains_inclusive(pos.offset))
    }

    /// The edits of a rename.
    pub fn rename(&self, pos: FilePos, new: &str) -> Result<Vec<(FileRange, String)>, RenameError> {
        let wanted = self.wanted(pos).ok_or_else(|| refused("nothing here can be renamed"))?;
        let uses = self.references(pos);
        let text = match wanted {
            Wanted::Values(values) => self.value_name(&values, &uses, new)?,
            Wanted::Define(name) => self.define_name(&name, new)?,
            Wanted::Variable(declared) => self.variable_name(declared, &uses, new)?,
        };
        Ok(uses.into_iter().map(|it| (it.at, text.clone())).collect())
    }

    /// Whether the key is the chart's own to name.
    fn is_renameable(&self, values: &[ValueAt]) -> Result<(), RenameError> {
        for value in values {
            let [key] = &*value.path else { continue };
            if &**key == "global" {
                return Err(refused("`global` is Helm's name for what all subcharts see"));
            }
            let declared = self.chart(&value.chart).map(|it| &it.metadata.dependencies);
            let by_name = |it: &chart::Dependency| it.name == **key || it.alias == **key;
            if declared.is_some_and(|it| it.iter().flatten().any(by_name)) {
                return Err(refused(format!(
                    "`{key}` is a subchart: its values go by the name or alias that Chart.yaml gives it"
                )));
            }
        }
        Ok(())
    }

    fn value_name(&self, values: &[ValueAt], uses: &[Reference], new: &str) -> Result<String, RenameError> {
        self.is_renameable(values)?;
        if !is_plain_key(new) {
            return Err(refused(format!("`{new}` is no plain key")));
        }
        let behind_a_dot = |it: &&Reference| {
            let template = self.template(it.at.file);
            template.is_some_and(|template| template.text()[..it.at.range.start().into()].ends_with('.'))
        };
        if let Some(used) = uses.iter().find(behind_a_dot).filter(|_| !is_identifier(new)) {
            return Err(refused(format!(
                "`{new}` cannot stand behind a dot, as {} has it: take letters, digits and `_`, or write that as `index … \"key\"` first",
                self.shown(used.at),
            )));
        }
        for value in values {
            let Some((old, above)) = value.path.split_last() else { continue };
            let parent = ValueAt { path: above.to_vec(), node: None, key_at: None, ..value.clone() };
            let mut beside = self.keys_below(&parent).into_iter();
            let taken = beside.find(|(name, place)| **name != **old && name == new && !place.is_commented());
            if let Some((_, place)) = taken {
                return Err(refused(format!("`{new}` is there already: {}", place.shown())));
            }
            if self.said_of(&parent).shares(old) {
                return Err(refused(format!(
                    "`{old}` is described by a part of values.schema.json that several values share"
                )));
            }
        }
        Ok(new.to_owned())
    }

    fn define_name(&self, old: &str, new: &str) -> Result<String, RenameError> {
        if new.is_empty() || new.contains(['"', '`', '\\', '\n']) {
            return Err(refused(format!("`{new}` is no name for a template")));
        }
        match self.definitions(new).first().filter(|_| old != new) {
            Some((source, at)) => {
                Err(refused(format!("`{new}` is defined already: {}", self.shown(source.at(*at)))))
            }
            None => Ok(new.to_owned()),
        }
    }

    fn variable_name(
        &self,
        declared: FileRange,
        uses: &[Reference],
        new: &str,
    ) -> Result<String, RenameError> {
        let name = new.strip_prefix('$').unwrap_or(new);
        if name.is_empty() || !name.chars().all(|it| it.is_alphanumeric() || it == '_') {
            return Err(refused(format!("`{new}` is no name for a variable")));
        }
        let new = format!("${name}");
        match self.template(declared.file).is_some_and(|it| is_kept_apart(it, declared.range, uses, &new)) {
            true => Ok(new),
            false => Err(refused(format!("another `{new}` is in scope where this one is used"))),
        }
    }

    /// `templates/a.yaml:3`
    fn shown(&self, at: FileRange) -> String {
        let line = |source: &TemplateSource| source.lines().line(at.range.start()) + 1;
        self.template(at.file)
            .map_or_else(String::new, |it| format!("{}:{}", crate::completion::shown(it), line(it)))
    }
}

fn refused(why: impl Into<String>) -> RenameError {
    RenameError(why.into())
}

/// Whether YAML reads the word as the key that it says, quoted or not.
fn is_plain_key(new: &str) -> bool {
    let is_word = !new.contains(['.', ' ', '"', '\'', '`', '\\', '{', '[', '\n']);
    let read = yaml::parse(&format!("{new}: 0"), text::FileId(0), yaml::Numbers::AsJson);
    is_word
        && read.is_ok_and(|it| it.value.as_map().is_some_and(|map| map.len() == 1 && map.get(new).is_some()))
}

/// Whether a template may write it behind a dot.
fn is_identifier(name: &str) -> bool {
    !name.starts_with(|it: char| it.is_ascii_digit())
        && name.chars().all(|it| it.is_alphanumeric() || it == '_')
}

/// Whether the renamed variable has the uses that it had: none is lost to another of that name, and none is won.
fn is_kept_apart(source: &TemplateSource, declared: TextRange, uses: &[Reference], new: &str) -> bool {
    let mut ranges: Vec<TextRange> = uses.iter().map(|it| it.at.range).collect();
    ranges.sort_by_key(|it| it.start());
    let (mut text, mut upto, mut wanted) = (String::new(), TextSize::from(0), Vec::new());
    let mut now = None;
    for range in ranges {
        text.push_str(&source.text()[TextRange::new(upto, range.start())]);
        let at = TextRange::at(TextSize::of(&text), TextSize::of(new));
        text.push_str(new);
        wanted.push(at);
        upto = range.end();
        now = (range == declared).then_some(at.start()).or(now);
    }
    text.push_str(&source.text()[usize::from(upto)..]);
    let ast = Ast::parse(&text);
    let Some(variable) = now.and_then(|at| ast.variable_named_at(at)) else { return false };
    let mut found: Vec<TextRange> = ast.uses_of(&variable).into_iter().map(|it| it.0).collect();
    found.sort_by_key(|it| it.start());
    found == wanted
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use crate::testing::analyse;

    /// What the rename to `new` says: how many places it changes, or why not.
    #[track_caller]
    fn check(fixture: &str, new: &str, want: &str) {
        let fixture = Fixture::parse(fixture);
        let said = analyse(&fixture).rename(fixture.cursor(), new);
        let said = said.map(|edits| format!("{} places", edits.len()));
        assert_eq!(said.unwrap_or_else(|it| it.0), want, "{new}");
    }

    const PORT: &str = "
#- values.yaml
port: 1
other: 2
#- templates/a.yaml
{{ .Values.po<|>rt }}
";

    #[test]
    fn a_value_in_all_files() {
        check(PORT, "door", "2 places");
        check(PORT, "port", "2 places");
    }

    #[test]
    fn what_yaml_reads_as_something_else_is_no_key() {
        for new in ["", "a.b", "a b", "#a", "yes", "{a", "- a"] {
            check(PORT, new, &format!("`{new}` is no plain key"));
        }
    }

    #[test]
    fn what_cannot_stand_behind_a_dot() {
        let why = "`my-port` cannot stand behind a dot, as templates/a.yaml:1 has it: take letters, digits and `_`, or write that as `index … \"key\"` first";
        check(PORT, "my-port", why);
        let quoted = "#- values.yaml\nport: 1\n#- templates/a.yaml\n{{ index .Values \"po<|>rt\" }}";
        check(quoted, "my-port", "2 places");
        check(quoted, "8080", "2 places");
        assert!(analyse(&Fixture::parse(PORT)).rename(Fixture::parse(PORT).cursor(), "8080").is_err());
    }

    #[test]
    fn a_key_that_is_there_already() {
        check(PORT, "other", "`other` is there already: values.yaml:2");
        let example = "#- values.yaml\nport: 1\n# door: 2\n#- templates/a.yaml\n{{ .Values.po<|>rt }}";
        check(example, "door", "2 places");
    }

    #[test]
    fn names_that_are_not_the_charts_own() {
        let chart = "
#- Chart.yaml
apiVersion: v2
name: app
version: 1.0.0
dependencies: [{name: db, version: 1.0.0}]
#- charts/db/Chart.yaml
apiVersion: v2
name: db
version: 1.0.0
#- values.yaml
d<|>b:
  size: 1
";
        let why = "`db` is a subchart: its values go by the name or alias that Chart.yaml gives it";
        check(chart, "database", why);
        let global = "#- values.yaml\nglo<|>bal: {a: 1}\n";
        check(global, "all", "`global` is Helm's name for what all subcharts see");
        let fixture = Fixture::parse(global);
        assert_eq!(analyse(&fixture).prepare_rename(fixture.cursor()), None);
    }

    #[test]
    fn a_define_that_is_there_already() {
        let defines = "
#- templates/_a.tpl
{{ define \"a\" }}{{ end }}
{{ define \"b\" }}{{ end }}
#- templates/a.yaml
{{ include \"a<|>\" . }}
";
        check(defines, "c", "2 places");
        check(defines, "b", "`b` is defined already: templates/_a.tpl:2");
        check(defines, "", "`` is no name for a template");
    }

    #[test]
    fn a_variable_that_would_be_taken_for_another() {
        let variables =
            "#- templates/a.yaml\n{{ $a := 1 }}{{ if true }}{{ $b := 2 }}{{ $a<|> }}{{ end }}{{ $a }}";
        check(variables, "$c", "3 places");
        check(variables, "c", "3 places");
        check(variables, "b", "another `$b` is in scope where this one is used");
        let inner =
            "#- templates/a.yaml\n{{ $a := 1 }}{{ if true }}{{ $b<|> := 2 }}{{ $b }}{{ $a }}{{ end }}";
        check(inner, "a", "another `$a` is in scope where this one is used");
        check(variables, "my-c", "`my-c` is no name for a variable");
    }
}
