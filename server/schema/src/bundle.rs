//! The file that `cargo xtask schemas` makes: what Kubernetes' own kinds may say since 1.25, and what is said about it.
//!
//! It has two parts, each of them the length packed, the length unpacked (both four bytes, the lower first) and a text packed
//! with zlib. The first part, of 260 kB, is needed to judge; the second, of 800 kB, only to explain. The lines of the first:
//!
//! ```text
//! versions 25 37
//! kind apps/v1 Deployment apps.v1.Deployment 25-37
//! @type apps.v1.Deployment
//! @for 25-36
//! metadata @apimachinery.pkg.apis.meta.v1.ObjectMeta
//! ```
//!
//! What follows `@for` are the fields of the type before in those minor versions: name, shape, then `!` if it must be there,
//! `=A|B` for values, `$` for a list whose items are unique, `#a,b` for one whose items are told apart by keys.

use std::io::Read as _;
use std::sync::OnceLock;

use flate2::read::ZlibDecoder;

const FILE: &[u8] = include_bytes!("../data/kubernetes.bin");

/// The text of the schemas.
pub(crate) fn schemas() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| unpack(FILE))
}

/// The text of the documentation: how many texts there are, these texts, a line each; then types (`@type NAME`), each with its
/// fields (`NUMBER-OF-TEXT FIELD`). What is said of the type itself has no name.
pub(crate) fn docs() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| unpack(&FILE[HEAD + number(FILE)..]))
}

/// The bytes before a packed text.
const HEAD: usize = 8;

fn number(bytes: &[u8]) -> usize {
    bytes.first_chunk().map_or(0, |it| u32::from_le_bytes(*it) as usize)
}

fn unpack(part: &[u8]) -> String {
    let (packed, unpacked) = (number(part), number(&part[4..]));
    let mut text = String::with_capacity(unpacked);
    // The file is part of the program, and tests read all of it.
    let _ = ZlibDecoder::new(&part[HEAD..HEAD + packed]).read_to_string(&mut text);
    text
}

/// Whether a minor version is among `25-28,31`.
pub(crate) fn includes(ranges: &str, minor: u32) -> bool {
    ranges.split(',').any(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        from.parse().is_ok_and(|from: u32| from <= minor) && to.parse().is_ok_and(|to: u32| minor <= to)
    })
}

/// The first and the last minor version of a list.
pub(crate) fn span(ranges: &str) -> Option<(u32, u32)> {
    let first = ranges.split([',', '-']).next()?.parse().ok()?;
    let last = ranges.rsplit([',', '-']).next()?.parse().ok()?;
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_whole() {
        assert_eq!(schemas().len(), number(&FILE[4..]));
        let second = &FILE[HEAD + number(FILE)..];
        assert_eq!(docs().len(), number(&second[4..]));
        assert_eq!(FILE.len(), HEAD + number(FILE) + HEAD + number(second));
    }

    #[test]
    fn versions_are_told_by_ranges() {
        assert!(includes("25-28,31", 27) && includes("25-28,31", 31) && !includes("25-28,31", 30));
        assert_eq!(span("25-28,31"), Some((25, 31)));
        assert_eq!(span("30"), Some((30, 30)));
    }
}
