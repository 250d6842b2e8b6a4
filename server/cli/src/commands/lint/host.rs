//! The machine as lint shows it to templates: `required` and `fail` stop nothing, and are logged as Helm logs them.

use std::sync::{Mutex, PoisonError};

use chart::Dialect;
use golang::strconv::{is_print, quote};
use template::{Host, LetPass};

use crate::host::Machine;

/// The machine in lint mode.
#[derive(Debug)]
pub(super) struct LintHost {
    machine: Machine,
    dialect: Dialect,
    log: Mutex<Vec<String>>,
}

impl LintHost {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { machine: Machine::new(), dialect, log: Mutex::default() }
    }

    /// What was let pass, in Helm's words.
    pub(super) fn into_log(self) -> Vec<String> {
        self.log.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for LintHost {
    fn now(&self) -> i128 {
        self.machine.now()
    }

    fn random(&self, into: &mut [u8]) {
        self.machine.random(into);
    }

    fn time_zone(&self) -> &str {
        self.machine.time_zone()
    }

    fn lints(&self) -> bool {
        true
    }

    fn let_pass(&self, what: LetPass, message: &str) {
        let line = log_line(what, message, self.dialect);
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// Helm 3 writes lines of Go's `log` with the place in its source; Helm 4 writes `slog` records.
fn log_line(what: LetPass, message: &str, dialect: Dialect) -> String {
    match (dialect, what) {
        (Dialect::Helm3, LetPass::Missing) => {
            format!("engine.go:206: [INFO] Missing required value: {message}")
        }
        (Dialect::Helm3, LetPass::Empty) => {
            format!("engine.go:214: [INFO] Missing required value: {message}")
        }
        (Dialect::Helm3, LetPass::Fail) => format!("engine.go:227: [INFO] Fail: {message}"),
        (Dialect::Helm4, LetPass::Missing) => record("WARN", "missing required value", message),
        (Dialect::Helm4, LetPass::Empty) => record("WARN", "missing required values", message),
        (Dialect::Helm4, LetPass::Fail) => record("INFO", "funcMap fail", message),
    }
}

fn record(level: &str, text: &str, message: &str) -> String {
    let plain = |it: char| !matches!(it, ' ' | '"' | '=') && is_print(it);
    let needs_quotes = message.is_empty() || !message.chars().all(plain);
    let message = if needs_quotes { quote(message) } else { message.to_owned() };
    format!("level={level} msg=\"{text}\" message={message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_helm_logs_in_its_way() {
        let line = |dialect, what| log_line(what, "a b", dialect);
        assert_eq!(line(Dialect::Helm3, LetPass::Fail), "engine.go:227: [INFO] Fail: a b");
        let want = "level=WARN msg=\"missing required value\" message=\"a b\"";
        assert_eq!(line(Dialect::Helm4, LetPass::Missing), want);
        assert!(log_line(LetPass::Fail, "x", Dialect::Helm4).ends_with("message=x"));
    }
}
