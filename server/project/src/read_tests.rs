//! Reading charts from real folders.

use std::path::Path;
use std::sync::Arc;

use chart::InTurn;

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn paths(root: &Path) -> Result<Vec<String>, ReadError> {
    let files = read_chart(root, &mut FileTable::default(), Dialect::Helm4, &InTurn)?;
    Ok(files.iter().map(|file| file.path.to_string()).collect())
}

#[test]
fn files_come_in_the_order_of_helms_walk() {
    let it = folder(&[("a.txt", ""), ("a/b.txt", ""), ("Chart.yaml", ""), ("a-b", "")]);
    assert_eq!(paths(it.path()).unwrap(), ["Chart.yaml", "a/b.txt", "a-b", "a.txt"]);
}

#[test]
fn helmignore_leaves_out() {
    let it = folder(&[
        (".helmignore", "*.md\nci/\n"),
        ("README.md", ""),
        ("ci/a.yaml", ""),
        ("templates/.a.swp", ""),
        ("templates/a.yaml", ""),
    ]);
    assert_eq!(paths(it.path()).unwrap(), [".helmignore", "templates/a.yaml"]);
}

#[test]
fn a_bad_rule_stops_helm_and_not_the_editor() {
    let it = folder(&[(".helmignore", "**/a\n"), ("Chart.yaml", "")]);
    let error = paths(it.path()).unwrap_err();
    assert_eq!(
        (error.kind, &*error.message),
        (ReadErrorKind::Ignore, "double-star (**) syntax is not supported")
    );
    let read = refresh(it.path(), &mut FileTable::default(), None, &|_| false);
    assert_eq!((read.files.len(), read.errors.len()), (2, 1));
}

#[test]
fn byte_order_marks_go_and_numbers_lead_to_paths() {
    let it = folder(&[("values.yaml", "\u{feff}a: 1")]);
    let mut table = FileTable::default();
    let files = read_chart(it.path(), &mut table, Dialect::Helm4, &InTurn).unwrap();
    assert_eq!(files[0].text(), Some("a: 1"));
    assert_eq!(**table.path(files[0].id), *text_of(&it.path().join("values.yaml")));
}

#[test]
fn a_large_file_is_refused_by_helm_3_only() {
    let it = folder(&[("big", &"x".repeat(MAX_FILE_SIZE as usize + 1))]);
    let error = read_chart(it.path(), &mut FileTable::default(), Dialect::Helm3, &InTurn).unwrap_err();
    assert_eq!(error.message, "chart file \"big\" is larger than the maximum file size 5242880");
    assert_eq!(paths(it.path()).unwrap(), ["big"]);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn are_followed_under_their_own_names() {
        let outside = folder(&[("real/x.yaml", "x")]);
        let it = folder(&[("Chart.yaml", "")]);
        symlink(outside.path().join("real"), it.path().join("templates")).unwrap();
        symlink(outside.path().join("real/x.yaml"), it.path().join("values.yaml")).unwrap();
        assert_eq!(paths(it.path()).unwrap(), ["Chart.yaml", "templates/x.yaml", "values.yaml"]);
    }

    #[test]
    fn to_nowhere_fail_the_load() {
        let it = folder(&[("Chart.yaml", "")]);
        symlink("./charts/../gone", it.path().join("a")).unwrap();
        let error = paths(it.path()).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Link);
        let root = it.path().display();
        let text = format!("error evaluating symlink {root}/a: lstat {root}/gone: no such file or directory");
        assert_eq!(error.message, text);
        let read = refresh(it.path(), &mut FileTable::default(), None, &|_| false);
        assert_eq!((read.files.len(), read.errors), (1, vec![error]));
    }

    #[test]
    fn in_a_circle_end() {
        let it = folder(&[("Chart.yaml", "")]);
        symlink(it.path(), it.path().join("loop")).unwrap();
        assert_eq!(paths(it.path()).unwrap_err().kind, ReadErrorKind::Link);
    }
}

#[test]
fn a_refresh_shares_what_did_not_change() {
    let it = folder(&[("Chart.yaml", "a"), ("values.yaml", "b")]);
    let mut table = FileTable::default();
    let first = refresh(it.path(), &mut table, None, &|_| false);
    let same = refresh(it.path(), &mut table, Some(&first), &|_| false);
    assert!(first.same_as(&same));
    std::fs::write(it.path().join("values.yaml"), "longer").unwrap();
    let next = refresh(it.path(), &mut table, Some(&first), &|_| false);
    assert!(Arc::ptr_eq(&first.files[0].source.data, &next.files[0].source.data));
    assert_eq!(next.files[1].source.text(), Some("longer"));
    assert_eq!(first.files[1].source.id, next.files[1].source.id);
    assert!(!first.same_as(&next));
}

#[test]
fn a_file_said_to_have_changed_is_read_again() {
    let it = folder(&[("values.yaml", "b")]);
    let mut table = FileTable::default();
    let first = refresh(it.path(), &mut table, None, &|_| false);
    let again = refresh(it.path(), &mut table, Some(&first), &|path| path.ends_with("values.yaml"));
    assert!(!Arc::ptr_eq(&first.files[0].source.data, &again.files[0].source.data));
}

#[test]
fn what_is_not_there_is_said() {
    let error = paths(Path::new("/no/such/chart")).unwrap_err();
    assert_eq!(error.message, "open /no/such/chart: no such file or directory");
}
