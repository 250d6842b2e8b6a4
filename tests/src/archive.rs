//! What a packed chart holds, entry by entry.

use std::io::Read;

/// An entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path in the archive.
    pub name: String,
    /// The permissions.
    pub mode: u32,
    /// What kind of entry: the letter of its header.
    pub kind: u8,
    /// The contents.
    pub data: Vec<u8>,
}

/// The entries of a gzipped tar in their order.
pub fn entries(packed: &[u8]) -> Vec<Entry> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let entry = |entry: std::io::Result<tar::Entry<_>>| {
        let mut entry = entry.unwrap();
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let (mode, kind) = (entry.header().mode().unwrap(), entry.header().entry_type().as_byte());
        Entry { name, mode, kind, data }
    };
    archive.entries().unwrap().map(entry).collect()
}
