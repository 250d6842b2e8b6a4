//! The functions that Helmfile's templates have and Helm's have not, or have otherwise.
//!
//! What reaches out is asked of [`template::Host::outside`], which [`super::outside`] answers out of the
//! [`crate::World`].

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use template::functions::{Family, Known, find_known};
use template::{
    Cx, Data, Dialect, Failure, Function, List, Map, Rest, Str, Text, Value, Vocabulary, function,
};

use super::value::from_node;

/// The functions, with their documentation.
pub const FAMILIES: &[Family] = &[Family {
    title: "Helmfile",
    functions: FUNCTIONS,
    source: include_str!("functions.rs"),
    helm4_only: false,
}];

const FUNCTIONS: &[Function] = &[
    function!("exec", exec),
    function!("envExec", env_exec),
    function!("isFile", is_file),
    function!("isDir", is_dir),
    function!("readFile", read_file),
    function!("readDir", read_dir),
    function!("readDirEntries", read_dir_entries),
    function!("toYaml", to_yaml),
    function!("fromYaml", from_yaml),
    function!("fromJson", from_json),
    function!("setValueAtPath", set_value_at_path),
    function!("requiredEnv", required_env),
    function!("env", env),
    function!("expandenv", expand_env),
    function!("get", get),
    function!("getOrNil", get_or_nil),
    function!("required", required),
    function!("fail", fail),
    function!("fetchSecretValue", fetch_secret_value),
    function!("expandSecretRefs", expand_secret_refs),
];

/// What Helm adds to Sprig and Helmfile does not.
const HELMS_OWN: &[&str] =
    &["toToml", "fromToml", "toYamlPretty", "fromYamlArray", "fromJsonArray", "lookup"];

/// Helmfile's language of templates.
pub(super) const VOCABULARY: Vocabulary =
    Vocabulary { find, root: "stringTemplate", missing_key_fails: true, helms_tpl: false };

static OWN: LazyLock<FxHashMap<&'static str, Known>> =
    LazyLock::new(|| FUNCTIONS.iter().map(|it| (it.name, Known::from(it))).collect());

/// The function of that name, as templates of helmfiles have it.
pub fn find(name: &str, _dialect: Dialect) -> Option<&'static Known> {
    if let Some(own) = OWN.get(name) {
        return Some(own);
    }
    match name {
        // Sprig's own, under the name that Helmfile leaves it.
        "sprigGet" => find_known("get", Dialect::Helm3),
        _ if HELMS_OWN.contains(&name) => None,
        _ => find_known(name, Dialect::Helm3),
    }
}

/// Runs a program in the folder of the file and gives what it prints; a third argument is its input.
///
/// `{{ exec "git" (list "rev-parse" "--short" "HEAD") }}` gives the commit that is checked out
pub fn exec(cx: &mut Cx<'_>, program: Str, args: List, input: Rest<Str>) -> Result<Value, Failure> {
    env_exec(cx, Map::nil(template::MapType::Any), program, args, input)
}

/// Runs a program as `exec` does, with more variables in its environment.
///
/// `{{ envExec (dict "LANG" "C") "date" (list "+%A") }}` gives the day of the week
pub fn env_exec(
    cx: &mut Cx<'_>,
    variables: Map,
    program: Str,
    args: List,
    input: Rest<Str>,
) -> Result<Value, Failure> {
    for (at, arg) in args.items().iter().enumerate() {
        if arg.as_str().is_none() {
            let (kind, args) = (arg.type_name(), shown(cx, &args.clone().into()));
            return Err(format!("unexpected type of arg \"{kind}\" in args {args} at index {at}").into());
        }
    }
    for (name, value) in variables.to_vec() {
        if value.as_str().is_none() {
            let (kind, all) = (value.type_name(), shown(cx, &variables.clone().into()));
            let name = name.to_text();
            return Err(format!("unexpected type of env \"{kind}\" in envs {all} at index {name}").into());
        }
    }
    let input = input.0.into_iter().next().unwrap_or_default();
    cx.host.outside("exec", &[variables.into(), program.into(), args.into(), input.into()])
}

/// Whether there is a file at the path.
///
/// `{{ if isFile "prod.yaml" }}prod{{ end }}` gives `prod` where there is one
pub fn is_file(cx: &mut Cx<'_>, path: Str) -> Result<Value, Failure> {
    cx.host.outside("isFile", &[path.into()])
}

/// Whether there is a folder at the path.
///
/// `{{ if isDir "charts" }}own charts{{ end }}` gives `own charts` where there is one
pub fn is_dir(cx: &mut Cx<'_>, path: Str) -> Result<Value, Failure> {
    cx.host.outside("isDir", &[path.into()])
}

/// What is in a file, relative to the folder of the file that asks.
///
/// `{{ readFile "VERSION" | trim }}` gives the line in it
pub fn read_file(cx: &mut Cx<'_>, path: Str) -> Result<Value, Failure> {
    cx.host.outside("readFile", &[path.into()])
}

/// The paths of the files in a folder, without its folders.
///
/// `{{ range readDir "values" }}{{ . }} {{ end }}` gives `values/a.yaml values/b.yaml `
pub fn read_dir(cx: &mut Cx<'_>, path: Str) -> Result<Value, Failure> {
    cx.host.outside("readDir", &[path.into()])
}

/// What is in a folder: each with `.Name` and `.IsDir`.
///
/// `{{ range readDirEntries "." }}{{ .Name }} {{ end }}` gives the names
pub fn read_dir_entries(cx: &mut Cx<'_>, path: Str) -> Result<Value, Failure> {
    cx.host.outside("readDirEntries", &[path.into()])
}

/// Writes a value as YAML, with a line break at the end.
///
/// `{{ toYaml (dict "a" (list 1)) }}` gives `a:` and `  - 1`, each on its line
pub fn to_yaml(cx: &mut Cx<'_>, value: Value) -> Text {
    let text = template::functions::yaml_functions::to_yaml_pretty(cx, value);
    let mut builder = template::TextBuilder::new(cx);
    builder.push_text(cx, &text);
    builder.push(b"\n");
    builder.finish(cx)
}

/// Reads YAML into maps, lists and whatever else it says; integers stay integers. What cannot be read is an error.
///
/// `{{ (fromYaml "a: {b: 1}").a.b }}` gives `1`
pub fn from_yaml(cx: &mut Cx<'_>, text: Text) -> Result<Value, Failure> {
    cx.budget.allocate(text.bytes.len().saturating_mul(8))?;
    let source = text.bytes.to_text();
    match yaml::parse_v3(&source, text::FileId(0)) {
        Ok(node) => Ok(from_node(&node, template::Origin::NONE)),
        Err(error) => Err(format!("{error}, offending yaml: {source}").into()),
    }
}

/// Reads JSON; what cannot be read gives nothing.
///
/// `{{ (fromJson "{\"a\": 1}").a }}` gives `1`
pub fn from_json(cx: &mut Cx<'_>, text: Text) -> Value {
    template::functions::json::must_from_json(cx, text).unwrap_or(Value::NIL)
}

/// Sets what is below a path of dotted keys, all but the last of which must be there, and gives the whole map.
///
/// `{{ (setValueAtPath "a.b" 2 (dict "a" (dict "b" 1))).a.b }}` gives `2`
pub fn set_value_at_path(path: Str, value: Value, values: Map) -> Result<Map, Failure> {
    let path = path.to_text().into_owned();
    let failed = |key: &str, why: &str| {
        let message = format!("failed to set value at path \"{path}\": value for key \"{key}\" {why}");
        Err(Failure::new(message))
    };
    let (above, last) =
        path.rsplit_once('.').map_or((None, path.as_str()), |(above, last)| (Some(above), last));
    let mut current = values.clone();
    for key in above.into_iter().flat_map(|it| it.split('.')) {
        match current.get(key.as_bytes()).map(|it| it.data) {
            Some(Data::Map(below)) => current = below,
            Some(_) => return failed(key, "was not a map"),
            None => return failed(key, "does not exist"),
        }
    }
    current.set(last, value);
    Ok(values)
}

/// A variable of the environment, which must be set and not empty.
///
/// `{{ requiredEnv "HOME" }}` gives the home folder
pub fn required_env(cx: &mut Cx<'_>, name: Str) -> Result<Value, Failure> {
    cx.host.outside("requiredEnv", &[name.into()])
}

/// A variable of the environment, or nothing.
///
/// `{{ env "STAGE" | default "dev" }}` gives `dev` where none is set
pub fn env(cx: &mut Cx<'_>, name: Str) -> Result<Value, Failure> {
    cx.host.outside("env", &[name.into()])
}

/// Puts variables of the environment in the place of `$NAME` and `${NAME}`.
///
/// `{{ expandenv "at $HOME" }}` gives `at` and the home folder
pub fn expand_env(cx: &mut Cx<'_>, text: Str) -> Result<Value, Failure> {
    cx.host.outside("expandenv", &[text.into()])
}

/// What is below a path of dotted keys; without a default a path that leads nowhere is an error.
///
/// `{{ dict "a" (dict "b" 1) | get "a.c" "none" }}` gives `none`
pub fn get(cx: &mut Cx<'_>, path: Str, args: Rest<Value>) -> Result<Value, Failure> {
    let path = path.to_text().into_owned();
    match &args.0[..] {
        [object] => follow(cx, &path, object).map_err(Failure::new),
        [default, object] => match follow_or(&path, object)? {
            Some(value) => Ok(value),
            None => Ok(default.clone()),
        },
        others => {
            let args = shown(cx, &List::any(others.to_vec()).into());
            let count = others.len();
            Err(format!(
                "unexpected number of args passed to the template function get(path, [def, ]obj): expected 1 or 2, got {count}, args was {args}"
            )
            .into())
        }
    }
}

/// What is below a path of dotted keys, or nothing.
///
/// `{{ dict "a" 1 | getOrNil "b" | default 2 }}` gives `2`
pub fn get_or_nil(cx: &mut Cx<'_>, path: Str, object: Value) -> Value {
    follow(cx, &path.to_text(), &object).unwrap_or(Value::NIL)
}

/// The value, or an error with the message if it is nil or an empty string.
///
/// `{{ required "a tag is needed" "v1" }}` gives `v1`
pub fn required(message: Str, value: Value) -> Result<Value, Failure> {
    let empty = value.is_nil() || value.as_str().is_some_and(|it| it.is_empty());
    if empty { Err(message.to_text().into_owned().into()) } else { Ok(value) }
}

/// Fails with the message.
///
/// `{{ if ne (len (list 1)) 1 }}{{ fail "no" }}{{ end }}` gives nothing
pub fn fail(message: Str) -> Result<Value, Failure> {
    Err(message.to_text().into_owned().into())
}

/// The secret that a reference stands for.
///
/// `{{ fetchSecretValue "ref+file://./token" }}` gives what is in the file
pub fn fetch_secret_value(cx: &mut Cx<'_>, reference: Str) -> Result<Value, Failure> {
    cx.host.outside("fetchSecretValue", &[reference.into()])
}

/// A map with the secrets in the place of references.
///
/// `{{ (expandSecretRefs (dict "token" "ref+echo://x")).token }}` gives `x`
pub fn expand_secret_refs(cx: &mut Cx<'_>, values: Map) -> Result<Value, Failure> {
    cx.host.outside("expandSecretRefs", &[values.into()])
}

/// Follows a path as far as there are keys; the error says where it ends.
fn follow(cx: &mut Cx<'_>, path: &str, object: &Value) -> Result<Value, String> {
    let mut value = object.clone();
    for key in path.split('.').filter(|_| !path.is_empty()) {
        value = match step(&value, key) {
            Step::To(below) => below,
            Step::NoKey if matches!(value.data, Data::Object(_)) => {
                return Err(format!("no field named \"{key}\" exist in {}", shown(cx, &value)));
            }
            Step::NoKey => return Err(format!("no value exist for key \"{key}\" in {}", shown(cx, &value))),
            Step::NoMap => return Err(no_map(&value, key)),
        };
    }
    Ok(value)
}

/// The same for a path with a default: only what is no map is an error.
fn follow_or(path: &str, object: &Value) -> Result<Option<Value>, Failure> {
    let mut value = object.clone();
    for key in path.split('.').filter(|_| !path.is_empty()) {
        value = match step(&value, key) {
            Step::To(below) => below,
            Step::NoKey => return Ok(None),
            Step::NoMap => return Err(no_map(&value, key).into()),
        };
    }
    Ok(Some(value))
}

enum Step {
    To(Value),
    NoKey,
    NoMap,
}

fn step(value: &Value, key: &str) -> Step {
    let below = match &value.data {
        Data::Map(map) => map.get(key.as_bytes()),
        Data::Object(object) => object.field(key),
        _ => return Step::NoMap,
    };
    below.map_or(Step::NoKey, Step::To)
}

fn no_map(value: &Value, key: &str) -> String {
    let kind = value.type_name();
    format!(
        "unexpected type({kind}) of value for key \"{key}\": it must be either map[string]any or any struct"
    )
}

/// A value as `%v` prints it.
fn shown(cx: &mut Cx<'_>, value: &Value) -> String {
    template::fmt::to_string(cx, value).to_text().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_documented() {
        for function in FUNCTIONS {
            assert!(template::functions::docs_among(FAMILIES, function.name).is_some(), "{}", function.name);
        }
    }

    #[test]
    fn sprigs_and_not_helms() {
        let has = |name: &str| find(name, Dialect::Helm4).is_some();
        assert!(has("trunc") && has("sprigGet") && has("include") && has("tpl") && has("required"));
        assert!(!has("lookup") && !has("toToml") && !has("mustToToml"));
    }
}
