//! Base64 and base32, whose decoders answer with the text of their error: sprig has no way to fail here.

use data_encoding::{BASE32, BASE64};

use crate::{Function, Str, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("b64enc", b64enc),
    function!("b64dec", b64dec),
    function!("b32enc", b32enc),
    function!("b32dec", b32dec),
];

const PAD: u8 = b'=';

/// Encodes bytes as base64, as the `data` of a Secret wants them.
///
/// `{{ b64enc "a" }}` gives `YQ==`
pub fn b64enc(text: Str) -> String {
    BASE64.encode(&text)
}

/// Decodes base64. What is no base64 gives the text of the error instead of failing.
///
/// `{{ b64dec "YQ==" }}` gives `a`
pub fn b64dec(text: Str) -> Str {
    match decode_base64(&text) {
        Ok(bytes) => bytes.into(),
        Err(at) => format!("illegal base64 data at input byte {at}").into(),
    }
}

/// Encodes bytes as base32.
///
/// `{{ b32enc "a" }}` gives `ME======`
pub fn b32enc(text: Str) -> String {
    BASE32.encode(&text)
}

/// Decodes base32. What is no base32 gives the text of the error instead of failing.
///
/// `{{ b32dec "ME======" }}` gives `a`
pub fn b32dec(text: Str) -> Str {
    match decode_base32(&text) {
        Ok(bytes) => bytes.into(),
        Err(at) => format!("illegal base32 data at input byte {at}").into(),
    }
}

/// Go's `base64.StdEncoding`: line breaks anywhere, spare bits ignored; or the byte that Go complains about.
pub(crate) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    let (mut bits, mut digits) = (0u32, 0);
    while let Some(&byte) = text.get(at) {
        at += 1;
        if is_break(byte) {
            continue;
        }
        if byte == PAD {
            return finish_base64(text, at, bits, digits, out);
        }
        bits = bits << 6 | base64_digit(byte).ok_or(at - 1)?;
        digits += 1;
        if digits == 4 {
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, digits) = (0, 0);
        }
    }
    if digits == 0 { Ok(out) } else { Err(at - digits) }
}

/// From the first `=` on, which stands just before `at`.
fn finish_base64(
    text: &[u8],
    mut at: usize,
    bits: u32,
    digits: usize,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, usize> {
    let skip_breaks = |at: usize| at + text[at..].iter().take_while(|&&byte| is_break(byte)).count();
    match digits {
        2 => {
            at = skip_breaks(at);
            match text.get(at) {
                None => return Err(text.len()),
                Some(&PAD) => at += 1,
                Some(_) => return Err(at - 1),
            }
            out.push((bits >> 4) as u8);
        }
        3 => out.extend_from_slice(&[(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => return Err(at - 1),
    }
    at = skip_breaks(at);
    if at < text.len() { Err(at) } else { Ok(out) }
}

/// Go's `base32.StdEncoding`: positions count without line breaks, and what follows the padding is not read.
fn decode_base32(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|&byte| !is_break(byte)).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    for (block, start) in text.chunks(8).zip((0..).step_by(8)) {
        let mut bits = 0u64;
        for (place, &byte) in block.iter().enumerate() {
            let rest = text.len() - (start + place + 1);
            if byte == PAD && place >= 2 && rest < 8 {
                base32_padding(&text, start, place)?;
                let bytes = (bits << (5 * (8 - place))).to_be_bytes();
                out.extend_from_slice(&bytes[3..3 + place * 5 / 8]);
                return Ok(out);
            }
            bits = bits << 5 | base32_digit(byte).ok_or(start + place)?;
        }
        if block.len() < 8 {
            return Err(start);
        }
        out.extend_from_slice(&bits.to_be_bytes()[3..]);
    }
    Ok(out)
}

/// Checks the padding of the block at `start`, whose first `=` is its `place`th byte.
fn base32_padding(text: &[u8], start: usize, place: usize) -> Result<(), usize> {
    let first = start + place;
    let rest = &text[first + 1..];
    if rest.len() + place < 7 {
        return Err(text.len());
    }
    if let Some(bad) = rest.iter().take(7 - place).position(|&byte| byte != PAD) {
        return Err(first + bad);
    }
    if matches!(place, 3 | 6) { Err(first) } else { Ok(()) }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn base64_digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(digit.into())
}

fn base32_digit(byte: u8) -> Option<u64> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'2'..=b'7' => byte - b'2' + 26,
        _ => return None,
    };
    Some(digit.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_complains_where_go_does() {
        for (text, want) in [
            ("a", Err(0)),
            ("YQ", Err(0)),
            ("YQ==x", Err(4)),
            ("Y Q==", Err(1)),
            ("YQ=\n=", Ok("a")),
            ("YR==", Ok("a")),
            ("Y=", Err(1)),
            ("YQ=", Err(3)),
            ("YWI=YWI=", Err(4)),
            ("====", Err(0)),
            ("YW*j", Err(2)),
            ("YWJ", Err(0)),
            ("YQ==\n", Ok("a")),
            ("YQ=a", Err(2)),
            ("YWJj\r\nZA==", Ok("abcd")),
        ] {
            assert_eq!(decode_base64(text.as_bytes()), want.map(|it| it.as_bytes().to_vec()), "{text}");
        }
    }

    #[test]
    fn base32_complains_where_go_does() {
        for (text, want) in [
            ("a", Err(0)),
            ("ME", Err(0)),
            ("ME======", Ok("a")),
            ("ME=====", Err(7)),
            ("ME====== ", Ok("a")),
            ("M1======", Err(1)),
            ("ME======ME", Ok("a")),
            ("MF======", Ok("a")),
            ("MEA=====", Err(3)),
            ("M=======", Err(1)),
            ("ME\n======", Ok("a")),
            ("=ME=====", Err(0)),
            ("MFRGGZDFMZTQ====", Ok("abcdefg")),
        ] {
            assert_eq!(decode_base32(text.as_bytes()), want.map(|it| it.as_bytes().to_vec()), "{text}");
        }
    }
}
