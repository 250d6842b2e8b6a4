//! What is on the screen over what is on disk.

use std::cmp::Ordering;
use std::sync::Arc;

use chart::ignore::Rules;
use chart::{SourceFile, strip_bom};
use text::FileTable;

/// A text that an editor has open, saved or not.
#[derive(Clone, Debug)]
pub struct Unsaved {
    /// Below the chart's root, with `/`.
    pub path: Arc<str>,
    /// The text.
    pub data: Arc<[u8]>,
}

/// The files of a chart with the editor's texts in the place of the disk's. A text that is on no disk yet is
/// put where Helm would find it, unless `.helmignore` leaves it out.
///
/// `base` is the chart's root, under which new files get their numbers.
pub fn lay_over(
    mut files: Vec<SourceFile>,
    unsaved: &[Unsaved],
    rules: &Rules,
    base: &str,
    table: &mut FileTable,
) -> Vec<SourceFile> {
    for text in unsaved {
        let data = without_bom(&text.data);
        match files.binary_search_by(|file| in_walk_order(&file.path, &text.path)) {
            Ok(at) => files[at].data = data,
            Err(at) if !is_ignored(rules, &text.path) => {
                let id = table.intern(&format!("{base}/{}", text.path));
                files.insert(at, SourceFile { path: text.path.clone(), id, data });
            }
            Err(_) => {}
        }
    }
    files
}

/// The same bytes where there is no mark to cut off, so that whoever compares pointers sees that.
fn without_bom(data: &Arc<[u8]>) -> Arc<[u8]> {
    let kept = strip_bom(data);
    if kept.len() == data.len() { data.clone() } else { kept.into() }
}

/// Whether a rule leaves out the file or a folder that it is in.
fn is_ignored(rules: &Rules, path: &str) -> bool {
    let folder = |(at, _): (usize, &str)| rules.ignores(&path[..at], true);
    path.match_indices('/').any(folder) || rules.ignores(path, false)
}

/// The order of a walk sorts the names in each folder, so `a/b` comes before `a.txt`.
fn in_walk_order(a: &str, b: &str) -> Ordering {
    a.split('/').cmp(b.split('/'))
}

#[cfg(test)]
mod tests {
    use text::FileId;

    use super::*;

    fn laid_over(on_disk: &[&str], unsaved: &str, rules: &str) -> Vec<(String, String)> {
        let mut table = FileTable::default();
        let files = on_disk.iter().map(|path| {
            let id = table.intern(&format!("/c/{path}"));
            SourceFile::new(*path, id, &b"disk"[..])
        });
        let files = files.collect();
        let unsaved = [Unsaved { path: unsaved.into(), data: b"\xEF\xBB\xBFscreen"[..].into() }];
        let mut rules = Rules::parse(rules.as_bytes()).unwrap();
        rules.add_defaults();
        let files = lay_over(files, &unsaved, &rules, "/c", &mut table);
        for file in &files {
            assert_eq!(&**table.path(file.id), format!("/c/{}", file.path));
        }
        files.iter().map(|it| (it.path.to_string(), it.text().unwrap().to_owned())).collect()
    }

    fn pair(path: &str, text: &str) -> (String, String) {
        (path.to_owned(), text.to_owned())
    }

    #[test]
    fn the_screen_wins() {
        let files = laid_over(&["Chart.yaml", "values.yaml"], "values.yaml", "");
        assert_eq!(files, [pair("Chart.yaml", "disk"), pair("values.yaml", "screen")]);
    }

    #[test]
    fn a_new_file_takes_its_place_in_the_walk() {
        let files = laid_over(&["a/b", "a/d", "a.txt"], "a/c", "");
        assert_eq!(files[1], pair("a/c", "screen"));
        assert_eq!(files.len(), 4);
    }

    #[test]
    fn an_ignored_file_stays_out() {
        assert_eq!(laid_over(&["Chart.yaml"], "templates/.x.swp", "").len(), 1);
        assert_eq!(laid_over(&["Chart.yaml"], "ci/x.yaml", "ci/").len(), 1);
    }

    #[test]
    fn bytes_without_a_mark_are_shared() {
        let data: Arc<[u8]> = b"x"[..].into();
        let unsaved = [Unsaved { path: "a".into(), data: data.clone() }];
        let files = vec![SourceFile::new("a", FileId(0), &b"y"[..])];
        let files = lay_over(files, &unsaved, &Rules::defaults(), "/c", &mut FileTable::default());
        assert!(Arc::ptr_eq(&files[0].data, &data));
    }
}
