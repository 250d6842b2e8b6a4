//! Helm's own test tables: `--set`, `.helmignore`, values, whole renderings, splitting and sorting.

use std::collections::BTreeMap;

use chart::coalesce::{coalesce_values, merge_values};
use chart::ignore::Rules;
use chart::values::strvals;
use chart::{Chart, LoadContext, SourceFile};
use render::{Head, split_manifests};
use serde_json::{Value as Json, json};
use template::{Data, Dialect, Map, MapType, TemplateSet, Value};
use text::{FileId, FileTable};
use yaml::{Node, Numbers};

use super::engine::{
    as_helm_tells, as_helm_tells_parsing, as_values, call, find_helm, json_of, parsed, read_json, run_in,
    run_linting,
};
use super::{Tally, Verdict, cases, same, text};

pub(super) fn run() -> Option<Tally> {
    let mut tally = Tally::new("helm3.jsonl");
    for case in cases(tally.file)? {
        let kind = text(&case, "kind");
        let verdict = match kind.as_str() {
            "Ignore" => ignored(&case["in"], &case["out"]),
            "CoalesceValues" | "MergeValues" => values(&kind, &case),
            "SplitManifests" => split(&case["in"], &case["out"]),
            "SortManifests" => sorted(&case["in"], &case["out"]),
            "Engine.render" => rendered(&case),
            _ => set(&kind, &case),
        };
        tally.note(&format!("{kind} {}", case["in"]).chars().take(200).collect::<String>(), verdict);
    }
    Some(tally)
}

/// All numbers as floats, to compare with.
fn as_floats(json: &Json) -> Json {
    match json {
        Json::Number(it) => json!(it.as_f64()),
        Json::Array(items) => items.iter().map(as_floats).collect(),
        Json::Object(fields) => fields.iter().map(|(key, it)| (key.clone(), as_floats(it))).collect(),
        Json::Null | Json::Bool(_) | Json::String(_) => json.clone(),
    }
}

/// A tree as JSON.
fn json(node: &Node) -> Json {
    as_floats(&serde_json::from_str(&json_of(Value::from_node(node))).unwrap())
}

/// JSON is YAML.
fn node(json: &Json) -> Node {
    yaml::parse(&json.to_string(), FileId(0), Numbers::AsJson).unwrap()
}

/// The outcome, or else the error, as recorded.
fn outcome(got: Result<Json, String>, case: &Json) -> Verdict {
    let sorted = |json: &Json| json_of(read_json(json));
    match (got, case["err"].as_str()) {
        (Ok(got), None) => same(&sorted(&got), &sorted(&as_floats(&case["out"]))),
        (Err(got), Some(want)) => same(&got, want),
        (got, want) => Err(format!("{got:?}, wanted the error {want:?}")),
    }
}

fn set(kind: &str, case: &Json) -> Verdict {
    let kind = kind.strip_prefix("strvals.").ok_or("an unknown kind")?;
    let (arg, base) = match &case["in"] {
        Json::Array(pair) => (pair[0].as_str().unwrap(), pair[1].clone()),
        arg => (arg.as_str().unwrap(), json!({})),
    };
    // A Go map that is nil reads as an empty one.
    let base = if base.is_null() { json!({}) } else { base };
    let mut values = (**node(&base).value.as_map().unwrap()).clone();
    let result = match kind {
        "Parse" | "ParseInto" => strvals::parse_into(arg.into(), &mut values, Dialect::Helm3),
        "ParseString" | "ParseIntoString" => {
            strvals::parse_into_string(arg.into(), &mut values, Dialect::Helm3)
        }
        "ParseJSON" => strvals::parse_json_into(arg.into(), &mut values, Dialect::Helm3),
        "ParseLiteral" | "ParseLiteralInto" => {
            strvals::parse_literal_into(arg.into(), &mut values, Dialect::Helm3)
        }
        _ => return Err(format!("unknown kind {kind}")),
    };
    let values = || json(&Node::computed(yaml::Value::Map(values.clone().into())));
    outcome(result.map(|()| values()).map_err(|error| error.to_string()), case)
}

fn ignored(input: &Json, wanted: &Json) -> Verdict {
    let patterns: Vec<&str> = input["patterns"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    let rules = Rules::parse(patterns.join("\n").as_bytes()).map_err(|error| error.message)?;
    let got = rules.ignores(input["path"].as_str().unwrap(), input["dir"].as_bool().unwrap());
    same(&got.to_string(), &wanted.to_string())
}

fn values(kind: &str, case: &Json) -> Verdict {
    let (chart, values) = (chart(&case["in"][0]), node(&case["in"][1]));
    let made = match kind {
        "MergeValues" => merge_values(&chart, &values, Dialect::Helm3),
        _ => coalesce_values(&chart, &values, Dialect::Helm3),
    };
    outcome(made.map(|it| json(&it.values)).map_err(|error| error.to_string()), case)
}

/// A chart of `{name, values, deps}`, put together as files.
fn chart(json: &Json) -> Chart {
    let mut table = FileTable::default();
    let mut files = Vec::new();
    add_files(json, "", &mut files);
    let file = |(path, data): (String, String)| {
        let id = table.intern(&path);
        SourceFile::new(path, id, data.into_bytes())
    };
    let files: Vec<SourceFile> = files.into_iter().map(file).collect();
    chart::load(files, &mut LoadContext { table: &mut table, base: "c", dialect: Dialect::Helm3 }).unwrap()
}

fn add_files(chart: &Json, folder: &str, into: &mut Vec<(String, String)>) {
    let about = json!({ "apiVersion": "v2", "name": chart["name"], "version": "0.1.0" });
    into.push((format!("{folder}Chart.yaml"), about.to_string()));
    if chart["values"].is_object() {
        into.push((format!("{folder}values.yaml"), chart["values"].to_string()));
    }
    for dependency in chart["deps"].as_array().into_iter().flatten() {
        let name = dependency["name"].as_str().unwrap();
        add_files(dependency, &format!("{folder}charts/{name}/"), into);
    }
}

fn split(input: &Json, wanted: &Json) -> Verdict {
    let text = input.as_str().unwrap();
    let parts = split_manifests(text, Dialect::Helm3).into_iter().enumerate();
    let parts: BTreeMap<String, &str> =
        parts.map(|(at, range)| (format!("manifest-{at}"), &text[range])).collect();
    same(&json!(parts).to_string(), &json_of(read_json(wanted)))
}

/// Documents in the order of installation, hooks apart; partials and unknown hooks are left out.
fn sorted(input: &Json, wanted: &Json) -> Verdict {
    let files: BTreeMap<&String, &str> =
        input["files"].as_object().unwrap().iter().map(|(name, it)| (name, it.as_str().unwrap())).collect();
    let order: Vec<&str> = input["order"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let (mut manifests, mut hooks) = (Vec::new(), Vec::new());
    for (name, text) in files {
        if name.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
            continue;
        }
        for range in split_manifests(text, Dialect::Helm3) {
            let document = &text[range];
            let head = Head::parse(document, Dialect::Helm3).map_err(|error| error.message)?;
            let place = order.iter().position(|kind| *kind == head.kind).unwrap_or(order.len());
            match head.hook() {
                Ok(None) => manifests.push((place, format!("{name} {document}"))),
                Ok(Some(_)) => hooks.push((place, format!("{name} {document}"))),
                Err(_) => {}
            }
        }
    }
    for (got, key, content) in
        [(&mut manifests, "manifests", ("Name", "Content")), (&mut hooks, "hooks", ("path", "manifest"))]
    {
        got.sort_by_key(|(place, _)| *place);
        let got: Vec<&str> = got.iter().map(|(_, it)| it.as_str()).collect();
        let want = wanted[key].as_array().unwrap().iter();
        let want: Vec<String> =
            want.map(|it| format!("{} {}", text(it, content.0), text(it, content.1))).collect();
        same(&got.join("\n"), &want.join("\n"))?;
    }
    Ok(())
}

fn rendered(case: &Json) -> Verdict {
    let templates = case["in"]["tpls"].as_object().unwrap();
    let mut names: Vec<&String> = templates.keys().collect();
    names.sort_by_key(|name| std::cmp::Reverse((name.matches('/').count(), name.as_str())));
    let run = if case["in"]["lint"] == true { run_linting } else { run_in };
    outcome(render(&names, templates, run), case)
}

/// `Engine.render`: parses and runs all in Helm's order.
fn render(
    names: &[&String],
    templates: &serde_json::Map<String, Json>,
    run: fn(&TemplateSet, &str, Value) -> (String, String),
) -> Result<Json, String> {
    let mut set = TemplateSet::new();
    for name in names {
        let defines = parsed(name, templates[*name]["tpl"].as_str().unwrap(), find_helm);
        set.extend(defines.map_err(|error| as_helm_tells_parsing(name, &error))?);
    }
    let mut printed = serde_json::Map::new();
    for name in names.iter().filter(|name| !name.rsplit('/').next().is_some_and(|base| base.starts_with('_')))
    {
        let dot = dot(&templates[*name]["vals"]);
        if let Some(map) = dot.as_map() {
            let base = templates[*name]["basePath"].as_str().unwrap();
            let about: Map = [("Name", name.as_str()), ("BasePath", base)].into_iter().collect();
            map.set("Template", about.into());
        }
        let (out, error) = run(&set, name, dot);
        if !error.is_empty() {
            return Err(as_helm_tells(&error));
        }
        printed.insert((*name).clone(), Json::from(out.replace("<no value>", "")));
    }
    Ok(Json::Object(printed))
}

/// The context that Helm gave the template.
fn dot(json: &Json) -> Value {
    let value = read_json(json);
    let Some(map) = value.as_map() else { return value };
    for (name, _) in json["Subcharts"].as_object().into_iter().flatten() {
        if let Some(subcharts) = map.get(b"Subcharts").and_then(|it| it.as_map().cloned()) {
            subcharts.set(name.as_str(), dot(&json["Subcharts"][name]));
        }
    }
    if let Some(files) = map.get(b"Files").and_then(|it| it.as_map().cloned()) {
        let decoded = files.to_vec().into_iter().map(|(path, data)| {
            let text = call("b64dec", &[data]).unwrap();
            (path, Value::new(Data::Bytes(text.as_str().unwrap().to_vec().into())))
        });
        map.set("Files", Map::typed(MapType::Files, decoded.collect()).into());
    }
    if let Some(values) = map.get(b"Values") {
        map.set("Values", as_values(values));
    }
    // Metadata was recorded under the names of its JSON; templates ask for Go's.
    if let Some(chart) = map.get(b"Chart").and_then(|it| it.as_map().cloned()) {
        let name = chart.get(b"name").unwrap_or(Value::NIL);
        chart.set("Name", name);
    }
    as_values(value)
}
