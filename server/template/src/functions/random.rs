//! Random strings. All randomness is the host's: a preview gives the same bytes on every rendering.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::{Cx, Failure, Function, Host, Int, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("randAlphaNum", rand_alpha_num),
    function!("randAlpha", rand_alpha),
    function!("randNumeric", rand_numeric),
    function!("randAscii", rand_ascii),
    function!("randBytes", rand_bytes),
    function!("uuidv4", uuidv4),
];

/// A random string of `count` ASCII letters and digits. A deploy makes a new one on every run.
///
/// `{{ randAlphaNum 16 }}` is 16 characters out of `A-Za-z0-9`
pub fn rand_alpha_num(cx: &mut Cx<'_>, count: Int) -> Result<String, Failure> {
    pick(cx, count, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

/// A random string of `count` ASCII letters. A deploy makes a new one on every run.
///
/// `{{ randAlpha 8 }}` is 8 characters out of `A-Za-z`
pub fn rand_alpha(cx: &mut Cx<'_>, count: Int) -> Result<String, Failure> {
    pick(cx, count, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

/// A random string of `count` digits. A deploy makes a new one on every run.
///
/// `{{ randNumeric 6 }}` is 6 characters out of `0-9`
pub fn rand_numeric(cx: &mut Cx<'_>, count: Int) -> Result<String, Failure> {
    pick(cx, count, b"0123456789")
}

/// A random string of `count` printable ASCII characters, blanks and quotes included.
///
/// `{{ randAscii 12 | quote }}` is 12 characters in quotes
pub fn rand_ascii(cx: &mut Cx<'_>, count: Int) -> Result<String, Failure> {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    pick(cx, count, &printable)
}

/// `count` random bytes as base64, ready for the `data` of a Secret.
///
/// `{{ randBytes 32 }}` is 44 characters of base64
pub fn rand_bytes(cx: &mut Cx<'_>, count: Int) -> Result<String, Failure> {
    let count = usize::try_from(count.0).map_err(|_| "runtime error: makeslice: len out of range")?;
    cx.budget.ensure(count)?;
    // Randomness is made of checksums.
    cx.budget.work((count >> 5) as u64)?;
    let mut bytes = vec![0; count];
    cx.host.random(&mut bytes);
    Ok(BASE64.encode(&bytes))
}

/// A random UUID of version 4. A deploy makes a new one on every run.
///
/// `{{ uuidv4 }}` is 36 characters such as `3f0c6a4e-…`
pub fn uuidv4(cx: &mut Cx<'_>) -> String {
    let mut bytes = [0; 16];
    cx.host.random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40; // the version
    bytes[8] = bytes[8] & 0x3f | 0x80; // the variant of RFC 4122
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// `count` characters of the set, each as likely as any other; a negative count gives none, as sprig does.
fn pick(cx: &mut Cx<'_>, count: Int, set: &[u8]) -> Result<String, Failure> {
    let count = usize::try_from(count.0).unwrap_or(0);
    cx.budget.ensure(count)?;
    // Randomness is made of checksums.
    cx.budget.work((count >> 5) as u64)?;
    let fair = 256 / set.len() * set.len(); // larger bytes would favour the first characters of the set
    let mut generator = Generator::new(cx.host);
    let mut out = String::with_capacity(count);
    while out.len() < count {
        let block = generator.block();
        let even = block.iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < fair);
        out.extend(even.take(count - out.len()).map(|byte| char::from(set[byte % set.len()])));
    }
    Ok(out)
}

/// As many bytes as wanted out of 256 random bits of the host: SHA-256 of the seed and a counter.
///
/// Whoever looks for a prime number or an even choice must come to an end, even if the host of a test only
/// knows one byte.
pub(super) struct Generator {
    seed: [u8; 32],
    counter: u64,
    spare: Vec<u8>,
}

impl Generator {
    /// Seeded by the host.
    pub(super) fn new(host: &dyn Host) -> Self {
        let mut seed = [0; 32];
        host.random(&mut seed);
        Self { seed, counter: 0, spare: Vec::new() }
    }

    fn block(&mut self) -> [u8; 32] {
        self.counter += 1;
        Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes()).finalize().into()
    }

    /// Fills a buffer.
    pub(super) fn fill(&mut self, into: &mut [u8]) {
        for byte in into {
            if self.spare.is_empty() {
                self.spare = self.block().to_vec();
            }
            *byte = self.spare.pop().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let first = call(|cx| rand_alpha_num(cx, Int(20))).unwrap();
        assert_eq!(first, call(|cx| rand_alpha_num(cx, Int(20))).unwrap());
        assert!(first.len() == 20 && first.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn sets() {
        assert!(call(|cx| rand_numeric(cx, Int(99))).unwrap().bytes().all(|byte| byte.is_ascii_digit()));
        assert!(call(|cx| rand_alpha(cx, Int(99))).unwrap().bytes().all(|byte| byte.is_ascii_alphabetic()));
        assert!(call(|cx| rand_ascii(cx, Int(999))).unwrap().bytes().all(|byte| matches!(byte, b' '..=b'~')));
        assert_eq!(call(|cx| rand_alpha(cx, Int(-1))).unwrap(), "");
    }

    #[test]
    fn a_host_of_one_byte_is_enough() {
        struct Poor;
        impl Host for Poor {
            fn now(&self) -> i128 {
                0
            }
            fn random(&self, into: &mut [u8]) {
                into.fill(0xff);
            }
        }
        let mut cx = Cx::new(golang::Dialect::Helm4, &Poor);
        assert_eq!(rand_alpha(&mut cx, Int(100)).unwrap().len(), 100);
    }

    #[test]
    fn sizes_stay_within_the_budget() {
        assert!(call(|cx| rand_bytes(cx, Int(i64::MAX))).is_err());
        assert!(call(|cx| rand_ascii(cx, Int(i64::MAX))).is_err());
        let negative = call(|cx| rand_bytes(cx, Int(-1))).unwrap_err();
        assert_eq!(negative.message(), "runtime error: makeslice: len out of range");
        assert_eq!(call(|cx| rand_bytes(cx, Int(12))).unwrap().len(), 16);
    }

    #[test]
    fn uuids_say_their_version() {
        let uuid = call(uuidv4);
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
    }
}
