//! Tests against a real control plane: releases of ours and of both Helms on the same cluster.
//!
//! `cargo xtask test cluster` builds what they need and runs them; without it they say that they were skipped.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

mod charts;
mod diff;
mod editors;
mod faults;
mod fleet;
mod fleet_faults;
mod fleet_sessions;
mod guide;
mod interop;
mod preview;
mod rig;
mod texts;
