//! Whole-program tests: the built program against Helm's recordings and over the protocol.

mod recorded;
