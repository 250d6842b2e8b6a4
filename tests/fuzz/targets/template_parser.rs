//! Any text as a template: parsed or refused, with a place in the text, and what is parsed can be printed as Go does.
#![no_main]

use std::sync::Arc;

use golang::Dialect;
use libfuzzer_sys::fuzz_target;
use template::parse::{list_to_text, parse};
use text::FileId;

fuzz_target!(|data: &[u8]| {
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        match parse("t", Arc::from(data), FileId(0), dialect) {
            Ok(defines) => {
                for define in defines {
                    assert!(usize::from(define.range.end()) <= data.len(), "a define stands in its text");
                    // What Go prints is no template where text ends in a brace; that it is printed must do.
                    let _ = list_to_text(&define.body, &define.source);
                }
            }
            Err(error) => assert!(usize::from(error.at.end()) <= data.len(), "errors stand in the text"),
        }
    }
});
