//! Classic chart repositories: which there are, what is in them, and where a chart of theirs lies.

use url::Url;

use crate::client::Client;
use crate::error::Error;
use crate::fetch::ChartRef;
use crate::settings::Access;

/// Where a chart lies.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// The address of the archive; `oci://` where an index points into a registry.
    pub(crate) url: Url,
    /// The chart's name, if the index or the reference says it.
    pub(crate) name: String,
    /// The version that was chosen; empty where nothing says it.
    pub(crate) version: String,
    /// The digest of the archive, if the index has one.
    pub(crate) digest: Option<String>,
    /// How to talk to that server: with credentials only if it may have them.
    pub(crate) access: Access,
}

impl Located {
    /// The same as a reference into a registry.
    pub(crate) fn as_reference(&self, chart: &ChartRef) -> ChartRef {
        ChartRef {
            reference: self.url.to_string(),
            version: self.version.clone(),
            repo_url: None,
            access: self.access.clone(),
            ..chart.clone()
        }
    }
}

/// Finds out where a chart lies: one of an added repository (`name/chart`), one of a repository by its address, or one by
/// its own address.
#[expect(clippy::unused_async, reason = "what asks repositories comes next")]
pub(crate) async fn locate(_: &Client, chart: &ChartRef) -> Result<Located, Error> {
    let reference = &chart.reference;
    Err(Error::say(format!(
        "{reference}: charts from repositories are not supported yet; pull the chart and give its path"
    )))
}
