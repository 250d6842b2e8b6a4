//! Reading an index: YAML or JSON, strict about what it holds as Helm is, lenient about single entries.

use std::collections::BTreeMap;

use chart::decode::{DecodeError, Decoder, convert_error, unmarshal_error};
use chart::warning::Warning;
use chart::{Dialect, METADATA_FIELDS, Metadata, read_metadata_field, validate};
use golang::strconv::quote;
use text::FileId;
use yaml::{Entry, Node, Numbers, Value, parse_parts};

use super::{ChartVersion, Index, IndexError, ReadIndex};

const INDEX: [&str; 6] = ["serverInfo", "apiVersion", "generated", "entries", "publicKeys", "annotations"];
/// Fields of a version that are not those of its `Chart.yaml`.
pub(super) const OWN: [&str; 4] = ["urls", "created", "removed", "digest"];
/// Fields of Helm 2's time.
pub(super) const OBSOLETE: [&str; 4] = ["checksum", "engine", "tillerVersion", "url"];
const VERSION: [&str; 25] = {
    let mut all = [""; 25];
    let mut at = 0;
    while at < all.len() {
        all[at] = match at {
            0..17 => METADATA_FIELDS[at],
            17..21 => OWN[at - 17],
            _ => OBSOLETE[at - 21],
        };
        at += 1;
    }
    all
};

impl Index {
    /// Reads an index. `source` names it in warnings.
    pub fn read(data: &[u8], source: &str, dialect: Dialect) -> Result<ReadIndex, IndexError> {
        read_where(data, source, dialect, |_| true)
    }

    /// Reads one chart of an index. What is wrong with others is not told.
    pub fn read_chart(
        data: &[u8],
        name: &str,
        source: &str,
        dialect: Dialect,
    ) -> Result<ReadIndex, IndexError> {
        read_where(data, source, dialect, |it| it == name)
    }
}

fn read_where(
    data: &[u8],
    source: &str,
    dialect: Dialect,
    wanted: impl Fn(&str) -> bool,
) -> Result<ReadIndex, IndexError> {
    if data.is_empty() {
        return Err(IndexError::Empty);
    }
    if data.trim_ascii_start().starts_with(b"<") {
        return Err(IndexError::Page);
    }
    let mut reader = Reader { source, dialect, is_json: false, warnings: Vec::new() };
    let node = if let Some(node) = json(data) {
        reader.is_json = true;
        node
    } else {
        let text = String::from_utf8_lossy(data);
        parse_parts(&text, FileId(0), Numbers::AsWritten, |depth, key| depth != 2 || wanted(key))
            .map_err(|error| IndexError::Unreadable(convert_error(&error.message)))?
    };
    let mut index = reader.index(&node, wanted)?;
    index.sort();
    if index.api_version.is_empty() {
        return Err(IndexError::NoApiVersion);
    }
    Ok(ReadIndex { index, warnings: reader.warnings })
}

/// The same as JSON, if it is that.
fn json(data: &[u8]) -> Option<Node> {
    data.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(data).ok()).flatten().map(node)
}

fn node(json: serde_json::Value) -> Node {
    Node::computed(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(it) => Value::Bool(it),
        serde_json::Value::Number(it) => Value::Float(it.as_f64().unwrap_or_default()),
        serde_json::Value::String(it) => Value::String(it.into()),
        serde_json::Value::Array(items) => {
            Value::List(items.into_iter().map(node).collect::<Vec<_>>().into())
        }
        serde_json::Value::Object(map) => {
            let entry = |(key, json): (String, _)| Entry { key: key.into(), key_at: None, node: node(json) };
            Value::Map(std::sync::Arc::new(map.into_iter().map(entry).collect()))
        }
    })
}

struct Reader<'s> {
    source: &'s str,
    dialect: Dialect,
    /// JSON may say more than is known; YAML must not.
    is_json: bool,
    warnings: Vec<Warning>,
}

impl Reader<'_> {
    fn decoder(&self) -> Decoder {
        if self.is_json { Decoder::default() } else { Decoder::strict() }
    }

    fn told(&self, error: Option<DecodeError>) -> Result<(), IndexError> {
        let text = |error: DecodeError| match self.is_json {
            true => error.message,
            false => unmarshal_error(&error.message),
        };
        error.map_or(Ok(()), |error| Err(IndexError::Unreadable(text(error))))
    }

    fn index(&mut self, node: &Node, wanted: impl Fn(&str) -> bool) -> Result<Index, IndexError> {
        let mut index = Index::default();
        let mut entries = None;
        let mut decoder = self.decoder();
        decoder.object(node, "repo.IndexFile", &INDEX, |decoder, field, node| match field {
            "apiVersion" => decoder.string(node, &mut index.api_version),
            "generated" => time(decoder, node, &mut index.generated),
            "publicKeys" => decoder.strings(node, &mut index.public_keys),
            "annotations" => texts(decoder, node, &mut index.annotations),
            "entries" => match &node.value {
                Value::Null => {}
                Value::Map(map) => entries = Some(map.clone()),
                _ => decoder.mismatch(node, "map[string]repo.ChartVersions"),
            },
            _ => {}
        });
        self.told(decoder.finish())?;
        for Entry { key, node, .. } in entries.iter().flat_map(|it| it.iter()).filter(|it| wanted(&it.key)) {
            let versions = self.versions(key, node)?;
            index.entries.insert(key.to_string(), versions);
        }
        Ok(index)
    }

    fn versions(&mut self, name: &str, node: &Node) -> Result<Vec<ChartVersion>, IndexError> {
        let items = match &node.value {
            Value::Null => return Ok(Vec::new()),
            Value::List(items) => items,
            _ => {
                let mut decoder = Decoder::default();
                decoder.mismatch(node, "repo.ChartVersions");
                self.told(decoder.finish())?;
                return Ok(Vec::new());
            }
        };
        let mut versions = Vec::with_capacity(items.len());
        // From behind, as Helm does: so its warnings come in this order.
        for item in items.iter().rev() {
            if let Some(version) = self.version(name, item)? {
                versions.push(version);
            }
        }
        versions.reverse();
        Ok(versions)
    }

    /// A version, unless it is one that Helm leaves out.
    fn version(&mut self, name: &str, node: &Node) -> Result<Option<ChartVersion>, IndexError> {
        if node.value.is_null() {
            let what =
                format!("skipping loading invalid entry for chart {} from {}", quote(name), self.source);
            let attributes = [("name", name.to_owned()), ("source", self.source.to_owned())];
            let warning = Warning::new(format!("{what}: empty entry"), None, "index.go:359")
                .logged_as("skipping loading invalid entry for chart: empty entry", attributes);
            self.warnings.push(warning);
            return Ok(None);
        }
        let (mut version, dialect) = (ChartVersion::default(), self.dialect);
        let mut decoder = self.decoder();
        decoder.object(node, "repo.ChartVersion", &VERSION, |decoder, field, node| match field {
            "urls" => decoder.strings(node, &mut version.urls),
            "created" => time(decoder, node, &mut version.created),
            "removed" => decoder.bool(node, &mut version.removed),
            "digest" => decoder.string(node, &mut version.digest),
            _ if OBSOLETE.contains(&field) => {
                let mut text = String::new();
                decoder.string(node, &mut text);
                version.obsolete.push((field, text));
            }
            _ => read_metadata_field(decoder, field, node, dialect, &mut version.metadata),
        });
        let (error, nulls) = decoder.finish_both();
        self.told(error)?;
        let problem = nulls.or_else(|| check(&mut version.metadata));
        if let Some(DecodeError { message, .. }) = problem {
            self.warnings.push(self.skipped(name, &version.metadata.version, message));
            return Ok(None);
        }
        Ok(Some(version))
    }

    fn skipped(&self, name: &str, version: &str, problem: String) -> Warning {
        let (quoted_name, quoted_version) = (quote(name), quote(version));
        let what = format!("skipping loading invalid entry for chart {quoted_name} {quoted_version}");
        let attributes = [
            ("name", name.to_owned()),
            ("version", version.to_owned()),
            ("source", self.source.to_owned()),
            ("error", problem.clone()),
        ];
        Warning::new(format!("{what} from {}: {problem}", self.source), None, "index.go:371")
            .logged_as("skipping loading invalid entry for chart", attributes)
    }
}

/// What is wrong with an entry. Some repositories drop the aliases of dependencies, which Helm forgives.
fn check(metadata: &mut Metadata) -> Option<DecodeError> {
    if metadata.api_version.is_empty() {
        "v1".clone_into(&mut metadata.api_version);
    }
    validate(metadata)
        .filter(|it| !it.message.starts_with("validation: more than one dependency with name or alias"))
}

fn time(decoder: &mut Decoder, node: &Node, into: &mut String) {
    match &node.value {
        Value::Null => {}
        Value::String(text) => match golang::time::normal(text) {
            Ok(time) => *into = time,
            Err(reason) => decoder.fail(reason, node.at),
        },
        _ => decoder.fail("Time.UnmarshalJSON: input is not a JSON string".to_owned(), node.at),
    }
}

fn texts(decoder: &mut Decoder, node: &Node, into: &mut BTreeMap<String, String>) {
    match &node.value {
        Value::Null => {}
        Value::Map(map) => {
            for Entry { key, node, .. } in map.iter() {
                let mut text = String::new();
                decoder.string(node, &mut text);
                into.insert(key.to_string(), text);
            }
        }
        _ => decoder.mismatch(node, "map[string]string"),
    }
}
