//! Images that cannot be pulled: what the registry's answer means, and how often it was asked.
//!
//! The kubelet tries again after 10, 20, 40, … seconds. Its message has the answer of the registry in it, wrapped by the
//! runtime; in back-off older kubelets keep only the name of the image, and the answer is in the events.

use super::chain::Event;
use super::pods::Container;
use super::{Finding, Kind, Scene, between, one_line};
use crate::ready::fields::SECOND;

/// What a registry, or the way to it, answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// There is no such image.
    Absent,
    /// There is, but not for this platform.
    Platform,
    /// We may not have it, or it does not exist: registries do not tell which.
    Denied,
    /// Ask later.
    Limited,
    /// It could not be asked.
    Unreachable,
    /// Something else.
    Unclear,
}

/// Words of runtimes and registries, in lower case. The first that is found decides.
const ANSWERS: [(&str, Answer); 27] = [
    ("toomanyrequests", Answer::Limited),
    ("too many requests", Answer::Limited),
    ("pull qps exceeded", Answer::Limited),
    ("rate limit", Answer::Limited),
    ("i/o timeout", Answer::Unreachable),
    ("connection refused", Answer::Unreachable),
    ("connection reset", Answer::Unreachable),
    ("no such host", Answer::Unreachable),
    ("server misbehaving", Answer::Unreachable),
    ("tls handshake timeout", Answer::Unreachable),
    ("deadline exceeded", Answer::Unreachable),
    ("unexpected eof", Answer::Unreachable),
    ("service unavailable", Answer::Unreachable),
    ("bad gateway", Answer::Unreachable),
    ("gateway timeout", Answer::Unreachable),
    ("internal server error", Answer::Unreachable),
    ("network is unreachable", Answer::Unreachable),
    ("no match for platform", Answer::Platform),
    ("no matching manifest for", Answer::Platform),
    ("pull access denied", Answer::Denied),
    ("unauthorized", Answer::Denied),
    ("authentication required", Answer::Denied),
    ("forbidden", Answer::Denied),
    ("denied", Answer::Denied),
    ("manifest unknown", Answer::Absent),
    ("name unknown", Answer::Absent),
    ("not found", Answer::Absent),
];

impl Answer {
    fn read(text: &str) -> Self {
        let text = text.to_lowercase();
        ANSWERS.iter().find(|(words, _)| text.contains(words)).map_or(Self::Unclear, |(_, answer)| *answer)
    }

    /// After how many failed attempts, or how many seconds in back-off, to give up.
    fn patience(self) -> Option<(i64, i128)> {
        match self {
            Self::Absent | Self::Platform => Some((2, 30)),
            Self::Denied => Some((3, 60)),
            Self::Unclear => Some((5, i128::MAX)),
            Self::Limited | Self::Unreachable => None,
        }
    }

    fn words(self) -> Option<&'static str> {
        match self {
            Self::Absent => Some("the registry has no such image"),
            Self::Platform => Some("the registry does not have it for the platform of the node"),
            Self::Denied => Some(
                "the registry refuses it: the pull secret is missing or wrong, or there is no such repository",
            ),
            Self::Limited => Some("too many images are being pulled"),
            Self::Unreachable => Some("the registry cannot be reached"),
            Self::Unclear => None,
        }
    }
}

/// The trouble of a container that waits for its image; `None` if it waits for something else.
pub(super) fn finding(container: &Container, events: &[Event], scene: &Scene) -> Option<Finding> {
    let (reason, message) = container.waiting()?;
    let (image, place) = (container.image(), container.phrase());
    let finding = match reason {
        "InvalidImageName" => {
            let detail = format!("{image:?} of {place} is not the name of an image");
            Finding::new(Kind::ImageName, container.pod, format!("{reason}: {image}"), detail).finally(true)
        }
        "ErrImageNeverPull" => {
            let detail = format!("image {image} of {place} is not on the node, and its pull policy is Never");
            Finding::new(Kind::ImagePull, container.pod, format!("{reason}: {image}"), detail).finally(true)
        }
        "ErrImagePull"
        | "ImagePullBackOff"
        | "RegistryUnavailable"
        | "ImageInspectError"
        | "SignatureValidationFailed" => pull(container, reason, message, events, scene),
        _ => return None,
    };
    Some(finding.in_container(container.name()))
}

fn pull(container: &Container, reason: &str, message: &str, events: &[Event], scene: &Scene) -> Finding {
    let image = container.image();
    let failures = || {
        let failed = |event: &&Event| {
            event.message.starts_with("Failed to pull image") && event.is_about(container.name())
        };
        events.iter().filter(failed)
    };
    let told = match Answer::read(message) {
        // The name of an image says nothing about it.
        Answer::Unclear => failures().next().map_or(message, |event| event.message),
        _ => message,
    };
    let answer = Answer::read(&told.replace(image, ""));
    let attempts = failures().map(|event| event.count).fold(0, i64::saturating_add);
    let waited = if reason == "ImagePullBackOff" { container.waited(scene.now) / SECOND } else { 0 };
    let given_up = answer.patience().is_some_and(|(most, seconds)| attempts >= most || waited >= seconds);
    let why = answer.words().map_or_else(|| one_line(innermost(told)), str::to_owned);
    let detail = format!("image {image} of {} cannot be pulled, {why}", container.phrase());
    Finding::new(Kind::ImagePull, container.pod, format!("{reason}: {image}"), detail).finally(given_up)
}

/// What a runtime says without the wrapping of its remote calls.
fn innermost(message: &str) -> &str {
    let message = message.rsplit_once("desc = ").map_or(message, |(_, inner)| inner);
    between(message, "\": ", "\n").unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, answer: Answer) {
        assert_eq!(Answer::read(text), answer);
    }

    #[test]
    fn what_registries_answer() {
        check(
            "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nginx:nope\": failed \
             to resolve reference \"docker.io/library/nginx:nope\": docker.io/library/nginx:nope: not found",
            Answer::Absent,
        );
        check(
            "pull access denied, repository does not exist or may require authorization: server message: \
             insufficient_scope: authorization failed",
            Answer::Denied,
        );
        check(
            "unexpected status from HEAD request to https://r/v2/a/manifests/1: 403 Forbidden",
            Answer::Denied,
        );
        check(
            "429 Too Many Requests - Server message: toomanyrequests: You have reached your limit",
            Answer::Limited,
        );
        check("dial tcp: lookup registry.example.com: no such host", Answer::Unreachable);
        check("no match for platform in manifest: not found", Answer::Platform);
        check("Back-off pulling image \"nginx:1\"", Answer::Unclear);
    }
}
