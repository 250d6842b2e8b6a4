//! Finding charts in indexes (`search repo`): where a word stands decides how well a chart fits.

use golang::path;
use golang::semver::Version;

use super::{ChartVersion, Index};

/// Between the texts that are searched.
const SEPARATOR: char = '\u{b}';

/// A version of a chart that was found.
#[derive(Clone, Debug)]
pub struct Hit<'i> {
    /// `REPOSITORY/CHART`.
    pub name: String,
    /// How far it is from what was looked for: 0 is in its name, then with its repository, its description, its keywords.
    pub score: usize,
    /// The version.
    pub version: &'i ChartVersion,
}

/// All versions of charts that fit, the best ones first and the newest versions of each. `matches` says where in a text
/// something fits; without it everything does.
pub fn search<'i>(
    indexes: impl IntoIterator<Item = (&'i str, &'i Index)>,
    matches: Option<&dyn Fn(&str) -> Option<usize>>,
) -> Vec<Hit<'i>> {
    let mut hits = Vec::new();
    for (repository, index) in indexes {
        for (chart, versions) in &index.entries {
            let name = path::join([repository, chart]);
            hits.extend(versions.iter().filter_map(|version| {
                let score = match matches {
                    None => 0,
                    Some(matches) => score(&line(repository, version), matches)?,
                };
                Some(Hit { name: name.clone(), score, version })
            }));
        }
    }
    hits.sort_by_cached_key(|hit| {
        let version = Version::parse(&hit.version.metadata.version).ok();
        (hit.score, hit.name.clone(), std::cmp::Reverse(version))
    });
    // Of the same version listed twice Helm knows one.
    hits.dedup_by(|one, other| {
        one.name == other.name && one.version.metadata.version == other.version.metadata.version
    });
    hits
}

/// Finds a word in any case.
pub fn word(term: &str) -> impl Fn(&str) -> Option<usize> + use<> {
    let term = term.to_lowercase();
    move |line| line.to_lowercase().find(&term)
}

fn line(repository: &str, version: &ChartVersion) -> String {
    let it = &version.metadata;
    let keywords = it.keywords.join(" ");
    format!("{0}{SEPARATOR}{repository}/{0}{SEPARATOR}{1}{SEPARATOR}{keywords}", it.name, it.description)
}

/// In which of the texts it stands.
fn score(line: &str, matches: &dyn Fn(&str) -> Option<usize>) -> Option<usize> {
    let at = matches(line)?;
    Some(line.match_indices(SEPARATOR).filter(|(separator, _)| *separator < at).count())
}

#[cfg(test)]
mod tests {
    use golang::Dialect;

    use super::*;

    const INDEX: &str = "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, description: Serves pages}\n  \
                         - {name: web, version: 1.1.0, description: Serves pages}\n  db:\n  - {name: db, version: 2.0.0, \
                         keywords: [Web, sql]}\n  - {name: db, version: 2.0.0, keywords: [web, sql]}\n";

    fn found(matches: Option<&dyn Fn(&str) -> Option<usize>>) -> Vec<String> {
        let read = Index::read(INDEX.as_bytes(), "x", Dialect::Helm4).unwrap();
        let hits = search([("shop", &read.index)], matches);
        hits.iter().map(|it| format!("{} {} {}", it.score, it.name, it.version.metadata.version)).collect()
    }

    #[test]
    fn the_best_come_first() {
        assert_eq!(found(None), ["0 shop/db 2.0.0", "0 shop/web 1.1.0", "0 shop/web 1.0.0"]);
        assert_eq!(found(Some(&word("WEB"))), ["0 shop/web 1.1.0", "0 shop/web 1.0.0", "3 shop/db 2.0.0"]);
        assert_eq!(found(Some(&word("shop/w"))), ["1 shop/web 1.1.0", "1 shop/web 1.0.0"]);
        assert_eq!(found(Some(&word("pages"))), ["2 shop/web 1.1.0", "2 shop/web 1.0.0"]);
        assert!(found(Some(&word("nothing"))).is_empty());
    }
}
