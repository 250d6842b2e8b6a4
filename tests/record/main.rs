//! `cargo xtask record-conformance`: asks both real Helms our own cases and writes down what they answer.
#![expect(clippy::print_stdout, reason = "says what it recorded")]

use anyhow::{Context, Result};
use chartroom_tests::recording::{Program, Topic, VERSIONS, Version, topics};

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let topics = topics();
    let topics =
        topics.iter().filter(|topic| wanted.is_empty() || wanted.iter().any(|it| it == topic.name()));
    for topic in topics {
        for (version, variable) in VERSIONS.into_iter().zip(["HELM3_BIN", "HELM4_BIN"]) {
            let helm = std::env::var_os(variable).with_context(|| format!("{variable} names no Helm"))?;
            record(topic, version, &Program::helm(helm))?;
        }
        println!("{}: {} recorded", topic.name(), topic.len());
    }
    Ok(())
}

fn record(topic: &Topic, version: Version, helm: &Program) -> Result<()> {
    let path = topic.recorded(version);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let title =
        format!("Recorded from {} with `cargo xtask record-conformance {}`.\n", version.folder, topic.name());
    let answers = topic.ask(helm, &[]).into_iter().map(|(name, answer)| format!("=== {name}\n{answer}"));
    Ok(std::fs::write(path, title + &answers.collect::<String>())?)
}
