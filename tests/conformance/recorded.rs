//! Our own cases, against the recorded answers of both Helms.

use chartroom_tests::recording::{Program, Topic, VERSIONS, Version, parse_answers, topics};

#[test]
fn every_case_is_answered_as_by_helm() {
    let topics = topics();
    let asked: usize = topics.iter().map(Topic::len).sum();
    let wrong: Vec<String> = topics
        .iter()
        .flat_map(|topic| VERSIONS.map(|version| differences(topic, version)))
        .flatten()
        .collect();
    println!("{asked} cases, {} of {} answers differ", wrong.len(), asked * VERSIONS.len());
    assert!(asked >= 300, "only {asked} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(topic: &Topic, version: Version) -> Vec<String> {
    let path = topic.recorded(version);
    let recorded = std::fs::read_to_string(&path)
        .unwrap_or_else(|why| panic!("{}: {why}; run `cargo xtask record-conformance`", path.display()));
    let expected = parse_answers(&recorded);
    let answers = topic.ask(&Program::ours(version), &expected);
    let named = |answers: &[(String, String)]| answers.iter().map(|it| it.0.clone()).collect::<Vec<_>>();
    assert_eq!(named(&expected), named(&answers), "{} is older than its cases", path.display());
    let different = expected.iter().zip(&answers).filter(|(want, got)| want.1 != got.1);
    let tell = |(want, got): (&(String, String), &(String, String))| {
        format!("== {}/{}: {}\nhelm:\n{}ours:\n{}", version.folder, topic.name(), want.0, want.1, got.1)
    };
    different.map(tell).collect()
}
