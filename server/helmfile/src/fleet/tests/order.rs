//! Which release comes after which.

use chart::InTurn;

use super::place::{Place, file, fleet};
use crate::fleet::schedule::Task;
use crate::fleet::{Plan, reversed};

fn task(needs: &[usize], after: &[usize]) -> Task {
    Task { needs: needs.to_vec(), after: after.to_vec() }
}

#[test]
fn what_needs_something_that_does_not_change_needs_what_that_needs() {
    let files = [file(0, None, &["a: b", "b: c", "c"])];
    let fleet = fleet(&files);
    assert_eq!(fleet.tasks(&[0, 1, 2]), [task(&[1], &[]), task(&[2], &[]), task(&[], &[])]);
    assert_eq!(fleet.tasks(&[0, 2]), [task(&[1], &[]), task(&[], &[])]);
    assert!(fleet.depends_on(0, &[2]) && !fleet.depends_on(2, &[0]));
}

#[test]
fn deletions_go_the_other_way() {
    let files = [file(0, None, &["a: b", "b"])];
    assert_eq!(reversed(&fleet(&files).tasks(&[0, 1])), [task(&[], &[]), task(&[0], &[])]);
    let place = Place::default();
    place.apply(&["a: b", "b"]);
    let fleet = fleet(&files);
    let plan = Plan::nothing_left(&fleet, &place, &InTurn).unwrap();
    assert_eq!(place.carry_out(&fleet, plan, "delete").1, "a deleted, b deleted");
}

#[test]
fn files_of_one_tree_come_one_after_the_other() {
    let files =
        [file(1, Some(0), &["a"]), file(2, Some(0), &["b"]), file(0, None, &["c"]), file(3, None, &["d"])];
    let fleet = fleet(&files);
    let tasks = fleet.tasks(&[0, 1, 2, 3]);
    assert_eq!(tasks, [task(&[], &[]), task(&[], &[0]), task(&[], &[0, 1]), task(&[], &[])]);
}
