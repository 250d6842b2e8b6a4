//! `-o`: in which form a result is printed.

use anyhow::Result;
use release::to_node;
use serde::Serialize;
use yaml::Layout;

/// A form of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// For people.
    #[default]
    Table,
    /// JSON, in one line.
    Json,
    /// YAML.
    Yaml,
}

impl Form {
    /// A result in one of the two forms for programs; `None` where a table is wanted.
    pub(crate) fn write(self, result: &impl Serialize) -> Result<Option<String>> {
        Ok(match self {
            Self::Table => None,
            Self::Json => Some(release::record::go_json(result)? + "\n"),
            Self::Yaml => Some(yaml_text(&serde_json::to_value(result)?)?),
        })
    }
}

/// YAML as Helm prints it.
pub(crate) fn yaml_text(value: &serde_json::Value) -> Result<String> {
    let text = yaml::write(&to_node(value), Layout::V2).map_err(|error| anyhow::anyhow!(error.message))?;
    Ok(text.trim_end_matches('\n').to_owned() + "\n")
}
