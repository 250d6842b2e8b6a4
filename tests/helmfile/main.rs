//! Ours and Helmfile on the same helmfiles: the same releases, the same final values, the same manifests.
//!
//! What Helmfile says is recorded (`cargo xtask record-helmfile`); where `HELMFILE_BIN` and `HELM4_BIN` name the real programs,
//! the recordings are held against them, too. What differs on purpose stands in `excused.txt` with its reason.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

mod compare;
mod exchange;
mod sessions;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chartroom_tests::helmfile::{Case, Helmfile, recorded};
use chartroom_tests::recording::parse_answers;

/// The real Helmfile; nothing, said aloud, where there is none.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn real() -> Option<Helmfile> {
    let real = Helmfile::real();
    if real.is_none() {
        eprintln!("skipped: no Helmfile here (HELMFILE_BIN and HELM4_BIN name it and its Helm)");
    }
    real
}

/// The reasons, by case and command.
fn excused() -> BTreeMap<(String, String), String> {
    let line = |line: &str| {
        let (place, reason) = line.split_once(": ")?;
        let (case, verb) = place.split_once(' ')?;
        Some(((case.to_owned(), verb.to_owned()), reason.to_owned()))
    };
    include_str!("excused.txt").lines().filter(|it| !it.starts_with('#')).filter_map(line).collect()
}

/// Does something to all cases, two at a time; the answers are what went wrong.
fn all(check: impl Fn(&Case) -> Vec<String> + Sync) -> Vec<String> {
    let (cases, next, wrong) = (Case::all(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(check(case));
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

/// The recorded answers to a case.
fn answers(case: &Case) -> Vec<(String, String)> {
    let path = recorded(case);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    parse_answers(&text)
}

#[test]
fn ours_makes_of_a_helmfile_what_helmfile_makes() {
    let excused = excused();
    let used = Mutex::new(Vec::new());
    let mut wrong = all(|case| {
        let recorded = answers(case);
        let ours = parse_answers(&case.answers(&Helmfile::Ours));
        assert_eq!(ours.len(), recorded.len(), "{} is to be recorded again", case.name);
        let pairs = ours.iter().zip(&recorded);
        let differences = pairs.filter_map(|((verb, ours), (_, theirs))| {
            let difference =
                compare::difference(verb, ours, theirs).or_else(|| compare::complaint(case, ours))?;
            let place = (case.name.clone(), verb.clone());
            let known = excused.contains_key(&place);
            used.lock().unwrap().push(place);
            (!known).then(|| format!("{} {verb}: {difference}", case.name))
        });
        differences.collect()
    });
    let used = used.into_inner().unwrap();
    let stale = excused.keys().filter(|it| !used.contains(it));
    wrong.extend(stale.map(|(case, verb)| format!("{case} {verb} is excused and does not differ")));
    assert!(wrong.is_empty(), "{} answers differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn recordings_are_what_helmfile_says() {
    let Some(real) = real() else { return };
    let wrong = all(|case| {
        let again = parse_answers(&case.answers(&real));
        let pairs = again.iter().zip(answers(case));
        let differences = pairs.filter_map(|((verb, now), (_, then))| {
            compare::difference(verb, now, &then).map(|it| format!("{} {verb}: {it}", case.name))
        });
        differences.collect()
    });
    assert!(wrong.is_empty(), "recorded otherwise\n\n{}", wrong.join("\n\n"));
}
