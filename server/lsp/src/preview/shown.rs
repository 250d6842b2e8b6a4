//! What a person sees of a preview: the last good text, until there is a better one.

use std::sync::Arc;

use text::{FileRange, LineIndex};

use super::{NoMap, PreviewMap, Rendered, lines_at};
use crate::ext::{ClusterAnswers, PreviewError, Status, Target};

/// What is shown now.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) revision: u64,
    pub(crate) text: String,
    pub(crate) status: Status,
    pub(crate) error: Option<PreviewError>,
    target: Option<Target>,
    cluster: Option<ClusterAnswers>,
    map: Arc<dyn PreviewMap>,
    /// Revision of the snapshot that was rendered.
    snapshot: u64,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            revision: 0,
            text: String::new(),
            status: Status::Error,
            error: None,
            target: None,
            cluster: None,
            map: Arc::new(NoMap),
            snapshot: 0,
        }
    }
}

impl Shown {
    /// Takes a new rendering over, and tells whether a person sees a difference. A rendering that is older
    /// than what is shown is left out.
    pub(crate) fn update(
        &mut self,
        snapshot: u64,
        rendered: Rendered,
        error: Option<PreviewError>,
        target: Target,
        cluster: Option<ClusterAnswers>,
    ) -> bool {
        if self.revision > 0 && snapshot < self.snapshot {
            return false;
        }
        self.snapshot = snapshot;
        // Another target's rendering is no stand-in for this one's, nor one with a cluster for one without.
        let good = self.status != Status::Error
            && self.target.as_ref() == Some(&target)
            && self.cluster.is_some() == cluster.is_some();
        let status = match &error {
            None => Status::Ok,
            Some(_) if good => Status::Stale,
            Some(_) => Status::Error,
        };
        let text = if status == Status::Stale { None } else { Some(rendered.text) };
        let same_text = text.as_ref().is_none_or(|text| *text == self.text);
        let same = same_text
            && self.revision > 0
            && (self.status, &self.error, self.target.as_ref()) == (status, &error, Some(&target))
            && self.cluster == cluster;
        if let Some(text) = text {
            self.text = text;
            self.map = rendered.map;
        }
        (self.status, self.error, self.target, self.cluster) = (status, error, Some(target), cluster);
        self.revision += u64::from(!same);
        !same
    }

    /// What wrote a line: the first thing on it that has a source.
    pub(crate) fn source_of(&self, line: u32) -> Option<FileRange> {
        let range = LineIndex::new(&self.text).line_range(&self.text, line);
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let first = self.text[start..end].find(|c: char| !c.is_whitespace()).map_or(start, |at| start + at);
        (first..end.max(first + 1)).find_map(|at| self.map.source_of(at))
    }

    /// The lines that a place wrote.
    pub(crate) fn lines_of(&self, place: FileRange) -> Vec<u32> {
        lines_at(&LineIndex::new(&self.text), &self.map.written_by(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp_types::Uri;

    fn target(name: &str) -> Target {
        Target {
            name: name.into(),
            release_name: "r".into(),
            namespace: "n".into(),
            values_files: Vec::new(),
            helmfile: None,
            chart: Uri("file:///c".into()),
        }
    }

    fn update(shown: &mut Shown, snapshot: u64, text: &str, fails: bool, name: &str) -> bool {
        update_with(shown, snapshot, text, fails, name, None)
    }

    fn update_with(
        shown: &mut Shown,
        snapshot: u64,
        text: &str,
        fails: bool,
        name: &str,
        cluster: Option<ClusterAnswers>,
    ) -> bool {
        let error = fails.then(|| PreviewError { message: "no".into(), uri: None, range: None });
        let rendered = Rendered { text: text.into(), error: None, map: Arc::new(NoMap) };
        shown.update(snapshot, rendered, error, target(name), cluster)
    }

    #[track_caller]
    fn check(shown: &Shown, text: &str, status: Status, revision: u64) {
        assert_eq!((&*shown.text, shown.status, shown.revision), (text, status, revision));
    }

    #[test]
    fn the_last_good_text_stays() {
        let mut shown = Shown::default();
        assert!(update(&mut shown, 1, "a", false, "t"));
        assert!(!update(&mut shown, 2, "a", false, "t"));
        check(&shown, "a", Status::Ok, 1);
        assert!(update(&mut shown, 3, "half", true, "t"));
        check(&shown, "a", Status::Stale, 2);
        assert!(update(&mut shown, 4, "a", false, "t"));
        check(&shown, "a", Status::Ok, 3);
    }

    #[test]
    fn without_a_good_text_the_rendered_part_is_shown() {
        let mut shown = Shown::default();
        assert!(update(&mut shown, 1, "half", true, "t"));
        check(&shown, "half", Status::Error, 1);
        assert!(update(&mut shown, 2, "more", true, "t"));
        check(&shown, "more", Status::Error, 2);
    }

    #[test]
    fn another_target_starts_afresh() {
        let mut shown = Shown::default();
        update(&mut shown, 1, "a", false, "dev");
        assert!(update(&mut shown, 2, "half", true, "prod"));
        check(&shown, "half", Status::Error, 2);
    }

    #[test]
    fn what_a_cluster_answered_does_not_stay_when_it_is_forgotten() {
        let mut shown = Shown::default();
        let answers = ClusterAnswers { place: "kind / shop".into(), taken: 0, not_asked: 0 };
        update_with(&mut shown, 1, "found", false, "t", Some(answers));
        assert!(update(&mut shown, 2, "half", true, "t"));
        check(&shown, "half", Status::Error, 2);
    }

    #[test]
    fn an_older_rendering_is_left_out() {
        let mut shown = Shown::default();
        update(&mut shown, 2, "new", false, "t");
        assert!(!update(&mut shown, 1, "old", false, "t"));
        check(&shown, "new", Status::Ok, 1);
    }
}
