//! Certificates as Go's `x509.CreateCertificate` lays them out.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use x509_cert::der::{Decode, Encode};

use super::keys::{PrivateKey, integer};
use crate::functions::dates::utc_stamp;
use crate::{Host, Str};

const SEQUENCE: u8 = 0x30;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;

/// What a certificate is to say.
#[derive(Debug)]
pub(super) struct Request {
    cn: Str,
    pub(super) ips: Vec<IpAddr>,
    pub(super) dns: Vec<Str>,
    serial: [u8; 16],
    /// Seconds since 1970.
    valid: (i64, i64),
    is_ca: bool,
}

/// The authority that signs.
#[derive(Debug)]
pub(super) struct Issuer {
    subject: Vec<u8>,
    public_info: Vec<u8>,
    key_id: Option<Vec<u8>>,
}

impl Request {
    /// A certificate from now on.
    pub(super) fn new(host: &dyn Host, cn: &Str, days: i64, is_ca: bool) -> Self {
        const DAY: i64 = 86_400_000_000_000;
        let mut serial = [0; 16];
        host.random(&mut serial);
        let now = host.now();
        let end = now + i128::from(days.wrapping_mul(DAY)); // Go's durations wrap after 292 years
        let seconds = |nanoseconds: i128| nanoseconds.div_euclid(1_000_000_000) as i64;
        let valid = (seconds(now), seconds(end));
        Self { cn: cn.clone(), ips: Vec::new(), dns: Vec::new(), serial, valid, is_ca }
    }
}

impl Issuer {
    /// Reads the certificate of an authority.
    pub(super) fn parse(der: &[u8]) -> Result<Self, &'static str> {
        const KEY_ID: &str = "2.5.29.14";
        let malformed = |_| "x509: malformed certificate";
        let certificate = x509_cert::Certificate::from_der(der).map_err(malformed)?;
        let tbs = certificate.tbs_certificate;
        let extensions = tbs.extensions.unwrap_or_default();
        let key_id = extensions.iter().find(|it| it.extn_id.to_string() == KEY_ID);
        Ok(Self {
            subject: tbs.subject.to_der().map_err(malformed)?,
            public_info: tbs.subject_public_key_info.to_der().map_err(malformed)?,
            // An octet string in an octet string.
            key_id: key_id.and_then(|it| it.extn_value.as_bytes().get(2..).map(<[u8]>::to_vec)),
        })
    }
}

/// Makes a certificate for the owner of `key`, by `issuer`, or by the owner itself. Gives its DER.
pub(super) fn certificate(
    request: &Request,
    key: &PrivateKey,
    issuer: Option<&Issuer>,
    signer: &PrivateKey,
) -> Result<Vec<u8>, String> {
    let not_signing = || "x509: certificate private key does not implement crypto.Signer".to_owned();
    let signer_info = signer.public_info().ok_or_else(not_signing)?;
    let info = key.public_info().ok_or("x509: unsupported public key type: *dsa.PublicKey")?;
    if issuer.is_some_and(|issuer| issuer.public_info != signer_info) {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let subject = name(&request.cn);
    let issuer_name = issuer.map_or(&subject, |issuer| &issuer.subject);
    let authority_id = issuer.and_then(|it| it.key_id.as_ref()).filter(|_| *issuer_name != subject);
    let valid = tlv(SEQUENCE, &[&time(request.valid.0), &time(request.valid.1)]);
    let extensions = extensions(request, &info, authority_id, subject == tlv(SEQUENCE, &[]))?;
    let body = tlv(
        SEQUENCE,
        &[
            b"\xa0\x03\x02\x01\x02", // version 3
            &integer(&request.serial),
            signer.algorithm(),
            issuer_name,
            &valid,
            &subject,
            &info,
            &tlv(0xa3, &[&tlv(SEQUENCE, &[&extensions])]),
        ],
    );
    let signature = signer.sign(&body)?;
    Ok(tlv(SEQUENCE, &[&body, signature.algorithm, &tlv(BITS, &[&[0], &signature.bytes])]))
}

/// A name of one common name; Go writes the plainest string type that can hold it.
fn name(cn: &[u8]) -> Vec<u8> {
    const PRINTABLE: u8 = 0x13;
    const UTF8: u8 = 0x0c;
    const SET: u8 = 0x31;
    if cn.is_empty() {
        return tlv(SEQUENCE, &[]);
    }
    let is_printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
    let text = tlv(if cn.iter().all(is_printable) { PRINTABLE } else { UTF8 }, &[cn]);
    let attribute = tlv(SEQUENCE, &[b"\x06\x03\x55\x04\x03", &text]);
    tlv(SEQUENCE, &[&tlv(SET, &[&attribute])])
}

/// Two digits for the year up to 2049, four from then on.
fn time(unix: i64) -> Vec<u8> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let stamp = utc_stamp(unix);
    if ("1950".."2050").contains(&&stamp[..4]) {
        tlv(UTC_TIME, &[&stamp.as_bytes()[2..]])
    } else {
        tlv(GENERALIZED_TIME, &[stamp.as_bytes()])
    }
}

fn extensions(
    request: &Request,
    public_info: &[u8],
    authority_id: Option<&Vec<u8>>,
    unnamed: bool,
) -> Result<Vec<u8>, String> {
    // Digital signature and key encipherment; authorities may sign certificates too.
    let usage: &[u8] = if request.is_ca { b"\x03\x02\x02\xa4" } else { b"\x03\x02\x05\xa0" };
    // Authentication of servers and of clients.
    let purposes =
        b"\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02";
    let constraints: &[u8] = if request.is_ca { b"\x30\x03\x01\x01\xff" } else { b"\x30\x00" };
    let mut out =
        [extension(15, true, usage), extension(37, false, purposes), extension(19, true, constraints)]
            .concat();
    if request.is_ca {
        out.extend(extension(14, false, &tlv(OCTETS, &[&key_id(public_info)])));
    }
    if let Some(id) = authority_id {
        out.extend(extension(35, false, &tlv(SEQUENCE, &[&tlv(0x80, &[id])])));
    }
    if !request.dns.is_empty() || !request.ips.is_empty() {
        out.extend(extension(17, unnamed, &alternative_names(request)?));
    }
    Ok(out)
}

/// An extension of the arc `2.5.29`.
fn extension(number: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { b"\x01\x01\xff" } else { b"" };
    tlv(SEQUENCE, &[&[0x06, 0x03, 0x55, 0x1d, number], critical, &tlv(OCTETS, &[value])])
}

/// RFC 7093: the first 160 bits of the SHA-256 of the public key.
fn key_id(public_info: &[u8]) -> Vec<u8> {
    let info = x509_cert::spki::SubjectPublicKeyInfoOwned::from_der(public_info).ok();
    let key = info.map(|it| it.subject_public_key.raw_bytes().to_vec()).unwrap_or_default();
    Sha256::digest(key)[..20].to_vec()
}

fn alternative_names(request: &Request) -> Result<Vec<u8>, String> {
    const DNS: u8 = 0x82;
    const IP: u8 = 0x87;
    let mut names = Vec::new();
    for name in &request.dns {
        if !name.is_ascii() {
            return Err(format!("x509: \"{}\" cannot be encoded as an IA5String", name.to_text()));
        }
        names.extend(tlv(DNS, &[name]));
    }
    for ip in &request.ips {
        names.extend(match ip.to_canonical() {
            IpAddr::V4(ip) => tlv(IP, &[&ip.octets()]),
            IpAddr::V6(ip) => tlv(IP, &[&ip.octets()]),
        });
    }
    Ok(tlv(SEQUENCE, &[&names]))
}

/// DER: a tag, the length of the parts, the parts.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let bytes = len.to_be_bytes();
        let bytes = &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..];
        out.push(0x80 | bytes.len() as u8);
        out.extend_from_slice(bytes);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What an independent reader makes of a certificate.
    pub(in super::super) struct Read {
        pub(in super::super) issuer: String,
        pub(in super::super) subject: String,
        pub(in super::super) valid: String,
        /// Numbers of the extensions, critical ones with a `!`.
        pub(in super::super) extensions: Vec<String>,
    }

    impl Read {
        pub(in super::super) fn parse(der: &[u8]) -> Self {
            let tbs = x509_cert::Certificate::from_der(der).unwrap().tbs_certificate;
            let mark = |critical| if critical { "!" } else { "" };
            let extensions = tbs.extensions.unwrap();
            Self {
                issuer: tbs.issuer.to_string(),
                subject: tbs.subject.to_string(),
                valid: format!("{} {}", tbs.validity.not_before, tbs.validity.not_after),
                extensions: extensions
                    .iter()
                    .map(|it| format!("{}{}", it.extn_id, mark(it.critical)))
                    .collect(),
            }
        }
    }

    #[test]
    fn lengths() {
        assert_eq!(tlv(4, &[b"a", b"b"]), b"\x04\x02ab");
        assert_eq!(tlv(4, &[&[0; 200]])[..4], [4, 0x81, 200, 0]);
        assert_eq!(tlv(4, &[&[0; 300]])[..4], [4, 0x82, 1, 44]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
    }

    #[test]
    fn names_take_the_plainest_string() {
        assert_eq!(name(b"a.b")[11..], *b"\x13\x03a.b");
        assert_eq!(name(b"*.b")[11..], *b"\x0c\x03*.b");
    }

    #[test]
    fn years_from_2050_on_have_four_digits() {
        assert_eq!(time(0), b"\x17\x0d700101000000Z");
        assert_eq!(time(2_524_608_000), b"\x18\x0f20500101000000Z");
    }
}
