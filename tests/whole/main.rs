//! Whole-program tests: the built program against Helm's recordings, over the protocol, and on bad input.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

mod bad_input;
mod create;
mod errors;
mod explain;
mod language_server;
mod lint;
mod recorded;
