//! Numbers and quoted strings as Go's `strconv` writes and reads them.

mod float;
mod integer;
mod quote;
mod younger;

pub use float::{format_float, parse_float};
pub use integer::{NumError, parse_int, parse_uint};
pub use quote::{
    can_backquote, is_print, quote, quote_rune, quote_rune_to_ascii, quote_to_ascii, unquote, unquote_char,
};
