//! Templates by name, as the files of a chart and the strings given to `tpl` define them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Define;
use crate::Str;

/// Templates by name. Clones are cheap: what is added to one is not seen by the other.
#[derive(Clone, Debug, Default)]
pub struct TemplateSet {
    top: Arc<Layer>,
}

/// What was added since the set was cloned, over what it was cloned from.
#[derive(Debug, Default)]
struct Layer {
    defines: FxHashMap<Str, Arc<Define>>,
    below: Option<Arc<Layer>>,
}

impl TemplateSet {
    /// A set without templates.
    pub fn new() -> Self {
        Self::default()
    }

    /// The template of that name.
    pub fn get(&self, name: &[u8]) -> Option<&Arc<Define>> {
        let mut layer = &self.top;
        loop {
            if let Some(define) = layer.defines.get(name) {
                return Some(define);
            }
            layer = layer.below.as_ref()?;
        }
    }

    /// Adds a template. The later one wins, except that an empty one never replaces another.
    pub fn add(&mut self, define: Arc<Define>) {
        if define.is_empty && self.get(&define.name).is_some() {
            return;
        }
        if Arc::get_mut(&mut self.top).is_none() {
            let below = Some(self.top.clone());
            self.top = Arc::new(Layer { defines: FxHashMap::default(), below });
        }
        if let Some(top) = Arc::get_mut(&mut self.top) {
            top.defines.insert(define.name.clone(), define);
        }
    }

    /// Adds all templates of a file, as [`parse`](super::parse) returns them.
    pub fn extend(&mut self, defines: impl IntoIterator<Item = Arc<Define>>) {
        for define in defines {
            self.add(define);
        }
    }

    /// All templates, each name once, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Define>> {
        let layers = std::iter::successors(Some(&*self.top), |layer| layer.below.as_deref());
        let mut seen = rustc_hash::FxHashSet::default();
        layers.flat_map(|layer| layer.defines.values()).filter(move |it| seen.insert(it.name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    fn body(set: &TemplateSet, name: &str) -> String {
        let define = set.get(name.as_bytes()).unwrap();
        String::from_utf8(crate::parse::list_to_text(&define.body, &define.source)).unwrap()
    }

    #[test]
    fn the_later_wins() {
        let mut set = TemplateSet::new();
        set.extend(parsed("{{define `a`}}1{{end}}"));
        set.extend(parsed("{{define `a`}}2{{end}}"));
        assert_eq!(body(&set, "a"), "2");
    }

    #[test]
    fn an_empty_one_never_replaces_another() {
        let mut set = TemplateSet::new();
        set.extend(parsed("{{define `a`}}1{{end}}"));
        set.extend(parsed("{{define `a`}} {{/* nothing */}} {{end}}"));
        assert_eq!(body(&set, "a"), "1");
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let mut set = TemplateSet::new();
        set.extend(parsed("{{define `a`}}1{{end}}"));
        let mut clone = set.clone();
        clone.extend(parsed("{{define `a`}}2{{end}}{{define `b`}}3{{end}}"));
        assert_eq!(
            (body(&set, "a"), body(&clone, "a"), body(&clone, "b")),
            ("1".into(), "2".into(), "3".into())
        );
        assert!(set.get(b"b").is_none());
        assert_eq!(clone.iter().filter(|it| it.name == Str::from("a")).count(), 1);
    }
}
