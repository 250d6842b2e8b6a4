//! Signing and checking with keys that are made here; `tests/registry` holds both against GnuPG and both Helms.

use pgp::composed::{
    ArmorOptions, KeyType, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{RevocationCode, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, Password, S2kParams, StringToKey, Timestamp};

use super::*;

const ARCHIVE: &[u8] = b"not really an archive";
const CHART: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
/// After all keys and signatures of these tests.
const LATER: u64 = 4_000_000_000;

fn made(name: &str, passphrase: Option<&str>) -> SignedSecretKey {
    let mut params = SecretKeyParamsBuilder::default();
    // A passphrase is stretched a little only, or tests without optimisation would take long.
    let salt = StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha256, salt: [7; 8], count: 0 };
    let sym_alg = SymmetricKeyAlgorithm::AES256;
    params
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .s2k(passphrase.map(|_| S2kParams::Cfb { sym_alg, s2k: salt, iv: vec![7; 16].into() }))
        .passphrase(passphrase.map(str::to_owned))
        .primary_user_id(format!("{name} (test) <{name}@example.com>"));
    params.build().unwrap().generate(rand::thread_rng()).unwrap()
}

fn ring(keys: &[&dyn AsRing]) -> Keyring {
    let bytes: Vec<u8> = keys.iter().flat_map(|key| key.bytes()).collect();
    Keyring::read(&bytes).unwrap()
}

trait AsRing {
    fn bytes(&self) -> Vec<u8>;
}

impl AsRing for SignedSecretKey {
    fn bytes(&self) -> Vec<u8> {
        self.to_bytes().unwrap()
    }
}

impl AsRing for SignedPublicKey {
    fn bytes(&self) -> Vec<u8> {
        self.to_bytes().unwrap()
    }
}

fn signed(secret: &SignedSecretKey) -> String {
    let keyring = ring(&[secret]);
    sign(ARCHIVE, "web-0.1.0.tgz", CHART, &keyring.signer("@").unwrap()).unwrap()
}

fn checked(prov: &str, keyring: &Keyring) -> Result<Verified, ProvenanceError> {
    verify_at(ARCHIVE, "web-0.1.0.tgz", prov.as_bytes(), keyring, LATER)
}

#[test]
fn what_is_signed_is_verified() {
    let secret = made("ann", None);
    let other = made("bob", None);
    let prov = signed(&secret);
    let statement = format!(
        "apiVersion: v2\nname: web\nversion: 0.1.0\n\n...\nfiles:\n  web-0.1.0.tgz: {}\n\n",
        digest(ARCHIVE)
    );
    let head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n";
    assert!(prov.starts_with(&format!("{head}{statement}-----BEGIN PGP SIGNATURE-----\n\n")), "{prov}");
    let public = ring(&[&other.to_public_key(), &secret.to_public_key()]);
    let found = checked(&prov, &public).unwrap();
    assert_eq!(
        found.to_text(),
        format!(
            "Signed by: ann (test) <ann@example.com>\nUsing Key With Fingerprint: {:X}\nChart Hash Verified: {}\n",
            secret.fingerprint(),
            digest(ARCHIVE)
        )
    );
    assert_eq!(checked(&prov, &ring(&[&secret])), Ok(found));
    assert_eq!(checked(&prov, &ring(&[&other])), Err(ProvenanceError::UnknownSigner));
    assert_eq!(checked(&prov, &Keyring::default()), Err(ProvenanceError::UnknownSigner));
}

#[test]
fn what_was_changed_is_found() {
    let secret = made("ann", None);
    let keyring = ring(&[&secret]);
    let prov = signed(&secret);
    let changed = prov.replace("name: web", "name: wab");
    assert_eq!(
        checked(&changed, &keyring).unwrap_err().to_string(),
        "openpgp: invalid signature: hash tag doesn't match"
    );
    assert_eq!(
        verify_at(ARCHIVE, "other.tgz", prov.as_bytes(), &keyring, LATER).unwrap_err().to_string(),
        "provenance does not contain a SHA for a file named \"other.tgz\""
    );
    let error = verify_at(b"changed", "web-0.1.0.tgz", prov.as_bytes(), &keyring, LATER).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "sha256 sum does not match for web-0.1.0.tgz: \"{}\" != \"{}\"",
            digest(ARCHIVE),
            digest(b"changed")
        )
    );
    for text in ["", "x", &prov[..prov.len() / 2], &prov.replace("-----END", "-----"), "<html>"] {
        assert_eq!(checked(text, &keyring), Err(ProvenanceError::NoSignature), "{text}");
    }
    assert!(checked(&format!("before\n{prov}after\n"), &keyring).is_ok());
    assert!(checked(&prov.replace('\n', "\r\n"), &keyring).is_ok());
}

#[test]
fn what_else_was_signed_names_no_digests() {
    let secret = made("ann", None);
    let keyring = ring(&[&secret]);
    let plain = keyring.signer("ann").unwrap().sign("- hello\n").unwrap();
    assert_eq!(checked(&plain, &keyring), Err(ProvenanceError::NoDigests));
    let broken = keyring.signer("ann").unwrap().sign("a\n...\n{\n").unwrap();
    assert!(matches!(checked(&broken, &keyring), Err(ProvenanceError::Unreadable(_))));
}

#[test]
fn keys_are_found_by_name() {
    let (ann, joann) = (made("ann", None), made("joann", None));
    let keyring = ring(&[&ann, &joann, &made("bob", None).to_public_key()]);
    assert_eq!(keyring.signer("joann").unwrap().name(), "joann (test) <joann@example.com>");
    assert_eq!(
        keyring.signer("ann (test) <ann@example.com>").unwrap().name(),
        "ann (test) <ann@example.com>"
    );
    let error = |name: &str| keyring.signer(name).unwrap_err().to_string();
    assert_eq!(error("ann"), "more than one key contain the id \"ann\"");
    assert_eq!(error("eve"), "private key not found");
    assert!(error("bob").starts_with("provided key is not a private key."));
}

#[test]
fn locked_keys_want_their_passphrase() {
    let keyring = ring(&[&made("ann", Some("secret"))]);
    let mut signer = keyring.signer("ann").unwrap();
    assert!(signer.is_locked());
    assert!(sign(ARCHIVE, "web-0.1.0.tgz", CHART, &signer).is_err());
    assert_eq!(signer.unlock(b"guess"), Err(ProvenanceError::Passphrase));
    signer.unlock(b"secret").unwrap();
    let prov = sign(ARCHIVE, "web-0.1.0.tgz", CHART, &signer).unwrap();
    assert!(checked(&prov, &keyring).is_ok());
    assert!(!format!("{signer:?}").contains("secret\""));
}

#[test]
fn keyrings_in_all_their_forms() {
    let secret = made("ann", None);
    let armored = secret.to_public_key().to_armored_string(ArmorOptions::default()).unwrap();
    let prov = signed(&secret);
    assert!(checked(&prov, &Keyring::read(armored.as_bytes()).unwrap()).is_ok());
    // What cannot be read is left out, what is around it is not.
    let mut bytes = made("bob", None).to_public_key().bytes();
    let cut = bytes.len() - 9;
    bytes[cut] ^= 1;
    bytes.extend(secret.to_public_key().bytes());
    assert!(checked(&prov, &Keyring::read(&bytes).unwrap()).is_ok());
    assert_eq!(
        Keyring::read(b"hello").unwrap_err().to_string(),
        "openpgp: invalid data: tag byte does not have MSB set"
    );
    let other = made("bob", None).to_public_key().to_armored_string(ArmorOptions::default()).unwrap();
    assert_eq!(Keyring::read((other + &armored).as_bytes()).unwrap().keys().len(), 2);
    assert!(Keyring::read(b"").unwrap().keys().is_empty());
    assert!(Keyring::read(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!!").is_err());
}

#[test]
fn times_count() {
    let secret = made("ann", None);
    let keyring = ring(&[&secret]);
    let prov = signed(&secret);
    let at = |now| verify_at(ARCHIVE, "web-0.1.0.tgz", prov.as_bytes(), &keyring, now);
    assert_eq!(at(1), Err(ProvenanceError::KeyExpired));
    let mut revoked = secret.clone();
    let mut config =
        SignatureConfig::v4(SignatureType::KeyRevocation, secret.algorithm(), HashAlgorithm::Sha512);
    config.hashed_subpackets = [
        SubpacketData::SignatureCreationTime(Timestamp::now()),
        SubpacketData::IssuerFingerprint(secret.fingerprint()),
        SubpacketData::IssuerKeyId(secret.legacy_key_id()),
        SubpacketData::RevocationReason(RevocationCode::KeyRetired, "".into()),
    ]
    .map(|it| Subpacket::regular(it).unwrap())
    .into();
    let key = &secret.primary_key;
    let revocation = config.sign_key(key, &Password::empty(), key.public_key()).unwrap();
    revoked.details.revocation_signatures.push(revocation);
    assert_eq!(checked(&prov, &ring(&[&revoked])), Err(ProvenanceError::Revoked));
}

#[test]
fn keys_that_may_not_sign() {
    let mut params = SecretKeyParamsBuilder::default();
    params.key_type(KeyType::Ed25519Legacy).can_certify(true).primary_user_id("ann".into());
    let subkey = SubkeyParamsBuilder::default().key_type(KeyType::Ed25519Legacy).can_sign(true).build();
    params.subkey(subkey.unwrap());
    let secret = params.build().unwrap().generate(rand::thread_rng()).unwrap();
    let keyring = ring(&[&secret]);
    // Helm signs with the primary key whatever it is for, and does not believe such a signature afterwards.
    let prov = sign(ARCHIVE, "web-0.1.0.tgz", CHART, &keyring.signer("ann").unwrap()).unwrap();
    assert_eq!(checked(&prov, &keyring), Err(ProvenanceError::UnknownSigner));
    let subkey = &secret.secret_subkeys[0].key;
    let text = statement(ARCHIVE, "web-0.1.0.tgz", CHART).unwrap();
    let by_subkey =
        pgp::composed::CleartextSignedMessage::sign(rand::thread_rng(), &text, subkey, &Password::empty());
    let prov = by_subkey.unwrap().to_armored_string(ArmorOptions::default()).unwrap();
    assert_eq!(checked(&prov, &keyring).unwrap().fingerprint, format!("{:X}", secret.fingerprint()));
}
