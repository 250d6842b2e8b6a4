//! A chart into an archive: what `helm package` writes, and what lies in `charts/`.
//!
//! Entries, their order, names and modes are Helm's (`chartutil.Save`). Two things are ours: every entry has the time
//! that the caller says, so that the same chart is the same bytes on every machine; and what was read from a packed
//! subchart comes in the order of the subcharts' names, which in Helm is random.

use std::borrow::Cow;
use std::io::{self, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use golang::{Dialect, path, strconv};
use tar::{EntryType, Header};

use crate::{Chart, Lock, Metadata, metadata};

/// The time of entries where nobody says another: 1980, before which zip knows none. Of the very first second of 1970
/// tar says that it cannot be.
pub const LONG_AGO: u64 = 315_532_800;

/// How to pack.
#[derive(Clone, Debug)]
pub struct PackConfig {
    /// Which Helm's words errors have.
    pub dialect: Dialect,
    /// The time of every entry, in seconds since 1970.
    pub modified: u64,
    /// What lock files name as the time at which they were made, if it is not to be what they say.
    pub locked_at: Option<String>,
}

/// A packed chart.
#[derive(Clone, Debug)]
pub struct Package {
    /// `NAME-VERSION.tgz`.
    pub file_name: String,
    /// The archive.
    pub data: Vec<u8>,
}

/// Packs a chart with all its subcharts. The error is Helm's text.
pub fn pack(chart: &Chart, config: &PackConfig) -> Result<Package, String> {
    let mut checked = Metadata::clone(&chart.metadata);
    if let Some(problem) = metadata::validate(&mut checked) {
        return Err(format!("chart validation: {}", problem.message));
    }
    let file_name = format!("{}-{}.tgz", checked.name, checked.version);
    let mut entries = Vec::new();
    collect(&chart.with_metadata(checked), "", config, &mut entries)?;
    let data = archive(&entries, config.modified).map_err(|error| error.to_string())?;
    Ok(Package { file_name, data })
}

/// An entry: its name and what it holds.
type Entry<'c> = (String, Cow<'c, [u8]>);

/// The entries of a chart, then those of its subcharts. Loading has bounded how deep they are nested.
fn collect(chart: &Chart, prefix: &str, config: &PackConfig, into: &mut Vec<Entry>) -> Result<(), String> {
    let name = chart.name();
    if path::base(name) != name {
        return Err(format!("chart.metadata.name {} is not valid", strconv::quote(name)));
    }
    let base = path::join([prefix, name]);
    let mut add = |name: &str, data: Cow<'_, [u8]>| {
        into.push((path::join([&*base, name]), Cow::Owned(data.into_owned())));
    };
    add("Chart.yaml", chart_yaml(&chart.metadata)?.into_bytes().into());
    if let Some(lock) = chart.lock.as_ref().filter(|_| chart.metadata.api_version == "v2") {
        add("Chart.lock", lock_text(lock, config)?.into_bytes().into());
    }
    for file in chart.raw.iter().filter(|file| &*file.path == "values.yaml") {
        add("values.yaml", (&*file.data).into());
    }
    if let Some(schema) = &chart.schema {
        if serde_json::from_slice::<serde::de::IgnoredAny>(&schema.data).is_err() {
            let invalid = if config.dialect == Dialect::Helm3 { "Invalid" } else { "invalid" };
            return Err(format!("{invalid} JSON in values.schema.json"));
        }
        add("values.schema.json", (&*schema.data).into());
    }
    for file in chart.templates.iter().chain(chart.files.iter()) {
        add(&file.path, (&*file.data).into());
    }
    let charts = path::join([&*base, "charts"]);
    chart.dependencies.iter().try_for_each(|it| collect(it, &charts, config, into))
}

/// What charts of API version 1 depend on stands in a file of its own.
fn chart_yaml(metadata: &Metadata) -> Result<String, String> {
    let is_old = metadata.api_version == "v1";
    let text = if is_old {
        Metadata { dependencies: None, ..metadata.clone() }.to_yaml()
    } else {
        metadata.to_yaml()
    };
    text.map_err(|error| error.message)
}

fn lock_text(lock: &Lock, config: &PackConfig) -> Result<String, String> {
    let generated = config.locked_at.clone().unwrap_or_else(|| lock.generated.clone());
    Lock { generated, ..lock.clone() }.to_yaml().map_err(|error| error.message)
}

fn archive(entries: &[Entry], modified: u64) -> io::Result<Vec<u8>> {
    // As Go's gzip writes it: no time of its own, and no word of the system that it was made on.
    let zip = GzBuilder::new().comment("Helm").operating_system(255).mtime(0);
    let mut out = zip.write(Vec::new(), Compression::default());
    for (name, data) in entries {
        entry(&mut out, name, data, modified)?;
    }
    out.write_all(&[0; 1024])?;
    out.finish()
}

fn entry(out: &mut GzEncoder<Vec<u8>>, name: &str, data: &[u8], modified: u64) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(modified);
    header.set_size(data.len() as u64);
    header.set_entry_type(EntryType::Regular);
    if !name.is_ascii() || header.set_path(name).is_err() {
        extended(out, name)?;
        // What reads no extended headers gets the end of the name, in ASCII.
        let plain: String = path::base(name).chars().filter(char::is_ascii).take(100).collect();
        header.set_path(if plain.is_empty() { "file" } else { &plain })?;
    }
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    padded(out, data)
}

/// The header before the header, of names that are too long or not ASCII (POSIX's `pax`).
fn extended(out: &mut GzEncoder<Vec<u8>>, name: &str) -> io::Result<()> {
    let rest = format!(" path={name}\n");
    // The length counts its own digits.
    let mut length = rest.len() + 1;
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    let record = format!("{length}{rest}");
    let mut header = Header::new_ustar();
    header.set_path("PaxHeaders.0/path")?;
    header.set_mode(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(record.len() as u64);
    header.set_entry_type(EntryType::XHeader);
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    padded(out, record.as_bytes())
}

/// Blocks have 512 bytes.
fn padded(out: &mut GzEncoder<Vec<u8>>, data: &[u8]) -> io::Result<()> {
    out.write_all(data)?;
    out.write_all(&[0; 512][..(512 - data.len() % 512) % 512])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::unpack;
    use crate::testing::load;

    const CONFIG: PackConfig = PackConfig { dialect: Dialect::Helm4, modified: LONG_AGO, locked_at: None };
    const CHART: &str = "#- Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n";

    #[track_caller]
    fn entries(fixture: &str) -> Vec<(String, String)> {
        let packed = pack(&load(fixture, Dialect::Helm4).unwrap(), &CONFIG).unwrap();
        assert_eq!(packed.file_name, "c-1.0.0.tgz");
        let members = unpack(&packed.data, Dialect::Helm4).unwrap();
        members.into_iter().map(|it| (it.path, String::from_utf8(it.data).unwrap())).collect()
    }

    fn names(fixture: &str) -> Vec<String> {
        entries(fixture).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn entries_come_in_helms_order() {
        let fixture = format!(
            "{CHART}#- .helmignore\nx\n#- README.md\nr\n#- Chart.lock\ndigest: d\n#- charts/s/Chart.yaml\nname: s\nversion: 1.0.0\n\
             #- charts/s/values.yaml\n# kept\n#- crds/a.yaml\n#- templates/a.yaml\n#- values.schema.json\n{{}}\n#- values.yaml\na: 1\n"
        );
        assert_eq!(
            names(&fixture),
            [
                "Chart.yaml",
                "Chart.lock",
                "values.yaml",
                "values.schema.json",
                "templates/a.yaml",
                ".helmignore",
                "README.md",
                "crds/a.yaml",
                "charts/s/Chart.yaml",
                "charts/s/values.yaml"
            ]
        );
        assert_eq!(entries(&fixture)[9].1, "# kept\n");
    }

    #[test]
    fn old_charts_keep_their_requirements_apart() {
        let packed = entries(
            "#- Chart.yaml\napiVersion: v1\nname: c\nversion: 1.0.0\n#- requirements.yaml\ndependencies: [{name: s}]\n\
             #- requirements.lock\ndigest: d\n",
        );
        assert_eq!(packed[0].1, "apiVersion: v1\nname: c\nversion: 1.0.0\n");
        assert_eq!((&*packed[1].0, &*packed[2].0), ("requirements.yaml", "requirements.lock"));
    }

    #[test]
    fn long_and_foreign_names_come_back() {
        let deep = format!("templates/{}/a.yaml", "d".repeat(120));
        let long = format!("templates/{}.yaml", "n".repeat(180));
        let fixture = format!("{CHART}#- {deep}\n#- {long}\n#- templates/ü.yaml\nx\n");
        assert_eq!(names(&fixture)[1..], [deep, long, "templates/ü.yaml".to_owned()]);
    }

    #[test]
    fn the_same_chart_is_the_same_bytes() {
        let chart = load(&format!("{CHART}#- values.yaml\na: 1\n"), Dialect::Helm4).unwrap();
        let packed = pack(&chart, &CONFIG).unwrap().data;
        assert_eq!(packed, pack(&chart, &CONFIG).unwrap().data);
        assert_ne!(packed, pack(&chart, &PackConfig { modified: LONG_AGO + 1, ..CONFIG }).unwrap().data);
    }

    #[test]
    fn schemas_must_be_json() {
        let chart = load(&format!("{CHART}#- values.schema.json\n{{\n"), Dialect::Helm4).unwrap();
        let error = |dialect| pack(&chart, &PackConfig { dialect, ..CONFIG }).unwrap_err();
        assert_eq!(error(Dialect::Helm3), "Invalid JSON in values.schema.json");
        assert_eq!(error(Dialect::Helm4), "invalid JSON in values.schema.json");
    }

    #[test]
    fn the_time_of_a_lock_can_be_set() {
        let chart = load(&format!("{CHART}#- Chart.lock\ndigest: d\n"), Dialect::Helm4).unwrap();
        let config = PackConfig { locked_at: Some("2000-01-01T00:00:00Z".to_owned()), ..CONFIG };
        let members = unpack(&pack(&chart, &config).unwrap().data, Dialect::Helm4).unwrap();
        assert!(String::from_utf8_lossy(&members[1].data).contains("generated: \"2000-01-01T00:00:00Z\""));
    }
}
