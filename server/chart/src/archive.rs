//! Packed charts: a gzipped tar, read into memory under Helm's limits and path checks.
//!
//! Archives come from strangers. What is unpacked is bounded as a whole, however the sizes in the headers lie, and
//! nothing can leave its folder: paths that climb or start at a root are refused, links become empty files.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use golang::{Dialect, path, strconv::quote};
use tar::EntryType;

use crate::files::strip_bom;

/// Helm's limit for all files of an archive together.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;
/// Helm 3's limit for one file, on disk or in an archive.
pub const MAX_FILE_SIZE: u64 = 5 * 1024 * 1024;
/// Our limit for the number of files. Helm has none.
const MAX_FILES: usize = 100_000;

/// A file of an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its path below the archive's one top folder.
    pub path: String,
    /// Its bytes, without a byte order mark.
    pub data: Vec<u8>,
}

/// Whether a file that a user named as a chart looks like an archive; the error is Helm's, which names the file.
pub fn ensure_archive(name: &str, data: &[u8]) -> Result<(), String> {
    if data.starts_with(b"\x1F\x8B\x08") {
        return Ok(());
    }
    if [".yml", ".yaml"].iter().any(|ext| name.ends_with(ext)) {
        return Err(format!("file '{name}' seems to be a YAML file, but expected a gzipped archive"));
    }
    let kind = content_type(&data[..data.len().min(SNIFFED)]);
    Err(format!("file '{name}' does not appear to be a gzipped archive; got '{kind}'"))
}

/// How much of a file Helm looks at.
const SNIFFED: usize = 512;

/// The types that people mistake for charts. Helm looks at a buffer of fixed size: what is shorter ends in zeros and does
/// not count as text.
fn content_type(data: &[u8]) -> &'static str {
    let is_binary = |byte: &u8| matches!(byte, 0x00..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F);
    if data.starts_with(b"PK\x03\x04") {
        "application/zip"
    } else if data.len() < SNIFFED || data.iter().any(is_binary) {
        "application/octet-stream"
    } else {
        "text/plain; charset=utf-8"
    }
}

/// Unpacks a chart archive. The error is Helm's text.
pub fn unpack(data: &[u8], dialect: Dialect) -> Result<Vec<Member>, String> {
    unpack_within(data, dialect, MAX_CHART_SIZE)
}

fn unpack_within(data: &[u8], dialect: Dialect, limit: u64) -> Result<Vec<Member>, String> {
    if !data.starts_with(b"\x1F\x8B") {
        return Err(if data.is_empty() { "EOF" } else { "gzip: invalid header" }.to_owned());
    }
    // Headers and padding come on top of the files themselves.
    let stream = MultiGzDecoder::new(data).take(limit.saturating_mul(2).max(1 << 20));
    let mut archive = tar::Archive::new(stream);
    let mut members = Vec::new();
    let mut budget = limit;
    for entry in archive.entries().map_err(reason)? {
        let mut entry = entry.map_err(reason)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if is_folder(kind, &name) || matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
            continue;
        }
        let path = member_path(&name)?;
        let data = read_member(&mut entry, &name, (budget, limit), dialect)?;
        budget -= data.len() as u64;
        members.push(Member { path, data: strip_bom(&data).to_vec() });
        if members.len() > MAX_FILES {
            return Err(format!("chart archive has more than {MAX_FILES} files"));
        }
    }
    if members.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    Ok(members)
}

/// Go's word for a stream that ends too early.
const CUT: &str = "unexpected EOF";

fn reason(error: std::io::Error) -> String {
    let text = error.to_string();
    let is_cut = error.kind() == std::io::ErrorKind::UnexpectedEof || text.contains("incomplete");
    if is_cut { CUT.to_owned() } else { text }
}

fn is_folder(kind: EntryType, name: &str) -> bool {
    kind == EntryType::Directory || name.ends_with('/')
}

fn read_member(
    entry: &mut impl ReadSized,
    name: &str,
    (budget, limit): (u64, u64),
    dialect: Dialect,
) -> Result<Vec<u8>, String> {
    let too_large = || match dialect {
        Dialect::Helm3 => format!("decompressed chart is larger than the maximum file size {limit}"),
        Dialect::Helm4 => format!("decompressed chart is larger than the maximum size {limit}"),
    };
    let size = entry.size();
    if size > budget {
        return Err(too_large());
    }
    if dialect == Dialect::Helm3 && size > MAX_FILE_SIZE {
        let name = quote(name);
        return Err(format!(
            "decompressed chart file {name} is larger than the maximum file size {MAX_FILE_SIZE}"
        ));
    }
    let mut data = Vec::new();
    entry.take(budget).read_to_end(&mut data).map_err(reason)?;
    if (data.len() as u64) < size {
        return Err(CUT.to_owned());
    }
    if data.len() as u64 >= budget { Err(too_large()) } else { Ok(data) }
}

/// What [`read_member`] needs of an entry.
trait ReadSized: Read {
    fn size(&self) -> u64;
}

impl<R: Read> ReadSized for tar::Entry<'_, R> {
    fn size(&self) -> u64 {
        Self::size(self)
    }
}

/// The path below the top folder, checked. Archives made on Windows may use `\`.
fn member_path(name: &str) -> Result<String, String> {
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (top, below) = name.split_once(delimiter).unwrap_or((name, ""));
    let below = below.replace(delimiter, "/");
    if path::is_abs(&below) {
        return Err("chart illegally contains absolute paths".to_owned());
    }
    let below = path::clean(&below);
    if below == "." {
        let name = quote(name);
        return Err(format!("chart illegally contains content outside the base directory: {name}"));
    }
    if below.starts_with("..") {
        return Err("chart illegally references parent directory".to_owned());
    }
    if is_drive_path(&below) {
        return Err("chart contains illegally named files".to_owned());
    }
    if top == "Chart.yaml" {
        return Err("chart yaml not in base directory".to_owned());
    }
    Ok(below)
}

/// `c:/…`
fn is_drive_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/"
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use super::*;

    /// A gzipped tar of these files.
    pub(crate) fn pack(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, data) in files {
            let mut header = tar::Header::new_gnu();
            // Set by hand: the builder itself refuses the names that we want to see refused.
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(data.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, *data).unwrap();
        }
        gzip(&builder.into_inner().unwrap())
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn error(name: &str) -> String {
        unpack(&pack(&[(name, b"x")]), Dialect::Helm4).unwrap_err()
    }

    #[test]
    fn top_folder_goes() {
        let members = unpack(
            &pack(&[("a/Chart.yaml", b"\xEF\xBB\xBFname: a"), ("a\\templates\\x", b"y")]),
            Dialect::Helm4,
        );
        let members = members.unwrap();
        assert_eq!(members[0].path, "Chart.yaml");
        assert_eq!(members[0].data, b"name: a");
        assert_eq!(members[1].path, "templates/x");
    }

    #[test]
    fn nothing_leaves_the_folder() {
        assert_eq!(error("a/../../b"), "chart illegally references parent directory");
        assert_eq!(error("a//etc/passwd"), "chart illegally contains absolute paths");
        assert_eq!(error("a/c:/x"), "chart contains illegally named files");
        assert_eq!(error("a"), "chart illegally contains content outside the base directory: \"a\"");
        assert_eq!(error("Chart.yaml/x"), "chart yaml not in base directory");
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(unpack(b"name: x", Dialect::Helm4).unwrap_err(), "gzip: invalid header");
        assert_eq!(unpack(&gzip(&[0; 1024]), Dialect::Helm4).unwrap_err(), "no files in chart archive");
        assert!(unpack(&gzip(&[7; 1024]), Dialect::Helm4).is_err());
        assert!(unpack(&pack(&[("a/b", &[1; 4000])])[..60], Dialect::Helm4).is_err());
    }

    #[test]
    fn what_is_no_archive_is_named() {
        let error = |name, data: &[u8]| ensure_archive(name, data).unwrap_err();
        assert_eq!(
            error("v.yaml", b"a: 1"),
            "file 'v.yaml' seems to be a YAML file, but expected a gzipped archive"
        );
        let text = "file 'x' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'";
        assert_eq!(error("x", &[b'a'; 600]), text);
        assert!(error("x", b"a").ends_with("got 'application/octet-stream'"));
        assert_eq!(ensure_archive("x", &pack(&[("a/b", b"")])), Ok(()));
    }

    #[test]
    fn bombs_are_refused() {
        const LIMIT: u64 = 10_000;
        let refused = "decompressed chart is larger than the maximum size 10000";
        let zeros = [0; 6000];
        let one = pack(&[("a/zeros", &zeros)]);
        let two = pack(&[("a/zeros", &zeros), ("a/more", &zeros)]);
        assert!(unpack_within(&one, Dialect::Helm4, LIMIT).is_ok());
        assert_eq!(unpack_within(&two, Dialect::Helm4, LIMIT).unwrap_err(), refused);
        assert_eq!(unpack_within(&one, Dialect::Helm4, 100).unwrap_err(), refused.replace("10000", "100"));
        let six = pack(&[("a/six", &vec![0; 6 * 1024 * 1024])]);
        assert_eq!(
            unpack(&six, Dialect::Helm3).unwrap_err(),
            "decompressed chart file \"a/six\" is larger than the maximum file size 5242880"
        );
        assert!(unpack(&six, Dialect::Helm4).is_ok());
    }
}
