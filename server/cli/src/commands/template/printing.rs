//! Where manifests go: to standard output, through another program, or into a folder.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use chart::Dialect;
use render::{Output, PrintConfig};

use super::{RenderingFlags, hinted};
use crate::flags::Global;
use crate::manifests::Manifests;
use crate::output;
use crate::post_renderer::PostRenderer;

/// Prints or writes what the flags ask for.
pub(super) fn print(
    global: &Global,
    flags: &RenderingFlags,
    made: &Manifests,
    program: Option<&PostRenderer<'_>>,
) -> Result<()> {
    let dialect = global.helm.dialect();
    let told = |error: anyhow::Error| anyhow!(hinted(&error, global));
    if let Some(program) = program {
        let post_rendered = post_rendered(program, flags, made).map_err(told)?;
        return output::print(&show_only(post_rendered, flags, dialect)?.text);
    }
    let chart = &made.environment.chart;
    if let Some(folder) = output_folder(flags, made) {
        let documents = made.rendering.by_file(&chart.crds(), &print_config(flags));
        write_files(&folder, &documents).map_err(told)?;
        // What would have been printed, of which nothing is left but the line break.
        let left = Output { text: "\n".to_owned(), ..Output::default() };
        return output::print(&show_only(left, flags, dialect)?.text);
    }
    if flags.show_only.is_empty() {
        let crds = chart.crds();
        let parts = made.rendering.parts(&crds, &print_config(flags));
        return output::print_all(parts.iter().map(|part| &*part.text));
    }
    output::print(&printed(flags, made, dialect)?.text)
}

/// What another program makes of the manifests. With an output folder there are none left to give to it.
fn post_rendered(program: &PostRenderer<'_>, flags: &RenderingFlags, made: &Manifests) -> Result<Output> {
    let config = print_config(flags);
    let (rendering, crds) = (&made.rendering, made.environment.chart.crds());
    let Some(folder) = output_folder(flags, made) else {
        return Ok(rendering.print_instead(&program.run(&rendering.manifest(&crds, &config))?, &config));
    };
    let manifest = program.run("");
    let no_hooks = PrintConfig { no_hooks: true, ..config };
    // Helm writes hooks after the program ran.
    let written = if manifest.is_ok() { &config } else { &no_hooks };
    write_files(&folder, &rendering.by_file(&crds, written))?;
    Ok(rendering.print_instead(&manifest?, &no_hooks))
}

fn output_folder(flags: &RenderingFlags, made: &Manifests) -> Option<PathBuf> {
    let folder = flags.output_dir.as_ref()?;
    Some(if flags.release_name { folder.join(&made.environment.release.name) } else { folder.clone() })
}

/// What is printed where no files are written.
pub(super) fn printed(flags: &RenderingFlags, made: &Manifests, dialect: Dialect) -> Result<Output> {
    let printed = made.rendering.print(&made.environment.chart.crds(), &print_config(flags));
    show_only(printed, flags, dialect)
}

fn show_only(printed: Output, flags: &RenderingFlags, dialect: Dialect) -> Result<Output> {
    if flags.show_only.is_empty() {
        return Ok(printed);
    }
    printed
        .show_only(&flags.show_only, dialect)
        .map_err(|pattern| anyhow!("could not find template {pattern} in chart"))
}

fn print_config(flags: &RenderingFlags) -> PrintConfig {
    PrintConfig { include_crds: flags.include_crds, no_hooks: flags.no_hooks, skip_tests: flags.skip_tests }
}

/// Writes each file once, with all its documents, and tells of each document as Helm does, which appends them.
fn write_files(folder: &Path, documents: &[(String, String)]) -> Result<()> {
    write_silently(folder, documents)?;
    let told = |(name, _): &(String, String)| format!("wrote {}\n", folder.join(name).display());
    output::print(&documents.iter().map(told).collect::<String>())
}

/// Writes each file once, with all its documents.
pub(crate) fn write_silently(folder: &Path, documents: &[(String, String)]) -> Result<()> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for (name, text) in documents {
        match files.iter_mut().find(|(known, _)| known == name) {
            Some((_, all)) => all.push_str(text),
            None => files.push((name, text.clone())),
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        let failed = |verb: &str, path: &Path, error: &std::io::Error| {
            anyhow!("{verb} {}: {}", path.display(), project::reason(error))
        };
        match parent.metadata() {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::create_dir_all(parent).map_err(|error| failed("mkdir", parent, &error))?;
            }
            Err(error) => return Err(failed("stat", parent, &error)),
        }
        std::fs::write(&path, text).map_err(|error| failed("open", &path, &error))?;
    }
    Ok(())
}
