//! Any text as an argument of the `--set` family.
#![no_main]

use chart::values::strvals;
use golang::Dialect;
use libfuzzer_sys::fuzz_target;
use text::FileId;
use yaml::Map;

fuzz_target!(|text: &str| {
    let argument = strvals::Argument { text, file: Some(FileId(0)) };
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        let mut values = Map::default();
        let _ = strvals::parse_into(argument, &mut values, dialect);
        let _ = strvals::parse_into_string(argument, &mut values, dialect);
        let _ = strvals::parse_json_into(argument, &mut values, dialect);
        let _ = strvals::parse_literal_into(argument, &mut values, dialect);
    }
});
