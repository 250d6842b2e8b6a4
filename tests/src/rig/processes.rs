//! The processes of a rig and their folder, gone when the tests end, whichever way they end.
//!
//! A shell waits for the end of a pipe that only the tests hold. It comes when the rig is dropped, and as well when the
//! tests are killed or simply end, for which Rust drops no statics. Then the shell kills the processes, which are one
//! group, and removes the folder.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use data_encoding::{BASE64, HEXLOWER};
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey};

/// `$1` is the folder; the group's number comes by the pipe.
const WATCHDOG: &str = "
    read group
    while read ignored; do :; done
    [ -n \"$group\" ] && kill -s KILL -- \"-$group\"
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        rm -rf \"$1\" && break
        sleep 0.2
    done
";

/// Processes, their folder, and who ends both.
#[derive(Debug)]
pub(super) struct Processes {
    programs: PathBuf,
    folder: PathBuf,
    running: Mutex<Vec<(String, Child)>>,
    watchdog: Child,
    pipe: Option<ChildStdin>,
    group: Option<i32>,
}

impl Processes {
    pub(super) fn new(programs: &Path) -> Self {
        let folder = std::env::temp_dir().join(format!("chartroom-rig-{}", random()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(&folder).current_dir("/");
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // What ends the tests by a signal to their group is not to end it too.
        let mut watchdog = watchdog.process_group(0).spawn().unwrap();
        let pipe = watchdog.stdin.take();
        Self { programs: programs.to_owned(), folder, running: Mutex::default(), watchdog, pipe, group: None }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Starts a program of the rig; what it prints goes to a file that is named after it.
    pub(super) fn start(&mut self, name: &str, args: &[String]) {
        let log = std::fs::File::create(self.folder.join(format!("{name}.log"))).unwrap();
        let mut command = Command::new(self.programs.join(name));
        command.args(args).current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        command.process_group(self.group.unwrap_or(0));
        let child = command.spawn().unwrap_or_else(|why| panic!("{name}: {why}"));
        if self.group.is_none() {
            let group = i32::try_from(child.id()).unwrap();
            writeln!(self.pipe.as_ref().unwrap(), "{group}").unwrap();
            self.group = Some(group);
        }
        self.running.lock().unwrap().push((name.to_owned(), child));
    }

    /// Fails if one of them ended, with the last that it said.
    pub(super) fn check(&self) {
        for (name, child) in self.running.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if let Some(status) = child.try_wait().unwrap() {
                let log =
                    std::fs::read_to_string(self.folder.join(format!("{name}.log"))).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                panic!("{name} ended with {status}:\n{}", lines[lines.len().saturating_sub(20)..].join("\n"));
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.pipe = None;
        let _ = self.watchdog.wait();
        for (_, child) in self.running.get_mut().unwrap_or_else(PoisonError::into_inner) {
            let _ = child.wait();
        }
    }
}

/// A port that nobody listens on now.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// 128 random bits as text.
pub(super) fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    HEXLOWER.encode(&bytes)
}

/// The two halves of the key that the tokens of service accounts are signed with, as PEM: private, public.
pub(super) fn key_pair() -> (String, String) {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    let key = p256::SecretKey::from_slice(&bytes).unwrap();
    let (private, public) = (key.to_pkcs8_der().unwrap(), key.public_key().to_public_key_der().unwrap());
    (pem("PRIVATE KEY", private.as_bytes()), pem("PUBLIC KEY", public.as_bytes()))
}

fn pem(title: &str, bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    let lines: String =
        text.as_bytes().chunks(64).map(|it| format!("{}\n", String::from_utf8_lossy(it))).collect();
    format!("-----BEGIN {title}-----\n{lines}-----END {title}-----\n")
}
