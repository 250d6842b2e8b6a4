//! How cases and answers are written down: `=== name` begins one, `#- path` a file of it.

use data_encoding::BASE64;

/// Splits a text at lines that begin with a mark: what stands before the first, then each rest of the line with
/// what follows it.
pub(super) fn sections<'t>(text: &'t str, mark: &str) -> (&'t str, Vec<(&'t str, &'t str)>) {
    let mut starts: Vec<usize> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(mark) {
            starts.push(offset);
        }
        offset += line.len();
    }
    let head = &text[..starts.first().copied().unwrap_or(text.len())];
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let section = |(start, end): (&usize, usize)| {
        let (title, body) = text[*start..end].split_once('\n').unwrap_or((&text[*start..end], ""));
        (title[mark.len()..].trim(), body)
    };
    (head, starts.iter().zip(ends).map(section).collect())
}

/// A file of a case: its path, and what is in it; `None` where the case wants it away.
pub(super) type File = (String, Option<Vec<u8>>);

/// The files of a text, and what stands before them.
///
/// `#- path base64` is for what is no text, `#- path none` takes a file away that all charts have, and `#- path
/// open` is a file without a line break at its end.
pub(super) fn files(text: &str) -> (&str, Vec<File>) {
    let (head, found) = sections(text, "#- ");
    let file = |(title, body): (&str, &str)| {
        let (path, how) = title.split_once(' ').unwrap_or((title, ""));
        let data = match how {
            "" => Some(body.as_bytes().to_vec()),
            "open" => Some(body.trim_end_matches('\n').as_bytes().to_vec()),
            "none" => None,
            "base64" => Some(BASE64.decode(body.split_whitespace().collect::<String>().as_bytes()).unwrap()),
            _ => panic!("`#- {title}`: a file is followed by nothing, `open`, `base64` or `none`"),
        };
        (path.to_owned(), data)
    };
    (head, found.into_iter().map(file).collect())
}

/// The answers in a recording, by the name of the case.
pub fn parse_answers(text: &str) -> Vec<(String, String)> {
    let (_, answers) = sections(text, "=== ");
    answers.into_iter().map(|(name, body)| (name.to_owned(), body.to_owned())).collect()
}
