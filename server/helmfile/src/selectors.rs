//! `--selector`: which releases count, by their labels.

use crate::model::Labels;
use crate::{Code, Finding};

/// Selectors, one of which must fit. None fit all.
#[derive(Clone, Debug, Default)]
pub struct Selectors {
    alternatives: Vec<Vec<Term>>,
}

#[derive(Clone, Debug)]
struct Term {
    key: String,
    value: String,
    /// `key!=value`: true of releases without such a label, too.
    negated: bool,
}

impl Selectors {
    /// Reads `key=value,key!=value` of each.
    pub fn parse(selectors: &[String]) -> Result<Self, Finding> {
        let alternative = |it: &String| it.split(',').map(term).collect::<Result<Vec<_>, _>>();
        Ok(Self { alternatives: selectors.iter().map(alternative).collect::<Result<_, _>>()? })
    }

    /// Whether a release with these labels counts.
    pub fn fit(&self, labels: &Labels) -> bool {
        let holds = |term: &Term| (labels.get(&term.key) == Some(&term.value)) != term.negated;
        self.alternatives.is_empty() || self.alternatives.iter().any(|terms| terms.iter().all(holds))
    }

    /// Whether no release can fit both: each pair wants two values of one label. What is no selector conflicts with
    /// nothing, and is told elsewhere.
    pub(crate) fn conflict(some: &[String], others: &[String]) -> bool {
        let (Ok(some), Ok(others)) = (Self::parse(some), Self::parse(others)) else { return false };
        if some.alternatives.is_empty() || others.alternatives.is_empty() {
            return false;
        }
        let clash = |a: &Term, b: &Term| !a.negated && !b.negated && a.key == b.key && a.value != b.value;
        let compatible = |a: &Vec<Term>, b: &Vec<Term>| !a.iter().any(|a| b.iter().any(|b| clash(a, b)));
        !some.alternatives.iter().any(|a| others.alternatives.iter().any(|b| compatible(a, b)))
    }
}

fn term(text: &str) -> Result<Term, Finding> {
    let is_word = |it: &str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"_./+-".contains(&it))
    };
    let parts =
        text.split_once("!=").map(|it| (it, true)).or_else(|| text.split_once('=').map(|it| (it, false)));
    match parts {
        Some(((key, value), negated)) if is_word(key) && is_word(value) => {
            Ok(Term { key: key.to_owned(), value: value.to_owned(), negated })
        }
        _ => {
            let message = format!("malformed label: {text}. Expected label in form k=v or k!=v");
            Err(Finding::error(Code::Selector, None, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(selectors: &[&str], labels: &[(&str, &str)]) -> bool {
        let selectors: Vec<String> = selectors.iter().map(|&it| it.to_owned()).collect();
        let labels = labels.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        Selectors::parse(&selectors).unwrap().fit(&labels)
    }

    #[test]
    fn and_within_one_or_between_them() {
        let labels = [("tier", "back"), ("name", "db")];
        assert!(
            fits(&[], &labels) && fits(&["tier=back,name=db"], &labels) && fits(&["x=y", "name=db"], &labels)
        );
        assert!(
            !fits(&["tier=back,name=web"], &labels)
                && fits(&["x!=y"], &labels)
                && !fits(&["tier!=back"], &labels)
        );
    }

    #[test]
    fn malformed() {
        let error = Selectors::parse(&["a".to_owned()]).unwrap_err();
        assert_eq!(error.message, "malformed label: a. Expected label in form k=v or k!=v");
    }

    #[test]
    fn conflicts() {
        let conflict = |a: &str, b: &str| Selectors::conflict(&[a.to_owned()], &[b.to_owned()]);
        assert!(
            conflict("name=a", "name=b") && !conflict("name=a", "tier=b") && !conflict("name=a", "name!=b")
        );
    }
}
