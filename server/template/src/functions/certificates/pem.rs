//! PEM blocks: base64 between two lines that name what it is.

use data_encoding::BASE64;

use crate::functions::encoding::decode_base64;

/// A block that was read.
#[derive(Debug)]
pub(super) struct Block {
    /// What stands after `BEGIN`.
    pub(super) label: String,
    pub(super) bytes: Vec<u8>,
}

/// Writes a block, 64 characters a line.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    const WIDTH: usize = 64;
    let text = BASE64.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(WIDTH) {
        out.extend(line.iter().map(|&byte| char::from(byte)));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}

/// Finds the first good block; what stands around it does not matter.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    let text = String::from_utf8_lossy(text);
    let mut lines = text.lines().map(str::trim_end);
    while let Some(line) = lines.next() {
        let label = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) = label else { continue };
        let end = format!("-----END {label}-----");
        let mut body = String::new();
        let mut ended = false;
        for line in lines.by_ref() {
            ended = line == end;
            if ended {
                break;
            }
            if !line.contains(':') {
                body.push_str(&line.replace([' ', '\t'], "")); // lines with a colon are headers
            }
        }
        if let (true, Ok(bytes)) = (ended, decode_base64(body.as_bytes())) {
            return Some(Block { label: label.to_owned(), bytes });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let bytes: Vec<u8> = (0..100).collect();
        let text = encode("SOME THING", &bytes);
        assert_eq!(text.lines().map(str::len).max(), Some(64));
        let block = decode(format!("before\n{text}after").as_bytes()).unwrap();
        assert_eq!((block.label.as_str(), block.bytes), ("SOME THING", bytes));
    }

    #[test]
    fn headers_are_skipped_and_broken_blocks_too() {
        let text = "-----BEGIN A-----\nx\n-----END B-----\n-----END A-----\n-----BEGIN C-----\nProc-Type: 4\n\nYQ==\n-----END C-----";
        let block = decode(text.as_bytes()).unwrap();
        assert_eq!((block.label.as_str(), block.bytes.as_slice()), ("C", b"a".as_slice()));
        assert!(decode(b"nothing").is_none());
    }
}
