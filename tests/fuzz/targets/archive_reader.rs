//! Any bytes as a packed chart, and as a packed subchart.
#![no_main]

use golang::Dialect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        let Ok(members) = chart::archive::unpack(data, dialect) else { continue };
        for member in members {
            let leads_out = member.path.split('/').any(|part| part == "..") || member.path.starts_with('/');
            assert!(!leads_out, "{} leads out of the chart", member.path);
        }
    }
});
