//! `cargo xtask codegen`: the parser's C code out of the grammar that is written by hand.
//!
//! It needs the tree-sitter command line, ten minutes to build, so it is asked for and not installed.

use anyhow::{Result, bail};

use crate::run::{self, command};

/// ABI 14 is the newest that Neovim 0.7 and 0.10 load.
const ABI: &str = "14";

/// Generates the parser.
pub(crate) fn codegen() -> Result<()> {
    if !run::has("tree-sitter") {
        bail!("needs the tree-sitter command line: cargo install tree-sitter-cli --version 0.27.1 --locked");
    }
    let mut generate = command(
        "tree-sitter",
        &["generate", "--abi", ABI, "--js-runtime", "native", "--output", "generated/src", "grammar.js"],
    );
    generate.current_dir(run::root().join("grammar"));
    run::run(generate)
}
