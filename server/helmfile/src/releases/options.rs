//! How a release is deployed: what it says, or else `helmDefaults:`, or else Helmfile.

use yaml::Node;

use super::{Built, read};
use crate::load::invalid_handler;
use crate::model::{MissingFileHandler, Options};
use crate::{Code, Finding};

/// How many revisions Helmfile keeps.
const HISTORY_MAX: u64 = 10;

/// The options of a release.
pub(super) fn options(tree: &Node, file: &Node, handler: Option<MissingFileHandler>) -> Built<Options> {
    let said = Said { release: tree, defaults: file.get("helmDefaults") };
    check(&said)?;
    let either = |key: &str| said.own_bool(key) || said.default_bool(key);
    Ok(Options {
        create_namespace: said.bool_or("createNamespace", true),
        wait: said.bool("wait"),
        wait_for_jobs: said.bool("waitForJobs"),
        timeout: said.int("timeout").filter(|it| *it != 0),
        atomic: said.bool("atomic") || said.bool("rollbackOnFailure"),
        cleanup_on_fail: said.bool("cleanupOnFail"),
        force: said.bool("force"),
        force_conflicts: said.bool("forceConflicts"),
        history_max: said.int("historyMax").unwrap_or(HISTORY_MAX),
        skip_crds: said.default_bool("skipCRDs"),
        skip_deps: said.bool("skipDeps"),
        reuse_values: said.bool("reuseValues"),
        reinstall_if_forbidden: !read::text(tree, "updateStrategy").is_empty(),
        verify: said.bool("verify"),
        keyring: said.text("keyring"),
        devel: said.bool("devel"),
        skip_schema_validation: said.bool("skipSchemaValidation"),
        insecure_skip_tls_verify: either("insecureSkipTLSVerify"),
        plain_http: either("plainHttp"),
        post_renderer: said.text("postRenderer"),
        post_renderer_args: said.texts("postRendererArgs"),
        cascade: said.text("cascade"),
        delete_wait: said.bool("deleteWait"),
        delete_timeout: said.int("deleteTimeout").filter(|it| *it != 0),
        sync_release_labels: said.bool("syncReleaseLabels"),
        take_ownership: said.bool("takeOwnership"),
        server_side: said.text("serverSide"),
        suppress_diff: said.own_bool("suppressDiff"),
        suppress_output_line_regex: said.texts("suppressOutputLineRegex"),
        api_versions: read::texts(tree, "apiVersions"),
        kube_version: read::text(tree, "kubeVersion").to_owned(),
        missing_file_handler: own_handler(tree)?.or(handler).unwrap_or_default(),
    })
}

/// Who says something about an option.
struct Said<'s> {
    release: &'s Node,
    defaults: Option<&'s Node>,
}

impl Said<'_> {
    fn bool_or(&self, key: &str, otherwise: bool) -> bool {
        read::bool(self.release, key)
            .or_else(|| self.defaults.and_then(|it| read::bool(it, key)))
            .unwrap_or(otherwise)
    }

    fn bool(&self, key: &str) -> bool {
        self.bool_or(key, false)
    }

    fn own_bool(&self, key: &str) -> bool {
        read::bool(self.release, key).unwrap_or_default()
    }

    fn default_bool(&self, key: &str) -> bool {
        self.defaults.and_then(|it| read::bool(it, key)).unwrap_or_default()
    }

    fn int(&self, key: &str) -> Option<u64> {
        let said = read::int(self.release, key).or_else(|| self.defaults.and_then(|it| read::int(it, key)));
        said.and_then(|it| u64::try_from(it).ok())
    }

    fn text(&self, key: &str) -> String {
        let own = read::text(self.release, key);
        let said = if own.is_empty() { self.defaults.map_or("", |it| read::text(it, key)) } else { own };
        said.to_owned()
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let own = read::texts(self.release, key);
        if own.is_empty() { self.defaults.map(|it| read::texts(it, key)).unwrap_or_default() } else { own }
    }
}

fn own_handler(tree: &Node) -> Built<Option<MissingFileHandler>> {
    let Some(said) = tree.get("missingFileHandler") else { return Ok(None) };
    let name = said.value.as_str().unwrap_or_default();
    match MissingFileHandler::from_name(name) {
        Some(handler) => Ok(Some(handler)),
        None => Err(invalid_handler(name, said.at)),
    }
}

/// Options that do not go together.
fn check(said: &Said<'_>) -> Built<()> {
    let pairs = [("force", "forceConflicts"), ("atomic", "rollbackOnFailure")];
    for (one, other) in pairs {
        if said.bool(one) && said.bool(other) {
            let message = format!(
                "{one} and {other} are mutually exclusive (check both releases[].{one}/{other} and helmDefaults.{one}/{other})"
            );
            let at = read::place(said.release, other)
                .or_else(|| read::place(said.release, one))
                .or(said.release.at);
            return Err(Finding::error(Code::Invalid, at, message));
        }
    }
    let server_side = said.text("serverSide");
    if !matches!(server_side.as_str(), "" | "true" | "false" | "auto") {
        let at = read::place(said.release, "serverSide").or(said.release.at);
        let message = format!("serverSide must be \"true\", \"false\" or \"auto\", and is {server_side:?}");
        return Err(Finding::error(Code::Invalid, at, message));
    }
    Ok(())
}
