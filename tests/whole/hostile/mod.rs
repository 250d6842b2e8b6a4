//! Charts that mean harm: each ends within its limits, with a sentence that says what, where and why.
//!
//! The program runs as users run it, but in 2 GiB of addresses, and with an eighth of the memory and a thousandth of the steps
//! that it has otherwise, since the tests' build is slow. Nothing here may hang, panic, overflow a stack or be killed.

mod editor;
mod files;
mod flags;
mod language;
mod structures;
mod texts;

use std::io::Read as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use chartroom_tests::{Scratch, chartroom};

/// Kilobytes of address space.
const ADDRESSES: u64 = 2 << 20;
/// An optimised build takes a second or two.
const PATIENCE: Duration = Duration::from_mins(2);
const STEPS: (&str, &str) = ("CHARTROOM_MAX_STEPS", "1000000");
const MEMORY: (&str, &str) = ("CHARTROOM_MAX_MEMORY", "64");
const CHART: &str = "apiVersion: v2\nname: app\nversion: 1.0.0\n";

/// A chart, and how the program is called on it.
pub(super) struct Attack {
    scratch: Scratch,
    args: Vec<String>,
    /// The place that an error has to name.
    place: Option<String>,
    /// What is rendered, in the folder.
    chart: &'static str,
}

/// A chart with one template, which is to blame.
pub(super) fn template(text: impl AsRef<[u8]>) -> Attack {
    let mut attack = chart().file("templates/a.yaml", text);
    attack.place = Some("app/templates/a.yaml:1:".to_owned());
    attack
}

/// A chart without templates.
pub(super) fn chart() -> Attack {
    let attack = Attack { scratch: Scratch::new(), args: Vec::new(), place: None, chart: "" };
    attack.file("Chart.yaml", CHART)
}

impl Attack {
    pub(super) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.scratch.write(name, text);
        self
    }

    pub(super) fn values(self, text: impl AsRef<[u8]>) -> Self {
        self.file("values.yaml", text)
    }

    pub(super) fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The error names another place than the template, or none.
    pub(super) fn at(mut self, place: Option<&str>) -> Self {
        self.place = place.map(str::to_owned);
        self
    }

    /// Runs the program. It must end by itself and have something to say.
    #[track_caller]
    fn run(&self) -> Output {
        let chart = self.scratch.path().join(self.chart);
        let (program, chart) = (chartroom().to_str().unwrap(), chart.to_str().unwrap());
        let mut command = if cfg!(unix) {
            let mut shell = Command::new("sh");
            // Where there is no such limit (macOS), the test is worth a little less.
            let script = format!("ulimit -v {ADDRESSES} 2>/dev/null; exec \"$@\"");
            shell.args(["-c", &script, "sh", program]);
            shell
        } else {
            Command::new(program)
        };
        command.args(["template", chart]).args(&self.args).env("TZ", "UTC").envs([STEPS, MEMORY]);
        ended(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// The program refuses with a sentence that has the words and the place.
    #[track_caller]
    pub(super) fn refused(&self, words: &[&str]) {
        let output = self.run();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let shown = shorten(&said);
        assert_eq!(output.status.code(), Some(1), "{:?}: {shown}", output.status);
        assert!(!said.contains("panicked") && !said.contains("overflowed"), "{shown}");
        assert!(said.len() < 4 << 20, "{} bytes are no sentence: {shown}", said.len());
        for word in words.iter().copied().chain(self.place.as_deref()) {
            assert!(said.contains(word), "{word:?} is not said: {shown}");
        }
    }

    /// Nothing is wrong with it: the program prints what Helm prints.
    #[track_caller]
    pub(super) fn prints(&self, words: &[&str]) {
        let output = self.run();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{:?}: {}", output.status, shorten(&said));
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        for word in words {
            assert!(printed.contains(word), "{word:?} is not printed: {}", shorten(&printed));
        }
    }
}

/// The output of a program that ends in time.
#[track_caller]
fn ended(mut child: Child) -> Output {
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let [stdout, stderr] = [
        std::thread::spawn(move || read_all(&mut stdout)),
        std::thread::spawn(move || read_all(&mut stderr)),
    ];
    let end = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("it hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn read_all(from: &mut dyn std::io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    from.take(64 << 20).read_to_end(&mut bytes).unwrap();
    bytes
}

fn shorten(text: &str) -> String {
    text.chars().take(1500).collect()
}

/// One test per attack: its name, the chart, the words of the refusal.
macro_rules! refused {
    ($($name:ident: $attack:expr => $($word:expr),+;)*) => {$(
        #[test]
        fn $name() {
            $attack.refused(&[$($word),+]);
        }
    )*};
}
/// The same for charts with which nothing is wrong.
macro_rules! printed {
    ($($name:ident: $attack:expr => $($word:expr),*;)*) => {$(
        #[test]
        fn $name() {
            $attack.prints(&[$($word),*]);
        }
    )*};
}
pub(super) use {printed, refused};

/// What a refusal by one of our limits says.
pub(super) const STEPS_LIMIT: &str = "--max-steps";
pub(super) const MEMORY_LIMIT: &str = "--max-memory";
pub(super) const OUTPUT_LIMIT: &str = "--max-output";
