//! The name that somebody meant who wrote another one.

/// The name that differs least from a wanted one, if it is near enough to be a slip; upper and lower case count as the same.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    let lower = wanted.to_lowercase();
    let others = names.into_iter().filter(|name| *name != wanted);
    let all = others.map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name));
    all.filter(|(far, _)| *far <= allowed).min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near() {
        let names = ["replicas", "replicaCount", "image", "tag"];
        for (wanted, meant) in [
            ("repilcas", Some("replicas")),
            ("replicacount", Some("replicaCount")),
            ("tags", Some("tag")),
            ("image", None),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), meant, "{wanted}");
        }
    }
}
