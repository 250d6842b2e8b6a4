//! What templates ask of the outside: files, programs, variables, secrets.

use std::cell::Cell;

use golang::path::join;
use template::{Data, Failure, Host, List, ListType, Lookup, Map, Struct, Value};

use super::refs::{References, Unresolved};
use super::value::{from_node, to_node};
use crate::{Code, Fault, FaultKind, PathKind, Program, World};

/// The outside as the templates of one folder reach it.
pub(super) struct Outside<'w> {
    pub(super) world: &'w dyn World,
    /// What paths are relative to, and where programs run.
    pub(super) folder: &'w str,
    /// Programs are not run, because what they print matters no more.
    pub(super) quiet: bool,
    /// Programs are not run and files not read, because the user said so.
    pub(super) secure: bool,
    /// What the last failure was about.
    pub(super) failed: Cell<Option<Code>>,
}

/// Helmfile's words for what the user has switched off.
const INSECURE: &str = "HELMFILE_DISABLE_INSECURE_FEATURES or HELMFILE_DISABLE_INSECURE_TEMPLATE_FUNCTIONS is active, insecure function calls are disabled";

impl Host for Outside<'_> {
    fn now(&self) -> i128 {
        self.world.host().now()
    }

    fn random(&self, into: &mut [u8]) {
        self.world.host().random(into);
    }

    fn rsa_key(&self, bits: usize) -> Option<Vec<u8>> {
        self.world.host().rsa_key(bits)
    }

    fn time_zone(&self) -> &str {
        self.world.host().time_zone()
    }

    fn lookup(&self, _query: &Lookup) -> Result<Value, Failure> {
        Ok(Map::new().into())
    }

    fn host_by_name(&self, name: &str) -> String {
        self.world.host().host_by_name(name)
    }

    fn outside(&self, name: &'static str, args: &[Value]) -> Result<Value, Failure> {
        let text = |at: usize| args.get(at).and_then(Value::as_str).map(|it| it.to_text().into_owned());
        let first = text(0).unwrap_or_default();
        if self.secure && matches!(name, "exec" | "readFile" | "readDir" | "readDirEntries") {
            return Err(INSECURE.into());
        }
        match name {
            "exec" => self.exec(args),
            "isFile" => self.is(&first, PathKind::File),
            "isDir" => self.is(&first, PathKind::Folder),
            "readFile" => self.read_file(&first),
            "readDir" => self.read_dir(&first),
            "readDirEntries" => self.read_dir_entries(&first),
            "requiredEnv" => match self.world.variable(&first).filter(|it| !it.is_empty()) {
                Some(value) => Ok(value.into()),
                None => Err(format!("required env var `{first}` is not set").into()),
            },
            "env" => Ok(self.world.variable(&first).unwrap_or_default().into()),
            "expandenv" => Ok(expand(&first, &|name| self.world.variable(name).unwrap_or_default()).into()),
            "fetchSecretValue" => match self.references().text(&first) {
                Ok(secret) => Ok(secret.into()),
                Err(error) => self.unresolved(error),
            },
            "expandSecretRefs" => match self.references().expand(&to_node(&args[0])) {
                Ok(node) => Ok(from_node(&node, template::Origin::NONE)),
                Err(error) => self.unresolved(error),
            },
            _ => Err(format!("there is no outside for {name}").into()),
        }
    }
}

impl Outside<'_> {
    fn path(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { join([self.folder, path]) }
    }

    fn references(&self) -> References<'_> {
        References { world: self.world, folder: self.folder }
    }

    fn fault<T>(&self, fault: Fault) -> Result<T, Failure> {
        if fault.kind == FaultKind::Untrusted {
            self.failed.set(Some(Code::Untrusted));
        }
        Err(fault.message.into())
    }

    fn unresolved<T>(&self, error: Unresolved) -> Result<T, Failure> {
        self.failed.set(Some(error.code));
        Err(error.message.into())
    }

    fn exec(&self, args: &[Value]) -> Result<Value, Failure> {
        let [variables, program, arguments, input] = args else { return Ok(Value::NIL) };
        if self.quiet {
            return Ok("".into());
        }
        let text = |value: &Value| value.as_str().map(|it| it.to_text().into_owned()).unwrap_or_default();
        let variables = variables.as_map().map(Map::to_vec).unwrap_or_default();
        let program = Program {
            program: text(program),
            args: arguments.as_list().map(List::to_vec).unwrap_or_default().iter().map(text).collect(),
            variables: variables
                .iter()
                .map(|(name, value)| (name.to_text().into_owned(), text(value)))
                .collect(),
            input: input.as_str().map(|it| it.as_bytes().to_vec()).unwrap_or_default(),
            folder: self.folder.to_owned(),
        };
        match self.world.run(&program) {
            Ok(output) if output.code == 0 => Ok(output.stdout.into()),
            Ok(output) => {
                let told = String::from_utf8_lossy(&output.stderr);
                let told =
                    if told.trim().is_empty() { String::from_utf8_lossy(&output.stdout) } else { told };
                let (name, code) = (&program.program, output.code);
                Err(format!("command \"{name}\" failed: exit status {code}: {}", told.trim()).into())
            }
            Err(fault) => self.fault(fault),
        }
    }

    fn is(&self, path: &str, kind: PathKind) -> Result<Value, Failure> {
        match self.world.kind(&self.path(path)) {
            Ok(found) => Ok((found == Some(kind)).into()),
            Err(fault) => self.fault(fault),
        }
    }

    fn read_file(&self, path: &str) -> Result<Value, Failure> {
        match self.world.read(&self.path(path)) {
            Ok(bytes) => Ok(Value::new(Data::Str(template::Str::from(&bytes[..])))),
            Err(fault) => self.fault(fault),
        }
    }

    fn read_dir(&self, path: &str) -> Result<Value, Failure> {
        let folder = self.path(path);
        match self.world.list(&folder) {
            Ok(entries) => {
                let files = entries.iter().filter(|it| it.kind == PathKind::File);
                Ok(List::strings(files.map(|it| join([path, &it.name]))).into())
            }
            Err(fault) => self.fault(Fault { message: format!("ReadDir {folder:?}: {fault}"), ..fault }),
        }
    }

    fn read_dir_entries(&self, path: &str) -> Result<Value, Failure> {
        let folder = self.path(path);
        let entry = |it: &crate::Entry| {
            let fields =
                vec![("Name", Value::from(it.name.clone())), ("IsDir", (it.kind == PathKind::Folder).into())];
            Struct::value("*os.unixDirent", fields)
        };
        match self.world.list(&folder) {
            Ok(entries) => Ok(List::new(ListType::Any, entries.iter().map(entry).collect()).into()),
            Err(fault) => {
                self.fault(Fault { message: format!("ReadDirEntries {folder:?}: {fault}"), ..fault })
            }
        }
    }
}

/// Go's `os.Expand`.
fn expand(text: &str, variable: &dyn Fn(&str) -> String) -> String {
    let (mut rest, mut out) = (text, String::new());
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some((name, behind)) = rest.strip_prefix('{').and_then(|it| it.split_once('}')) {
            out.push_str(&variable(name));
            rest = behind;
            continue;
        }
        let is_name = |it: char| it == '_' || it.is_ascii_alphanumeric();
        let end = rest.find(|it| !is_name(it)).unwrap_or(rest.len());
        if end == 0 {
            out.push('$');
        } else {
            out.push_str(&variable(&rest[..end]));
        }
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn variables_in_texts() {
        let variable = |name: &str| format!("<{name}>");
        assert_eq!(expand("a$B/${C}d $ $", &variable), "a<B>/<C>d $ $");
    }
}
