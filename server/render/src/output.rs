//! The text that `helm template` prints, and which byte of which rendered file stands where in it.

use std::ops::Range;

use golang::Dialect;
use golang::glob::match_path;

use crate::split::split_manifests;

/// A text put together from parts of rendered files.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The text.
    pub text: String,
    /// The parts that come from rendered files, in order; what lies between is Helm's own (`---`, `# Source:`).
    pub pieces: Vec<Piece>,
}

/// A part of an [`Output`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands in the output.
    pub range: Range<usize>,
    /// The rendered file, by its index.
    pub file: usize,
    /// Where it begins there.
    pub from: usize,
}

impl Output {
    /// Appends text of Helm's own.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends a part of a rendered file.
    pub fn push_piece(&mut self, text: &str, file: usize, range: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(&text[range.clone()]);
        self.pieces.push(Piece { range: start..self.text.len(), file, from: range.start });
    }

    /// Drops white space at the end, as `strings.TrimSpace` does.
    pub fn trim_end(&mut self) {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        while self.pieces.last().is_some_and(|piece| piece.range.start >= end) {
            self.pieces.pop();
        }
        if let Some(last) = self.pieces.last_mut() {
            last.range.end = last.range.end.min(end);
        }
    }

    /// The rendered file and the offset in it behind an offset of the output.
    pub fn origin(&self, offset: usize) -> Option<(usize, usize)> {
        let at = self.pieces.partition_point(|piece| piece.range.end <= offset);
        let piece = self.pieces.get(at).filter(|piece| piece.range.contains(&offset))?;
        Some((piece.file, piece.from + (offset - piece.range.start)))
    }

    /// Every offset of the output at which a byte of a rendered file stands.
    pub fn places(&self, file: usize, offset: usize) -> impl Iterator<Item = usize> + '_ {
        self.pieces.iter().filter(move |piece| piece.file == file).filter_map(move |piece| {
            let inside = offset.checked_sub(piece.from)?;
            (inside < piece.range.len()).then_some(piece.range.start + inside)
        })
    }

    /// Appends a part of another output.
    fn push_part(&mut self, other: &Self, part: &Range<usize>) {
        let shift = self.text.len();
        self.text.push_str(&other.text[part.clone()]);
        for piece in &other.pieces {
            let (start, end) = (piece.range.start.max(part.start), piece.range.end.min(part.end));
            if start < end {
                let range = start - part.start + shift..end - part.start + shift;
                self.pieces.push(Piece {
                    range,
                    file: piece.file,
                    from: piece.from + (start - piece.range.start),
                });
            }
        }
    }

    /// Keeps the documents of the templates that match, in the order of the patterns: `--show-only`.
    ///
    /// The error is the pattern that matched nothing.
    pub fn show_only(&self, patterns: &[String], dialect: Dialect) -> Result<Self, String> {
        let documents = split_manifests(&self.text, dialect);
        let mut chosen = Self::default();
        for pattern in patterns {
            let pattern = pattern.replace('\\', "/");
            let mut missing = true;
            for document in &documents {
                let name = source_of(&self.text[document.clone()]);
                if name.is_some_and(|name| match_path(&pattern, name).unwrap_or(false)) {
                    missing = false;
                    chosen.push("---\n");
                    chosen.push_part(self, document);
                    chosen.push("\n");
                }
            }
            if missing {
                return Err(pattern);
            }
        }
        Ok(chosen)
    }
}

/// What follows the chart's name in the first `# Source: chart/path` of a document.
fn source_of(document: &str) -> Option<&str> {
    document.match_indices("# Source: ").find_map(|(at, mark)| {
        let path = document[at + mark.len()..].lines().next()?;
        let (chart, rest) = path.split_once('/')?;
        (!chart.is_empty() && !rest.is_empty()).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output() -> Output {
        let mut output = Output::default();
        for (file, text) in ["a: 1\n", "b: 2\n"].into_iter().enumerate() {
            output.push(&format!("---\n# Source: c/templates/{file}.yaml\n"));
            output.push_piece(text, file, 0..text.len());
        }
        output
    }

    #[test]
    fn every_byte_leads_back() {
        let output = output();
        let at = output.text.find('2').unwrap();
        assert_eq!(output.origin(at), Some((1, 3)));
        assert_eq!(output.places(1, 3).collect::<Vec<_>>(), [at]);
        assert_eq!(output.origin(0), None);
    }

    #[test]
    fn show_only_keeps_the_map() {
        let shown = output().show_only(&["templates/1.*".into()], Dialect::Helm4).unwrap();
        assert!(shown.text.starts_with("---\n# Source: c/templates/1.yaml\nb: 2"));
        assert_eq!(shown.origin(shown.text.find('2').unwrap()), Some((1, 3)));
        assert_eq!(output().show_only(&["x".into()], Dialect::Helm4).unwrap_err(), "x");
    }
}
