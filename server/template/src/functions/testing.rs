//! What the tests of functions share: a world without surprises.

use golang::Dialect;

use crate::{Cx, Host, Trace};

/// A clock that stands at 2026-11-23T05:25:45Z, and bytes out of a fixed generator.
pub(crate) struct Still {
    seed: std::cell::Cell<u64>,
}

impl Still {
    pub(crate) fn new() -> Self {
        Self { seed: std::cell::Cell::new(1) }
    }
}

impl Host for Still {
    fn now(&self) -> i128 {
        1_795_411_545_570_429_916
    }

    fn random(&self, into: &mut [u8]) {
        for byte in into {
            let seed = self
                .seed
                .get()
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            self.seed.set(seed);
            *byte = (seed >> 33) as u8;
        }
    }
}

/// Runs a function in a fresh context.
pub(crate) fn call<T>(function: impl FnOnce(&mut Cx<'_>) -> T) -> T {
    run(None, function)
}

/// The same with a trace.
pub(crate) fn traced<T>(function: impl FnOnce(&mut Cx<'_>) -> T) -> T {
    run(Some(Trace::default()), function)
}

fn run<T>(trace: Option<Trace>, function: impl FnOnce(&mut Cx<'_>) -> T) -> T {
    let host = Still::new();
    let mut cx = Cx::new(Dialect::Helm4, &host);
    cx.trace = trace;
    function(&mut cx)
}
