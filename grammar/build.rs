//! Compiles the generated parser. It needs a C compiler and nothing else: no Node, no tree-sitter program.

fn main() {
    let source = "generated/src";
    cc::Build::new()
        .std("c11")
        .include(source)
        .file(format!("{source}/parser.c"))
        .flag_if_supported("-Wno-unused-parameter")
        .flag_if_supported("-Wno-unused-but-set-variable")
        .compile("tree-sitter-gotmpl");
    println!("cargo:rerun-if-changed={source}");
}
