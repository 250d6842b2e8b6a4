//! Records what both real Helms say to the cases of `lint`: `cargo xtask record-lint`.
#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::path::Path;

use anyhow::{Context, Result};
use chartroom_tests::{Case, HELMS};

fn main() -> Result<()> {
    for (_, helm, variable) in HELMS {
        let program = std::env::var_os(variable).with_context(|| format!("{variable} names no helm"))?;
        let cases = Case::all("lint");
        for case in &cases {
            let path = case.recorded("lint", helm);
            std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
            std::fs::write(path, case.run(Path::new(&program), &[]))?;
        }
        println!("{helm}: {} cases", cases.len());
    }
    Ok(())
}
