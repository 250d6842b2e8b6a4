//! Versions and ranges of them, as Masterminds' library reads them.

use std::any::Any;

use golang::semver::{Constraints, Version};

use crate::value::methods::{method, object};
use crate::{Arg, Data, Failure, Function, GoType, Int, IntKind, Method, Object, Str, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[function!("semver", semver), function!("semverCompare", semver_compare)];

/// Reads a version; its parts are methods: `Major`, `Minor`, `Patch`, `Prerelease`, `Metadata`, `Compare` ….
///
/// `{{ (semver "v1.24.3").Minor }}` gives `24`
pub fn semver(version: Str) -> Result<Value, Failure> {
    Ok(object(SemVer { version: parse(&version)?, pointer: true }))
}

/// Whether a version lies in a range. Pre-releases only do if the range names one: `>=1.19-0`.
///
/// `{{ semverCompare ">=1.19-0" "v1.24.3-gke.100" }}` gives `true`
pub fn semver_compare(constraint: Str, version: Str) -> Result<bool, Failure> {
    let constraint = Constraints::parse(&constraint.to_text()).map_err(|error| error.to_string())?;
    Ok(constraint.check(&parse(&version)?))
}

fn parse(text: &Str) -> Result<Version, Failure> {
    Version::parse(&text.to_text()).map_err(|error| Failure::new(error.to_string()))
}

/// A version as templates hold it.
#[derive(Clone, Debug)]
struct SemVer {
    version: Version,
    /// `semver` gives a pointer; the methods that make new versions give plain structs, which Go cannot call
    /// the methods of pointers on.
    pointer: bool,
}

impl SemVer {
    fn next(it: Option<Version>, part: &str) -> Result<Value, Failure> {
        let version = it.ok_or_else(|| format!("{part} version increment would overflow uint64"))?;
        Ok(object(Self { version, pointer: false }))
    }

    /// Methods of Go's `Version`, which both forms have.
    fn value_method(&self, name: &str) -> Option<Method> {
        let it = self.version.clone();
        Some(match name {
            "Major" => method(move || unsigned(it.major)),
            "Minor" => method(move || unsigned(it.minor)),
            "Patch" => method(move || unsigned(it.patch)),
            "Prerelease" => method(move || it.pre.clone()),
            "Metadata" => method(move || it.metadata.clone()),
            "String" => method(move || it.to_string()),
            "IncPatch" => method(move || Self::next(it.inc_patch(), "patch")),
            "IncMinor" => method(move || Self::next(it.inc_minor(), "minor")),
            "IncMajor" => method(move || Self::next(it.inc_major(), "major")),
            "SetPrerelease" => method(move |pre: Str| {
                let changed = it.set_prerelease(&pre.to_text()).map_err(|error| error.to_string())?;
                Self::next(Some(changed), "")
            }),
            "SetMetadata" => method(move |metadata: Str| {
                let changed = it.set_metadata(&metadata.to_text()).map_err(|error| error.to_string())?;
                Self::next(Some(changed), "")
            }),
            _ => return None,
        })
    }

    /// Methods of Go's `*Version`.
    fn pointer_method(&self, name: &str) -> Option<Method> {
        let it = self.version.clone();
        Some(match name {
            "Original" => method(move || it.original().to_owned()),
            "Compare" => method(move |other: Other| Ok::<_, Failure>(Int(it.cmp(&other.get()?) as i64))),
            "Equal" => method(move |other: Other| Ok::<_, Failure>(it == other.get()?)),
            "LessThan" => method(move |other: Other| Ok::<_, Failure>(it < other.get()?)),
            "LessThanEqual" => method(move |other: Other| Ok::<_, Failure>(it <= other.get()?)),
            "GreaterThan" => method(move |other: Other| Ok::<_, Failure>(it > other.get()?)),
            "GreaterThanEqual" => method(move |other: Other| Ok::<_, Failure>(it >= other.get()?)),
            _ => return None,
        })
    }
}

impl Object for SemVer {
    fn type_name(&self) -> &str {
        if self.pointer { "*semver.Version" } else { "semver.Version" }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn method(&self, name: &str) -> Option<Method> {
        self.value_method(name).or_else(|| self.pointer.then(|| self.pointer_method(name))?)
    }

    fn display(&self) -> Option<String> {
        Some(self.version.to_string())
    }

    fn to_json(&self) -> Value {
        self.version.to_string().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn unsigned(it: u64) -> Value {
    Value::new(Data::Int(IntKind::Uint64, it as i64))
}

const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The other version of a comparison.
struct Other(Option<Version>);

impl Other {
    fn get(self) -> Result<Version, Failure> {
        self.0.ok_or_else(|| Failure::new(NIL_POINTER))
    }
}

impl Arg for Other {
    const TYPE: GoType = GoType::Named("*semver.Version");
    fn take(value: &Value) -> Self {
        let version = match &value.data {
            Data::Object(it) => it.as_any().downcast_ref::<SemVer>().map(|it| it.version.clone()),
            _ => None,
        };
        Self(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;

    fn compare(constraint: &str, version: &str) -> Result<bool, String> {
        semver_compare(constraint.into(), version.into()).map_err(|it| it.message().to_owned())
    }

    fn ask(version: &str, name: &str, args: &[Value]) -> String {
        let version = semver(version.into()).unwrap();
        let method = version.method(name).unwrap();
        format!("{:?}", call(|cx| (method.call)(cx, args)).unwrap().data)
    }

    #[test]
    fn ranges() {
        assert_eq!(compare("^1.2.0", "1.2.3"), Ok(true));
        assert_eq!(compare(">=1.19", "v1.30.0-gke.1"), Ok(false));
        assert_eq!(compare(">=a", "1"), Err("improper constraint: \">=a\"".to_owned()));
        assert_eq!(compare("1", "a"), Err("invalid semantic version".to_owned()));
    }

    #[test]
    fn parts_are_methods() {
        assert_eq!(ask("v1.2.3-beta.1+c0ff33", "Prerelease", &[]), "Str(\"beta.1\")");
        assert_eq!(ask("v1.2", "Minor", &[]), "Int(Uint64, 2)");
        assert_eq!(ask("v1.2", "Original", &[]), "Str(\"v1.2\")");
        assert_eq!(ask("1.3.3", "Compare", &[semver("1.2.3".into()).unwrap()]), "Int(Int, 1)");
    }

    #[test]
    fn next_versions_are_no_pointers() {
        let version = semver("1.2.3".into()).unwrap();
        let next = call(|cx| (version.method("IncMajor").unwrap().call)(cx, &[])).unwrap();
        assert_eq!((next.type_name().as_ref(), version.kind_name()), ("semver.Version", "ptr"));
        assert!(next.method("Original").is_none() && next.method("Major").is_some());
    }
}
