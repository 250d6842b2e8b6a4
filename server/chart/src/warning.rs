//! What Helm grumbles about and goes on.
//!
//! Both Helms log it, each in its own form: Helm 3 as Go's `log` does, with the line of Helm's source in front;
//! Helm 4 as `slog` writes text, `level=WARN msg="…" key=value`.

use golang::{Dialect, strconv::quote};
use text::FileRange;

use crate::Chart;

/// Something that Helm prints to stderr and goes on.
#[derive(Clone, Debug)]
pub struct Warning {
    /// What is wrong, for people.
    pub message: String,
    /// The value that was left out.
    pub at: Option<FileRange>,
    /// The line of Helm 3's source that says so.
    helm3: &'static str,
    /// Helm 4's level, message and attributes, where they are not the message at level INFO.
    helm4: Option<Logged>,
}

#[derive(Clone, Debug)]
struct Logged {
    message: &'static str,
    attributes: Vec<(&'static str, String)>,
}

impl Warning {
    /// What both Helms word in the same way.
    pub fn new(message: String, at: Option<FileRange>, helm3: &'static str) -> Self {
        Self { message, at, helm3, helm4: None }
    }

    /// The same with Helm 4's message and attributes.
    pub fn logged_as(
        mut self,
        message: &'static str,
        attributes: impl Into<Vec<(&'static str, String)>>,
    ) -> Self {
        self.helm4 = Some(Logged { message, attributes: attributes.into() });
        self
    }

    /// The line in Helm's log.
    pub fn logged(&self, dialect: Dialect) -> String {
        match (dialect, &self.helm4) {
            (Dialect::Helm3, _) => format!("{}: {}", self.helm3, self.message),
            (Dialect::Helm4, None) => log_line("INFO", &self.message, &[]),
            (Dialect::Helm4, Some(logged)) => log_line("WARN", logged.message, &logged.attributes),
        }
    }
}

/// What Helm grumbles about when it loads a chart: files of the time before API version 2.
pub fn of_loading(chart: &Chart) -> Vec<Warning> {
    let files = chart.raw.iter().filter(|_| chart.metadata.api_version != "v1");
    let own = files.filter_map(|file| match &*file.path {
        "requirements.lock" => Some(Warning::new(
            "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to \
             Chart.lock."
                .to_owned(),
            None,
            "load.go:138",
        )),
        "requirements.yaml" => Some(Warning::new(
            "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to \
             Chart.yaml."
                .to_owned(),
            None,
            "load.go:120",
        )),
        _ => None,
    });
    own.chain(chart.dependencies.iter().flat_map(of_loading)).collect()
}

/// The digest of a lock file is not Helm 3's: it may be Helm 2's.
pub fn old_digest() -> Warning {
    let message = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
    Warning::new(message.to_owned(), None, "manager.go:122")
}

/// A line as `log/slog` writes it in Helm 4.
pub fn log_line(level: &str, message: &str, attributes: &[(&str, String)]) -> String {
    let mut line = format!("level={level} msg={}", slog_text(message));
    for (key, value) in attributes {
        line += &format!(" {key}={}", slog_text(value));
    }
    line
}

/// `slog` quotes what would not be one word.
fn slog_text(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_graphic() && !matches!(it, '"' | '=' | '\\');
    let quoted =
        text.is_empty() || text.contains(|it: char| !(is_plain(it) || it == '\\' || it.is_alphanumeric()));
    if quoted { quote(text) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_helm_logs_in_its_way() {
        let warning = Warning::new("Warning: it is odd".to_owned(), None, "a.go:1")
            .logged_as("odd", [("path", "a.b".to_owned()), ("error", "no \"table\"".to_owned())]);
        assert_eq!(warning.logged(Dialect::Helm3), "a.go:1: Warning: it is odd");
        assert_eq!(warning.logged(Dialect::Helm4), r#"level=WARN msg=odd path=a.b error="no \"table\"""#);
        let plain = Warning::new("warning: x.".to_owned(), None, "a.go:1");
        assert_eq!(plain.logged(Dialect::Helm4), r#"level=INFO msg="warning: x.""#);
    }
}
