//! Which names Kubernetes takes for an object, by its kind (`validateMetadataNameFunc` in `template.go`).

use golang::strconv::quote;

/// The shape of one label of a domain.
const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// What is wrong with the name of an object of that kind, in the words of Kubernetes and Helm.
pub(super) fn problem(kind: &str, name: &str) -> Option<String> {
    let found: Vec<String> = match kind.to_lowercase().as_str() {
        "service" => service(name),
        "namespace" => namespace(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let quoted = quote(name);
    let all: Vec<String> =
        found.into_iter().map(|it| format!("metadata.name: Invalid value: {quoted}: {it}")).collect();
    let text = match all.as_slice() {
        [] => return None,
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Some(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {text}"))
}

/// RFC 1123: labels with dots between them.
fn subdomain(name: &str) -> Vec<String> {
    let what = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
                and must start and end with an alphanumeric character";
    let mut found = too_long(name, 253);
    if !is_subdomain(name) {
        let shape = format!("{LABEL}(\\.{LABEL})*");
        found.push(format!("{what} (e.g. 'example.com', regex used for validation is '{shape}')"));
    }
    found
}

/// RFC 1123: one label.
fn namespace(name: &str) -> Vec<String> {
    let what = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                start and end with an alphanumeric character";
    let mut found = too_long(name, 63);
    if is_label(name) {
        return found;
    }
    found.push(if is_subdomain(name) {
        "must not contain dots".to_owned()
    } else {
        format!("{what} (e.g. 'my-name',  or '123-abc', regex used for validation is '{LABEL}')")
    });
    found
}

/// RFC 1035: a label that begins with a letter.
fn service(name: &str) -> Vec<String> {
    let what = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
                alphabetic character, and end with an alphanumeric character";
    let mut found = too_long(name, 63);
    if !(is_label(name) && name.starts_with(|it: char| it.is_ascii_lowercase())) {
        let shape = "[a-z]([-a-z0-9]*[a-z0-9])?";
        found.push(format!("{what} (e.g. 'my-name',  or 'abc-123', regex used for validation is '{shape}')"));
    }
    found
}

/// Whatever can stand between two slashes of an address.
fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let has = |it: &&str| name.contains(*it);
    ["/", "%"].iter().copied().filter(has).map(|it| format!("may not contain '{it}'")).collect()
}

fn too_long(name: &str, most: usize) -> Vec<String> {
    let long = name.len() > most;
    if long { vec![format!("must be no more than {most} characters")] } else { Vec::new() }
}

fn is_label(text: &str) -> bool {
    let good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    !text.is_empty() && text.bytes().all(good) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_kinds_take_a_subdomain() {
        assert_eq!(problem("Deployment", "a-1.b"), None);
        assert_eq!(problem("Whatever", "a-1.b"), None);
        let text = problem("Deployment", "A_b").unwrap();
        assert!(
            text.starts_with("object name does not conform to Kubernetes naming requirements: \"A_b\": meta")
        );
        assert!(problem("ConfigMap", &"a".repeat(254)).unwrap().contains("no more than 253 characters"));
        assert!(problem("Pod", "").is_some());
    }

    #[test]
    fn labels_are_stricter() {
        assert!(problem("Service", "1a").unwrap().contains("DNS-1035"));
        assert_eq!(problem("service", "a1"), None);
        assert!(problem("Namespace", "a.b").unwrap().ends_with("must not contain dots"));
        assert_eq!(problem("Namespace", "1a"), None);
        assert!(problem("Namespace", "a_b").unwrap().contains("RFC 1123 label"));
    }

    #[test]
    fn roles_take_nearly_everything() {
        assert_eq!(problem("ClusterRole", "system:a B"), None);
        assert!(problem("Role", "a/b%").unwrap().ends_with("may not contain '%']"));
        assert!(problem("RoleBinding", "..").unwrap().ends_with("may not be '..'"));
        assert_eq!(problem("CertificateSigningRequest", "!"), None);
    }
}
