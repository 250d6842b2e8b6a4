//! Ours and Helmfile with helm-diff in the same sessions against a cluster: `tests/helmfile/clusters`.
//!
//! What Helmfile did is recorded. Where `HELMFILE_BIN`, `HELM4_BIN` and `HELM_DIFF_BIN` name the real programs they are asked
//! again, and with `CHARTROOM_RECORD` set their answers are written down anew.

use std::path::PathBuf;

use chartroom_tests::helmfile::{Helmfile, Place, Session};
use chartroom_tests::rig::{Rig, rig};

/// Helmfile, and the helm-diff that goes with it.
fn real() -> Option<(Helmfile, PathBuf)> {
    Some((Helmfile::real()?, std::env::var_os("HELM_DIFF_BIN")?.into()))
}

fn ours(rig: &Rig, session: &Session) -> String {
    session.answers_at(&Place::with_cluster(rig, &rig.namespace(), None), &Helmfile::Ours)
}

fn theirs(rig: &Rig, session: &Session, real: &(Helmfile, PathBuf)) -> String {
    session.answers_at(&Place::with_cluster(rig, &rig.namespace(), Some(&real.1)), &real.0)
}

#[test]
fn ours_does_to_a_cluster_what_helmfile_does() {
    let Some(rig) = rig() else { return };
    let (real, records) = (real(), std::env::var_os("CHARTROOM_RECORD").is_some());
    let mut wrong = Vec::new();
    for session in Session::all_with_cluster() {
        if let Some(real) = &real {
            let answers = theirs(rig, &session, real);
            if records {
                session.record(&answers);
            }
            wrong.extend(session.recorded_otherwise(&answers));
        }
        wrong.extend(session.differences(&ours(rig, &session)));
    }
    assert!(wrong.is_empty(), "{} answers differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}
