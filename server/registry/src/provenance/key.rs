//! One key of a keyring: whose it is, which of its parts may sign, and whether they still may.
//!
//! What a key says about itself counts only where it signed it. The rules are those of the library that Helm links
//! (`openpgp.CheckDetachedSignature`).

use pgp::composed::{CleartextSignedMessage, SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{RevocationCode, SecretKey, Signature, SignatureType};
use pgp::types::{Duration, KeyDetails, SignedUser, Tag, Timestamp, VerifyingKey};

use super::ProvenanceError;

/// A key with its names and subkeys.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) public: SignedPublicKey,
    /// Its secret part, where the keyring has it.
    pub(super) secret: Option<SecretKey>,
}

/// A name of a key, which the key itself signed.
struct Identity<'k> {
    user: &'k SignedUser,
    signed: &'k Signature,
    revocations: Vec<&'k Signature>,
}

/// A part of a key that may sign.
struct Part<'k> {
    /// The subkey; `None` is the primary key.
    subkey: Option<&'k SignedPublicSubKey>,
    /// Where the key says so.
    binding: &'k Signature,
}

impl Key {
    /// Its names, in the order in which it has them.
    pub(super) fn names(&self) -> Vec<String> {
        self.identities().map(|it| String::from_utf8_lossy(it.user.id.id()).into_owned()).collect()
    }

    /// In hexadecimal capitals.
    pub(super) fn fingerprint(&self) -> String {
        format!("{:X}", self.public.primary_key.fingerprint())
    }

    /// Whether a signature names this key or one of its subkeys as its maker, and as one that may sign.
    pub(super) fn made(&self, signature: &Signature) -> bool {
        self.part(signature).is_some()
    }

    /// Whether the signature is good and all that it hangs on still holds.
    pub(super) fn check(
        &self,
        message: &CleartextSignedMessage,
        signature: &Signature,
        now: u64,
    ) -> Result<(), ProvenanceError> {
        let part = self.part(signature).ok_or(ProvenanceError::UnknownSigner)?;
        let text = message.signed_text();
        let verified = match part.subkey {
            None => signature.verify(&self.public.primary_key, text.as_bytes()),
            Some(subkey) => signature.verify(&subkey.key, text.as_bytes()),
        };
        verified.map_err(|_| ProvenanceError::BadSignature("hash tag doesn't match".to_owned()))?;
        self.check_times(&part, signature, now)
    }

    fn check_times(&self, part: &Part<'_>, signature: &Signature, now: u64) -> Result<(), ProvenanceError> {
        let primary = self.primary_identity().ok_or(ProvenanceError::UnknownSigner)?;
        let key = &self.public.primary_key;
        let own_revocations = self.public.details.revocation_signatures.iter();
        let mut revocations: Vec<_> = own_revocations.filter(|it| it.verify_key(key).is_ok()).collect();
        revocations.extend(&primary.revocations);
        revocations.extend(part.subkey.into_iter().flat_map(|it| self.revocations_of(it)));
        if revocations.iter().any(|it| revokes(it, now)) {
            return Err(ProvenanceError::Revoked);
        }
        let subkey_expired =
            part.subkey.is_some_and(|it| key_expired(it.key.created_at(), part.binding, now));
        if key_expired(key.created_at(), primary.signed, now) || subkey_expired {
            return Err(ProvenanceError::KeyExpired);
        }
        let cross = part.subkey.and(part.binding.embedded_signature());
        let relevant = [Some(signature), Some(primary.signed), Some(part.binding), cross];
        if relevant.into_iter().flatten().any(|it| signature_expired(it, now)) {
            return Err(ProvenanceError::SignatureExpired);
        }
        Ok(())
    }

    /// The part that made a signature, if it may sign.
    fn part(&self, signature: &Signature) -> Option<Part<'_>> {
        if is_issuer(&self.public.primary_key, signature) {
            let binding = self.primary_identity()?.signed;
            return binding.key_flags().sign().then_some(Part { subkey: None, binding });
        }
        let subkey = self.public.public_subkeys.iter().find(|it| is_issuer(&it.key, signature))?;
        let binding = self.binding(subkey)?;
        // A signing subkey says itself, too, that it belongs to the key.
        let cross = binding.embedded_signature()?;
        cross.verify_primary_key_binding(&subkey.key, &self.public.primary_key).ok()?;
        binding.key_flags().sign().then_some(Part { subkey: Some(subkey), binding })
    }

    /// What the key last said of a subkey.
    fn binding<'k>(&'k self, subkey: &'k SignedPublicSubKey) -> Option<&'k Signature> {
        let bindings = subkey.signatures.iter().filter(|it| it.typ() == Some(SignatureType::SubkeyBinding));
        let valid =
            bindings.filter(|it| it.verify_subkey_binding(&self.public.primary_key, &subkey.key).is_ok());
        valid.max_by_key(|it| seconds(it.created()))
    }

    fn revocations_of<'k>(
        &'k self,
        subkey: &'k SignedPublicSubKey,
    ) -> impl Iterator<Item = &'k Signature> + 'k {
        let revocations =
            subkey.signatures.iter().filter(|it| it.typ() == Some(SignatureType::SubkeyRevocation));
        revocations.filter(|it| it.verify_subkey_binding(&self.public.primary_key, &subkey.key).is_ok())
    }

    fn identities(&self) -> impl Iterator<Item = Identity<'_>> {
        self.public.details.users.iter().filter_map(|user| {
            let key = &self.public.primary_key;
            let own = user.signatures.iter().filter(|it| {
                is_issuer(key, it) && it.verify_certification(key, Tag::UserId, &user.id).is_ok()
            });
            let (revocations, signed): (Vec<_>, Vec<_>) =
                own.partition(|it| it.typ() == Some(SignatureType::CertRevocation));
            let signed = signed.into_iter().max_by_key(|it| seconds(it.created()))?;
            Some(Identity { user, signed, revocations })
        })
    }

    /// The name whose signature speaks for the key: one that was not taken back, the one that is marked, the newest.
    fn primary_identity(&self) -> Option<Identity<'_>> {
        self.identities().max_by_key(|it| {
            (std::cmp::Reverse(it.revocations.len()), it.signed.is_primary(), seconds(it.signed.created()))
        })
    }
}

/// Whether a signature says that this key made it.
fn is_issuer(key: &impl VerifyingKey, signature: &Signature) -> bool {
    signature.issuer_key_id().contains(&&key.legacy_key_id())
        || signature.issuer_fingerprint().contains(&&key.fingerprint())
}

/// A key that somebody else got hold of was never good.
fn revokes(revocation: &Signature, now: u64) -> bool {
    revocation.revocation_reason_code() == Some(&RevocationCode::KeyCompromised)
        || !signature_expired(revocation, now)
}

fn key_expired(created: Timestamp, binding: &Signature, now: u64) -> bool {
    is_over(seconds(Some(created)), binding.key_expiration_time(), now)
}

fn signature_expired(signature: &Signature, now: u64) -> bool {
    is_over(seconds(signature.created()), signature.signature_expiration_time(), now)
}

/// What begins only later is over as well.
fn is_over(from: u64, lifetime: Option<Duration>, now: u64) -> bool {
    let lifetime = lifetime.map_or(0, |it| u64::from(it.as_secs()));
    from > now || (lifetime != 0 && now > from + lifetime)
}

fn seconds(time: Option<Timestamp>) -> u64 {
    time.map_or(0, |it| it.as_secs().into())
}
