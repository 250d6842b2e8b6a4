//! Whole processes, timed in turn, with their peak memory as the kernel counted it.

use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wait4::Wait4;

/// Runs of each program that count; one more before warms the file cache.
pub(crate) const RUNS: usize = 11;

/// What a program took, at the median.
pub(crate) struct Figures {
    pub(crate) milliseconds: f64,
    pub(crate) mebibytes: f64,
}

/// Both programs.
pub(crate) struct Pair {
    pub(crate) ours: Figures,
    pub(crate) peer: Figures,
}

type Call<'c> = (&'c Path, &'c [String]);

/// Runs A B A B …; both must succeed and print the same bytes, random values aside (only lengths are held).
pub(crate) fn in_turn(ours: (&Path, &Vec<String>), peer: (&Path, &[String; 5])) -> Result<Pair> {
    let (ours, peer): (Call<'_>, Call<'_>) = ((ours.0, ours.1), (peer.0, peer.1));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (first, second) = (once(&[], ours)?, once(&[], peer)?);
        if first.2 != second.2 {
            bail!(
                "{} printed {} bytes, {} printed {}",
                ours.0.display(),
                first.2,
                peer.0.display(),
                second.2
            );
        }
        if run > 0 {
            a.push(first);
            b.push(second);
        }
    }
    Ok(Pair { ours: median(&a), peer: median(&b) })
}

/// What both programs see of the environment.
pub(crate) type Environment<'e> = &'e [(&'static str, std::ffi::OsString)];

/// Runs A B A B … in an environment, so often each. Both must succeed; who looks at a cluster prints times, so texts may
/// differ.
pub(crate) fn both(
    environment: Environment<'_>,
    runs: usize,
    ours: (&Path, &Vec<String>),
    peer: (&Path, &Vec<String>),
) -> Result<Pair> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for run in 0..=runs {
        let (first, second) = (once(environment, (ours.0, ours.1))?, once(environment, (peer.0, peer.1))?);
        if run > 0 {
            a.push(first);
            b.push(second);
        }
    }
    Ok(Pair { ours: median(&a), peer: median(&b) })
}

/// Runs one program in an environment.
pub(crate) fn alone(environment: Environment<'_>, call: (&Path, &Vec<String>)) -> Result<Figures> {
    let runs: Vec<Run> = (0..=RUNS).map(|_| once(environment, (call.0, call.1))).collect::<Result<_>>()?;
    Ok(median(&runs[1..]))
}

type Run = (f64, f64, usize);

fn once(environment: Environment<'_>, (program, args): Call<'_>) -> Result<Run> {
    // A file takes any length without somebody who reads it meanwhile.
    let mut complaints = tempfile::tempfile()?;
    let start = Instant::now();
    let mut command = Command::new(program);
    command
        .args(args)
        .env("TZ", "UTC")
        .envs(environment.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(complaints.try_clone()?);
    let mut child = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
    let mut printed = Vec::new();
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_end(&mut printed)?;
    }
    let ended = child.wait4()?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    if !ended.status.success() {
        let mut said = Vec::new();
        complaints.rewind()?;
        complaints.read_to_end(&mut said)?;
        let end = &said[said.len().saturating_sub(2000)..];
        bail!("{} {} failed: {}", program.display(), args.join(" "), String::from_utf8_lossy(end));
    }
    Ok((milliseconds, ended.rusage.maxrss as f64 / (1024.0 * 1024.0), printed.len()))
}

fn median(runs: &[Run]) -> Figures {
    let middle = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Figures {
        milliseconds: middle(runs.iter().map(|run| run.0).collect()),
        mebibytes: middle(runs.iter().map(|run| run.1).collect()),
    }
}
