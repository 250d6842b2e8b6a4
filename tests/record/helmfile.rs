//! Writes down what the real Helmfile says to our cases: `cargo xtask record-helmfile [CASE…]`.
#![expect(clippy::print_stdout, reason = "a task talks to the terminal")]

use chartroom_tests::helmfile::{Case, Helmfile, Session, recorded};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &String| wanted.is_empty() || wanted.contains(name);
    let helmfile = Helmfile::real().expect("HELMFILE_BIN and HELM4_BIN name the programs to ask");
    for case in Case::all().iter().filter(|it| is_wanted(&it.name)) {
        let path = recorded(case);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder to write to");
        std::fs::write(&path, case.answers(&helmfile)).expect("a file to write");
        println!("{}", case.name);
    }
    for session in Session::all().iter().filter(|it| is_wanted(&it.name)) {
        session.record(&session.answers(&helmfile));
        println!("{}", session.name);
    }
}
