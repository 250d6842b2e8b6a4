//! Rendered text as lint reads it: a stream of YAML or JSON documents, the little that the rules want of each.
//!
//! This is Kubernetes' `YAMLOrJSONDecoder`, not what installs manifests: a text that begins with `{` is read as JSON
//! until that fails, and only then as YAML; documents end at lines that begin with `---`.

use std::ops::Range;

use chart::decode::{DecodeError, Decoder, convert_error, unmarshal_error};
use chart::load::documents;
use golang::Dialect;
use template::functions::json::read::prefix;
use text::FileId;
use yaml::{Node, Numbers};

/// What the rules want of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    /// Where the name stands in the text, else where the document begins.
    pub(super) head: Range<usize>,
}

/// Why the stream cannot be read on.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) range: Range<usize>,
}

/// The Go type that objects are read into: messages show its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader(&'static str);

/// How objects in `crds/` are read.
pub(super) const CRD_READER: Reader = Reader("rules.k8sYamlStruct");

/// How rendered objects are read.
pub(super) fn reader(dialect: Dialect) -> Reader {
    match dialect {
        Dialect::Helm3 => Reader("rules.K8sYamlStruct"),
        Dialect::Helm4 => CRD_READER,
    }
}

/// How much of a text decides whether it is JSON.
const SNIFFED: usize = 4096;

/// The objects of a text up to the first problem; `None` for documents that hold nothing.
pub(super) fn objects(text: &str, reader: Reader) -> (Vec<Option<Object>>, Option<Problem>) {
    let mut found = Vec::new();
    let sniffed = &text[..text.floor_char_boundary(SNIFFED)];
    let (from, failed) = match sniffed.trim_start().starts_with('{') {
        false => (0, None),
        true => match json(text, reader, &mut found) {
            Json::Ended => return (found, None),
            Json::Failed(problem) => return (found, Some(problem)),
            Json::Perhaps(from, problem) => (from, Some(problem)),
        },
    };
    let known = found.len();
    let problem = yaml_documents(text, from, reader, &mut found);
    // Of two ways to fail at the same document, the first one tried is told.
    let problem = problem.map(|it| failed.filter(|_| found.len() == known).unwrap_or(it));
    (found, problem)
}

/// How reading as JSON ended.
enum Json {
    /// With the text.
    Ended,
    /// At something that is no JSON, in what surely is a stream of JSON.
    Failed(Problem),
    /// At something that may be YAML, with the offset to go on from.
    Perhaps(usize, Problem),
}

fn json(text: &str, reader: Reader, found: &mut Vec<Option<Object>>) -> Json {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if blank == rest.len() {
            return Json::Ended;
        }
        let range = at + blank..text.len();
        let failed = match prefix(&rest.as_bytes()[blank..]) {
            Ok(len) => {
                let range = range.start..range.start + len;
                // Tabs can only stand between the tokens, where YAML does not take them.
                let object = &text[range.clone()].replace('\t', " ");
                match decode(object, range.start, reader) {
                    Ok(object) => {
                        found.push(object);
                        at = range.end;
                        continue;
                    }
                    Err(Failure::Syntax(problem) | Failure::Types(problem)) => {
                        (problem.message.clone(), problem.message, range)
                    }
                }
            }
            Err((None, message)) => (message.clone(), message, range),
            Err((Some(read), message)) => {
                let offset = at + blank + read;
                (format!("json: offset {offset}: {message}"), message, offset - 1..offset)
            }
        };
        let (ambiguous, plain, range) = failed;
        if found.len() > 1 {
            return Json::Failed(Problem { message: plain, range });
        }
        let problem = Problem { message: ambiguous, range };
        return Json::Perhaps(at + blanks_of_line(rest), problem);
    }
}

/// Blanks up to the first that is none, or up to and with the end of the line.
fn blanks_of_line(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    text[..blank].find('\n').map_or(blank, |at| at + 1)
}

fn yaml_documents(
    text: &str,
    from: usize,
    reader: Reader,
    found: &mut Vec<Option<Object>>,
) -> Option<Problem> {
    for document in documents(&text.as_bytes()[from..]) {
        let range = match document {
            Ok(range) => from + range.start..from + range.end,
            Err(bad) => {
                let range = from + bad.range.start..from + bad.range.end;
                return Some(Problem { message: bad.message, range });
            }
        };
        match decode(&text[range.clone()], range.start, reader) {
            Ok(object) => found.push(object),
            Err(Failure::Syntax(it)) => {
                return Some(Problem { message: convert_error(&it.message), ..it });
            }
            Err(Failure::Types(it)) => {
                return Some(Problem { message: unmarshal_error(&it.message), ..it });
            }
        }
    }
    None
}

/// Why a document is no object.
enum Failure {
    /// It is no YAML.
    Syntax(Problem),
    /// It has other types than an object may have.
    Types(Problem),
}

/// Reads the document that begins at an offset.
fn decode(text: &str, offset: usize, reader: Reader) -> Result<Option<Object>, Failure> {
    let place = |start: usize, end: usize| offset + start..offset + end;
    let root = yaml::parse(text, FileId(0), Numbers::AsWritten).map_err(|error| {
        let range = place(error.at.start().into(), error.at.end().into());
        Failure::Syntax(Problem { message: error.message, range })
    })?;
    if root.value.is_null() {
        return Ok(None);
    }
    let of_node = |at: Option<text::FileRange>| {
        at.map_or(place(0, 0), |at| place(at.range.start().into(), at.range.end().into()))
    };
    let mut object = Object { head: of_node(root.at), ..Object::default() };
    object.head.end = object.head.start + 1;
    if let Some(DecodeError { message, at }) = read(&root, reader, &mut object) {
        return Err(Failure::Types(Problem { message, range: of_node(at) }));
    }
    if let Some(name) = root.get("metadata").and_then(|it| it.get("name")) {
        object.head = of_node(name.at);
    }
    Ok(Some(object))
}

fn read(root: &Node, reader: Reader, object: &mut Object) -> Option<DecodeError> {
    let mut decoder = Decoder::default();
    let mut namespace = String::new();
    decoder.object(root, reader.0, &["apiVersion", "Kind", "Metadata"], |decoder, field, node| match field {
        "apiVersion" => decoder.string(node, &mut object.api_version),
        "Kind" => decoder.string(node, &mut object.kind),
        _ => {
            let name = &mut object.name;
            decoder.object(node, "rules.k8sYamlMetadata", &["Namespace", "Name"], |decoder, field, node| {
                decoder.string(node, if field == "Name" { name } else { &mut namespace });
            });
        }
    });
    decoder.finish()
}

/// Whether a `List` has an item whose annotation asks to be kept, which Helm does not see; the message is that of a
/// text that cannot be read into such a list.
pub(super) fn keeps_an_item(text: &str) -> Result<bool, String> {
    const ITEMS: &str = "[]struct { Metadata struct { Annotations map[string]string } }";
    let root = yaml::parse(text, FileId(0), Numbers::AsWritten).map_err(|it| convert_error(&it.message))?;
    let mut keeps = false;
    let mut decoder = Decoder::default();
    decoder.object(&root, "", &["Items"], |decoder, _, items| {
        decoder.list(items, ITEMS, |decoder, item| {
            decoder.object(item, "", &["Metadata"], |decoder, _, metadata| {
                decoder.object(metadata, "", &["Annotations"], |decoder, _, annotations| {
                    match annotations.value.as_map() {
                        Some(map) => {
                            keeps |= map.get("helm.sh/resource-policy").is_some();
                            map.iter().for_each(|it| decoder.string(&it.node, &mut String::new()));
                        }
                        None if annotations.value.is_null() => {}
                        None => decoder.mismatch(annotations, "map[string]string"),
                    }
                });
            });
            Some(())
        });
    });
    decoder.finish().map_or(Ok(keeps), |problem| Err(unmarshal_error(&problem.message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kinds: &[&str], problem: &str) {
        let (found, failed) = objects(text, CRD_READER);
        let found: Vec<String> = found.into_iter().map(|it| it.map_or("-".into(), |it| it.kind)).collect();
        assert_eq!(found, kinds, "{text}");
        assert_eq!(failed.map_or(String::new(), |it| it.message), problem, "{text}");
    }

    #[test]
    fn yaml_documents_end_at_dashes() {
        check("---\nkind: A\n---\n# nothing\n---\nKIND: B\n", &["A", "-", "B"], "");
        check("kind: A\n--- x\nkind: B\n", &[], "invalid Yaml document separator: x");
        check("kind: A\n---\n--- x\n", &["A"], "invalid Yaml document separator: x");
    }

    #[test]
    fn a_brace_means_json_first() {
        check("{\"kind\":\t\"A\"}\n{\"kind\": \"B\"}", &["A", "B"], "");
        check("{kind: A}\n", &["A"], "");
        check("{\"kind\": \"A\"}\n---\nkind: B\n", &["A", "B"], "");
        check(
            "{kind: {{",
            &[],
            "json: offset 2: invalid character 'k' looking for beginning of object key string",
        );
        check("{\"kind\": \"A\"", &[], "unexpected EOF");
        check("{} {} x", &["", ""], "invalid character 'x' looking for beginning of value");
    }

    #[test]
    fn types_are_gos() {
        let at = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
        check(
            "kind: [a]",
            &[],
            &format!("{at} array into Go struct field k8sYamlStruct.Kind of type string"),
        );
        check(
            "metadata: x",
            &[],
            &format!("{at} string into Go struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata"),
        );
        check("just text", &[], &format!("{at} string into Go value of type rules.k8sYamlStruct"));
    }

    #[test]
    fn lists_with_kept_items() {
        let list = "items: [{metadata: {annotations: {helm.sh/resource-policy: keep}}}]";
        assert_eq!(keeps_an_item(list), Ok(true));
        assert_eq!(keeps_an_item("items: [{metadata: {annotations: null}}]"), Ok(false));
        assert!(keeps_an_item("items: x").is_err());
    }
}
