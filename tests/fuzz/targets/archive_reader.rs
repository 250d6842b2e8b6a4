//! Any bytes as a packed chart, and any bytes as what a packed chart unpacks to: few inputs are sound gzip.
#![no_main]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use golang::Dialect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    check(data);
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(data).expect("memory takes all");
    check(&packed.finish().expect("memory takes all"));
});

fn check(packed: &[u8]) {
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        for member in chart::archive::unpack(packed, dialect).unwrap_or_default() {
            let leads_out = member.path.split('/').any(|part| part == "..") || member.path.starts_with('/');
            assert!(!leads_out, "{} leads out of the chart", member.path);
        }
    }
}
