//! Runes as Go reads them out of bytes that may not be UTF-8.

/// The first character and its size; U+FFFD of size 1 for a byte that begins none, of size 0 at the end.
pub(crate) fn decode(bytes: &[u8]) -> (char, usize) {
    match bytes.first() {
        None => (char::REPLACEMENT_CHARACTER, 0),
        Some(&byte) if byte.is_ascii() => (char::from(byte), 1),
        Some(_) => {
            let head = &bytes[..bytes.len().min(4)];
            let valid = match std::str::from_utf8(head) {
                Ok(text) => text,
                Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
            };
            valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |it| (it, it.len_utf8()))
        }
    }
}

/// How many characters there are, each bad byte counting as one.
pub(crate) fn count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    let mut rest = bytes;
    let mut count = 0;
    while !rest.is_empty() {
        rest = &rest[decode(rest).1..];
        count += 1;
    }
    count
}
