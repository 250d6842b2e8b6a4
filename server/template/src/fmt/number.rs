//! Numbers under a verb.

use super::printer::Printer;

impl Printer<'_> {
    /// An integer under a verb; false if the verb is not for integers.
    pub(super) fn integer(&mut self, bits: u64, signed: bool, verb: char) -> bool {
        match verb {
            'v' if self.flags.sharp_v && !signed => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                self.radix(bits, false, 16, 'x');
                self.flags.sharp = sharp;
            }
            'v' | 'd' => self.radix(bits, signed, 10, verb),
            'b' => self.radix(bits, signed, 2, verb),
            'o' | 'O' => self.radix(bits, signed, 8, verb),
            'x' | 'X' => self.radix(bits, signed, 16, verb),
            'c' => self.pad(rune(bits).encode_utf8(&mut [0; 4]).as_bytes()),
            'q' => {
                let code = u32::from(rune(bits));
                let quoted = if self.flags.plus {
                    golang::strconv::quote_rune_to_ascii(code)
                } else {
                    golang::strconv::quote_rune(code)
                };
                self.pad(quoted.as_bytes());
            }
            'U' => self.code_point(bits),
            _ => return false,
        }
        true
    }

    fn radix(&mut self, bits: u64, signed: bool, base: u32, verb: char) {
        let negative = signed && (bits as i64) < 0;
        let magnitude = if negative { (bits as i64).unsigned_abs() } else { bits };
        if self.flags.precision == Some(0) && magnitude == 0 {
            let width = self.flags.width.unwrap_or(0);
            let zero = std::mem::take(&mut self.flags.zero);
            self.fill(width);
            self.flags.zero = zero;
            return;
        }
        let mut digits = match (base, verb) {
            (2, _) => format!("{magnitude:b}"),
            (8, _) => format!("{magnitude:o}"),
            (16, 'X') => format!("{magnitude:X}"),
            (16, _) => format!("{magnitude:x}"),
            _ => magnitude.to_string(),
        };
        let least = match (self.flags.precision, self.flags.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if self.flags.zero && !self.flags.minus => {
                let sign = negative || self.flags.plus || self.flags.space;
                width - usize::from(sign && width > 0)
            }
            (None, _) => 0,
        };
        if digits.len() < least {
            digits.insert_str(0, &"0".repeat(least - digits.len()));
        }
        if self.flags.sharp {
            match (base, verb) {
                (2, _) => digits.insert_str(0, "0b"),
                (8, _) if !digits.starts_with('0') => digits.insert(0, '0'),
                (16, 'X') => digits.insert_str(0, "0X"),
                (16, _) => digits.insert_str(0, "0x"),
                _ => {}
            }
        }
        if verb == 'O' {
            digits.insert_str(0, "0o");
        }
        match (negative, self.flags.plus, self.flags.space) {
            (true, ..) => digits.insert(0, '-'),
            (false, true, _) => digits.insert(0, '+'),
            (false, false, true) => digits.insert(0, ' '),
            (false, false, false) => {}
        }
        self.pad_with_spaces(digits.as_bytes());
    }

    /// `U+0041`, with `#` also `'A'`.
    fn code_point(&mut self, bits: u64) {
        let least = self.flags.precision.unwrap_or(0).max(4);
        let digits = format!("{bits:X}");
        let mut text = format!("U+{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        let printable =
            u32::try_from(bits).ok().and_then(char::from_u32).filter(|it| golang::strconv::is_print(*it));
        if self.flags.sharp
            && let Some(rune) = printable
        {
            text.extend([' ', '\'', rune, '\'']);
        }
        self.pad_with_spaces(text.as_bytes());
    }

    /// A float under a verb; false if the verb is not for floats.
    pub(super) fn float(&mut self, value: f64, verb: char) -> bool {
        let (format, precision) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'e' | 'E' | 'f' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return false,
        };
        let precision = self.flags.precision.or(precision);
        let mut text = layout(value, format, precision);
        if !text.starts_with(['+', '-']) {
            text.insert(0, '+');
        }
        if self.flags.space && text.starts_with('+') && !self.flags.plus {
            text.replace_range(..1, " ");
        }
        if !value.is_finite() {
            // Neither zeros before these, nor a sign before NaN that nobody asked for.
            let bare = value.is_nan() && !self.flags.space && !self.flags.plus;
            self.pad_with_spaces(&text.as_bytes()[usize::from(bare)..]);
            return true;
        }
        if self.flags.sharp && format != 'b' {
            text = with_point(&text, verb, precision);
        }
        if self.flags.plus || !text.starts_with('+') {
            if self.flags.zero && !self.flags.minus && self.flags.width.is_some_and(|it| it > text.len()) {
                let width = self.flags.width.unwrap_or(0);
                self.out.push(text.as_bytes()[0]);
                self.fill(width - text.len());
                self.out.extend_from_slice(&text.as_bytes()[1..]);
                return true;
            }
            self.pad(text.as_bytes());
            return true;
        }
        self.pad(&text.as_bytes()[1..]);
        true
    }

    /// `(1+2i)`
    pub(super) fn complex(&mut self, real: f64, imaginary: f64, verb: char) {
        self.push("(");
        self.float(real, verb);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.float(imaginary, verb);
        self.flags.plus = plus;
        self.push("i)");
    }
}

/// The character of a number; U+FFFD for what is none.
fn rune(bits: u64) -> char {
    u32::try_from(bits).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// No float has more decimals than this that are not zero; charts may ask for a million.
const EXACT_DIGITS: usize = 1100;

/// `strconv.FormatFloat`, with the two formats that ours leaves out.
fn layout(value: f64, format: char, precision: Option<usize>) -> String {
    if !value.is_finite() || !matches!(format, 'b' | 'x' | 'X') {
        let short = precision.map_or(-1, |it| it.min(EXACT_DIGITS) as i32);
        let mut text = golang::strconv::format_float(value, format as u8, short, 64);
        if value.is_finite() && matches!(format, 'f' | 'e' | 'E') {
            let zeros = "0".repeat(precision.unwrap_or(0).saturating_sub(EXACT_DIGITS));
            text.insert_str(text.find(['e', 'E']).unwrap_or(text.len()), &zeros);
        }
        return text;
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let (mantissa, exponent) = binary(value);
    match format {
        'b' => format!("{sign}{mantissa}p{exponent:+}"),
        'X' => format!("{sign}{}", hexadecimal(mantissa, exponent, precision)).to_uppercase(),
        _ => format!("{sign}{}", hexadecimal(mantissa, exponent, precision)),
    }
}

/// Mantissa and power of two.
fn binary(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let (raw, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    if raw == 0 { (fraction, -1074) } else { (fraction | 1 << 52, raw - 1075) }
}

/// `1.8p+03`: one bit before the point.
fn hexadecimal(mantissa: u64, exponent: i32, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = (mantissa, exponent + 52);
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros() as i32 - 11;
        mantissa <<= shift;
        exponent -= shift;
    }
    if let Some(digits) = precision.filter(|&digits| digits < 13) {
        let drop = 4 * (13 - digits);
        let (rest, half) = (mantissa & ((1 << drop) - 1), 1 << (drop - 1));
        mantissa >>= drop;
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= drop;
        if mantissa >> 53 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(digits) => {
            let zeros = "0".repeat(digits.saturating_sub(fraction.len()));
            format!("{fraction}{zeros}")[..digits].to_owned()
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 52, exponent.abs())
}

/// `%#g`: always a point, and zeros behind it up to the precision.
fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let mut digits = match verb {
        'v' | 'g' | 'G' | 'x' => precision.map_or(6, |it| it as i64),
        _ => 0,
    };
    let hex = matches!(verb, 'x' | 'X');
    let exponent: &[char] = if hex { &['p', 'P'] } else { &['e', 'E', 'p', 'P'] };
    let (body, tail) = text.split_at(text.find(exponent).unwrap_or(text.len()));
    let (mut has_point, mut significant) = (false, false);
    for digit in body.bytes().skip(1) {
        if digit == b'.' {
            has_point = true;
            continue;
        }
        significant |= digit != b'0';
        digits -= i64::from(significant);
    }
    let mut out = body.to_owned();
    if !has_point {
        if &body[1..] == "0" {
            digits -= 1;
        }
        out.push('.');
    }
    out.push_str(&"0".repeat(usize::try_from(digits).unwrap_or(0)));
    out + tail
}
