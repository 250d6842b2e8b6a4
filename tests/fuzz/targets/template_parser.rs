//! Any text as a template: parsed or refused, and what is parsed means the same when printed and parsed again.
#![no_main]

use std::sync::Arc;

use golang::Dialect;
use libfuzzer_sys::fuzz_target;
use template::parse::{list_to_text, parse};
use text::FileId;

fuzz_target!(|data: &[u8]| {
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        let Ok(defines) = parse("t", Arc::from(data), FileId(0), dialect) else { continue };
        for define in defines {
            let printed = list_to_text(&define.body, &define.source);
            let again = parse("t", Arc::from(&*printed), FileId(0), dialect);
            let again = again.expect("Go's printing of a tree can be parsed");
            let main = again.iter().find(|it| &*it.name == b"t").expect("a text is a template");
            assert_eq!(list_to_text(&main.body, &main.source), printed);
        }
    }
});
