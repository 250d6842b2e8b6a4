//! Finding a text that was signed in the clear among other text, as Go's `clearsign.Decode` finds it.

use pgp::composed::CleartextSignedMessage;

const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// The first signed text in `data`, or nothing where none is whole.
pub(super) fn read(data: &[u8]) -> Option<CleartextSignedMessage> {
    let text = std::str::from_utf8(data).ok()?;
    let start = if text.starts_with(BEGIN) { 0 } else { text.find(&format!("\n{BEGIN}"))? + 1 };
    let end = start + text[start..].find(&format!("\n{END}"))? + 1 + END.len();
    CleartextSignedMessage::from_string(&text[start..end]).ok().map(|(message, _)| message)
}
