//! A record as text: JSON, packed, in base64. What a Secret holds is that text once more in base64, as every Secret does.

use std::io::{Read, Write};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::Record;
use super::store::StoreError;

/// What etcd takes for the data of one Secret or ConfigMap, in bytes.
pub const MAX_SIZE: usize = 1_048_576;

/// No record is larger when unpacked: it would be a bomb.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;

/// Packs a record.
pub fn encode(record: &Record) -> Result<String, StoreError> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    let mut serializer = serde_json::Serializer::with_formatter(&mut packed, GoFormatter(CompactFormatter));
    serde::Serialize::serialize(record, &mut serializer).map_err(|error| StoreError::broken(&error))?;
    let packed = packed.finish().map_err(|error| StoreError::broken(&error))?;
    Ok(BASE64.encode(&packed))
}

/// JSON as Go's `encoding/json` writes it.
pub fn go_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    written(value, GoFormatter(CompactFormatter))
}

/// The same, two spaces to a level, as `SetIndent("", "  ")` has it.
pub fn go_json_indented(value: &impl serde::Serialize) -> Result<String, StoreError> {
    written(value, GoFormatter(PrettyFormatter::new()))
}

fn written(value: &impl serde::Serialize, formatter: impl Formatter) -> Result<String, StoreError> {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    value.serialize(&mut serializer).map_err(|error| StoreError::broken(&error))?;
    String::from_utf8(text).map_err(|error| StoreError::broken(&error))
}

/// Unpacks a record. What is not packed counts as JSON, as in the earliest releases of Helm.
pub fn decode(text: &[u8]) -> Result<Record, StoreError> {
    let data = BASE64.decode(text).map_err(|error| StoreError::broken(&error))?;
    if !data.starts_with(&[0x1F, 0x8B, 0x08]) {
        return serde_json::from_slice(&data).map_err(|error| StoreError::broken(&error));
    }
    let mut unpacked = Vec::with_capacity(data.len() * 6);
    let read = GzDecoder::new(&*data).take(MAX_UNPACKED).read_to_end(&mut unpacked);
    read.map_err(|error| StoreError::broken(&error))?;
    serde_json::from_slice(&unpacked).map_err(|error| StoreError::broken(&error))
}

/// Escapes what Go's `encoding/json` escapes beyond JSON: what means something in HTML or ends lines in JavaScript.
struct GoFormatter<F>(F);

/// What the other formatter decides: where lines break.
macro_rules! as_inside {
    ($($name:ident($($first:ident: bool)?);)*) => {$(
        fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $first: bool)?) -> std::io::Result<()> {
            self.0.$name(writer $(, $first)?)
        }
    )*};
}

impl<F: Formatter> Formatter for GoFormatter<F> {
    as_inside! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> std::io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (plain, special) = rest.split_at(at);
            let found = special.chars().next().unwrap_or_default();
            writer.write_all(plain.as_bytes())?;
            write!(writer, "\\u{:04x}", u32::from(found))?;
            rest = &special[found.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ChartPart;

    fn record() -> Record {
        let chart = ChartPart::from_json(r#"{"metadata":{"name":"c","version":"1.0.0"}}"#).unwrap();
        Record {
            name: "web".into(),
            manifest: "a: <b> & \u{2028}\n".into(),
            version: 2,
            chart,
            ..Record::default()
        }
    }

    #[test]
    fn what_was_packed_comes_back() {
        assert_eq!(decode(encode(&record()).unwrap().as_bytes()).unwrap(), record());
    }

    #[test]
    fn json_is_gos() {
        let text = encode(&record()).unwrap();
        let mut json = String::new();
        GzDecoder::new(&*BASE64.decode(text.as_bytes()).unwrap()).read_to_string(&mut json).unwrap();
        assert!(json.contains(r#""manifest":"a: \u003cb\u003e \u0026 \u2028\n""#), "{json}");
    }

    #[test]
    fn indented_json_is_gos_too() {
        let value = serde_json::json!([{"a": "<", "b": [], "c": {}}, 1]);
        assert_eq!(
            go_json_indented(&value).unwrap(),
            "[\n  {\n    \"a\": \"\\u003c\",\n    \"b\": [],\n    \"c\": {}\n  },\n  1\n]"
        );
    }

    #[test]
    fn plain_json_is_read_too() {
        let text = BASE64.encode(br#"{"name":"old","version":1}"#);
        assert_eq!(decode(text.as_bytes()).unwrap().name, "old");
        assert!(decode(b"H4sI").is_err());
        assert!(decode(b"?").is_err());
    }
}
