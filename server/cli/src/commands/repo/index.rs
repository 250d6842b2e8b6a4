//! `chartroom repo index`.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use registry::repository::{Index, add_folder};
use text::FileTable;

use crate::flags::Global;
use crate::{charts, epoch, files, output};

/// Make the index of a folder of packed charts, `index.yaml`.
///
/// Looks into the folder and those in it. The folder can then be put on a web server, and is a repository.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder.
    #[arg(value_name = "FOLDER")]
    folders: Vec<String>,
    /// The address under which the charts will be, instead of beside the index.
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    url: String,
    /// Take over what another index has and the folder has not; where there is none, an empty one is made.
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    merge: String,
    /// Write JSON, which is read faster.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<()> {
    let [folder] = &args.folders[..] else {
        bail!("\"chartroom repo index\" requires 1 argument\n\nUsage:  chartroom repo index [DIR] [flags]");
    };
    let folder = charts::absolute(folder);
    let dialect = global.helm.dialect();
    let mut index = Index { api_version: "v1".to_owned(), generated: epoch::now(), ..Index::default() };
    let load = |path: &Path, _: &[u8]| {
        charts::load_file(&project::text_of(path), &mut FileTable::default(), dialect).ok()
    };
    add_folder(&mut index, &folder, &args.url, &epoch::now, load).map_err(|reason| anyhow!(reason))?;
    if !args.merge.is_empty() {
        index.merge(args.other(global)?);
    }
    index.sort();
    args.write(&index, &folder.join("index.yaml"))
}

impl Args {
    /// The index to take over from.
    fn other(&self, global: &Global) -> Result<Index> {
        let path = Path::new(&self.merge);
        if !path.exists() {
            let empty = Index { api_version: "v1".to_owned(), generated: epoch::now(), ..Index::default() };
            self.write(&empty, path)?;
            return Ok(empty);
        }
        let data = std::fs::read(path)
            .map_err(|error| anyhow!("merge failed: open {}: {}", self.merge, project::reason(&error)))?;
        let read = Index::read(&data, &self.merge, global.helm.dialect())
            .map_err(|error| anyhow!("merge failed: error loading {}: {error}", self.merge))?;
        output::remark_all(&read.warnings, global.helm.dialect());
        Ok(read.index)
    }

    fn write(&self, index: &Index, path: &Path) -> Result<()> {
        let text = if self.json { index.to_json() } else { index.to_yaml()? };
        files::write(path, text.as_bytes())
            .map_err(|error| anyhow!("open {}: {}", charts::shown(path), project::reason(&error)))
    }
}
