//! Our patches against those of the libraries that Helm 4.3.1 is linked with: each line of
//! `tests/recorded/apimachinery-0.37.1/patch.jsonl` is a question (the last revision, the wanted object, the live one)
//! and what Kubernetes' own code answered.
//!
//! Go makes two patches and merges them, so that a patch of ours may say the same in another way. What counts is what it
//! makes of the live object, and whether it is empty: then nothing is sent.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use chartroom_release::Object;
use chartroom_release::patch::{Rules, managed_fields, merge, patch_for, strategic};
use serde::Deserialize;
use serde_json::{Map, Value};

const RECORDED: &str = include_str!("../../../tests/recorded/apimachinery-0.37.1/patch.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    mode: String,
    #[serde(default)]
    original: Value,
    #[serde(default)]
    modified: Value,
    #[serde(default)]
    live: Value,
    /// What Go would send.
    #[serde(default)]
    patch: Value,
    /// Of kinds that are not built in: what Go would send where it looks at the live object too.
    #[serde(default)]
    three: Value,
    /// What Go makes of the live object with its patch.
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error: String,
}

/// The cases of one mode.
fn cases(mode: &str) -> Vec<Case> {
    let all = RECORDED.lines().map(|line| serde_json::from_str::<Case>(line).unwrap());
    all.filter(|case| case.mode == mode).collect()
}

/// Go reads 1.0 as it reads 1.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and is small")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                (float as i64).into()
            }
            _ => value.clone(),
        },
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(map) => Value::Object(map.iter().map(|(key, it)| (key.clone(), plain(it))).collect()),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// An object as the server reads it into its types after the patch. Go leaves directives and nulls in maps that were not
/// there before, and types know neither.
fn typed(value: &Value) -> Value {
    let directive = |key: &str| {
        ["$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/"].iter().any(|it| key.starts_with(it))
    };
    match value {
        Value::Object(map) => {
            let there = map.iter().filter(|(key, it)| !it.is_null() && !directive(key));
            Value::Object(there.map(|(key, it)| (key.clone(), typed(it))).collect())
        }
        Value::Array(list) => list.iter().map(typed).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => plain(value),
    }
}

/// What is wrong, a few lines for each.
#[derive(Default)]
struct Wrong {
    cases: usize,
    text: String,
}

impl Wrong {
    fn unless_same(&mut self, what: &str, case: &Case, theirs: &Value, ours: &Value) {
        if plain(theirs) != plain(ours) {
            self.add(what, case, &format!("Go:    {theirs}\nours:  {ours}"));
        }
    }

    fn add(&mut self, what: &str, case: &Case, said: &str) {
        self.cases += 1;
        let Case { name, original, modified, live, .. } = case;
        let question = format!("before: {original}\nwanted: {modified}\nlive:   {live}");
        self.text += &format!("# {name}: {what}\n{question}\n{said}\n\n");
    }

    #[track_caller]
    fn end(self, asked: usize, at_least: usize) {
        assert!(asked >= at_least, "{asked} cases are few");
        assert!(self.text.is_empty(), "{} differences in {asked} cases\n{}", self.cases, self.text);
    }
}

fn is_empty(patch: &Value) -> bool {
    patch.as_object().is_some_and(Map::is_empty)
}

#[test]
fn strategic_patches_do_what_those_of_go_do() {
    let (cases, mut wrong) = (cases("strategic"), Wrong::default());
    for case in &cases {
        let rules = Rules::of(&Object::from(case.modified.clone()).gvk()).unwrap();
        let ours = strategic::three_way(&case.original, &case.modified, &case.live, rules);
        let refused = !case.error.is_empty() && !case.error.starts_with("apply: ");
        match ours {
            Err(_) if refused => {}
            Err(error) => wrong.add("only we refuse", case, &format!("{error}; Go: {}", case.patch)),
            Ok(patch) if refused => {
                wrong.add("only Go refuses", case, &format!("Go:    {}\nours:  {patch}", case.error));
            }
            Ok(_) if !case.error.is_empty() => {}
            Ok(patch) => {
                let made = strategic::apply(&case.live, &patch, rules);
                if typed(&made) != typed(&case.result) {
                    let (theirs, result) = (&case.patch, &case.result);
                    let said =
                        format!("Go:     {theirs}\nours:   {patch}\nGo makes:  {result}\nours makes: {made}");
                    wrong.add("another result", case, &said);
                }
                if is_empty(&patch) != is_empty(&case.patch) {
                    wrong.add("empty or not", case, &format!("Go:    {}\nours:  {patch}", case.patch));
                }
            }
        }
    }
    wrong.end(cases.len(), 450);
}

#[test]
fn patches_of_go_apply_as_in_go() {
    let (cases, mut wrong) = (cases("strategic"), Wrong::default());
    for case in cases.iter().filter(|case| case.error.is_empty()) {
        let rules = Rules::of(&Object::from(case.modified.clone()).gvk()).unwrap();
        let made = strategic::apply(&case.live, &case.patch, rules);
        wrong.unless_same(
            &format!("another result of {}", case.patch),
            case,
            &typed(&case.result),
            &typed(&made),
        );
    }
    wrong.end(cases.len(), 450);
}

#[test]
fn merge_patches_are_those_of_go() {
    let (cases, mut wrong) = (cases("merge"), Wrong::default());
    for case in &cases {
        let two = merge::create(&case.original, &case.modified);
        wrong.unless_same("two ways", case, &case.patch, &two);
        wrong.unless_same("applied", case, &case.result, &merge::apply(&case.live, &case.patch));
        if case.error.is_empty() {
            let three = merge::three_way(&case.original, &case.modified, &case.live);
            wrong.unless_same("three ways", case, &case.three, &three);
        }
    }
    wrong.end(cases.len(), 70);
}

#[test]
fn managed_fields_go_over_as_in_go() {
    let (cases, mut wrong) = (cases("csa"), Wrong::default());
    // Where an entry has no fields at all, Go gives up.
    for case in cases.iter().filter(|case| case.error.is_empty()) {
        let ours = managed_fields::upgrade(&Object::from(case.live.clone()), &["helm"], "helm");
        wrong.unless_same("another patch", case, &case.patch, &ours.map(|it| it.body).unwrap_or_default());
    }
    wrong.end(cases.len(), 25);
}

/// Which of the two ways a kind goes, and that nothing is sent where nothing is to change.
#[test]
fn kinds_that_are_not_built_in_get_merge_patches() {
    for (mode, three_way) in [("strategic", false), ("merge", false), ("merge", true)] {
        for case in cases(mode).iter().filter(|case| case.error.is_empty()) {
            let [original, modified, live] =
                [&case.original, &case.modified, &case.live].map(|it| Object::from(it.clone()));
            let patch = patch_for(&original, &modified, &live, three_way).unwrap();
            let theirs = if three_way { &case.three } else { &case.patch };
            assert_eq!(patch.is_none(), is_empty(theirs), "{}", case.name);
        }
    }
}
