//! Whole-program tests: the built program against Helm's recordings, over the protocol, and on bad input.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod bad_input;
mod cases;
mod create;
mod dependency;
mod dyff;
mod errors;
mod explain;
mod hostile;
mod language_server;
mod lint;
mod package;
mod recorded;
