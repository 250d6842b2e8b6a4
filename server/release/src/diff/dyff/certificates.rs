//! Certificates, of which a few fields say more than their text.

use data_encoding::BASE64;
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::{Decode, Tag, Tagged};
use x509_cert::name::Name;
use x509_cert::time::Time;

const COMMON_NAME: &str = "2.5.4.3";
const COUNTRY: &str = "2.5.4.6";
const LOCALITY: &str = "2.5.4.7";
const PROVINCE: &str = "2.5.4.8";
const ORGANIZATION: &str = "2.5.4.10";
const UNIT: &str = "2.5.4.11";

/// What there is to know of both certificates, if both texts are one.
pub(super) fn summaries(old: &str, new: &str) -> Option<(String, String)> {
    Some((summary(old)?, summary(new)?))
}

fn summary(text: &str) -> Option<String> {
    let certificate = Certificate::from_der(&pem(text)?).ok()?;
    let it = &certificate.tbs_certificate;
    let subject = |kind| all(&it.subject, kind).join(" ");
    let common_name = |name| all(name, COMMON_NAME).pop().unwrap_or_default();
    let (decimal, hex) = serial(it.serial_number.as_bytes())?;
    Some(format!(
        "Subject:\n  Common Name: {}\n  Organization: {}\n  Organization Unit: {}\n  Locality: {}\n  State: {}\n  Country: {}\n\
         Validity Period:\n  NotBefore: {}\n  NotAfter: {}\nIssuer: {}, {}\nSerial Number: {decimal} ({hex})\n",
        common_name(&it.subject),
        subject(ORGANIZATION),
        subject(UNIT),
        subject(LOCALITY),
        subject(PROVINCE),
        subject(COUNTRY),
        moment(&it.validity.not_before)?,
        moment(&it.validity.not_after)?,
        common_name(&it.issuer),
        all(&it.issuer, ORGANIZATION).join(" "),
    ))
}

/// All parts of a name that are of a kind.
fn all(name: &Name, kind: &str) -> Vec<String> {
    let parts = name.0.iter().flat_map(|it| it.0.iter());
    parts.filter(|it| it.oid.to_string() == kind).filter_map(text_of).collect()
}

fn text_of(part: &AttributeTypeAndValue) -> Option<String> {
    let bytes = part.value.value();
    match part.value.tag() {
        Tag::BmpString => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|it| u16::from_be_bytes([it[0], it[1]])).collect();
            String::from_utf16(&units).ok()
        }
        Tag::TeletexString => Some(bytes.iter().copied().map(char::from).collect()),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// `Jan 2 15:04:05 2006 UTC`
fn moment(time: &Time) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let it = time.to_date_time();
    let month = MONTHS.get(usize::from(it.month()).checked_sub(1)?)?;
    let (day, hour, minute, second, year) = (it.day(), it.hour(), it.minutes(), it.seconds(), it.year());
    Some(format!("{month} {day} {hour:02}:{minute:02}:{second:02} {year:04} UTC"))
}

/// A number of any length, decimal and hexadecimal. Negative ones are no serial numbers.
fn serial(bytes: &[u8]) -> Option<(String, String)> {
    if bytes.first().is_some_and(|it| *it >= 0x80) {
        return None;
    }
    let mut digits: Vec<u8> = vec![0];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    let decimal = digits.iter().rev().map(|it| char::from(b'0' + it)).collect();
    let hex: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
    let hex = hex.trim_start_matches('0');
    Some((decimal, format!("0x{}", if hex.is_empty() { "0" } else { hex })))
}

/// What the first block holds that is whole.
fn pem(text: &str) -> Option<Vec<u8>> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "\n-----END ";
    let mut rest = text;
    loop {
        let end = rest.find(END)?;
        let (block, behind) = (&rest[..end], &rest[end + END.len()..]);
        let begin = block.rfind(BEGIN).filter(|at| *at == 0 || block.as_bytes()[at - 1] == b'\n');
        let found = begin.and_then(|at| body(&block[at + BEGIN.len()..], behind));
        if found.is_some() {
            return found;
        }
        rest = behind;
    }
}

fn body(block: &str, behind: &str) -> Option<Vec<u8>> {
    let (kind, body) = block.split_once('\n')?;
    let kind = kind.trim_end().strip_suffix("-----")?;
    let end_line = behind.split('\n').next()?;
    if !end_line.strip_prefix(kind)?.strip_prefix("-----")?.trim_end().is_empty() {
        return None;
    }
    let lines = body.split('\n').skip_while(|line| line.contains(':'));
    let text: String =
        lines.flat_map(|it| it.chars().filter(|it| !matches!(it, ' ' | '\t' | '\r'))).collect();
    BASE64.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_of_any_length() {
        assert_eq!(
            serial(&[0, 0xCA, 0x5A, 0x7C, 0x67, 0x49, 0x0A, 0x79, 0x2C]).unwrap().0,
            "14581103526614300972"
        );
        assert_eq!(serial(&[1, 0]), Some(("256".to_owned(), "0x100".to_owned())));
        assert_eq!(serial(&[0x80]), None);
    }

    #[test]
    fn blocks_are_found() {
        assert_eq!(pem("x\n-----BEGIN A-----\nk: v\n\nYW\nJj\n-----END A-----\n"), Some(b"abc".to_vec()));
        assert_eq!(pem("-----BEGIN A-----\nYWJj\n-----END B-----\n"), None);
    }
}
