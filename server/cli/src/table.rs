//! Columns for the terminal, as the library that Helm prints its tables with (gosuri/uitable) lays them out: cells are
//! filled up with spaces, the last of a row too, and a tab stands between them.

use unicode_width::UnicodeWidthChar;

/// Lays rows out. A column gets no wider than `most` cells of the terminal, as far as three dots leave room; 0 is no limit.
pub(crate) fn table(rows: &[Vec<String>], most: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (widest, cell) in widths.iter_mut().zip(row) {
            let limit = if most == 0 { usize::MAX } else { most };
            *widest = (*widest).max(line_width(cell).min(limit));
        }
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| resized(cell, *width));
        cells.collect::<Vec<_>>().join("\t")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn resized(cell: &str, wanted: usize) -> String {
    let is = width(cell);
    if is <= wanted || wanted == 0 {
        return format!("{cell}{}", " ".repeat(wanted.saturating_sub(is)));
    }
    let (mut kept, mut used) = (String::new(), 0);
    for character in cell.chars() {
        // The character that is too much still gets in.
        kept.push(character);
        let more = character.width().unwrap_or(0);
        if used + more + 3 >= wanted {
            break;
        }
        used += more;
    }
    kept + "..."
}

/// How wide the widest line of a text is. Where there are several, what is more than that is cut.
fn line_width(text: &str) -> usize {
    text.split('\n').map(width).max().unwrap_or(0)
}

/// How many cells of a terminal a text takes; what cannot be printed takes none.
fn width(text: &str) -> usize {
    text.chars().map(|it| it.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::table;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|it| (*it).to_owned()).collect()).collect()
    }

    #[test]
    fn columns_are_filled_up() {
        assert_eq!(
            table(&rows(&[&["NAME", "V"], &["a", "1.0"], &["ü世", ""]]), 80),
            "NAME\tV  \na   \t1.0\nü世 \t   "
        );
    }

    #[test]
    fn several_lines_are_cut_to_the_widest() {
        assert_eq!(table(&rows(&[&["abcdefghij\nxyz"]]), 0), "abcdefg...");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let long = rows(&[&["abcdefghij", "x"]]);
        assert_eq!(table(&long, 6), "abc...\tx");
        assert_eq!(table(&long, 2), "a...\tx");
        assert_eq!(table(&long, 0), "abcdefghij\tx");
    }
}
