//! Writers that fail, which only Helm 4 has.

use yaml::Layout;

use super::toml_functions::write as toml;
use super::yaml_functions::write as yaml_write;
use crate::{Cx, Failure, Function, Str, Text, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] =
    &[function!("mustToYaml", must_to_yaml), function!("mustToToml", must_to_toml)];

/// Writes a value as YAML like `toYaml`, and fails on what has no YAML.
///
/// `{{ dict "a" 1 | mustToYaml }}` gives `a: 1`
pub fn must_to_yaml(cx: &mut Cx<'_>, value: Value) -> Result<Text, Failure> {
    yaml_write::write(cx, &value, Layout::V2)
}

/// Writes a dict as TOML like `toToml`, and fails on what TOML cannot say.
///
/// `{{ dict "a" 1 | mustToToml | trim }}` gives `a = 1`
pub fn must_to_toml(cx: &mut Cx<'_>, value: Value) -> Result<Str, Failure> {
    let text = match toml::write(cx, &value) {
        Ok(text) => Str::from(text),
        Err(toml::Error::Told(message)) => return Err(message.into()),
        Err(toml::Error::Panic(message)) => return Err(message.into()),
    };
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;
    use crate::{Int, List};

    #[test]
    fn they_fail() {
        let yaml = |value: Value| call(|cx| must_to_yaml(cx, value)).unwrap_err().message().to_owned();
        assert_eq!(yaml(f64::NAN.into()), "error marshaling into JSON: json: unsupported value: NaN");
        assert_eq!(
            yaml("\u{7f}".into()),
            "error converting JSON to YAML: yaml: control characters are not allowed"
        );
        let toml = call(|cx| must_to_toml(cx, List::any(vec![Value::NIL]).into())).unwrap_err();
        assert_eq!(toml.message(), "toml: cannot encode array with nil element");
        assert_eq!(call(|cx| must_to_yaml(cx, Int(1).into())).unwrap().bytes, "1".into());
    }
}
