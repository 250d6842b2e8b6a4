//! Levels of releases, and what is refused.

use expect_test::{Expect, expect};

use super::{Needs, levels};
use crate::testing::{load, request, shown};
use crate::{Request, StateFile};

/// The levels, one a line; or what is wrong.
fn told(fixture: &str, selectors: &[&str], needs: Needs, reverse: bool) -> String {
    let selectors = selectors.iter().map(|&it| it.to_owned()).collect();
    let loaded = load(fixture, &Request { selectors, ..request("default") });
    let file = &loaded.state.files[0];
    let ids = |level: &Vec<usize>| {
        level.iter().map(|&at| file.releases[at].id.as_str()).collect::<Vec<_>>().join(" ") + "\n"
    };
    match levels(file, needs, reverse) {
        Ok(levels) => levels.iter().map(ids).collect(),
        Err(finding) => shown(&[finding], &loaded.files),
    }
}

#[track_caller]
fn check(fixture: &str, selectors: &[&str], needs: Needs, want: Expect) {
    want.assert_eq(&told(fixture, selectors, needs, false));
}

const CHAIN: &str = r#"
#- helmfile.yaml
releases:
  - {name: web, chart: ./a, namespace: front, needs: [back/api]}
  - {name: api, chart: ./a, namespace: back, needs: [db]}
  - {name: other, chart: ./a}
  - {name: db, chart: ./a, namespace: back}
"#;

#[test]
fn levels_in_the_order_of_the_file() {
    check(
        CHAIN,
        &[],
        Needs::Refuse,
        expect![[r#"
        other back/db
        back/api
        front/web
    "#]],
    );
    expect![[r#"
        front/web
        back/api
        other back/db
    "#]]
    .assert_eq(&told(CHAIN, &[], Needs::Refuse, true));
}

#[test]
fn needs_that_are_not_selected() {
    check(
        CHAIN,
        &["name=web"],
        Needs::Refuse,
        expect![[r#"
        Error helmfile-unselected-need helmfile.yaml:2:55: release "front/web" depends on "back/api" which does not match the selectors
        Please add a selector like "--selector name=api", or indicate whether to skip (--skip-needs) or include (--include-needs) these dependencies
    "#]],
    );
    check(
        CHAIN,
        &["name=web"],
        Needs::Skip,
        expect![[r#"
        front/web
    "#]],
    );
    check(
        CHAIN,
        &["name=web"],
        Needs::Include,
        expect![[r#"
        back/db
        back/api
        front/web
    "#]],
    );
}

#[test]
fn cycles_are_named() {
    check(
        r#"
#- helmfile.yaml
releases:
  - {name: z, chart: ./a, needs: [a]}
  - {name: a, chart: ./a, needs: [b]}
  - {name: b, chart: ./a, needs: [c]}
  - {name: c, chart: ./a, needs: [a]}
"#,
        &[],
        Needs::Refuse,
        expect![[r#"
            Error helmfile-cycle helmfile.yaml:3:35: cycle detected: a -> b -> c -> a
            one of these releases must not need the next
        "#]],
    );
}

#[test]
fn needs_that_are_nowhere() {
    let fixture =
        "#- helmfile.yaml\nreleases:\n  - {name: a, chart: ./a, needs: [n/db]}\n  - {name: db, chart: ./a}\n";
    check(
        fixture,
        &[],
        Needs::Refuse,
        expect![[r#"
        Error helmfile-undefined-need helmfile.yaml:2:35: release(s) "a" depend(s) on an undefined release "n/db". Perhaps you made a typo in "needs" or forgot defining a release named "db" with appropriate "namespace" and "kubeContext"?
        did you mean "db"?
    "#]],
    );
}

#[test]
fn one_file_of_many_releases_is_quick() {
    let mut fixture = "#- helmfile.yaml\nreleases:\n".to_owned();
    for at in 0..300 {
        fixture.push_str(&format!("  - {{name: r{at}, chart: ./a, needs: [r{}]}}\n", at + 1));
    }
    fixture.push_str("  - {name: r300, chart: ./a}\n");
    let loaded = load(&fixture, &request("default"));
    let file: &StateFile = &loaded.state.files[0];
    assert_eq!(levels(file, Needs::Refuse, false).unwrap().len(), 301);
}
