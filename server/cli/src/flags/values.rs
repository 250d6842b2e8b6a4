//! `-f` and the `--set` family, as every command that renders takes them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use chart::Dialect;
use chart::values::{Overrides, UserValues, ValuesFile, merge};
use text::{FileId, FileTable};

/// Values of the user's.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Values")]
pub(crate) struct ValuesFlags {
    /// Values from a YAML file; `-` is standard input. Of several files, later ones win.
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',')]
    pub(crate) files: Vec<String>,
    /// Set values: `a.b=1,c={x,y},d[0]=z`. Wins over files; may be given again.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Set values that are always strings.
    #[arg(long, value_name = "KEY=TEXT")]
    set_string: Vec<String>,
    /// Set values that are JSON: `a={"b": [1]}`.
    #[arg(long, value_name = "KEY=JSON")]
    set_json: Vec<String>,
    /// Set values to what files hold: `a=path`.
    #[arg(long, value_name = "KEY=FILE")]
    set_file: Vec<String>,
    /// Set one value to a text, commas and all.
    #[arg(long, value_name = "KEY=TEXT")]
    set_literal: Vec<String>,
}

impl ValuesFlags {
    /// Reads the files and merges everything.
    pub(crate) fn read(&self, table: &mut FileTable, dialect: Dialect) -> Result<UserValues> {
        Ok(self.read_with_texts(table, dialect)?.0)
    }

    /// The same with the texts that ranges of values speak of: of files, and of the `--set` family, whose
    /// arguments go by the name under which they were given (`--set a=1`).
    pub(crate) fn read_with_texts(
        &self,
        table: &mut FileTable,
        dialect: Dialect,
    ) -> Result<(UserValues, Vec<(FileId, Arc<[u8]>)>)> {
        let files = self.files.iter().map(|name| read_file(name, table)).collect::<Result<Vec<_>>>()?;
        let mut texts: Vec<_> = files.iter().map(|file| (file.id, file.data.clone())).collect();
        let mut overrides = self.overrides();
        let arguments = overrides.arguments().map(|(flag, text)| {
            (table.intern(&format!("{flag} {text}")), Arc::<[u8]>::from(text.as_bytes()))
        });
        let arguments: Vec<_> = arguments.collect();
        overrides.files = arguments.iter().map(|(id, _)| *id).collect();
        texts.extend(arguments);
        let read = |path: &str| match std::fs::read(path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => Err(open_error(path, &error)),
        };
        Ok((merge(&files, &overrides, dialect, &read)?, texts))
    }

    /// The `--set` family.
    fn overrides(&self) -> Overrides {
        Overrides {
            json: self.set_json.clone(),
            set: self.set.clone(),
            string: self.set_string.clone(),
            file: self.set_file.clone(),
            literal: self.set_literal.clone(),
            files: Vec::new(),
        }
    }
}

fn read_file(name: &str, table: &mut FileTable) -> Result<ValuesFile> {
    let data = match name {
        "-" => {
            let mut data = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut data)?;
            data
        }
        _ if name.contains("://") => {
            bail!("{name}: values files from the network are not supported yet; save it first")
        }
        _ => match std::fs::read(name) {
            Ok(data) => data,
            Err(error) => bail!(open_error(name, &error)),
        },
    };
    let path = std::path::absolute(Path::new(name)).unwrap_or_else(|_| name.into());
    Ok(ValuesFile {
        name: name.to_owned(),
        id: table.intern(&project::text_of(&path)),
        data: Arc::from(data),
    })
}

/// Go's words for a file that cannot be opened.
fn open_error(name: &str, error: &std::io::Error) -> String {
    format!("open {name}: {}", project::reason(error))
}
