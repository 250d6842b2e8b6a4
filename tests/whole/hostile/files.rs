//! Files that mean harm: values, schemas, archives, and what templates print.

use std::io::Write as _;

use chartroom_tests::Scratch;

use super::{CHART, chart, printed, refused, template};

/// `a: &a [x, …]`, `b: &b [*a, …]`: nine to the power of twenty elements.
fn laughs() -> String {
    let mut text = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (last, next) in ('a'..'t').zip('b'..='t') {
        let aliases = vec![format!("*{last}"); 9].join(",");
        text += &format!("{next}: &{next} [{aliases}]\n");
    }
    text
}

/// The same with mappings that are merged.
fn merging_laughs() -> String {
    let mut text = "a: &a {x: 1}\n".to_owned();
    for (last, next) in ('a'..'t').zip('b'..='t') {
        text += &format!("{next}: &{next} {{l: *{last}, r: *{last}, <<: *{last}}}\n");
    }
    text
}

fn schema(text: impl AsRef<[u8]>) -> super::Attack {
    chart().values("a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n").file("values.schema.json", text)
}

/// `{"allOf": [{"allOf": [… {"type": "number"} …]}]}`
fn deep_schema(depth: usize) -> String {
    format!("{}{{\"type\": \"number\"}}{}", "{\"allOf\": [".repeat(depth), "]}".repeat(depth))
}

refused! {
    values_that_laugh: chart().values(laughs()) => "values.yaml", "document contains excessive aliasing";
    values_that_merge_and_laugh: chart().values(merging_laughs()) => "values.yaml", "document contains excessive aliasing";
    an_anchor_in_itself: chart().values("a: &a [*a]\n") => "values.yaml", "anchor 'a' value contains itself";
    deep_values: chart().values(format!("a: {}", "[".repeat(1_000_000))) => "values.yaml", "exceeded max depth";
    deep_values_in_blocks: chart().values("- ".repeat(1_000_000)) => "values.yaml", "exceeded max depth";
    deep_chart_yaml: chart().file("Chart.yaml", format!("{CHART}annotations: {}", "{a: ".repeat(1_000_000)))
        => "Chart.yaml", "exceeded max depth";
    a_chart_yaml_that_laughs: chart().file("Chart.yaml", format!("{CHART}annotations:\n{}", laughs()))
        => "Chart.yaml", "excessive aliasing";
    rendered_laughs: template(format!("{{{{ `{}` }}}}", laughs())).at(Some("app/templates/a.yaml"))
        => "excessive aliasing";
    rendered_depth: template("a: {{ repeat 100000 \"[\" }}").at(Some("app/templates/a.yaml")) => "exceeded max depth";
    rendered_depth_in_blocks: template("{{ repeat 100000 \"- \" }}").at(Some("app/templates/a.yaml"))
        => "exceeded max depth";

    more_documents_than_fit: template("{{ repeat 1000001 \"---\\na: 1\\n\" }}").at(Some("app/templates/a.yaml"))
        => "more than 1000000 documents";
    too_many_documents: template("{{ range 9000000000000000000 }}{{ repeat 1000 \"---\\na: 1\\n\" }}{{ end }}")
        .arg("--max-output").arg("4") => "--max-output";
    a_schema_that_is_its_own: schema(r##"{"$ref": "#"}"##) => "values don't meet the specifications of the schema";
    a_schema_of_two_that_are_each_other: schema(
        r##"{"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}"##,
    ) => "values don't meet the specifications of the schema";
    a_schema_that_doubles: schema(format!(
        r##"{{"$ref": "#/definitions/a0", "definitions": {{{} "a40": {{"type": "number"}}}}}}"##,
        (0..40).map(|at| {
            let next = format!(r##"{{"$ref": "#/definitions/a{}"}}"##, at + 1);
            format!(r#""a{at}": {{"allOf": [{next}, {next}]}}, "#)
        }).collect::<String>(),
    )) => "schema";
    a_schema_for_long_texts: schema(r#"{"properties": {"a": {"minLength": 1000000000}}}"#)
        => "minLength: got 49, want 1,000,000,000";
    a_schema_with_a_slow_pattern: schema(r#"{"properties": {"a": {"pattern": "^(((a+)+)+)+$"}}}"#)
        => "does not match pattern";
    a_schema_with_a_huge_pattern: schema(r#"{"properties": {"a": {"pattern": "((\\pL{100}){100}){100}"}}}"#)
        => "schema";
    a_deep_schema: schema(deep_schema(1000)) => "schema";
    a_deeper_schema: schema(deep_schema(100_000)) => "schema";
    a_schema_of_a_million_branches: schema(format!(
        "{{\"anyOf\": [{}{{\"type\": \"number\"}}]}}", "{\"type\": \"number\"},".repeat(200_000),
    )) => "schema";
}

printed! {
    a_million_documents: template("{{ repeat 500000 \"---\\na: 1\\n\" }}").at(None) => "a: 1";
    a_text_of_ten_megabytes: template("a: {{ repeat 10000000 \"x\" }}").at(None) => "a: xxxx";
    a_list_of_a_million: template("a:\n{{ repeat 1000000 \"- {}\\n\" }}").at(None) => "- {}";
    globs_with_many_stars: template(format!("a: {{{{ .Files.Glob \"{}b\" | len }}}}", "*a".repeat(40)))
        .file("files/x", "").file(&"a".repeat(200), "").at(None) => "a: 0";
    globs_with_many_double_stars: template(format!("a: {{{{ .Files.Glob \"{}b\" | len }}}}", "**/*a*".repeat(30)))
        .file(&format!("f/{}", "a".repeat(200)), "").at(None) => "a: 0";
    globs_with_many_choices: template(format!("a: {{{{ .Files.Glob \"{}b\" | len }}}}", "{a,aa,*a}".repeat(30)))
        .file(&"a".repeat(200), "").at(None) => "a: 0";
    stars_in_helmignore: chart().file(".helmignore", format!("{}b\n", "*a".repeat(100)))
        .file(&"a".repeat(250), "").file("templates/a.yaml", "a: 1") => "a: 1";
    lines_in_helmignore: chart().file(".helmignore", "*a*a*a*a*b\n".repeat(100_000))
        .file(&"a".repeat(250), "").file("templates/a.yaml", "a: 1") => "a: 1";
}

// Archives.

/// A gzipped tar of entries.
fn archive(build: impl FnOnce(&mut tar::Builder<flate2::write::GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    let mut builder =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    build(&mut builder);
    builder.into_inner().unwrap().finish().unwrap()
}

/// An entry under a name that the builder itself would refuse.
fn entry(builder: &mut tar::Builder<impl std::io::Write>, name: &str, kind: tar::EntryType, data: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    if kind == tar::EntryType::Symlink {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_size(data.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, data).unwrap();
}

fn file(builder: &mut tar::Builder<impl std::io::Write>, name: &str, data: &[u8]) {
    entry(builder, name, tar::EntryType::Regular, data);
}

/// A chart archive with one more file.
fn packed(name: &str, data: &[u8]) -> Vec<u8> {
    archive(|builder| {
        file(builder, "app/Chart.yaml", CHART.as_bytes());
        file(builder, name, data);
    })
}

refused! {
    an_archive_that_climbs: packed_chart(&packed("app/../../x", b"x")) => "chart illegally references parent directory";
    an_archive_with_an_absolute_path: packed_chart(&packed("app//etc/x", b"x")) => "chart illegally contains absolute paths";
    an_archive_with_a_drive: packed_chart(&packed("app/c:/x", b"x")) => "chart contains illegally named files";
    an_archive_of_zeros: packed_chart(&bomb()) => "decompressed chart is larger than the maximum file size";
    an_archive_that_lies: packed_chart(&lie()) => "unexpected EOF";
    an_archive_of_many_files: packed_chart(&many_files()) => "more than 100000 files";
    an_archive_with_a_huge_chart_yaml: packed_chart(&huge_chart_yaml())
        => "larger than the maximum file size";
    archives_in_archives: packed_chart(&nested(40)) => "error unpacking subchart x.tgz in app";
    zeros_in_an_archive_in_an_archive: packed_chart(&packed("app/charts/x.tgz", &bomb()))
        => "decompressed chart is larger than the maximum file size";
    endless_gzip_members: packed_chart(&gzip(&vec![0; 1 << 20]).repeat(4000)) => "Error:";
}

printed! {
    an_archive_with_links: packed_chart(&archive(|builder| {
        file(builder, "app/Chart.yaml", CHART.as_bytes());
        entry(builder, "app/secret", tar::EntryType::Symlink, b"");
        file(builder, "app/templates/a.yaml", b"a: {{ .Files.Get \"secret\" | quote }}");
    })) => "a: \"\"";
}

/// A chart that lies packed in a folder.
fn packed_chart(archive: &[u8]) -> super::Attack {
    super::Attack { scratch: Scratch::new(), args: Vec::new(), place: None, chart: "app.tgz" }
        .file("app.tgz", archive)
        // Helm 4 keeps the reason to itself.
        .arg("--helm")
        .arg("3")
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// More than a chart may hold in some kilobytes: gzip allows for one stream behind the other.
fn bomb() -> Vec<u8> {
    let mut bomb = gzip(header("app/zeros", 110 << 20).as_bytes());
    bomb.extend(gzip(&vec![0; 1 << 20]).repeat(110));
    bomb
}

fn header(name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// A file that is said to be large, and is not there.
fn lie() -> Vec<u8> {
    gzip(header("app/large", 4 << 20).as_bytes())
}

/// Nothing but headers of empty files.
fn many_files() -> Vec<u8> {
    gzip(header("app/x", 0).as_bytes()).repeat(150_000)
}

/// A file of more lines than any chart may have.
fn huge_chart_yaml() -> Vec<u8> {
    let mut archive = gzip(header("app/Chart.yaml", 110 << 20).as_bytes());
    archive.extend(gzip(&b"# a comment of 32 bytes, at most\n"[..32].repeat(32 << 10)).repeat(110));
    archive
}

/// A chart in the `charts/` of a chart, packed, and so on.
fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(packed("app/x", b""), |inner, _| packed("app/charts/x.tgz", &inner))
}
