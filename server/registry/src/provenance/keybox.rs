//! `pubring.kbx`: where GnuPG 2 keeps public keys, among other things. Only Helm 4 reads it.
//!
//! The file is a row of blobs, each with its length in front. A blob of OpenPGP says where in it the packets of a key are
//! (`kbx/keybox-blob.c` of GnuPG).

use super::ProvenanceError;

/// A blob of OpenPGP, by the byte behind its length.
const OPENPGP: u8 = 2;
/// Of a blob that is no part of the keyring yet.
const EPHEMERAL: u16 = 2;
/// The length and the kind.
const SHORTEST: usize = 5;

/// Whether it is such a file.
pub(super) fn is_keybox(data: &[u8]) -> bool {
    data.get(8..12) == Some(b"KBXf")
}

/// The packets of all keys in it.
pub(super) fn packets(data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
    let mut packets = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let blob =
            blob(&data[at..]).ok_or_else(|| ProvenanceError::Keybox(format!("it is broken at byte {at}")))?;
        packets.extend_from_slice(blob.key);
        at += blob.length;
    }
    if packets.is_empty() {
        return Err(ProvenanceError::Keybox("it holds no keys of OpenPGP".to_owned()));
    }
    Ok(packets)
}

struct Blob<'d> {
    length: usize,
    /// The packets of a key, or nothing.
    key: &'d [u8],
}

fn blob(data: &[u8]) -> Option<Blob<'_>> {
    let length = number(data, 0).filter(|it| *it >= SHORTEST)?;
    let blob = data.get(..length)?;
    if blob[4] != OPENPGP {
        return Some(Blob { length, key: &[] });
    }
    let flags = u16::from_be_bytes(blob.get(6..8)?.try_into().ok()?);
    let (from, size) = (number(blob, 8)?, number(blob, 12)?);
    let key = blob.get(from..from.checked_add(size)?)?;
    Some(Blob { length, key: if flags & EPHEMERAL == 0 { key } else { &[] } })
}

/// A number of four bytes.
fn number(data: &[u8], at: usize) -> Option<usize> {
    let bytes = data.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [u8; 16] = *b"\0\0\0\x10\x01\x01\0\x02KBXf\0\0\0\0";

    fn openpgp(flags: u8, packets: &[u8]) -> Vec<u8> {
        let size = u8::try_from(packets.len()).unwrap();
        let mut blob = vec![0, 0, 0, 16 + size, OPENPGP, 1, 0, flags, 0, 0, 0, 16, 0, 0, 0, size];
        blob.extend_from_slice(packets);
        blob
    }

    #[test]
    fn keys_are_found_among_the_rest() {
        let x509 = vec![0, 0, 0, 7, 3, 1, 0];
        let blobs = [openpgp(0, b"one"), x509, openpgp(2, b"soon"), openpgp(0, b"two")];
        let data = [HEADER.to_vec(), blobs.concat()].concat();
        assert!(is_keybox(&data) && !is_keybox(&data[1..]) && !is_keybox(b"KBXf"));
        assert_eq!(packets(&data).unwrap(), b"onetwo");
    }

    #[test]
    fn what_is_broken_is_refused() {
        let error = |blob: &[u8]| packets(&[&HEADER, blob].concat()).unwrap_err().to_string();
        assert_eq!(error(&[]), "reading keybox: it holds no keys of OpenPGP");
        let mut far = openpgp(0, b"key");
        far[12] = 0xFF;
        let cut = &openpgp(0, b"key")[..18];
        for broken in [&[0, 0, 0, 4, 2][..], &[0, 0, 0, 6, 2, 1], &[0, 0], &far, cut] {
            assert_eq!(error(broken), "reading keybox: it is broken at byte 16");
        }
    }
}
