//! What becomes of releases.

use expect_test::expect;
use release::ports::ApiError;
use release::record::{RecordStore as _, Records, Status};

use super::place::{Place, file, fleet, holder};
use crate::fleet::What;

fn refusal() -> ApiError {
    ApiError { code: 403, message: "no".into(), ..ApiError::default() }
}

#[test]
fn what_is_as_it_should_be_is_left_alone() {
    let place = Place::default();
    assert_eq!(place.apply(&["a", "b", "!c"]).1, "a upgraded, b upgraded");
    let written = place.cluster.log().len();
    assert_eq!(place.plan(&["a", "b", "!c"]).unwrap(), [What::Nothing; 3]);
    assert_eq!(place.apply(&["a", "b", "!c"]).1, "");
    assert_eq!(place.cluster.log().len(), written);
    assert_eq!(place.history("a"), "1 deployed");
}

#[test]
fn what_differs_is_upgraded_and_what_is_not_wanted_goes() {
    let place = Place::default();
    place.apply(&["a", "b"]);
    place.say("a", "new");
    assert_eq!(place.plan(&["a", "!b"]).unwrap(), [What::Upgrade, What::Delete]);
    assert_eq!(place.apply(&["a", "!b"]).1, "b deleted, a upgraded");
    assert_eq!(place.history("a"), "1 superseded, 2 deployed");
    assert_eq!(place.history("b"), "");
}

#[test]
fn what_is_made_up_each_time_is_no_change() {
    let place = Place { is_restless: true, ..Place::default() };
    place.apply(&["a"]);
    assert_eq!(place.plan(&["a"]).unwrap(), [What::Nothing]);
}

#[test]
fn a_failure_stops_what_needs_it_and_nothing_else() {
    let place = Place::default();
    place.cluster.refuse("apply ConfigMap b", refusal());
    let (outcome, told) = place.apply(&["a: b", "b", "c: a", "d"]);
    assert_eq!(told, "b failed, d upgraded, a unmet, c unmet");
    assert!(!outcome.is_good() && !outcome.was_stopped());
    let files = [file(0, None, &["a: b", "b", "c: a", "d"])];
    expect![[r#"

        ============== Updated Releases ===============
        NAME   NAMESPACE   CHART     VERSION   DURATION
        d      n           ./chart   1.2.3           0s


        =============== Failed Releases ===============
        NAME   NAMESPACE   CHART     VERSION   DURATION
        b      n           ./chart                   0s


        ==== Skipped Releases ====
        NAME   NAMESPACE   REASON
        a      n           needs b
        c      n           needs a

    "#]]
    .assert_eq(&outcome.tables(&fleet(&files), false));
}

#[test]
fn a_release_that_failed_is_deployed_again_although_it_does_not_change() {
    let place = Place::default();
    place.apply(&["a"]);
    let mut last = Records::new(&place.store).last("a").unwrap();
    last.set_status(Status::Failed, "x");
    place.store.update(&last).unwrap();
    assert_eq!(place.plan(&["a"]).unwrap(), [What::Repair(Status::Failed)]);
    place.apply(&["a"]);
    assert_eq!(place.history("a"), "1 superseded, 2 deployed");
}

/// A place in which somebody is at the release `a`, or was.
fn left_pending(status: Status, description: &str) -> Place {
    let place = Place { gone: vec![2], ..Place::default() };
    place.apply(&["a"]);
    let mut last = Records::new(&place.store).last("a").unwrap();
    last.version = 2;
    last.set_status(status, description);
    place.store.create(&last).unwrap();
    place
}

#[test]
fn what_a_dead_process_left_pending_is_taken_up_again() {
    let place = left_pending(Status::PendingUpgrade, &holder(2).sign("Preparing upgrade"));
    place.log();
    place.apply(&["a"]);
    assert!(place.log().contains(&"a taken up: pending-upgrade".to_owned()));
    assert_eq!(place.history("a"), "1 superseded, 2 failed, 3 deployed");
}

#[test]
fn what_somebody_may_be_at_is_left_alone() {
    for description in [&holder(1).sign("Preparing upgrade"), "Preparing upgrade"] {
        let place = left_pending(Status::PendingUpgrade, description);
        let told = place.plan(&["a"]).unwrap_err();
        assert!(told.contains("revision 2 of a is pending-upgrade since"), "{told}");
        assert!(told.ends_with("chartroom unlock a -n n --mark-failed"), "{told}");
        assert_eq!(place.history("a"), "1 deployed, 2 pending-upgrade");
    }
}

#[test]
fn a_deletion_that_was_stopped_is_finished_before_the_release_comes_back() {
    let place =
        left_pending(Status::Uninstalling, &holder(2).sign("Deletion in progress (or silently failed)"));
    assert_eq!(place.plan(&["a"]).unwrap(), [What::Install]);
    place.apply(&["a"]);
    assert_eq!(place.history("a"), "1 deployed");
}

#[test]
fn what_needs_a_release_that_changed_is_rendered_again() {
    let place = Place::default();
    place.apply(&["a: b", "b", "c"]);
    for name in ["a", "b", "c"] {
        place.say(name, "new");
    }
    let before = place.renderings.load(std::sync::atomic::Ordering::SeqCst);
    place.apply(&["a: b", "b", "c"]);
    // Twice each to see what is stable; once more for the one whose need changed meanwhile.
    assert_eq!(place.renderings.load(std::sync::atomic::Ordering::SeqCst) - before, 7);
}

#[test]
fn nothing_more_begins_after_somebody_stopped_it() {
    let place = Place { stop_at: "b".into(), ..Place::default() };
    let (outcome, told) = place.apply(&["a: b", "b", "c"]);
    assert_eq!(told, "b upgraded, a stopped, c stopped");
    assert!(outcome.was_stopped());
}

#[test]
fn hooks_hear_what_goes_on() {
    let place = Place { failing_hook: "presync a".into(), ..Place::default() };
    let (_, told) = place.apply(&["a", "b: a"]);
    assert_eq!(told, "a failed, b unmet");
    assert_eq!(
        place.log(),
        [
            "preapply b in apply",
            "preapply a in apply",
            "presync a in sync",
            "postsync a in sync: no luck",
            "cleanup a in sync"
        ]
    );
}
