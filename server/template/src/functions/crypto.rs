//! Checksums, password hashes and AES.
//!
//! Salts and initial vectors are the host's randomness. None of this is needed to keep a secret of ours: it
//! has to agree with what Helm makes of the same arguments.

use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use data_encoding::{BASE64, HEXLOWER};
use hmac::Mac;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::encoding::decode_base64;
use crate::{Arg, Cx, Failure, Function, GoType, Str, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("sha256sum", sha256sum),
    function!("sha1sum", sha1sum),
    function!("sha512sum", sha512sum),
    function!("adler32sum", adler32sum),
    function!("htpasswd", htpasswd),
    function!("bcrypt", bcrypt),
    function!("derivePassword", derive_password),
    function!("encryptAES", encrypt_aes),
    function!("decryptAES", decrypt_aes),
];

/// The SHA-256 checksum in hexadecimal, as in the `checksum/config` annotations that restart pods.
///
/// `{{ sha256sum "a" }}` gives `ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb`
pub fn sha256sum(text: Str) -> String {
    HEXLOWER.encode(&Sha256::digest(&*text))
}

/// The SHA-1 checksum in hexadecimal.
///
/// `{{ sha1sum "a" }}` gives `86f7e437faa5a7fce15d1ddcb9eaeaea377667b8`
pub fn sha1sum(text: Str) -> String {
    HEXLOWER.encode(&Sha1::digest(&*text))
}

/// The SHA-512 checksum in hexadecimal.
///
/// `{{ sha512sum "a" | trunc 16 }}` gives `1f40fc92da241694`
pub fn sha512sum(text: Str) -> String {
    HEXLOWER.encode(&Sha512::digest(&*text))
}

/// The Adler-32 checksum as a decimal number.
///
/// `{{ adler32sum "abc" }}` gives `38600999`
pub fn adler32sum(text: Str) -> String {
    adler2::adler32_slice(&text).to_string()
}

/// A line for an `htpasswd` file: the user and the password's bcrypt hash. A deploy makes a new one on every run.
///
/// `{{ htpasswd "admin" "secret" }}` is `admin:$2a$10$…`
pub fn htpasswd(cx: &mut Cx<'_>, user: Str, password: Str) -> Result<String, Failure> {
    let name = user.to_text();
    if user.contains(&b':') {
        return Ok(format!("invalid username: {name}"));
    }
    Ok(format!("{name}:{}", bcrypt(cx, password)?))
}

/// The bcrypt hash of a password, at cost 10 and with a random salt. Errors are returned as text.
///
/// `{{ bcrypt "secret" }}` is `$2a$10$…`, 60 characters
pub fn bcrypt(cx: &mut Cx<'_>, password: Str) -> Result<String, Failure> {
    const COST: u32 = 10;
    const LONGEST: usize = 72;
    if password.len() > LONGEST {
        return Ok(format!(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds {LONGEST} bytes"
        ));
    }
    cx.budget.work(BCRYPT)?;
    let mut salt = [0; 16];
    cx.host.random(&mut salt);
    Ok(match bcrypt::hash_with_salt(&*password, COST, salt) {
        Ok(hash) => hash.format_for_version(bcrypt::Version::TwoA),
        Err(error) => format!("failed to encrypt string with bcrypt: bcrypt: {error}"),
    })
}

/// Steps in the time of a bcrypt hash and of a derived password, which take long on purpose.
const BCRYPT: u64 = 600_000;
const SCRYPT: u64 = 1_200_000;

/// Derives a password for a site from a master password, by the Master Password algorithm. The type is one of
/// `maximum`, `long`, `medium`, `short`, `basic` and `pin`.
///
/// `{{ derivePassword 1 "long" "password" "user" "example.com" }}` gives `ZedaFaxcZaso9*`
pub fn derive_password(
    cx: &mut Cx<'_>,
    counter: Uint32,
    kind: Str,
    password: Str,
    user: Str,
    site: Str,
) -> Result<String, Failure> {
    let kind = kind.to_text();
    let Some(templates) = password_templates(&kind) else {
        return Ok(format!("cannot find password template {kind}"));
    };
    cx.budget.work(SCRYPT)?;
    let Ok(params) = scrypt::Params::new(15, 8, 2, 64) else { return Ok(String::new()) };
    let mut key = [0; 64];
    if let Err(error) = scrypt::scrypt(&password, &salted(&user, &[]), &params, &mut key) {
        return Ok(format!("failed to derive password: {error}"));
    }
    let Ok(mut mac) = hmac::Hmac::<Sha256>::new_from_slice(&key) else { return Ok(String::new()) };
    mac.update(&salted(&site, &counter.0.to_be_bytes()));
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let pick = |(class, &byte): (u8, &u8)| {
        let set = password_characters(class);
        char::from(set[usize::from(byte) % set.len()])
    };
    Ok(template.bytes().zip(&seed[1..]).map(pick).collect())
}

/// The algorithm's name, the length of the text, the text, the rest.
fn salted(text: &[u8], rest: &[u8]) -> Vec<u8> {
    let len = (text.len() as u32).to_be_bytes();
    [b"com.lyndir.masterpassword".as_slice(), &len, text, rest].concat()
}

/// The shapes that passwords of a type take, by the algorithm's definition; one letter is one class.
fn password_templates(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        "medium" => &["CvcnoCvc", "CvcCvcno"],
        "short" => &["Cvcn"],
        "basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        "pin" => &["nnnn"],
        _ => return None,
    })
}

fn password_characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// Encrypts a text with AES-256-CBC under a password and gives base64. The initial vector is random.
///
/// `{{ encryptAES "password" "text" | decryptAES "password" }}` gives `text`
pub fn encrypt_aes(cx: &mut Cx<'_>, password: Str, text: Str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut iv = [0; 16];
    cx.host.random(&mut iv);
    let cipher = cbc::Encryptor::<aes::Aes256>::new(&aes_key(&password).into(), &iv.into());
    let encrypted = cipher.encrypt_padded_vec_mut::<Pkcs7>(&text);
    BASE64.encode(&[iv.as_slice(), &encrypted].concat())
}

/// Decrypts what `encryptAES` made.
///
/// `{{ decryptAES "password" (encryptAES "password" "text") }}` gives `text`
pub fn decrypt_aes(password: Str, encrypted: Str) -> Result<Str, Failure> {
    if encrypted.is_empty() {
        return Ok(encrypted);
    }
    let bytes = decode_base64(&encrypted).map_err(|at| format!("illegal base64 data at input byte {at}"))?;
    let Some((iv, body)) = bytes.split_first_chunk::<16>() else {
        let capacity = encrypted.len() / 4 * 3;
        return Err(format!("runtime error: slice bounds out of range [:16] with capacity {capacity}").into());
    };
    let cipher = cbc::Decryptor::<aes::Aes256>::new(&aes_key(&password).into(), &(*iv).into());
    let Ok(mut text) = cipher.decrypt_padded_vec_mut::<NoPadding>(body) else {
        return Err("crypto/cipher: input not full blocks".into());
    };
    let Some(&padding) = text.last() else {
        return Err("runtime error: index out of range [-1]".into());
    };
    // Go takes the last byte at its word; a wrong password shows as garbage or as this panic.
    let Some(len) = text.len().checked_sub(padding.into()) else {
        let end = text.len() as i64 - i64::from(padding);
        return Err(format!("runtime error: slice bounds out of range [:{end}]").into());
    };
    text.truncate(len);
    Ok(text.into())
}

/// The first 32 bytes of the password, filled up with zeros.
fn aes_key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let len = password.len().min(key.len());
    key[..len].copy_from_slice(&password[..len]);
    key
}

/// Go's `uint32`, the counter of `derivePassword`.
#[derive(Clone, Copy, Debug)]
pub struct Uint32(pub u32);

impl Arg for Uint32 {
    const TYPE: GoType = GoType::Named("uint32");
    fn take(value: &Value) -> Self {
        Self(i64::take(value) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;

    #[test]
    fn checksums_are_hexadecimal() {
        assert_eq!(sha1sum("abc".into()), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(sha256sum("abc".into()).starts_with("ba7816bf8f01cfea"));
        assert!(sha512sum("abc".into()).starts_with("ddaf35a193617aba"));
        assert_eq!(adler32sum("abc".into()), "38600999");
    }

    #[test]
    fn htpasswd_hashes_and_refuses_colons() {
        let line = call(|cx| htpasswd(cx, "admin".into(), "secret".into())).unwrap();
        let hash = line.strip_prefix("admin:").unwrap();
        assert!(hash.starts_with("$2a$10$") && hash.len() == 60, "{hash}");
        assert!(bcrypt::verify("secret", hash).unwrap());
        assert_eq!(call(|cx| htpasswd(cx, "a:b".into(), "x".into())).unwrap(), "invalid username: a:b");
        assert_eq!(
            call(|cx| bcrypt(cx, "x".repeat(73).into())).unwrap(),
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
        );
    }

    #[test]
    fn derived_passwords() {
        let derive = |counter, kind: &str| {
            let (password, user, site) = ("password".into(), "user".into(), "example.com".into());
            call(|cx| derive_password(cx, Uint32(counter), kind.into(), password, user, site)).unwrap()
        };
        assert_eq!(derive(1, "pin"), "6685");
        assert_eq!(derive(2, "long"), "Fovi2@JifpTupx");
        assert_eq!(derive(1, "none"), "cannot find password template none");
    }

    #[test]
    fn aes_round_trip() {
        for text in ["x", "exactly 16 bytes", "plaintext that takes several blocks to hold"] {
            let encrypted = call(|cx| encrypt_aes(cx, "secretkey".into(), text.into()));
            assert_eq!(decrypt_aes("secretkey".into(), encrypted.into()).unwrap(), text.into());
        }
        assert_eq!(call(|cx| encrypt_aes(cx, "k".into(), "".into())), "");
    }

    #[test]
    fn aes_complains_as_go_panics() {
        let error = |text: &str| decrypt_aes("k".into(), text.into()).unwrap_err().message().to_owned();
        assert_eq!(error("YQ"), "illegal base64 data at input byte 0");
        assert_eq!(error("YQ=="), "runtime error: slice bounds out of range [:16] with capacity 3");
        assert_eq!(error(&BASE64.encode(&[0; 20])), "crypto/cipher: input not full blocks");
        assert_eq!(error(&BASE64.encode(&[0; 16])), "runtime error: index out of range [-1]");
    }
}
