//! What registries say for themselves while a chart is fetched or pushed, in Helm's words and where Helm says them.

use anyhow::Result;
use chart::Dialect;
use registry::Fetched;

use crate::output;

/// What Helm says of a chart that was fetched, warnings first.
pub(crate) fn told(fetched: &Fetched) -> Vec<String> {
    [fetched.warnings.clone(), pulled(fetched)].concat()
}

/// What a registry's client says of a chart; nothing of one from a repository.
pub(crate) fn pulled(fetched: &Fetched) -> Vec<String> {
    let Some(manifest) = &fetched.manifest else { return Vec::new() };
    let lines = [format!("Pulled: {}", fetched.reference), format!("Digest: {manifest}")];
    lines.into_iter().chain(underscore(&fetched.reference)).collect()
}

/// Why a tag is not quite the version (`registryUnderscoreMessage`).
pub(crate) fn underscore(reference: &str) -> Option<String> {
    reference.contains('_').then(|| {
        format!(
            "{reference} contains an underscore.\n\n\
             OCI artifact references (e.g. tags) do not support the plus sign (+). To support\n\
             storing semantic versions, Helm adopts the convention of changing plus (+) to\n\
             an underscore (_) in chart version tags when pushing to a registry and back to\n\
             a plus (+) when pulling from a registry."
        )
    })
}

/// Says it to people with Helm 3, to programs as well with Helm 4: only for commands that have no other result.
pub(crate) fn say(text: &str, dialect: Dialect) -> Result<()> {
    match dialect {
        Dialect::Helm3 => {
            output::remark(text);
            Ok(())
        }
        Dialect::Helm4 => output::print(&format!("{text}\n")),
    }
}
