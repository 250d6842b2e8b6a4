//! Calls functions the way that the executor does, and templates of them, for the tests of the families.

use golang::Dialect;

use crate::parse::{Source, parse_source};
use crate::{Body, Cx, Failure, Host, Origin, Plain, TemplateSet, Value, execute};

/// A world in which no time passes and chance is good enough for a shuffle. It is not for keys.
struct Still;

impl Host for Still {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        for (at, byte) in into.iter_mut().enumerate() {
            *byte = at.wrapping_mul(89) as u8 ^ 7;
        }
    }
}

pub(crate) fn context() -> Cx<'static> {
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
    String::from_utf8_lossy(&super::strval::display(&context(), &value_of(name, args))).into_owned()
}

#[track_caller]
pub(super) fn error_of(name: &str, args: &[Value]) -> String {
    try_call(&mut context(), name, args).unwrap_err().message().to_owned()
}

/// What Go prints for a template, or its message.
pub(super) fn render(template: &str, dot: Value, dialect: Dialect) -> Result<String, String> {
    let source =
        Source { name: "test".into(), text: template.as_bytes().into(), file: None, origin: Origin::NONE };
    let defines =
        parse_source(source, &|name| super::find_known(name, dialect)).map_err(|it| it.to_string())?;
    let mut set = TemplateSet::new();
    set.extend(defines);
    let mut sink = Plain::default();
    execute(&set, "test", dot, &mut Cx::new(dialect, &Still), &mut sink).map_err(|it| it.to_string())?;
    Ok(String::from_utf8_lossy(&sink.bytes).into_owned())
}
