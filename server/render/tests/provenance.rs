//! What is said of where bytes come from holds on real charts: nothing is left out, text is where it is said to
//! stand, and the way back leads to where one came from.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may fail loudly and say what they did")]

#[path = "incremental/desk.rs"]
#[allow(dead_code, reason = "the other test needs more of it")]
mod desk;

use chartroom_render::{RenderedFile, RunConfig, run};
use golang::Dialect;
use text::FileRange;

use desk::{Desk, Still, charts};

const CHARTS: &[&str] = &[
    "alertmanager",
    "argo-cd",
    "argo-workflows",
    "kube-prometheus-stack",
    "prometheus",
    "prometheus-snmp-exporter",
];

fn holds(file: &RenderedFile, desk: &Desk) {
    let origins = &file.origins;
    let total: usize = origins.segments().iter().map(|it| it.len as usize).sum();
    assert_eq!(total, file.text.len(), "segments cover {}", file.name);
    let source = |at: FileRange| {
        desk.text(at.file).get(usize::from(at.range.start())..at.range.end().into()).map(str::to_owned)
    };
    let mut at = 0;
    for (number, segment) in origins.segments().iter().enumerate() {
        let range = at..at + segment.len as usize;
        at = range.end;
        let place = segment.place.range();
        if segment.is_verbatim() {
            let written = source(place.unwrap()).unwrap();
            let bytes = &file.text[range.clone()];
            // `upper` and its like keep the places of what they change.
            assert!(written.eq_ignore_ascii_case(bytes), "{}: {written:?} wrote {bytes:?}", file.name);
        }
        // The way back is long for large files; a part of it says as much.
        let back = if number % 17 == 0 {
            place.into_iter().chain(origins.values(segment.value)).collect()
        } else {
            Vec::new()
        };
        for named in back {
            assert!(source(named).is_some(), "{}: {named:?} stands in its file", file.name);
            let reached = file.reached(named);
            let back = |it: &std::ops::Range<usize>| it.start <= range.start && range.end <= it.end;
            assert!(reached.iter().any(back), "{}: {named:?} leads back to {range:?}", file.name);
        }
    }
    let runs = file.explain(0..file.text.len());
    assert_eq!(runs.iter().map(|it| it.range.len()).sum::<usize>(), file.text.len());
    assert!(runs.windows(2).all(|two| two[0].range.end == two[1].range.start));
}

#[test]
fn every_byte_has_a_source_that_leads_back_to_it() {
    for chart in charts(CHARTS) {
        let mut desk = Desk::new(&chart, "", Dialect::Helm4);
        let world = desk.world().unwrap();
        let config = RunConfig { traced: true, ..RunConfig::default() };
        let (files, _) =
            run(&world.environment, &world.templates, &Still::default(), &config, |_| true, |_| true);
        for file in &files {
            holds(file, &desk);
        }
        let (bytes, placed) = files.iter().fold((0, 0), |(bytes, placed), file| {
            let known = file.origins.segments().iter().filter(|it| it.place.range().is_some());
            (bytes + file.text.len(), placed + known.map(|it| it.len as usize).sum::<usize>())
        });
        let name = chart.file_name().unwrap().to_string_lossy();
        println!("{name}: {} files, {bytes} bytes, {placed} of them with a place", files.len());
        assert_eq!(bytes, placed, "{name}");
    }
}
