//! The project's own tasks, one file each: `cargo xtask test`, `bench`, `record-conformance`, `codegen`, `package`.
//!
//! What builds or checks the project with more than cargo lives here rather than in shell scripts, so that it
//! runs the same on every machine that has Rust.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the terminal")]

mod bench;
mod codegen;
mod fuzz;
mod helm;
mod merge_rules;
mod package;
mod record;
mod record_cases;
mod record_helmfile;
mod registry;
mod rig;
mod run;
mod schemas;
mod test;
#[cfg(test)]
mod tidy;

const HELP: &str = "\
Usage: cargo xtask TASK

Tasks:
  test [PART…]   everything that must hold, or some parts of it: lint, rust, docs, fuzz, cluster,
                 registry, editors
  bench          times against real Helm, and over the language server
  record-conformance [TOPIC…]
                 asks real Helm our own conformance cases, and writes its answers down
  fuzz [TARGET…] [--seconds N]
                 any input to the readers of templates, YAML, --set, archives, and to a whole rendering
  codegen        generates the parser of the template grammar anew
  merge-rules    how lists of built-in kinds merge, from Kubernetes' OpenAPI document
  rig            builds the control plane and the registry that tests run against, and both Helms
  schemas        the schemas of Kubernetes' kinds, from its OpenAPI documents and Go types
  package        the VS Code extension with the server in it
  record-cases [TOPIC…]
                 what both real Helms say to the cases of the command line in tests/charts
  record-helmfile [CASE…]
                 what the real Helmfile (HELMFILE_BIN) makes of the helmfiles in tests/helmfile
";

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    match args.first().map(String::as_str) {
        Some("test") => test::test(rest),
        Some("bench") => bench::bench(rest),
        Some("record-conformance") => record::record(rest),
        Some("fuzz") => fuzz::fuzz(rest),
        Some("codegen") => codegen::codegen(),
        Some("merge-rules") => merge_rules::merge_rules(),
        Some("schemas") => schemas::schemas(),
        Some("rig") => rig::rig(),
        Some("package") => package::package(),
        Some("record-helmfile") => record_helmfile::record_helmfile(rest),
        Some("record-cases") => record_cases::record_cases(rest),
        _ => {
            eprint!("{HELP}");
            anyhow::bail!("no such task")
        }
    }
}
