//! Private keys: making, reading, writing, signing with them.

use crypto_bigint::{Bounded, Encoding, Integer, RandomBits, RandomMod, U1024, U2048};
use crypto_primes::hazmat::{SetBits, SmallPrimesSieveFactory};
use crypto_primes::{is_prime_with_rng, sieve_and_find};
use ed25519_dalek::Signer;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, PrivateKeyInfo};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};

use super::pem;
use super::x509::tlv;
use crate::Host;
use crate::functions::random::Generator;

/// What key to make.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Of so many bits.
    Rsa(usize),
    Ecdsa,
    Ed25519,
    Dsa,
}

impl Kind {
    /// Steps in the time that it takes to make one.
    pub(super) fn steps(self) -> u64 {
        match self {
            Self::Rsa(2049..) => 6_000_000,
            Self::Rsa(_) => 500_000,
            Self::Dsa => 6_000,
            Self::Ecdsa => 1_500,
            Self::Ed25519 => 200,
        }
    }
}

/// A private key.
pub(super) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    /// On the curve P-256.
    Ecdsa(p256::SecretKey),
    /// The seed.
    Ed25519([u8; 32]),
    /// Its DER: nothing can be signed with it.
    Dsa(Vec<u8>),
}

/// What a certificate says about the key that signs it, and the signature.
pub(super) struct Signature {
    /// The DER of the `AlgorithmIdentifier`.
    pub(super) algorithm: &'static [u8],
    pub(super) bytes: Vec<u8>,
}

const RSA_SHA256: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00";
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";
/// The `DigestInfo` of SHA-256, which stands before the digest in an RSA signature.
const SHA256_INFO: &[u8] = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
/// `prime256v1`, the OID of the curve P-256.
const P256_OID: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const OCTETS: u8 = 0x04;
/// The public exponent of every RSA key that Go makes.
const EXPONENT: u32 = 65537;

/// A new RSA key in DER (PKCS#1), for hosts that keep one at hand. `None` if there is none of that size.
pub fn new_rsa_key(host: &dyn Host, bits: usize) -> Option<Vec<u8>> {
    let key = rsa_key(&mut Random(Generator::new(host)), bits).ok()?;
    Some(key.to_pkcs1_der().ok()?.as_bytes().to_vec())
}

/// A key of the sizes that templates ask for is made of primes of a fixed width, which are found faster.
fn rsa_key(random: &mut Random, bits: usize) -> Result<RsaPrivateKey, String> {
    let key = match bits {
        2048 => RsaPrivateKey::from_primes(primes::<U1024>(random), EXPONENT.into()),
        4096 => RsaPrivateKey::from_primes(primes::<U2048>(random), EXPONENT.into()),
        _ => RsaPrivateKey::new(random, bits),
    };
    key.map_err(|error| error.to_string())
}

/// Two primes of all the bits of their type, the first two set: their product has twice as many.
fn primes<T>(random: &mut Random) -> Vec<BigUint>
where
    T: Integer + RandomBits + RandomMod + Encoding + Bounded,
{
    let mut primes: Vec<BigUint> = Vec::new();
    while primes.len() < 2 {
        let sieve = SmallPrimesSieveFactory::<T>::new(T::BITS, SetBits::TwoMsb);
        let found = sieve_and_find(random, sieve, |random, it| is_prime_with_rng(random, it));
        let found = found.map(|it| BigUint::from_bytes_be(it.to_be_bytes().as_ref()));
        // Modulo `p - 1` the exponent has an inverse, save for one prime in so many thousands.
        let is_usable = |it: &BigUint| (it - 1u32) % EXPONENT != BigUint::from(0u32) && !primes.contains(it);
        primes.extend(found.filter(is_usable));
    }
    primes
}

impl PrivateKey {
    /// Makes a key out of the host's randomness, or takes the host's own.
    pub(super) fn make(host: &dyn Host, kind: Kind) -> Result<Self, String> {
        let mut random = Random(Generator::new(host));
        Ok(match kind {
            Kind::Rsa(bits) => {
                let prepared = host.rsa_key(bits).and_then(|der| read_rsa(&der));
                let key = match prepared {
                    Some(key) => key,
                    None => rsa_key(&mut random, bits)?,
                };
                Self::Rsa(Box::new(key))
            }
            Kind::Ecdsa => Self::Ecdsa(p256::SecretKey::random(&mut random)),
            Kind::Ed25519 => {
                let mut seed = [0; 32];
                random.fill_bytes(&mut seed);
                Self::Ed25519(seed)
            }
            Kind::Dsa => Self::Dsa(make_dsa(&mut random)),
        })
    }

    /// Reads a PEM block of any of the types that [`Self::to_pem`] writes.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        let (label, der) = (block.label.as_str(), block.bytes.as_slice());
        if label == "PRIVATE KEY" {
            return read_pkcs8(der).ok_or_else(|| told("decoding PEM as PKCS#8"));
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        match kind {
            "RSA" => {
                let key = RsaPrivateKey::from_pkcs1_der(der).ok();
                key.map(|it| Self::Rsa(Box::new(it))).ok_or_else(|| told("parsing RSA private key from PEM"))
            }
            "EC" => {
                let key = p256::SecretKey::from_sec1_der(der).ok();
                key.map(Self::Ecdsa).ok_or_else(|| told("parsing EC private key from PEM"))
            }
            "DSA" if der.first() == Some(&0x30) => Ok(Self::Dsa(der.to_vec())),
            "DSA" => Err("asn1: structure error: tags don't match".to_owned()),
            _ => Err(format!("invalid private key type {kind}")),
        }
    }

    /// The key as Go writes it: each type in its oldest format.
    pub(super) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => {
                let der = key.to_pkcs1_der().map(|it| it.as_bytes().to_vec()).unwrap_or_default();
                pem::encode("RSA PRIVATE KEY", &der)
            }
            Self::Ecdsa(key) => {
                let point = key.public_key().to_encoded_point(false);
                let public = tlv(0xa1, &[&tlv(0x03, &[&[0], point.as_bytes()])]);
                let (version, secret) = ([0x02, 0x01, 0x01], tlv(OCTETS, &[&key.to_bytes()]));
                let curve = tlv(0xa0, &[P256_OID]);
                pem::encode("EC PRIVATE KEY", &tlv(0x30, &[&version, &secret, &curve, &public]))
            }
            Self::Ed25519(seed) => {
                let secret = tlv(OCTETS, &[&tlv(OCTETS, &[seed])]);
                pem::encode("PRIVATE KEY", &tlv(0x30, &[&[0x02, 0x01, 0x00], ED25519, &secret]))
            }
            Self::Dsa(der) => pem::encode("DSA PRIVATE KEY", der),
        }
    }

    /// The DER of its `SubjectPublicKeyInfo`; a DSA key has none that a certificate could hold.
    pub(super) fn public_info(&self) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => Some(RsaPublicKey::from(&**key).to_public_key_der().ok()?.as_bytes().to_vec()),
            Self::Ecdsa(key) => Some(key.public_key().to_public_key_der().ok()?.as_bytes().to_vec()),
            Self::Ed25519(seed) => {
                let public = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key();
                Some(tlv(0x30, &[ED25519, &tlv(0x03, &[&[0], public.as_bytes()])]))
            }
            Self::Dsa(_) => None,
        }
    }

    /// Signs with SHA-256, or with Ed25519's own hash.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Signature, String> {
        match self {
            Self::Rsa(key) => {
                let padding = Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256_INFO.into() };
                let bytes = key.sign(padding, &Sha256::digest(message));
                let bytes = bytes.map_err(|_| {
                    format!("crypto/rsa: message too long for RSA key size of {} bits", key.size() * 8)
                })?;
                Ok(Signature { algorithm: RSA_SHA256, bytes })
            }
            Self::Ecdsa(key) => {
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from(key).sign(message);
                Ok(Signature { algorithm: ECDSA_SHA256, bytes: signature.to_der().as_bytes().to_vec() })
            }
            Self::Ed25519(seed) => {
                let signature = ed25519_dalek::SigningKey::from_bytes(seed).sign(message);
                Ok(Signature { algorithm: ED25519, bytes: signature.to_bytes().to_vec() })
            }
            Self::Dsa(_) => Err("x509: certificate private key does not implement crypto.Signer".to_owned()),
        }
    }

    /// How a certificate names the algorithm of its signature.
    pub(super) fn algorithm(&self) -> &'static [u8] {
        match self {
            Self::Rsa(_) => RSA_SHA256,
            Self::Ecdsa(_) => ECDSA_SHA256,
            Self::Ed25519(_) | Self::Dsa(_) => ED25519,
        }
    }
}

/// Go's reason depends on where its decoder stopped; ours only says that it did.
fn told(what: &str) -> String {
    format!("{what}: x509: failed to parse private key")
}

fn read_rsa(der: &[u8]) -> Option<RsaPrivateKey> {
    RsaPrivateKey::from_pkcs1_der(der).or_else(|_| RsaPrivateKey::from_pkcs8_der(der)).ok()
}

fn read_pkcs8(der: &[u8]) -> Option<PrivateKey> {
    let info = PrivateKeyInfo::try_from(der).ok()?;
    if ED25519.ends_with(info.algorithm.oid.as_bytes()) {
        let seed = info.private_key.strip_prefix(&[OCTETS, 32])?;
        return Some(PrivateKey::Ed25519(seed.try_into().ok()?));
    }
    if let Ok(key) = RsaPrivateKey::from_pkcs8_der(der) {
        return Some(PrivateKey::Rsa(Box::new(key)));
    }
    p256::SecretKey::from_pkcs8_der(der).ok().map(PrivateKey::Ecdsa)
}

/// A DSA key in the group of 2048 and 256 bits of RFC 5114, section 2.3: finding a group of one's own takes
/// minutes and gains nothing.
fn make_dsa(random: &mut Random) -> Vec<u8> {
    let [prime, order, generator] = [DSA_P, DSA_Q, DSA_G].map(|hex| {
        let bytes = data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap_or_default();
        BigUint::from_bytes_be(&bytes)
    });
    let mut bytes = [0; 40]; // eight more than the group has, so that the remainder is even
    random.fill_bytes(&mut bytes);
    let one = BigUint::from(1_u32);
    let secret = BigUint::from_bytes_be(&bytes) % (&order - &one) + &one;
    let public = generator.modpow(&secret, &prime);
    let numbers =
        [BigUint::from(0_u32), prime, order, generator, public, secret].map(|it| integer(&it.to_bytes_be()));
    let parts: Vec<&[u8]> = numbers.iter().map(Vec::as_slice).collect();
    tlv(0x30, &parts)
}

/// The DER of a number that is not negative.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count().min(bytes.len().saturating_sub(1));
    let bytes = &bytes[zeros..];
    let sign: &[u8] = if bytes.first().is_none_or(|&first| first >= 0x80) { &[0] } else { &[] };
    tlv(0x02, &[sign, bytes])
}

/// Randomness as the key makers want it. Whether it is good enough for keys is the host's promise.
struct Random(Generator);

impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, into: &mut [u8]) {
        self.0.fill(into);
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(into);
        Ok(())
    }
}

impl CryptoRng for Random {}

const DSA_P: &str = "\
    87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF4561B2AA30\
    16C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C022E0B1EF4275BF7B\
    6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0E\
    F13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026\
    C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F\
    693877FAD7EF09CADB094AE91E1A1597";
const DSA_Q: &str = "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3";
const DSA_G: &str = "\
    3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463FFF4FED4AAC0BB555\
    BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A650196F931C77A57F2DDF463E5E9EC144B\
    777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC831D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55\
    A4BD1BFFE83B9C80D052B985D182EA0ADB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915\
    B3353BBB64E0EC377FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451\
    5E2327CFEF98C582664B4C0F6CC41659";
