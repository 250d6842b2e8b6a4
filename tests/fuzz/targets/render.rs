//! A whole chart out of any text: values, a template and a helper, parted by NUL, rendered within a small budget.
#![no_main]

use std::sync::Arc;

use chart::capabilities::Capabilities;
use chart::values::{ValuesFile, read_file_values};
use chart::{LoadContext, SourceFile, load};
use golang::Dialect;
use libfuzzer_sys::fuzz_target;
use render::{Options, PrintConfig, Release, Rendering, RunConfig, Templates, prepare};
use template::Limits;
use text::{FileId, FileTable};

/// A world in which nothing happens.
struct Still;

impl template::Host for Still {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(7);
    }
}

fn file(number: u32, path: &str, text: &str) -> SourceFile {
    SourceFile::new(path, FileId(number), text.as_bytes())
}

fuzz_target!(|text: &str| {
    // What is slow on purpose is no finding.
    if ["gen", "derivePassword", "htpasswd", "bcrypt", "buildCustomCert"].iter().any(|it| text.contains(it)) {
        return;
    }
    let mut parts = text.splitn(3, '\0');
    let (values, template, helper) = (parts.next(), parts.next(), parts.next());
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        let files = vec![
            file(0, "Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            file(1, "templates/_h.tpl", helper.unwrap_or_default()),
            file(2, "templates/a.yaml", template.unwrap_or_default()),
            file(3, "values.yaml", "a: {b: [1, x, {c: null}]}\nname: n\n"),
        ];
        let mut table = FileTable::default();
        for path in ["Chart.yaml", "templates/_h.tpl", "templates/a.yaml", "values.yaml", "user.yaml"] {
            table.intern(path);
        }
        let mut context = LoadContext { table: &mut table, base: "c", dialect };
        let chart = load(files, &mut context).expect("the chart itself is sound");
        let data: Arc<[u8]> = values.unwrap_or_default().as_bytes().into();
        let user = ValuesFile { name: "user.yaml".to_owned(), id: FileId(4), data };
        let Ok(user) = read_file_values(&user, dialect) else { continue };
        let release =
            Release { name: "r".into(), namespace: "default".into(), is_upgrade: false, revision: 1 };
        let capabilities = Capabilities::defaults(dialect);
        let options = Options { release, capabilities, dialect, skip_schema: false };
        let environment = prepare(&chart, &user, &options).environment;
        let templates = Templates::new(&environment.chart, dialect, None);
        let limits = Limits { steps: 20_000, memory: 1 << 20, output: 1 << 20 };
        let mut texts = Vec::new();
        for traced in [false, true] {
            let config = RunConfig { limits, traced, ..RunConfig::default() };
            let (files, failed) = render::run(&environment, &templates, &Still, &config, |_| true, |_| true);
            texts.push(files.iter().map(|it| it.text.to_string()).collect::<Vec<_>>());
            for file in files.iter().chain(failed.iter().map(|it| &it.partial)) {
                let _ = file.explain(0..file.text.len().min(2000));
            }
            let (rendering, _) = Rendering::new(files, dialect);
            let _ = rendering.print(&[], &PrintConfig::default());
        }
        if texts[0].len() == texts[1].len() {
            assert_eq!(texts[0], texts[1], "a trace changes nothing");
        }
    }
});
