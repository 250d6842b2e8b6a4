//! What was shown of plans and releases, as virtual documents, kept until newer ones push it out.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::convert::uri;
use crate::lsp_types::Uri;

/// The scheme of these documents.
pub(crate) const SCHEME: &str = "chartroom-release";

/// As much text is kept as that, in bytes, and the newest set whatever it holds.
const KEPT: usize = 32 * 1024 * 1024;

/// Texts by URI.
#[derive(Debug, Default)]
pub(super) struct Documents {
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    sets: VecDeque<(u64, Vec<(String, String)>)>,
    last: u64,
}

/// Documents that belong together.
#[derive(Debug)]
pub(super) struct Set {
    number: u64,
    texts: Vec<(String, String)>,
}

impl Set {
    /// Adds a document. Its name becomes part of its URI and should say what it is to somebody who sees it on a tab.
    pub(super) fn add(&mut self, name: &str, text: String) -> Uri {
        self.keep(uri::of_document(SCHEME, &format!("/{}/{name}", self.number)), text)
    }

    /// Adds one side of something that differs. Both have one path, so that editors see one file and not two.
    pub(super) fn add_side(&mut self, name: &str, side: &str, text: String) -> Uri {
        let path = uri::of_document(SCHEME, &format!("/{}/{name}", self.number));
        self.keep(format!("{path}?{side}"), text)
    }

    fn keep(&mut self, uri: String, text: String) -> Uri {
        self.texts.push((uri.clone(), text));
        Uri(uri)
    }
}

impl Documents {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An empty set with a number of its own.
    pub(super) fn begin(&self) -> Set {
        let mut shelf = self.shelf();
        shelf.last += 1;
        Set { number: shelf.last, texts: Vec::new() }
    }

    /// Keeps a set, and drops the oldest where there is too much.
    pub(super) fn keep(&self, set: Set) {
        let mut shelf = self.shelf();
        shelf.sets.push_back((set.number, set.texts));
        let size = |texts: &[(String, String)]| texts.iter().map(|(_, text)| text.len()).sum::<usize>();
        let mut all: usize = shelf.sets.iter().map(|(_, texts)| size(texts)).sum();
        while all > KEPT && shelf.sets.len() > 1 {
            if let Some((_, texts)) = shelf.sets.pop_front() {
                all -= size(&texts);
            }
        }
    }

    /// The text of a document, however the client writes its URI.
    pub(super) fn text(&self, uri: &str) -> Option<String> {
        let wanted = uri::document_path(SCHEME, uri)?;
        let shelf = self.shelf();
        let mut all = shelf.sets.iter().rev().flat_map(|(_, texts)| texts);
        all.find(|(known, _)| uri::document_path(SCHEME, known).as_deref() == Some(&*wanted))
            .map(|(_, text)| text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_until_there_are_too_many() {
        let documents = Documents::default();
        let keep = |size: usize| {
            let mut set = documents.begin();
            let uri = set.add("Deployment web.yaml", "x".repeat(size));
            documents.keep(set);
            uri.0
        };
        let first = keep(10);
        assert_eq!(first, "chartroom-release:/1/Deployment%20web.yaml");
        assert_eq!(documents.text(&first).map(|it| it.len()), Some(10));
        assert_eq!(documents.text("chartroom-release:///1/Deployment web.yaml").map(|it| it.len()), Some(10));
        let second = keep(KEPT);
        assert_eq!(documents.text(&first), None);
        assert_eq!(documents.text(&second).map(|it| it.len()), Some(KEPT));
        assert_eq!(documents.text("file:///1/x"), None);
    }
}
