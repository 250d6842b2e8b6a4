//! Templates that were tried out with the real Helm, over values that one of them prints.

use template::{Data, Map, MapType, Value};

use super::engine::{
    as_helm_tells, as_helm_tells_parsing, as_values, find_helm, parsed, read_json, run as run_one,
};
use super::{Tally, same};

const NAME: &str = "p/templates/a.yaml";

/// What only a chart brings, which our own probes ask both Helms for; and a message that was cut.
const NEEDS_A_CHART: [&str; 4] = [".Chart", ".Capabilities", ".Template", "...(x1000)"];

pub(super) fn run() -> Option<Tally> {
    let mut tally = Tally::new("semantics_probe.txt");
    let path = chartroom_tests::shared(&format!("corpus/functions/{}", tally.file))?;
    let probes = std::fs::read_to_string(path).unwrap();
    let values = probes.lines().find_map(|line| line.strip_prefix("{{ .Values | toJson }}")).unwrap();
    let values = serde_json::from_str(values.trim().strip_prefix("=> ").unwrap()).unwrap();
    let asked = |line: &&str| !line.starts_with('#') && !NEEDS_A_CHART.iter().any(|it| line.contains(it));
    for line in probes.lines().filter(asked) {
        let found = [" => ", " !! "].into_iter().filter_map(|mark| Some((line.find(mark)?, mark))).min();
        let Some((at, mark)) = found else { continue };
        let (template, expected) = (line[..at].trim_end(), format!("{mark}{}", &line[at + 4..]));
        let got = probe(&template.replace("\\N", "\n"), read_json(&values)).replace('\n', "\\N");
        tally.note(template, same(&got, &expected));
    }
    Some(tally)
}

fn probe(template: &str, values: Value) -> String {
    let release: Map =
        [("Name", "r"), ("Namespace", "ns")].map(|(key, it)| (key, Value::from(it))).into_iter().collect();
    let dot: [(&str, Value); 3] =
        [("Values", as_values(values)), ("Release", release.into()), ("Files", files())];
    match parsed(NAME, template, find_helm) {
        Ok(defines) => match run_one(NAME, defines, as_values(dot.into_iter().collect::<Map>().into())) {
            (out, error) if error.is_empty() => format!(" => {}", out.replace("<no value>", "")),
            (_, error) => format!(" !! {}", as_helm_tells(&error)),
        },
        Err(error) => format!(" !! {}", as_helm_tells_parsing(NAME, &error)),
    }
}

fn files() -> Value {
    let file = |path: &str, bytes: &[u8]| (path.into(), Value::new(Data::Bytes(bytes.into())));
    let files = [file("f/x.txt", b"hello\nworld\n"), file("f/y.bin", b"\xff\0A")];
    Map::typed(MapType::Files, files.into_iter().collect()).into()
}
