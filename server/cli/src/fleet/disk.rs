//! The outside of a helmfile on this machine: files, variables, and the programs that the user's files name. Whoever types
//! a command trusts them.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use helmfile::{Entry, Fault, FaultKind, Output, PathKind, Program, World};
use template::Host;

use crate::host::Machine;
use crate::programs::{look_up, run_to_end};

/// This machine.
pub(crate) struct Disk {
    machine: Machine,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self { machine: Machine::new() }
    }
}

/// What the system says of a file, in Go's words.
fn fault(operation: &str, path: &str, error: &std::io::Error) -> Fault {
    let message = format!("{operation} {path}: {}", project::reason(error));
    match error.kind() {
        std::io::ErrorKind::NotFound => Fault { kind: FaultKind::Missing, message },
        _ => Fault::other(message),
    }
}

fn kind_of(is_folder: bool) -> PathKind {
    if is_folder { PathKind::Folder } else { PathKind::File }
}

/// The first of some programs that is there. The error says what each is for.
fn find(programs: &[&'static str], what: &str) -> Result<&'static str, Fault> {
    let found = programs.iter().copied().find(|program| look_up(program).is_ok());
    found.ok_or_else(|| {
        let names = programs.join(" or ");
        Fault::other(format!(
            "{what} needs the program {names}, and it is not in $PATH; install it, or put it there"
        ))
    })
}

/// Runs a helper and gives what it printed.
fn printed(command: &mut Command, what: &str) -> Result<Vec<u8>, Fault> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |why: String| Fault::other(format!("{what}: {name}: {why}"));
    let output = run_to_end(command, &[]).map_err(|error| failed(project::reason(&error)))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(if said.is_empty() { output.status.to_string() } else { said }))
}

impl World for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        if path == "-" {
            let mut text = Vec::new();
            return std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut text)
                .map(|_| text.into())
                .map_err(|error| fault("read", "/dev/stdin", &error));
        }
        std::fs::read(project::path_of(path)).map(Into::into).map_err(|error| fault("open", path, &error))
    }

    fn kind(&self, path: &str) -> Result<Option<PathKind>, Fault> {
        match std::fs::metadata(project::path_of(path)) {
            Ok(found) => Ok(Some(kind_of(found.is_dir()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault("stat", path, &error)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let failed = |error: &std::io::Error| fault("open", folder, error);
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(project::path_of(folder)).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
            entries.push(Entry {
                name: project::text_of(Path::new(&entry.file_name())),
                kind: kind_of(is_folder),
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn run(&self, program: &Program) -> Result<Output, Fault> {
        let Program { program: name, args, variables, input, folder } = program;
        let missing =
            |reason: String| Fault::missing(format!("exec: {}: {reason}", golang::strconv::quote(name)));
        // A path counts from the folder in which it runs.
        let path = if name.contains('/') && !name.starts_with('/') {
            project::path_of(&golang::path::join([folder.as_str(), name]))
        } else {
            look_up(name).map_err(missing)?
        };
        let mut command = Command::new(path);
        command.args(args).current_dir(project::path_of(folder));
        command.envs(variables.iter().map(|(key, value)| (key, value)));
        let output = run_to_end(&mut command, input).map_err(|error| missing(project::reason(&error)))?;
        Ok(Output { code: code_of(output.status), stdout: output.stdout, stderr: output.stderr })
    }

    /// As helm-secrets does it, which asks sops in turn.
    fn decrypt(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        let what = format!("decrypting {path}");
        let program = find(&["sops", "helm"], &what)?;
        let mut command = Command::new(program);
        match program {
            "sops" => command.args(["--decrypt", path]),
            _ => command.args(["secrets", "decrypt", path]),
        };
        printed(&mut command, &what).map(Into::into)
    }

    fn secret(&self, reference: &str) -> Result<String, Fault> {
        // What a reference says is no secret; what it stands for is.
        let what = format!("looking {reference} up");
        let program = find(&["vals"], &what)?;
        let text = printed(Command::new(program).args(["get", reference]), &what)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
    }

    fn fetch(&self, source: &str) -> Result<String, Fault> {
        Err(Fault::other(format!(
            "{source}: chartroom does not fetch helmfiles, values or charts from addresses like this one; fetch it first, \
             and name its path"
        )))
    }

    fn host(&self) -> &dyn Host {
        &self.machine
    }
}

/// The exit code; 128 and the signal where it was killed, as a shell has it.
fn code_of(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| project::text_of(&scratch.path().join(name));
        std::fs::write(at("b"), "x").unwrap();
        std::fs::create_dir(at("a")).unwrap();
        let disk = Disk::new();
        assert_eq!(&*disk.read(&at("b")).unwrap(), b"x");
        assert_eq!(disk.kind(&at("a")), Ok(Some(PathKind::Folder)));
        assert_eq!(disk.kind(&at("c")), Ok(None));
        let missing = disk.read(&at("c")).unwrap_err();
        assert_eq!(missing.kind, FaultKind::Missing);
        assert_eq!(missing.message, format!("open {}: no such file or directory", at("c")));
        let names: Vec<_> = disk.list(&at("")).unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[cfg(unix)]
    #[test]
    fn programs_run_where_they_are_told_without_a_shell() {
        let scratch = tempfile::tempdir().unwrap();
        let program = Program {
            program: "sh".into(),
            args: vec!["-c".into(), "cat; echo \"$A $PWD\"; exit 3".into()],
            variables: vec![("A".into(), "$HOME".into())],
            input: b"in ".to_vec(),
            folder: project::text_of(scratch.path()),
        };
        let output = Disk::new().run(&program).unwrap();
        let folder = scratch.path().canonicalize().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("in $HOME {}\n", folder.display()));
        assert_eq!(output.code, 3);
        let missing = Program { program: "no-such-program".into(), ..program };
        let fault = Disk::new().run(&missing).unwrap_err();
        assert_eq!(fault.message, "exec: \"no-such-program\": executable file not found in $PATH");
    }
}
