//! What Helmfile writes ours takes, and the other way round: both in the same folder, one after the other.

use chartroom_tests::helmfile::{Helmfile, Place};

const HELMFILE: &str = "\
repositories:
- name: shop
  url: http://charts.example
releases:
- name: front
  namespace: one
  chart: shop/web
  version: ~1
- name: back
  chart: shop/web
";

/// Both, each first once; nothing where there is no Helmfile.
fn pairs() -> Vec<(Helmfile, Helmfile)> {
    let Some(real) = crate::real() else { return Vec::new() };
    vec![(Helmfile::Ours, real.clone()), (real, Helmfile::Ours)]
}

#[track_caller]
fn must(place: &Place, helmfile: &Helmfile, line: &str) -> String {
    let outcome = place.run(helmfile, line, &[]);
    assert_eq!(outcome.code, 0, "{line}\n{outcome}");
    outcome.stdout
}

#[test]
fn a_lock_of_one_is_a_lock_for_the_other() {
    for (one, other) in pairs() {
        let place = Place::without_cluster();
        place.folder.write("helmfile.yaml", HELMFILE);
        must(&place, &one, "deps");
        let lock = place.look("helmfile.lock");
        assert!(lock.contains("version: 1.1.0"), "{lock}");
        must(&place, &other, "deps");
        assert_eq!(place.look("helmfile.lock"), lock);
        let older = place.folder.read("helmfile.lock").replace("1.1.0", "1.0.0");
        place.folder.write("helmfile.lock", older);
        let rendered = must(&place, &other, "template");
        assert_eq!(rendered.matches("chart: web-1.0.0").count(), 2, "{rendered}");
    }
}

#[test]
fn manifests_are_written_to_the_same_folders() {
    for (one, other) in pairs() {
        let place = Place::without_cluster();
        place.folder.write("helmfile.yaml", "releases: [{name: a, chart: ./charts/web}]\n");
        let folders = |helmfile: &Helmfile, out: &str| {
            must(&place, helmfile, &format!("template --output-dir {out}"));
            let entries = std::fs::read_dir(place.folder.path().join(out)).unwrap();
            entries.map(|it| it.unwrap().file_name()).collect::<Vec<_>>()
        };
        assert_eq!(folders(&one, "one"), folders(&other, "other"));
    }
}
