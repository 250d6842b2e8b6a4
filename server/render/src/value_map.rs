//! Which key a range of a values file is, and who else says something about that key.
//!
//! What templates see keeps the place that won. This looks such a place up among the values that a rendering
//! was made with, and asks [`chart::layers`] for those that lost.

use std::collections::VecDeque;

use chart::layers::{Layer, layers_of};
use chart::values::{PathStep, UserValues, ValuePath};
use text::FileRange;
use yaml::{Node, Value};

use crate::Environment;

/// The way from ranges of values files to keys, for one set of values.
#[derive(Debug)]
pub struct ValueMap<'e> {
    environment: &'e Environment,
    user: &'e UserValues,
    /// The way to each value: that to what it stands in, and one step more.
    steps: Vec<(usize, PathStep)>,
    /// Where values and keys are written; the shortest way comes first.
    places: Vec<(FileRange, usize)>,
}

/// A value: its path and what is said about it.
#[derive(Clone, Debug)]
pub struct ValueOrigin {
    /// From the root chart's `.Values` on.
    pub path: ValuePath,
    /// What templates see; `None` if the path leads nowhere, because nobody says anything or null took it out.
    pub value: Option<Node>,
    /// Who says something about it, the winner first.
    pub layers: Vec<Layer>,
}

/// The number of the way to `.Values` itself.
const ROOT: usize = usize::MAX;

impl<'e> ValueMap<'e> {
    /// Looks through the values once.
    pub fn new(environment: &'e Environment, user: &'e UserValues) -> Self {
        let mut map = Self { environment, user, steps: Vec::new(), places: Vec::new() };
        let mut queue = VecDeque::from([(&environment.values, ROOT)]);
        while let Some((node, way)) = queue.pop_front() {
            match &node.value {
                Value::Map(entries) => {
                    for entry in entries.iter() {
                        let child = map.step(way, PathStep::Key(entry.key.clone()));
                        map.places.extend(entry.key_at.map(|at| (at, child)));
                        map.places.extend(entry.node.at.map(|at| (at, child)));
                        queue.push_back((&entry.node, child));
                    }
                }
                Value::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let child = map.step(way, PathStep::Index(index));
                        map.places.extend(item.at.map(|at| (at, child)));
                        queue.push_back((item, child));
                    }
                }
                _ => {}
            }
        }
        map
    }

    fn step(&mut self, from: usize, step: PathStep) -> usize {
        self.steps.push((from, step));
        self.steps.len() - 1
    }

    /// The innermost value whose text or key holds a range: of the same value in several charts (globals), that
    /// nearest to the root.
    pub fn path_at(&self, at: FileRange) -> Option<ValuePath> {
        let holds = |place: &FileRange| place.file == at.file && place.range.contains_range(at.range);
        let held = self.places.iter().filter(|(place, _)| holds(place));
        let &(_, mut way) = held.min_by_key(|(place, _)| place.range.len())?;
        let mut steps = Vec::new();
        while let Some((from, step)) = self.steps.get(way) {
            steps.push(step.clone());
            way = *from;
        }
        steps.reverse();
        Some(ValuePath(steps))
    }

    /// Who says something about the value at a range of a values file.
    pub fn origin_at(&self, at: FileRange) -> Option<ValueOrigin> {
        self.path_at(at).map(|path| self.origin_of(path))
    }

    /// Who says something about a path.
    pub fn origin_of(&self, path: ValuePath) -> ValueOrigin {
        let layers = layers_of(&self.environment.chart, self.user, &path);
        ValueOrigin { value: path.find(&self.environment.values).cloned(), path, layers }
    }
}

impl ValueOrigin {
    /// Where the value and, of a map or list, all that is in it is written. Maps may be put together from
    /// several files.
    pub fn places(&self) -> Vec<FileRange> {
        let mut places = Vec::new();
        let mut open: Vec<&Node> = self.value.iter().collect();
        while let Some(node) = open.pop() {
            places.extend(node.at);
            match &node.value {
                Value::Map(entries) => {
                    places.extend(entries.iter().filter_map(|it| it.key_at));
                    open.extend(entries.iter().map(|it| &it.node));
                }
                Value::List(items) => open.extend(items.iter()),
                _ => {}
            }
        }
        places.sort_by_key(|it| (it.file, it.range.start(), it.range.end()));
        places.dedup();
        places
    }
}
