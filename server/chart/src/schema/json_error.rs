//! Go's words for a schema that is no JSON (`encoding/json`).

use golang::strconv::quote;

/// What Go says of a text that `serde_json` refuses.
pub(super) fn words(data: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        let blank = data.iter().all(u8::is_ascii_whitespace);
        return if blank { "EOF" } else { "unexpected EOF" }.to_owned();
    }
    let line = data.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let found = String::from_utf8_lossy(line.get(error.column().saturating_sub(1)..).unwrap_or_default());
    let character = found.chars().next().unwrap_or('\n');
    let quoted = quote(character.to_string().as_str());
    let quoted = match character {
        '\'' => r"'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        _ => format!("'{}'", quoted.trim_matches('"')),
    };
    let text = error.to_string();
    let place = [
        ("key must be a string", "looking for beginning of object key string"),
        ("trailing comma", "looking for beginning of object key string"),
        ("expected `:`", "after object key"),
        ("expected `,` or `}`", "after object key:value pair"),
        ("expected `,` or `]`", "after array element"),
        ("trailing characters", "after top-level value"),
        ("control character", "in string literal"),
    ];
    let place = place.iter().find(|(ours, _)| text.starts_with(ours));
    let place = place.map_or("looking for beginning of value", |(_, go)| go);
    format!("invalid character {quoted} {place}")
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(text: &str, want: &str) {
        let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
        assert_eq!(super::words(text.as_bytes(), &error), want);
    }

    #[test]
    fn go_names_the_character() {
        check("{\"a\": ", "unexpected EOF");
        check(" ", "EOF");
        check("{a: 1}", "invalid character 'a' looking for beginning of object key string");
        check("{\"a\" 1}", "invalid character '1' after object key");
        check("{\"a\": 1 \"b\"}", "invalid character '\"' after object key:value pair");
        check("[1 2]", "invalid character '2' after array element");
        check("x", "invalid character 'x' looking for beginning of value");
    }
}
