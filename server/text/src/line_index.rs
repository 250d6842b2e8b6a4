//! Lines of a text that nobody edits: for messages, and for files that are only read.
//!
//! It gives the same answers as [`Text`](crate::Text), from a list of line starts instead of a rope.

use crate::{Encoding, LineColumn, TextRange, TextSize};

/// The line starts of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        Self { starts: std::iter::once(0).chain(breaks.map(|at| at as u32 + 1)).collect() }
    }

    /// Number of lines; the empty one behind a last line break counts.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line that `offset` is on, from zero.
    pub fn line(&self, offset: TextSize) -> u32 {
        self.starts.partition_point(|&start| start <= u32::from(offset)) as u32 - 1
    }

    /// The line `line` of `text` without its line break; past the last line, the empty range at the end.
    pub fn line_range(&self, text: &str, line: u32) -> TextRange {
        let end_of_text = text.len() as u32;
        let Some(&start) = self.starts.get(line as usize) else {
            return TextRange::empty(end_of_text.into());
        };
        let next = self.starts.get(line as usize + 1).copied().unwrap_or(end_of_text);
        let whole = &text[start as usize..next as usize];
        let kept = whole.strip_suffix("\r\n").or(whole.strip_suffix(['\n', '\r'])).unwrap_or(whole);
        TextRange::at(start.into(), TextSize::of(kept))
    }

    /// Where `offset` of `text` lies. Past the end is the end, inside a character is its start.
    ///
    /// ```
    /// use chartroom_text::{Encoding, LineColumn, LineIndex};
    /// let text = "a: 1\nb: é2\n";
    /// let index = LineIndex::new(text);
    /// assert_eq!(index.line_column(text, 10.into(), Encoding::Utf32), LineColumn::new(1, 4));
    /// ```
    pub fn line_column(&self, text: &str, offset: TextSize, encoding: Encoding) -> LineColumn {
        let byte = text.floor_char_boundary(offset.into());
        let line = self.line(TextSize::from(byte as u32));
        let start = self.starts[line as usize] as usize;
        LineColumn::new(line, encoding.width(&text[start..byte]))
    }

    /// The offset of a line and column in `text`, clamped as [`Text::offset`](crate::Text::offset) does.
    pub fn offset(&self, text: &str, place: LineColumn, encoding: Encoding) -> TextSize {
        let line = self.line_range(text, place.line);
        let before = encoding.bytes_before(&text[line], place.column);
        line.start() + TextSize::from(before as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    const TEXTS: [&str; 6] =
        ["", "\n", "a\r\nb\rc\n", "日本: 🎉x\r\r\n\n", "👩‍👩‍👧 עברית", "no break at the end\nreally"];

    #[test]
    fn a_line_index_and_a_rope_say_the_same() {
        for text in TEXTS {
            let (index, rope) = (LineIndex::new(text), Text::new(text));
            assert_eq!(index.line_count(), rope.line_count(), "{text:?}");
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                for byte in 0..=text.len() as u32 + 1 {
                    let place = index.line_column(text, byte.into(), encoding);
                    assert_eq!(place, rope.line_column(byte.into(), encoding), "{text:?} at {byte}");
                }
                for (line, column) in (0..6).flat_map(|line| (0..12).map(move |column| (line, column))) {
                    let place = LineColumn::new(line, column);
                    let offset = index.offset(text, place, encoding);
                    assert_eq!(offset, rope.offset(place, encoding), "{text:?} at {place:?} {encoding:?}");
                }
            }
        }
    }

    #[test]
    fn a_break_is_not_part_of_its_line() {
        let text = "ab\r\ncd\n";
        let index = LineIndex::new(text);
        assert_eq!(&text[index.line_range(text, 0)], "ab");
        assert_eq!(&text[index.line_range(text, 2)], "");
    }
}
