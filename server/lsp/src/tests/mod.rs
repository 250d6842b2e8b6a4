//! The server from a client's view: in this process, over pipes.

mod cancel;
mod client;
mod cluster;
mod diagnostics;
mod fake;
mod features;
mod helmfiles;
mod lifecycle;
mod order;
mod preview;
mod releases;
mod symbols;
mod sync;
mod targets;
