//! From a folder or an archive to the files of a chart.
//!
//! [`read_chart`] is Helm's: all files or the first error. [`refresh`] is the editor's: it goes on where Helm
//! stops, and reads again only what changed since the last time.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chart::archive::{self, MAX_CHART_SIZE, MAX_FILE_SIZE};
use chart::ignore::{HELM_IGNORE, Rules};
use chart::{Dialect, SourceFile, Spread};
use text::FileTable;

use crate::error::{ReadError, ReadErrorKind};
use crate::path::text_of;
use crate::values_files::{ValuesCandidate, values_files};
use crate::walk::{Found, Stamp, WalkConfig, walk};

/// A chart's folder as it was when it was last looked at.
#[derive(Clone, Debug)]
pub struct ChartFiles {
    /// The folder.
    pub root: PathBuf,
    /// Its files in Helm's order.
    pub files: Vec<DiskFile>,
    /// What `.helmignore` leaves out, as far as it can be read.
    pub rules: Rules,
    /// Values files in or beside the chart that make targets.
    pub values_files: Vec<ValuesCandidate>,
    /// What could not be read.
    pub errors: Vec<ReadError>,
}

/// A file with what tells whether it changed.
#[derive(Clone, Debug)]
pub struct DiskFile {
    /// The file.
    pub source: SourceFile,
    stamp: Option<Stamp>,
}

/// Reads a chart's folder as Helm does. Each file gets its number under `root` as it is given here.
pub fn read_chart(
    root: &Path,
    table: &mut FileTable,
    dialect: Dialect,
    spread: &dyn Spread,
) -> Result<Vec<SourceFile>, ReadError> {
    let rules = strict_rules(root)?;
    let (found, errors) = walk(root, WalkConfig { rules: &rules, tolerant: false });
    let contents = contents_of(&found, spread);
    let mut reader = Reader::new(root, table, dialect);
    let mut files = Vec::with_capacity(found.len());
    for (file, content) in found.iter().zip(contents) {
        files.push(match content.into_inner() {
            Some(data) => reader.accept(file, data)?,
            None => reader.read(file)?,
        });
    }
    // The walk stopped behind the files that it found: Helm would have read those first.
    match errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(files),
    }
}

/// Helm 4 looks for the `Chart.yaml` of a folder before anything else.
pub fn ensure_chart(root: &Path, dialect: Dialect) -> Result<(), ReadError> {
    let path = std::path::absolute(root).unwrap_or_else(|_| root.to_owned()).join("Chart.yaml");
    match (dialect, path.metadata()) {
        (Dialect::Helm3, _) | (Dialect::Helm4, Ok(_)) => Ok(()),
        (Dialect::Helm4, Err(error)) => {
            let reason = ReadError::io("open", &path, &error);
            let message = format!("unable to detect chart at {}: {reason}", path.display());
            Err(ReadError::new(ReadErrorKind::Io, &path, message))
        }
    }
}

/// Reads a packed chart. Its members get numbers under the path of the archive.
pub fn read_archive(
    path: &Path,
    table: &mut FileTable,
    dialect: Dialect,
) -> Result<Vec<SourceFile>, ReadError> {
    let data = std::fs::read(path).map_err(|error| ReadError::io("open", path, &error))?;
    let failed = |message| ReadError::new(ReadErrorKind::Archive, path, message);
    let shown = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    archive::ensure_archive(&shown.to_string_lossy(), &data).map_err(failed)?;
    let members = archive::unpack(&data, dialect).map_err(|message| match dialect {
        Dialect::Helm3 => failed(message),
        // What exactly is wrong, Helm 4 keeps to itself.
        Dialect::Helm4 => failed("unable to load chart archive".to_owned()),
    })?;
    if dialect == Dialect::Helm4 && !members.iter().any(|member| member.path == "Chart.yaml") {
        return Err(failed("unable to detect chart version, no Chart.yaml found".to_owned()));
    }
    Ok(numbered(members, path, table))
}

/// Reads a packed chart as Helm does where it knows what it wants (`loader.LoadFile` of one API version): the error names
/// the file as it was given, and says all.
pub fn read_packed(
    path: &Path,
    table: &mut FileTable,
    dialect: Dialect,
) -> Result<Vec<SourceFile>, ReadError> {
    if path.is_dir() {
        return Err(ReadError::new(ReadErrorKind::Archive, path, "cannot load a directory"));
    }
    let data = std::fs::read(path).map_err(|error| ReadError::io("open", path, &error))?;
    archive::ensure_archive(&path.to_string_lossy(), &data)
        .map_err(|message| ReadError::new(ReadErrorKind::Archive, path, message))?;
    unpack_archive(path, table, dialect)
}

/// Unpacks a packed chart without asking first whether it may be one (`chartutil.Expand`), for lint.
pub fn unpack_archive(
    path: &Path,
    table: &mut FileTable,
    dialect: Dialect,
) -> Result<Vec<SourceFile>, ReadError> {
    let data = std::fs::read(path).map_err(|error| ReadError::io("open", path, &error))?;
    let members = archive::unpack(&data, dialect)
        .map_err(|message| ReadError::new(ReadErrorKind::Archive, path, message))?;
    Ok(numbered(members, path, table))
}

/// The members as files of the chart, with numbers under the path of the archive.
fn numbered(members: Vec<archive::Member>, path: &Path, table: &mut FileTable) -> Vec<SourceFile> {
    let base = text_of(path);
    let file = |member: archive::Member| {
        let id = table.intern(&format!("{base}/{}", member.path));
        SourceFile::new(member.path, id, member.data)
    };
    members.into_iter().map(file).collect()
}

/// Looks at a chart's folder again. What `last` has and what did not change since is shared with it;
/// `changed` names files that did, whatever their time stamps say.
pub fn refresh(
    root: &Path,
    table: &mut FileTable,
    last: Option<&ChartFiles>,
    changed: &dyn Fn(&Path) -> bool,
) -> ChartFiles {
    let (rules, mut errors) = tolerant_rules(root);
    let (found, walk_errors) = walk(root, WalkConfig { rules: &rules, tolerant: true });
    errors.extend(walk_errors);
    let known: HashMap<&str, &DiskFile> =
        last.into_iter().flat_map(|it| &it.files).map(|file| (&*file.source.path, file)).collect();
    // Helm 3 is the stricter one about a single file, and no one edits 5 MiB by hand.
    let mut reader = Reader::new(root, table, Dialect::Helm3);
    let mut files = Vec::with_capacity(found.len());
    for file in &found {
        let same = |it: &&&DiskFile| it.stamp.is_some() && it.stamp == file.stamp && !changed(&file.path);
        if let Some(known) = known.get(&*file.relative).filter(same) {
            reader.budget = reader.budget.saturating_sub(known.source.data.len() as u64);
            files.push((*known).clone());
            continue;
        }
        match reader.read(file) {
            Ok(source) => files.push(DiskFile { source, stamp: file.stamp }),
            Err(error) => errors.push(error),
        }
    }
    ChartFiles { root: root.to_owned(), files, rules, values_files: values_files(root), errors }
}

impl ChartFiles {
    /// Whether both hold the very same files: nothing that depends on one needs to be made anew for the
    /// other.
    pub fn same_as(&self, other: &Self) -> bool {
        let same = |(a, b): (&DiskFile, &DiskFile)| {
            a.source.path == b.source.path && std::sync::Arc::ptr_eq(&a.source.data, &b.source.data)
        };
        self.files.len() == other.files.len()
            && self.values_files == other.values_files
            && self.errors == other.errors
            && self.files.iter().zip(&other.files).all(same)
    }
}

fn strict_rules(root: &Path) -> Result<Rules, ReadError> {
    let path = root.join(HELM_IGNORE);
    if !path.exists() {
        return Ok(Rules::defaults());
    }
    let data = std::fs::read(&path).map_err(|error| ReadError::io("open", &path, &error))?;
    let mut rules = Rules::parse(&data)
        .map_err(|error| ReadError::new(ReadErrorKind::Ignore, &path, error.to_string()))?;
    rules.add_defaults();
    Ok(rules)
}

fn tolerant_rules(root: &Path) -> (Rules, Vec<ReadError>) {
    let path = root.join(HELM_IGNORE);
    let Ok(data) = std::fs::read(&path) else { return (Rules::defaults(), Vec::new()) };
    let (rules, errors) = Rules::parse_tolerant(&data);
    let errors = errors.into_iter().map(|error| {
        let message = format!("line {}: {error}", error.line + 1);
        ReadError::new(ReadErrorKind::Ignore, &path, message)
    });
    (rules, errors.collect())
}

/// So many files are read by one thread before it asks for more.
const AT_ONCE: usize = 16;
/// What a file has that nobody has looked at yet, more or less.
const USUAL_SIZE: usize = 8 * 1024;

/// What the files hold, read in any order. Those that cannot be read or are too large are left out: whoever comes to
/// them in order says why.
fn contents_of(found: &[Found], spread: &dyn Spread) -> Vec<OnceLock<Arc<[u8]>>> {
    let contents: Vec<OnceLock<Arc<[u8]>>> = found.iter().map(|_| OnceLock::new()).collect();
    let chunks: Vec<_> = found.chunks(AT_ONCE).zip(contents.chunks(AT_ONCE)).collect();
    let sizes: Vec<usize> = chunks.iter().map(|(files, _)| files.len() * USUAL_SIZE).collect();
    let total = AtomicU64::new(0);
    spread.each(&sizes, &|at| {
        let mut room = Room::default();
        for (file, content) in std::iter::zip(chunks[at].0, chunks[at].1) {
            if total.load(Ordering::Relaxed) > MAX_CHART_SIZE {
                return;
            }
            let Ok(data) = room.read(&file.path, MAX_FILE_SIZE) else { continue };
            total.fetch_add(data.len() as u64, Ordering::Relaxed);
            // What was cut off is read again by whoever knows whether it may be so large.
            if data.len() as u64 <= MAX_FILE_SIZE {
                content.get_or_init(|| data.into());
            }
        }
    });
    contents
}

/// Files are read into the same room and copied out at their size.
#[derive(Default)]
struct Room(Vec<u8>);

impl Room {
    /// One byte more than the most there may be tells that there is more.
    fn read(&mut self, path: &Path, most: u64) -> std::io::Result<&[u8]> {
        self.0.clear();
        self.0.reserve(64 * 1024);
        File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut self.0)?;
        Ok(&self.0)
    }
}

/// Reads the files of one chart.
struct Reader<'r> {
    /// The chart's folder, as the files' numbers have it.
    base: String,
    table: &'r mut FileTable,
    dialect: Dialect,
    /// How many bytes all files that are left may have.
    budget: u64,
    room: Room,
}

impl<'r> Reader<'r> {
    fn new(root: &Path, table: &'r mut FileTable, dialect: Dialect) -> Self {
        Self { base: text_of(root), table, dialect, budget: MAX_CHART_SIZE, room: Room::default() }
    }

    fn read(&mut self, file: &Found) -> Result<SourceFile, ReadError> {
        let most = if self.dialect == Dialect::Helm3 { MAX_FILE_SIZE.min(self.budget) } else { self.budget };
        let data = self.room.read(&file.path, most).map_err(|error| {
            let error = ReadError::io("open", &file.path, &error);
            ReadError { message: format!("error reading {}: {}", file.relative, error.message), ..error }
        })?;
        let data = data.into();
        self.accept(file, data)
    }

    /// Takes a file into the chart, unless it is too large.
    fn accept(&mut self, file: &Found, data: Arc<[u8]>) -> Result<SourceFile, ReadError> {
        let too_large = |message: String| ReadError::new(ReadErrorKind::TooLarge, &file.path, message);
        let len = data.len() as u64;
        if self.dialect == Dialect::Helm3 && len > MAX_FILE_SIZE {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            return Err(too_large(format!(
                "chart file \"{name}\" is larger than the maximum file size {MAX_FILE_SIZE}"
            )));
        }
        let Some(left) = self.budget.checked_sub(len) else {
            return Err(too_large(format!(
                "error reading {}: chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes",
                file.relative
            )));
        };
        self.budget = left;
        let id = self.table.intern(&format!("{}/{}", self.base, file.relative));
        Ok(SourceFile::new(file.relative.as_str(), id, data))
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
