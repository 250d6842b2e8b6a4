//! Calls functions of the table the way that the executor does, for the tests of the families.

use golang::Dialect;

use crate::{Body, Cx, Failure, Host, Value};

/// A world in which no time passes and every random byte is 7.
struct Still;

impl Host for Still {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(7);
    }
}

pub(super) fn context() -> Cx<'static> {
    Cx::new(Dialect::Helm3, &Still)
}

pub(super) fn try_call(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Failure> {
    let function = super::find(name, cx.dialect).expect(name);
    let Body::Plain(call) = function.body else { panic!("{name} is not called this way") };
    call(cx, args)
}

#[track_caller]
pub(super) fn value_of(name: &str, args: &[Value]) -> Value {
    try_call(&mut context(), name, args).unwrap()
}

/// What a template would print.
#[track_caller]
pub(super) fn call(name: &str, args: &[Value]) -> String {
    String::from_utf8_lossy(&super::strval::display(&value_of(name, args))).into_owned()
}

#[track_caller]
pub(super) fn error_of(name: &str, args: &[Value]) -> String {
    try_call(&mut context(), name, args).unwrap_err().message().to_owned()
}
