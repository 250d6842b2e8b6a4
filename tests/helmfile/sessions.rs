//! Ours and Helmfile in the same sessions that need no cluster: `tests/helmfile/sessions`.

use chartroom_tests::helmfile::{Helmfile, Session};

fn must_be_empty(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} answers differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn ours_does_in_a_session_what_helmfile_does() {
    let wrong = |it: &Session| it.differences(&it.answers(&Helmfile::Ours));
    must_be_empty(&Session::all().iter().flat_map(wrong).collect::<Vec<_>>());
}

#[test]
fn recorded_sessions_are_what_helmfile_does() {
    let Some(real) = crate::real() else { return };
    let wrong = |it: &Session| it.recorded_otherwise(&it.answers(&real));
    must_be_empty(&Session::all().iter().flat_map(wrong).collect::<Vec<_>>());
}
