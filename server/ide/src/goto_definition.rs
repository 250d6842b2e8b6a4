//! Definition: from a value to the keys that set it, from a call to the define, from a variable to its declaration.

use text::{FilePos, FileRange};

use crate::analysis::Analysis;
use crate::place::{Look, Meaning};
use crate::shape::{Builtin, Shape, Thing};

impl Analysis {
    /// Where what stands at a place comes from; what counts comes first.
    pub fn goto_definition(&self, pos: FilePos) -> Vec<FileRange> {
        if let Some(source) = self.values_file(pos.file) {
            let outline = source.parsed().outline();
            let Some(entry) = outline.at(pos.offset) else { return Vec::new() };
            let value = self.value_of_entry(source, entry);
            let all = self.key_places(&value);
            let others = all.iter().filter(|it| it.source.file != pos.file).map(|it| it.name_at());
            return others.collect();
        }
        let Some((meaning, _)) = Look::at(self, pos).and_then(|look| look.meaning()) else {
            return Vec::new();
        };
        match meaning {
            Meaning::Field(shape) | Meaning::Dot(shape) => self.places_of(&shape),
            Meaning::Variable { declared, .. } => vec![FileRange { file: pos.file, range: declared }],
            Meaning::Define(name) => {
                self.definitions(&name).into_iter().map(|(source, range)| source.at(range)).collect()
            }
            Meaning::File(path) => {
                let chart = self.template(pos.file).and_then(|it| self.chart(&it.chart));
                let file = chart.and_then(|chart| chart.files.iter().find(|it| *it.path == path));
                file.map(|it| FileRange::new(it.id, 0, 0)).into_iter().collect()
            }
            Meaning::Function(_) => Vec::new(),
        }
    }

    fn places_of(&self, shape: &Shape) -> Vec<FileRange> {
        let mut places = Vec::new();
        for thing in shape.options() {
            let found = match thing {
                Thing::Value(value) => {
                    let mut found: Vec<FileRange> = value.key_at.into_iter().collect();
                    found.extend(self.key_places(value).iter().map(crate::keys::KeyPlace::name_at));
                    found
                }
                Thing::Builtin(Builtin::Field(member, chart)) if member.owner == ".Chart" => {
                    let field = match member.name {
                        "APIVersion" => "apiVersion".to_owned(),
                        name => name[..1].to_lowercase() + &name[1..],
                    };
                    let chart = self.chart(chart);
                    chart.and_then(|chart| chart.metadata.source.key_at(&field)).into_iter().collect()
                }
                _ => Vec::new(),
            };
            for place in found {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }
}
