//! Blocks of lines: side by side where the terminal is wide enough, one below the other where it is not.

use super::paint::visible_len;

const BETWEEN: &str = "   ";

/// Blocks, side by side if they fit.
pub(super) fn arranged(blocks: &[String], width: usize) -> String {
    let widest: usize = blocks.iter().map(|it| widest_line(it)).sum();
    if widest + blocks.len().saturating_sub(1) * BETWEEN.len() > width {
        return blocks.iter().flat_map(|it| it.split('\n')).flat_map(|it| [it, "\n"]).collect();
    }
    side_by_side(BETWEEN, 0, blocks)
}

/// Blocks as columns, each indented; no line ends with blanks, nor the last one with a line break.
pub(super) fn side_by_side(between: &str, indent: usize, columns: &[String]) -> String {
    let widths: Vec<usize> = columns.iter().map(|it| widest_line(it)).collect();
    let lines: Vec<Vec<&str>> = columns.iter().map(|it| it.split('\n').collect()).collect();
    let rows = lines.iter().map(Vec::len).max().unwrap_or(0);
    let row = |number: usize| {
        let cell = |(column, width): (&Vec<&str>, &usize)| {
            let line = column.get(number).copied().unwrap_or_default();
            format!("{:indent$}{line}{:pad$}", "", "", pad = width - visible_len(line))
        };
        let cells: Vec<String> = lines.iter().zip(&widths).map(cell).collect();
        cells.join(between).trim_end_matches(' ').to_owned()
    };
    (0..rows).map(row).collect::<Vec<_>>().join("\n")
}

fn widest_line(block: &str) -> usize {
    block.split('\n').map(visible_len).max().unwrap_or(0)
}

/// A text behind a mark, its further lines as far right.
pub(super) fn behind(mark: &str, text: &str) -> String {
    let indent = visible_len(mark);
    let line = |(number, line): (usize, &str)| match number {
        0 => format!("{mark}{line}\n"),
        _ => format!("{:indent$}{line}\n", ""),
    };
    text.split('\n').enumerate().map(line).collect()
}

/// A text with a mark before each line.
pub(super) fn each_behind(mark: &str, text: &str) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n').map(|line| format!("{mark}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stands_side_by_side() {
        let blocks = ["a\nbb".to_owned(), "c".to_owned()];
        assert_eq!(arranged(&blocks, 6), "a    c\nbb");
        assert_eq!(arranged(&blocks, 5), "a\nbb\nc\n");
    }

    #[test]
    fn lines_stand_behind_marks() {
        assert_eq!(behind("- ", "a\nb\n"), "- a\n  b\n  \n");
        assert_eq!(each_behind("+ ", "a\nb\n"), "+ a\n+ b\n");
    }
}
