//! A rendering that remembers is the same as one from scratch: after every edit, to the byte, to the last place.
//!
//! Edits are random but always the same ones; they hit values, templates and `Chart.yaml` of real charts.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may fail loudly and say what they did")]

mod desk;

use chartroom_render::{Failed, Memo, RenderedFile, RunConfig, World, run};
use golang::Dialect;
use text::FileId;

use desk::{Desk, Still, charts};

/// What a rendering says: all that a person could see of it.
fn shown((files, failed): &(Vec<RenderedFile>, Vec<Failed>)) -> Vec<String> {
    let partial = failed.iter().map(|it| &it.partial);
    let files = files.iter().chain(partial).map(|file| {
        let origins = &file.origins;
        let values = |it: &template::Segment| origins.values(it.value).collect::<Vec<_>>();
        let several: Vec<_> = origins.segments().iter().map(values).collect();
        let (segments, frames) = (origins.segments(), origins.frames());
        format!("{} {:?}\n{}\n{segments:?}\n{frames:?}\n{several:?}", file.name, file.source, file.text)
    });
    let errors = failed.iter().map(|it| format!("{:?}", it.error));
    let mut shown: Vec<String> = files.chain(errors).collect();
    shown.sort();
    shown
}

fn config() -> RunConfig {
    RunConfig { traced: true, ..RunConfig::default() }
}

fn scratch(world: &World, host: &Still) -> Vec<String> {
    shown(&run(&world.environment, &world.templates, host, &config(), |_| true, |_| true))
}

fn remembered(memo: &mut Memo, world: &World, host: &Still) -> Vec<String> {
    shown(&memo.run(world, host, &config(), |_| true, |_| true))
}

/// Numbers that look random: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn one_of<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }

    /// Some edit as a person makes it.
    fn edit(&mut self, text: &str) -> String {
        let at = self.place(text);
        let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
        let end = text[at..].find('\n').map_or(text.len(), |it| at + it + 1);
        match self.below(8) {
            0 => format!("{}# a remark\n{}", &text[..line], &text[line..]),
            1 => format!("{}{}", &text[..line], &text[end..]),
            2 => format!("{}{}{}", &text[..end], &text[line..end], &text[end..]),
            3 => text.replacen("false", "true", 1 + self.below(3)),
            4 => format!(
                "{}{}{}",
                &text[..at],
                self.one_of(&["7", "x", " ", "\n", "{}", "{{ .Values.a }}"]),
                &text[at..]
            ),
            5 => match text[at..].find(|it: char| it.is_ascii_digit()) {
                Some(digit) => format!("{}42{}", &text[..at + digit], &text[at + digit + 1..]),
                None => format!("{text}\nadded: 1\n"),
            },
            6 => match text[at..].find(": ") {
                Some(colon) => format!("{}: new {}", &text[..at + colon], &text[at + colon + 2..]),
                None => format!("{text}\n"),
            },
            _ => text.replacen("- ", "-  ", 1),
        }
    }
}

/// All that can be edited: the texts of templates, values files and `Chart.yaml`.
fn editable(desk: &Desk) -> Vec<FileId> {
    let own = desk.files.iter().filter(|it| it.text().is_some() && !it.path.ends_with(".json"));
    own.map(|it| it.id).chain([desk.values.id]).collect()
}

/// Edits a chart again and again; now and then takes all edits of a file back.
fn check(chart: &std::path::Path, values: &str, dialect: Dialect, edits: usize, seed: u64) {
    let mut desk = Desk::new(chart, values, dialect);
    let mut memo = Memo::default();
    let mut dice = Dice(seed);
    let original: Vec<(FileId, String)> = editable(&desk).iter().map(|id| (*id, desk.text(*id))).collect();
    let (always, sometimes) = (Still::default(), Still::default());
    let world = desk.world().unwrap();
    assert_eq!(remembered(&mut memo, &world, &sometimes), scratch(&world, &always), "before any edit");
    for number in 0..edits {
        // Values are edited as often as all else together.
        let values: Vec<_> = original.iter().filter(|it| desk.path(it.0).ends_with("values.yaml")).collect();
        let (file, first) = match dice.below(4) {
            0 => (desk.values.id, &original.last().unwrap().1),
            1 => {
                let it = dice.one_of(&values);
                (it.0, &it.1)
            }
            _ => {
                let it = dice.one_of(&original);
                (it.0, &it.1)
            }
        };
        let text = if dice.below(4) == 0 { first.clone() } else { dice.edit(&desk.text(file)) };
        desk.set_text(file, &text);
        let Some(world) = desk.world() else {
            desk.set_text(file, first);
            continue;
        };
        let (got, want) = (remembered(&mut memo, &world, &sometimes), scratch(&world, &always));
        let differs = got.iter().zip(&want).find(|(got, want)| got != want);
        let place = desk.path(file);
        assert!(
            got.len() == want.len() && differs.is_none(),
            "{}, edit {number} of {place}, seed {seed}: {} for {}\n{differs:#?}",
            chart.display(),
            got.len(),
            want.len(),
        );
    }
    let (ran, all) = (sometimes.ran.get(), always.ran.get());
    println!("{}: {ran} of {all} templates ran again", chart.display());
    assert!(ran < all, "nothing was remembered");
}

#[test]
fn an_edited_chart_renders_as_from_scratch() {
    let names = ["alertmanager", "prometheus-adapter", "prometheus-blackbox-exporter", "argo-events"];
    for chart in charts(&names) {
        for (seed, dialect) in [(88_172_645_463_325_252, Dialect::Helm4), (3, Dialect::Helm3)] {
            check(&chart, "replicaCount: 2\nimage:\n  tag: v1\n", dialect, 60, seed);
        }
    }
}

/// The spec names the charts that change shared values; the big ones have subcharts.
#[test]
fn charts_with_writers_and_subcharts_too() {
    let names = [
        "prometheus-operator-admission-webhook",
        "prometheus-smartctl-exporter",
        "prometheus",
        "kube-prometheus-stack",
    ];
    for chart in charts(&names) {
        check(&chart, "global:\n  imageRegistry: r\n", Dialect::Helm4, 25, 7);
    }
}
