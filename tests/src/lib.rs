//! What whole-program tests and benches share: the built program, a language client, a place to write.
//!
//! Nothing here links the program's crates: it is tested as users have it, as a process.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

pub mod archive;
mod case;
mod case_file;
mod client;
pub mod guide;
pub mod helmfile;
pub mod recording;
#[cfg(unix)]
pub mod rig;
mod scratch;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub use case::{Case, HELMS, TOPICS};
pub use client::Client;
pub use scratch::{Scratch, copy};

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The program under test: what `CHARTROOM_BIN` names, or a debug build made now.
pub fn chartroom() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("CHARTROOM_BIN") {
            return path.into();
        }
        let build = ["build", "--package", "chartroom-cli", "--bin", "chartroom", "--message-format", "json"];
        let output = Command::new(env!("CARGO")).args(build).current_dir(root()).output().unwrap();
        let messages = String::from_utf8(output.stdout).unwrap();
        let messages =
            messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let program =
            messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?))).next_back();
        program.expect("cargo builds the program")
    })
}

/// The program with arguments, its environment free of what could change the answer.
pub fn run(args: &[&str]) -> std::process::Output {
    Command::new(chartroom()).args(args).current_dir(root()).env("TZ", "UTC").output().unwrap()
}

/// Where the editors of the tests are; `None`, said aloud, where there are none.
pub fn editors() -> Option<std::ffi::OsString> {
    let tools = std::env::var_os("CHARTROOM_TOOLS");
    if tools.is_none() {
        eprintln!("skipped: no editors here (`cargo xtask test editors cluster` brings them)");
    }
    tools
}

/// The folder beside the project that holds the corpus; `None`, said aloud, where there is none.
pub fn shared(wanted: &str) -> Option<PathBuf> {
    let path = root().parent().unwrap().join("shared").join(wanted);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: ../shared/{wanted} is not here");
    None
}
