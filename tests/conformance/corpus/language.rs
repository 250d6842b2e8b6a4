//! Go's own tests of `text/template`: what it prints, what its parser and its lexer make of texts.

use serde_json::Value as Json;
use template::Define;
use template::parse::{ExprKind, Node, list_to_text, tokens};

use super::engine::{find_go, parsed, plain, run};
use super::{Tally, Verdict, cases, same, text};

pub(super) fn execute() -> Option<Tally> {
    let mut tally = Tally::new("texttemplate.jsonl");
    for case in cases(tally.file)? {
        let (name, tpl) = (text(&case, "name"), text(&case, "tpl"));
        let expected = format!("{} !! {}", text(&case, "out"), text(&case, "err"));
        let got = match parsed(&name, &tpl, find_go) {
            Ok(defines) => {
                let (out, error) = run(&name, defines, plain(&case["data"]));
                format!("{out} !! {error}")
            }
            Err(error) => format!(" !! {error}"),
        };
        tally.note(&tpl, same(&got, &expected));
    }
    Some(tally)
}

pub(super) fn parse() -> Option<Tally> {
    let mut tally = Tally::new("texttemplate_parse.jsonl");
    for case in cases(tally.file)? {
        let verdict = match case["src"].as_str().unwrap() {
            "numberTests" => number(&case),
            "lexTests" => lexed(&case),
            _ => canonical(&case),
        };
        tally.note(&format!("{} {}", text(&case, "src"), text(&case, "name")), verdict);
    }
    Some(tally)
}

/// The text that Go prints of a tree, or the message.
fn canonical(case: &Json) -> Verdict {
    let shown =
        |define: &Define| String::from_utf8_lossy(&list_to_text(&define.body, &define.source)).into_owned();
    match parsed(&text(case, "name"), &text(case, "tpl"), find_go) {
        Ok(defines) => same(&shown(&defines[0]), &text(case, "string")),
        Err(error) => same(&format!("!! {error}"), &format!("!! {}", text(case, "err"))),
    }
}

/// Comments are no tokens here: what reads them is the editor's tree.
fn lexed(case: &Json) -> Verdict {
    let got: Vec<(String, String)> = tokens(text(case, "tpl").as_bytes())
        .into_iter()
        .map(|(kind, text)| (kind.to_owned(), text))
        .collect();
    let wanted = case["toks"].as_array().unwrap().iter().filter(|token| token["t"] != "comment");
    let wanted: Vec<(String, String)> = wanted.map(|token| (text(token, "t"), text(token, "v"))).collect();
    same(&format!("{got:?}"), &format!("{wanted:?}"))
}

/// A number under every type that can hold it.
fn number(case: &Json) -> Verdict {
    let text = text(case, "text");
    let flag = |key: &str| case[key].as_bool().unwrap();
    let expected = (flag("isInt"), flag("isUint"), flag("isFloat"), flag("isComplex"));
    let defines = parsed("n", &format!("{{{{{text}}}}}"), find_go);
    let number = defines.as_ref().ok().and_then(|defines| match &defines[0].body[0] {
        Node::Action(action) => match &action.pipe.commands[0].args[0].kind {
            ExprKind::Number(number) => Some(**number),
            _ => None,
        },
        _ => None,
    });
    let got = number.map_or((false, false, false, false), |it| {
        (it.int.is_some(), it.uint.is_some(), it.float.is_some(), it.complex.is_some())
    });
    same(&format!("{got:?}"), &format!("{expected:?}"))?;
    if let Some(number) = number {
        let int = number.int.map_or(0, |it| it);
        same(&int.to_string(), &case["int"].as_i64().unwrap().to_string())?;
        let (got, want) = (number.float.unwrap_or_default(), case["float"].as_f64().unwrap());
        same(&format!("{got:?}"), &format!("{want:?}"))?;
    }
    Ok(())
}
