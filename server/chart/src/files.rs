//! The files that a chart is made of.

use std::sync::Arc;

use text::FileId;

/// A file of a chart: where it lies within the chart, its number, its bytes.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the root of the (sub)chart that it belongs to, with `/`.
    pub path: Arc<str>,
    /// Its number in the file table: members of archives have one too.
    pub id: FileId,
    /// What it holds, without a byte order mark.
    pub data: Arc<[u8]>,
}

impl SourceFile {
    /// A file with its byte order mark, if any, cut off: Helm strips it from every file of a chart.
    pub fn new(path: impl Into<Arc<str>>, id: FileId, data: impl Into<Arc<[u8]>>) -> Self {
        let data: Arc<[u8]> = data.into();
        let kept = strip_bom(&data);
        let data = if kept.len() < data.len() { kept.into() } else { data };
        Self { path: path.into(), id, data }
    }

    /// The same file under another path.
    pub(crate) fn at(&self, path: &str) -> Self {
        Self { path: path.into(), id: self.id, data: self.data.clone() }
    }

    /// The bytes as text, unless they are not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.data).ok()
    }
}

/// The bytes without a leading UTF-8 byte order mark.
pub fn strip_bom(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_goes() {
        let file = SourceFile::new("a", FileId(0), &b"\xEF\xBB\xBFx: 1"[..]);
        assert_eq!(file.text(), Some("x: 1"));
        assert_eq!(strip_bom(b"x"), b"x");
    }
}
