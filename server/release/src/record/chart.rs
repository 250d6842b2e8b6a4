//! What a record says of the chart: its own files as JSON. Subcharts are not in it, in no Helm.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chart::{Chart, Dialect, SourceFile};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Time;
use crate::json::to_json;

/// The chart of a record, as the JSON that it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChartPart(Box<RawValue>);

/// What lists and tables show of a chart.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChartMetadata {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The version of what it installs.
    pub app_version: String,
    /// Free text for other tools.
    pub annotations: Option<BTreeMap<String, String>>,
    /// What it depends on.
    pub dependencies: Option<Vec<ChartDependency>>,
}

/// What a chart depends on.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ChartDependency {
    /// Its name.
    pub name: String,
}

impl ChartPart {
    /// What a release of a chart keeps of it: `values` are those that count as the chart's own.
    ///
    /// Helm 4 also keeps times of files, which say nothing where a chart comes from an archive or a registry: ours are
    /// the time of the release.
    pub fn of(chart: &Chart, dialect: Dialect, now: Time) -> Self {
        let file = |it: &SourceFile| match dialect {
            Dialect::Helm3 => json!({"name": &*it.path, "data": BASE64.encode(&it.data)}),
            Dialect::Helm4 => {
                json!({"name": &*it.path, "data": BASE64.encode(&it.data), "modtime": now.to_string()})
            }
        };
        let files = |all: &[SourceFile]| match all {
            [] if dialect == Dialect::Helm3 => Value::Array(Vec::new()),
            [] => Value::Null,
            all => all.iter().map(file).collect(),
        };
        let mut part = Map::new();
        let mut put = |key: &str, value: Value| drop(part.insert(key.to_owned(), value));
        put("metadata", to_json(&chart.metadata.to_node()));
        put("lock", chart.lock.as_ref().map_or(Value::Null, |lock| to_json(&lock.to_node())));
        put("templates", files(&chart.templates));
        put("values", to_json(&chart.values));
        put("schema", chart.schema.as_ref().map_or(Value::Null, |it| BASE64.encode(&it.data).into()));
        if dialect == Dialect::Helm4 {
            let schema_time = if chart.schema.is_some() { now.to_string() } else { NEVER.to_owned() };
            put("schemamodtime", schema_time.into());
        }
        put("files", files(&chart.files));
        if dialect == Dialect::Helm4 {
            put("modtime", now.to_string().into());
        }
        Self::from_value(&Value::Object(part))
    }

    /// Takes JSON as it is.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        RawValue::from_string(json.to_owned()).map(Self)
    }

    fn from_value(value: &Value) -> Self {
        Self::from_json(&value.to_string()).unwrap_or_default()
    }

    /// The JSON.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// Its description only.
    pub fn in_brief(&self) -> Self {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(default)]
        struct Part<'j> {
            #[serde(borrow)]
            metadata: Option<&'j RawValue>,
        }
        let part: Part<'_> = serde_json::from_str(self.as_json()).unwrap_or_default();
        serde_json::to_string(&part).ok().and_then(|json| Self::from_json(&json).ok()).unwrap_or_default()
    }

    /// What lists show of it; what cannot be read is left empty.
    pub fn metadata(&self) -> ChartMetadata {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Part {
            metadata: Option<ChartMetadata>,
        }
        serde_json::from_str::<Part>(self.as_json()).ok().and_then(|it| it.metadata).unwrap_or_default()
    }

    /// The values that counted as the chart's own.
    pub fn values(&self) -> Map<String, Value> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Part {
            values: Option<Map<String, Value>>,
        }
        serde_json::from_str::<Part>(self.as_json()).ok().and_then(|it| it.values).unwrap_or_default()
    }

    /// Its files with the sizes that they have in the chart, the largest first: what makes a record large.
    pub fn largest_files(&self) -> Vec<(String, usize)> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Part<'j> {
            #[serde(borrow)]
            templates: Option<Vec<File<'j>>>,
            #[serde(borrow)]
            files: Option<Vec<File<'j>>>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct File<'j> {
            #[serde(borrow)]
            name: Cow<'j, str>,
            #[serde(borrow)]
            data: Option<Cow<'j, str>>,
        }
        let part: Part<'_> = serde_json::from_str(self.as_json()).unwrap_or_default();
        let all = part.templates.into_iter().chain(part.files).flatten();
        let size = |file: &File<'_>| file.data.as_ref().map_or(0, |data| data.len() / 4 * 3);
        let mut sizes: Vec<_> = all.map(|file| (file.name.to_string(), size(&file))).collect();
        sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        sizes
    }
}

/// Go's zero time.
const NEVER: &str = "0001-01-01T00:00:00Z";

impl Default for ChartPart {
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

impl PartialEq for ChartPart {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
            || matches!(
                (serde_json::from_str::<Value>(self.as_json()), serde_json::from_str::<Value>(other.as_json())),
                (Ok(this), Ok(other)) if this == other
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_four_fields() {
        let json = r#"{"metadata":{"name":"c","version":"1.0.0","appVersion":"2","keywords":["k"]},"templates":[{"name":"t","data":"AAAA"}],
            "files":[{"name":"big","data":"AAAAAAAA"}],"values":{"a":1}}"#;
        let part = ChartPart::from_json(json).unwrap();
        assert_eq!((&*part.metadata().name, &*part.metadata().app_version), ("c", "2"));
        assert_eq!(part.values()["a"], 1);
        assert_eq!(part.largest_files(), [("big".to_owned(), 6), ("t".to_owned(), 3)]);
        assert_eq!(ChartPart::default().metadata(), ChartMetadata::default());
    }
}
