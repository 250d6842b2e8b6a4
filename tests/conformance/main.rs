//! Whether Chartroom is Helm: our own cases against what real Helm answered, which runs everywhere, and cases of
//! Go, sprig and Helm that lie beside the repository.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases has failed")]

mod corpus;
mod recorded;
