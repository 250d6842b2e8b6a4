//! The text that `helm template` prints, and which byte of which rendered file stands where in it.

use std::borrow::Cow;
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

/// A part of an output that has not been put together yet.
#[derive(Clone, Debug)]
pub struct Part<'r> {
    /// Its text.
    pub text: Cow<'r, str>,
    /// The rendered file by its index, and where the text begins there; `None` for what is Helm's own.
    pub from: Option<(usize, usize)>,
}

impl<'r> Part<'r> {
    pub(crate) fn own(text: impl Into<Cow<'r, str>>) -> Self {
        Self { text: text.into(), from: None }
    }

    /// Drops white space at the end, as `strings.TrimSpace` does.
    pub(crate) fn trim_end(parts: &mut Vec<Self>) {
        while let Some(last) = parts.last_mut() {
            let end = last.text.trim_end().len();
            if end > 0 {
                match &mut last.text {
                    Cow::Borrowed(text) => *text = &text[..end],
                    Cow::Owned(text) => text.truncate(end),
                }
                return;
            }
            parts.pop();
        }
    }
}

impl<'r> FromIterator<Part<'r>> for Output {
    fn from_iter<I: IntoIterator<Item = Part<'r>>>(parts: I) -> Self {
        let mut output = Self::default();
        parts.into_iter().for_each(|part| output.push(&part));
        output
    }
}

impl Output {
    fn push(&mut self, part: &Part<'_>) {
        let start = self.text.len();
        self.text.push_str(&part.text);
        if let Some((file, from)) = part.from {
            self.pieces.push(Piece { range: start..self.text.len(), file, from });
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
                    chosen.text.push_str("---\n");
                    chosen.push_part(self, document);
                    chosen.text.push('\n');
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
        let documents = ["a: 1\n", "b: 2\n"].into_iter().enumerate();
        let parts = documents.flat_map(|(file, text)| {
            let head = format!("---\n# Source: c/templates/{file}.yaml\n");
            [Part::own(head), Part { text: text.into(), from: Some((file, 0)) }]
        });
        parts.collect()
    }

    #[test]
    fn white_space_at_the_end_is_dropped_across_parts() {
        let trimmed = |texts: &[&'static str]| {
            let mut parts: Vec<Part> = texts.iter().map(|text| Part::own(*text)).collect();
            Part::trim_end(&mut parts);
            parts.into_iter().collect::<Output>().text
        };
        assert_eq!(trimmed(&["a ", "b\n", " \n", "\n"]), "a b");
        assert_eq!(trimmed(&[" ", "\n"]), "");
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
