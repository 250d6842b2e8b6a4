//! Keyrings, and the key of one that signs.

use std::io::{BufReader, Read};
use std::path::Path;

use pgp::armor::Dearmor;
use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, SignedPublicKey, SignedPublicKeyParser, SignedSecretKeyParser,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    Packet, PacketParser, PacketTrait, SecretKey, SignatureConfig, SignatureType, Subpacket, SubpacketData,
};
use pgp::types::{KeyDetails, KeyVersion, Password, SecretParams, Tag, Timestamp};

use super::key::Key;
use super::{ProvenanceError, keybox};
use crate::files::cannot_open;

/// Keys, in the order of the file. Those that nobody can read are left out, as Helm leaves them out.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: Vec<Key>,
}

impl Keyring {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, ProvenanceError> {
        let data = std::fs::read(path).map_err(|error| ProvenanceError::File(cannot_open(path, &error)))?;
        Self::read(&data)
    }

    /// Reads what GnuPG exports.
    pub fn read(data: &[u8]) -> Result<Self, ProvenanceError> {
        if keybox::is_keybox(data) {
            return Ok(Self::of(&keybox::packets(data)?));
        }
        let armored = data.trim_ascii_start().starts_with(b"-----BEGIN PGP");
        if !armored && data.first().is_some_and(|first| first & 0x80 == 0) {
            return Err(ProvenanceError::Invalid("tag byte does not have MSB set".to_owned()));
        }
        Ok(if armored { Self::of(&dearmored(data)?) } else { Self::of(data) })
    }

    fn of(data: &[u8]) -> Self {
        // What a keyring of old says about trust belongs to no key, and what is unknown to none that can be used.
        let packets =
            PacketParser::new(data).filter_map(Result::ok).filter(|it| !matches!(it, Packet::Trust(_)));
        let mut groups: Vec<Vec<Packet>> = Vec::new();
        for packet in packets {
            if matches!(packet.tag(), Tag::PublicKey | Tag::SecretKey) {
                groups.push(Vec::new());
            }
            if let Some(group) = groups.last_mut() {
                group.push(packet);
            }
        }
        Self { keys: groups.into_iter().filter_map(key).collect() }
    }

    /// The key to sign with: the one of that name, or the only one whose name contains it (`NewFromKeyring`).
    pub fn signer(&self, name: &str) -> Result<Signer<'_>, ProvenanceError> {
        let named = self.keys.iter().flat_map(|key| key.names().into_iter().map(move |it| (it, key)));
        let fitting: Vec<_> = named.filter(|(it, _)| it.contains(name)).collect();
        let (name, key) = match (fitting.iter().find(|(it, _)| it == name), &fitting[..]) {
            (Some(exact), _) => exact,
            (None, [only]) => only,
            (None, []) => return Err(ProvenanceError::NoKey),
            (None, _) => return Err(ProvenanceError::Vague(name.to_owned())),
        };
        let secret = key.secret.as_ref().ok_or(ProvenanceError::NotPrivate)?;
        Ok(Signer { name: name.clone(), secret, passphrase: Password::empty() })
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whose signature it is, if it is good.
    pub(super) fn check(&self, message: &CleartextSignedMessage, now: u64) -> Result<&Key, ProvenanceError> {
        for signature in message.signatures() {
            let mut makers = self.keys.iter().filter(|key| key.made(signature)).peekable();
            if makers.peek().is_none() {
                continue;
            }
            let mut outcome = Err(ProvenanceError::UnknownSigner);
            for key in makers {
                outcome = key.check(message, signature, now).map(|()| key);
                if outcome.is_ok() {
                    break;
                }
            }
            return outcome;
        }
        Err(ProvenanceError::UnknownSigner)
    }
}

/// The packets of all armored blocks: exports may stand one behind the other.
fn dearmored(data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
    const END: &str = "-----END PGP";
    let invalid = |reason: String| ProvenanceError::Invalid(reason);
    let text = std::str::from_utf8(data).map_err(|error| invalid(error.to_string()))?;
    let mut packets = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(END).ok_or_else(|| invalid("an armored block does not end".to_owned()))?;
        let end = rest[end..].find('\n').map_or(rest.len(), |line| end + line + 1);
        let block = Dearmor::new(BufReader::new(&rest.as_bytes()[..end])).read_to_end(&mut packets);
        block.map_err(|error| invalid(error.to_string()))?;
        rest = rest[end..].trim_start();
    }
    Ok(packets)
}

/// A key from the packets that belong to it.
fn key(packets: Vec<Packet>) -> Option<Key> {
    let is_secret = packets.first()?.tag() == Tag::SecretKey;
    let packets = packets.into_iter().map(Ok::<_, pgp::errors::Error>).peekable();
    if !is_secret {
        let public = SignedPublicKeyParser::from_packets(packets).next()?.ok()?;
        return Some(Key { public, secret: None });
    }
    let key = SignedSecretKeyParser::from_packets(packets).next()?.ok()?;
    let public: SignedPublicKey = key.to_public_key();
    Some(Key { public, secret: Some(key.primary_key) })
}

/// A key that signs.
#[derive(Debug)]
pub struct Signer<'k> {
    name: String,
    secret: &'k SecretKey,
    passphrase: Password,
}

impl Signer<'_> {
    /// The name by which it was found.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a passphrase is needed.
    pub fn is_locked(&self) -> bool {
        matches!(self.secret.secret_params(), SecretParams::Encrypted(_))
    }

    /// Takes the passphrase, which must be right.
    pub fn unlock(&mut self, passphrase: &[u8]) -> Result<(), ProvenanceError> {
        let passphrase = Password::from(passphrase);
        match self.secret.unlock(&passphrase, |_, _| Ok(())) {
            Ok(Ok(())) => {
                self.passphrase = passphrase;
                Ok(())
            }
            Ok(Err(_)) | Err(_) => Err(ProvenanceError::Passphrase),
        }
    }

    /// Signs a text in the clear, as GnuPG's `--clearsign` does.
    pub(super) fn sign(&self, text: &str) -> Result<String, ProvenanceError> {
        let told = |error: pgp::errors::Error| ProvenanceError::CannotSign(error.to_string());
        if self.secret.version() != KeyVersion::V4 {
            let version = u8::from(self.secret.version());
            return Err(ProvenanceError::CannotSign(format!("it is of version {version}, only 4 can")));
        }
        let mut config =
            SignatureConfig::v4(SignatureType::Text, self.secret.algorithm(), HashAlgorithm::Sha512);
        let subpacket = |data| Subpacket::regular(data).map_err(told);
        config.hashed_subpackets = vec![
            subpacket(SubpacketData::SignatureCreationTime(Timestamp::now()))?,
            subpacket(SubpacketData::IssuerFingerprint(self.secret.fingerprint()))?,
            // Helm looks for the key by this one.
            subpacket(SubpacketData::IssuerKeyId(self.secret.legacy_key_id()))?,
        ];
        let message =
            CleartextSignedMessage::new(text, config, self.secret, &self.passphrase).map_err(told)?;
        message.to_armored_string(ArmorOptions { headers: None, include_checksum: false }).map_err(told)
    }
}
