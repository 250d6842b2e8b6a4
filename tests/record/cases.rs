//! Records what both real Helms say to the cases of the command line: `cargo xtask record-cases`.
#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::path::Path;

use anyhow::{Context, Result, bail};
use chartroom_tests::{Case, HELMS, TOPICS};

fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|it| !TOPICS.contains(&it.as_str())) {
        bail!("no topic {unknown}; there are {}", TOPICS.join(", "));
    }
    for (version, helm, variable) in HELMS {
        let program = std::env::var_os(variable).with_context(|| format!("{variable} names no helm"))?;
        for topic in TOPICS.iter().filter(|it| asked.is_empty() || asked.iter().any(|asked| asked == *it)) {
            let mut cases = Case::all(topic);
            cases.retain(|it| it.is_for(version));
            for case in &cases {
                let path = case.recorded(topic, helm);
                std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
                std::fs::write(path, case.run(Path::new(&program), &[]))?;
            }
            println!("{helm} {topic}: {} cases", cases.len());
        }
    }
    Ok(())
}
