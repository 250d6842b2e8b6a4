//! Which clusters are written to how easily.
//!
//! Clusters on this machine are there to be broken. All others need one word of the user, kept with the user and not with
//! the workspace; those whose context looks like production need the release's name typed each time.

use release::ports::Identity;

/// How carefully a cluster is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// It is on this machine.
    Local,
    /// The user has to agree once.
    Agreed,
    /// The user has to type the release's name each time.
    Protected,
}

/// Contexts that are not written to by a click, unless settings say otherwise.
pub(crate) const PROTECTED: [&str; 3] = ["*prod*", "*prd*", "*live*"];

const LOCAL_NAMES: [&str; 5] = ["minikube", "docker-desktop", "rancher-desktop", "colima", "orbstack"];
const LOCAL_STARTS: [&str; 2] = ["kind-", "k3d-"];

/// How carefully a cluster is treated. `protected` are patterns of contexts, in which `*` is anything.
pub(crate) fn care(cluster: &Identity, protected: &[String]) -> Care {
    let context = cluster.context.to_lowercase();
    if protected.iter().any(|pattern| matches(&pattern.to_lowercase(), &context)) {
        return Care::Protected;
    }
    let is_local_name =
        LOCAL_NAMES.contains(&&*context) || LOCAL_STARTS.iter().any(|it| context.starts_with(it));
    // A name alone is no proof, but these are given by the tools that make such clusters, on loopback.
    if is_local_name || is_loopback(&cluster.server) { Care::Local } else { Care::Agreed }
}

fn is_loopback(server: &str) -> bool {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Unlike in paths, `*` is also `/`: clusters of clouds have such names.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        // Without a star it is all or nothing.
        None => rest.is_empty(),
        Some(last) => text.ends_with(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(context: &str, server: &str, want: Care) {
        let cluster = Identity { context: context.into(), server: server.into(), ..Identity::default() };
        let protected: Vec<String> = PROTECTED.map(str::to_owned).into();
        assert_eq!(care(&cluster, &protected), want, "{context} {server}");
    }

    #[test]
    fn names_and_addresses_tell() {
        check("kind-dev", "https://127.0.0.1:6443", Care::Local);
        check("rig", "https://127.0.0.1:18443", Care::Local);
        check("rig", "https://[::1]:18443/x", Care::Local);
        check("rig", "https://localhost", Care::Local);
        check("minikube", "https://192.168.49.2:8443", Care::Local);
        check("dev-eu", "https://api.example.com", Care::Agreed);
        check("kindly", "https://127.0.0.1.example.com", Care::Agreed);
        check("", "", Care::Agreed);
        check("Prod-eu", "https://127.0.0.1", Care::Protected);
        check("kind-prod", "https://127.0.0.1", Care::Protected);
    }

    #[test]
    fn stars_are_anything() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*c", "ab", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
