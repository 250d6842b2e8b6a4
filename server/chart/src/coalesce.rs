//! Whose value counts: user over chart, parent over subchart, `global` for all, null deletes.
//!
//! The steps are Helm's own, in its order (`coalesce.go`, in Helm 3 below `pkg/chartutil`, in Helm 4 below
//! `pkg/chart/common/util`), because which layer holds a null decides what becomes of it, and differently in the
//! two: Helm 4 forgets the nulls of a chart's own values before anything else. Coalescing deletes, merging keeps nulls.

mod table;

use golang::{Dialect, strconv::quote};
use text::FileRange;
use yaml::{Node, Value};

pub(crate) use table::{Slot, Table, Thing, deeper};

use crate::Chart;
use crate::govalue::{as_bool_verb, display};
pub use crate::warning::Warning;

/// The key whose values every subchart sees.
pub const GLOBAL_KEY: &str = "global";

/// A parent's value for a subchart that is no map.
#[derive(Clone, Debug)]
pub struct CoalesceError {
    /// Helm's text.
    pub message: String,
    /// The value.
    pub at: Option<FileRange>,
}

impl std::fmt::Display for CoalesceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CoalesceError {}

/// What coalescing gives.
#[derive(Clone, Debug)]
pub struct Coalesced {
    /// The values; every node keeps the place that won.
    pub values: Node,
    /// What Helm would grumble about.
    pub warnings: Vec<Warning>,
}

/// The values that the templates of `chart` see when the user says `values` (`CoalesceValues`).
pub fn coalesce_values(chart: &Chart, values: &Node, dialect: Dialect) -> Result<Coalesced, CoalesceError> {
    coalesce_of(&chart, values, dialect, false)
}

/// Like [`coalesce_values`], but nulls stay for a later coalescing (`MergeValues`).
pub fn merge_values(chart: &Chart, values: &Node, dialect: Dialect) -> Result<Coalesced, CoalesceError> {
    coalesce_of(&chart, values, dialect, true)
}

/// Lays `dst` over `src`; a null in `dst` deletes (`CoalesceTables`).
pub fn coalesce_tables(dst: &Node, src: &Node, dialect: Dialect) -> Coalesced {
    let dst = Table::thaw(dst);
    let mut coalescer = Coalescer::new(dialect);
    coalescer.tables(&dst, &Thing::Frozen(src.clone()), "", false);
    Coalesced { values: dst.freeze(), warnings: coalescer.warnings }
}

/// Lays `dst` over `src`; nulls stay (`MergeTables`).
pub fn merge_tables(dst: &Node, src: &Node, dialect: Dialect) -> Node {
    let dst = Table::thaw(dst);
    Coalescer::new(dialect).tables(&dst, &Thing::Frozen(src.clone()), "", true);
    dst.freeze()
}

/// What coalescing needs to know of a chart: finished ones have it, and those still in processing.
pub(crate) trait ChartValues: Sized {
    fn name(&self) -> &str;
    fn values(&self) -> &Node;
    fn dependencies(&self) -> Vec<Self>;
}

impl ChartValues for &Chart {
    fn name(&self) -> &str {
        Chart::name(self)
    }

    fn values(&self) -> &Node {
        &self.values
    }

    fn dependencies(&self) -> Vec<Self> {
        self.dependencies.iter().collect()
    }
}

pub(crate) fn coalesce_of(
    chart: &impl ChartValues,
    values: &Node,
    dialect: Dialect,
    merge: bool,
) -> Result<Coalesced, CoalesceError> {
    let mut coalescer = Coalescer::new(dialect);
    let dest = Table::thaw(values);
    coalescer.chart(chart, &dest, "", merge)?;
    Ok(Coalesced { values: dest.freeze(), warnings: coalescer.warnings })
}

#[derive(Debug)]
pub(crate) struct Coalescer {
    dialect: Dialect,
    pub(crate) warnings: Vec<Warning>,
}

impl Coalescer {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, warnings: Vec::new() }
    }

    /// `helm3` is the line of Helm 3's `coalesce.go` that says so.
    fn warn(&mut self, at: Option<FileRange>, helm3: &'static str, message: String) {
        self.warnings.push(Warning::new(message, at, helm3));
    }

    fn chart(
        &mut self,
        chart: &impl ChartValues,
        dest: &Table,
        prefix: &str,
        merge: bool,
    ) -> Result<(), CoalesceError> {
        let dependencies = chart.dependencies();
        let prefix = concat(prefix, chart.name());
        self.own_values(chart, &dependencies, dest, &prefix, merge);
        for subchart in dependencies {
            let name = subchart.name();
            let inner = match dest.get(name) {
                None => {
                    let table = Table::new();
                    dest.insert(name.into(), Slot::new(Thing::Table(table.clone())));
                    table
                }
                Some(slot) => dest.table(name).ok_or_else(|| {
                    let node = slot.value.freeze();
                    let message = format!("type mismatch on {name}: {}", as_bool_verb(&node));
                    CoalesceError { message, at: node.at }
                })?,
            };
            self.globals(&inner, dest, &prefix);
            self.chart(&subchart, &inner, &prefix, merge)?;
        }
        Ok(())
    }

    /// Fills in what the chart itself says (`coalesceValues`).
    fn own_values<C: ChartValues>(
        &mut self,
        chart: &C,
        subcharts: &[C],
        dest: &Table,
        prefix: &str,
        merge: bool,
    ) {
        let Value::Map(own) = &chart.values().value else { return };
        dest.set_at_if_none(chart.values().at);
        for entry in own.iter() {
            let (key, node) = (&entry.key, &entry.node);
            let Some(slot) = dest.get(key) else {
                if let Some(node) = self.default_of(node, merge) {
                    dest.insert(key.clone(), Slot { key_at: entry.key_at, value: Thing::Frozen(node) });
                }
                continue;
            };
            if slot.value.is_null() {
                if !merge {
                    dest.remove(key);
                }
            } else if let Some(table) = dest.table(key) {
                if matches!(node.value, Value::Map(_)) {
                    let merge = merge || subcharts.iter().any(|subchart| subchart.name() == &**key);
                    let default = self.default_of(node, merge).unwrap_or_else(|| node.clone());
                    self.tables(&table, &Thing::Frozen(default), &concat(prefix, key), merge);
                } else if !node.value.is_null() {
                    let message = format!("warning: skipped value for {prefix}.{key}: Not a table.");
                    self.warn(node.at, "coalesce.go:237", message);
                }
            }
        }
    }

    /// A chart's own value as it counts: Helm 4 drops its nulls when coalescing.
    fn default_of(&self, node: &Node, merge: bool) -> Option<Node> {
        match (self.dialect, merge) {
            (Dialect::Helm4, false) => without_nulls(node),
            (Dialect::Helm3, _) | (_, true) => Some(node.clone()),
        }
    }

    /// Copies the parent's globals down (`coalesceGlobals`): `global` and `global.x` become the subchart's own,
    /// `global.x.y` and below stay one map for parent and child.
    fn globals(&mut self, dest: &Table, src: &Table, prefix: &str) {
        let skipping =
            |side: &str| format!("warning: skipping globals because {side} {GLOBAL_KEY} is not a table.");
        let dest_globals = match dest.get(GLOBAL_KEY) {
            None => Table::new(),
            Some(slot) => match dest.table(GLOBAL_KEY) {
                Some(table) => table,
                None => return self.warn(slot.value.at(), "coalesce.go:138", skipping("destination")),
            },
        };
        let src_globals = match src.get(GLOBAL_KEY) {
            None => Table::new(),
            Some(slot) => match src.table(GLOBAL_KEY) {
                Some(table) => table,
                None => return self.warn(slot.value.at(), "coalesce.go:145", skipping("source")),
            },
        };
        dest_globals.set_at_if_none(src_globals.at());
        for key in src_globals.keys() {
            self.global(&key, &dest_globals, &src_globals, prefix);
        }
        dest.set(GLOBAL_KEY, Thing::Table(dest_globals));
    }

    fn global(&mut self, key: &std::sync::Arc<str>, dest: &Table, src: &Table, prefix: &str) {
        let Some(slot) = src.get(key) else { return };
        let old = dest.get(key);
        let Some(table) = src.table(key) else {
            match old {
                Some(old) if old.value.is_table() => {
                    let message = format!("key {key} is table. Skipping");
                    self.warn(slot.value.at(), "coalesce.go:175", message);
                }
                _ => dest.insert(key.clone(), slot),
            }
            return;
        };
        match old {
            None => {
                let slot = Slot { value: Thing::Table(table.shallow_copy()), ..slot };
                dest.insert(key.clone(), slot);
            }
            Some(old) => match dest.table(key) {
                None => {
                    let key = quote(&**key);
                    let message = format!("Conflict: cannot merge map onto non-map for {key}. Skipping.");
                    self.warn(old.value.at(), "coalesce.go:161", message);
                }
                Some(below) => {
                    let copy = table.shallow_copy();
                    self.tables(&copy, &Thing::Table(below), &concat(prefix, key), true);
                    dest.insert(key.clone(), Slot { value: Thing::Table(copy), ..slot });
                }
            },
        }
    }

    /// `coalesceTablesFullKey`: fills `dst`, which has the say, from `src`.
    pub(crate) fn tables(&mut self, dst: &Table, src: &Thing, prefix: &str, merge: bool) {
        let (src_table, shared) = match src {
            Thing::Table(table) if table.is_same(dst) => return,
            Thing::Table(table) => (table.clone(), true),
            Thing::Frozen(node) => (Table::thaw(node), false),
        };
        dst.set_at_if_none(src_table.at());
        let sources: Vec<_> = src_table.slots();
        if shared {
            hand_down_nulls(dst, &src_table);
        }
        for (key, theirs) in sources {
            let ours = dst.get(&key);
            let Some(ours) = ours else {
                dst.insert(key.clone(), theirs);
                continue;
            };
            let key_path = || concat(prefix, &key);
            if ours.value.is_null() {
                if !merge && !theirs.value.is_null() {
                    dst.remove(&key);
                }
            } else if theirs.value.is_table() {
                if let Some(table) = dst.table(&key) {
                    // A map of a shared source is changed along: it has to be the map that it shares.
                    let inner = src_table.table(&key).map_or(theirs.value, Thing::Table);
                    deeper(|| self.tables(&table, &inner, &key_path(), merge));
                } else {
                    let node = theirs.value.freeze();
                    let (path, value) = (key_path(), display(&node));
                    let text = format!("warning: cannot overwrite table with non table for {path} ({value})");
                    self.warn(ours.value.at(), "coalesce.go:316", text);
                }
            } else if ours.value.is_table() && !theirs.value.is_null() {
                let node = theirs.value.freeze();
                let (path, value) = (key_path(), display(&node));
                let text =
                    format!("warning: destination for {path} is a table. Ignoring non-table value ({value})");
                self.warn(node.at, "coalesce.go:319", text);
            }
        }
    }
}

/// Helm writes the nulls of `dst` into `src` too. It shows where `src` is still someone's map: the subchart that
/// values were imported from.
fn hand_down_nulls(dst: &Table, src: &Table) {
    for (key, slot) in dst.slots() {
        if slot.value.is_null() {
            src.set(&key, slot.value);
        }
    }
}

fn concat(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

/// Drops nulls from maps, not from lists (`cleanNilValues`).
fn without_nulls(node: &Node) -> Option<Node> {
    match &node.value {
        Value::Null => None,
        Value::Map(map) if has_null(node) => {
            let kept = |entry: &yaml::Entry| {
                deeper(|| without_nulls(&entry.node)).map(|node| yaml::Entry { node, ..entry.clone() })
            };
            let map: yaml::Map = map.iter().filter_map(kept).collect();
            Some(Node { value: Value::Map(map.into()), at: node.at })
        }
        Value::Map(_)
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_) => Some(node.clone()),
    }
}

fn has_null(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Map(map) => map.iter().any(|entry| deeper(|| has_null(&entry.node))),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_) => false,
    }
}

#[cfg(test)]
mod tests;
