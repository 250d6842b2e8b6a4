//! Functions on strings. Strings are bytes: `trunc` and `substr` cut where they are told to, as sprig does.

use crate::{Function, Int, Str, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[function!("trunc", trunc)];

/// Keeps the first `n` bytes, or the last `-n` when `n` is negative.
///
/// `{{ trunc -3 "hello" }}` gives `llo`
pub fn trunc(n: Int, text: Str) -> Str {
    let (len, n) = (text.len() as i64, n.0);
    if n >= 0 && n < len {
        return text[..n as usize].into();
    }
    if n < 0 && len + n > 0 {
        return text[(len + n) as usize..].into();
    }
    text
}
