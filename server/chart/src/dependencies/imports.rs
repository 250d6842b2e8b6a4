//! `import-values`: what a parent takes over from its subcharts, below its own values.

use yaml::{Node, Value};

use super::DependencyError;
use super::arena::{Arena, ChartId};
use crate::ImportValue;
use crate::coalesce::{Coalescer, Slot, Table, Thing, Warning, merge_tables};
use crate::govalue::display;

impl Arena {
    /// `processDependencyImportValues`: from the leaves up. A chart's values then hold those of its subcharts too.
    pub(super) fn process_imports(&mut self, id: ChartId) -> Result<(), DependencyError> {
        for subchart in self.charts[id].subcharts.clone() {
            self.process_imports(subchart)?;
        }
        let Some(entries) = self.meta(id).dependencies.clone() else { return Ok(()) };
        let merged = self.coalesce(id, &Node::computed(Value::empty_map()), true)?;
        let has_imports = entries.iter().any(|&entry| !self.dependencies[entry].import_values.is_empty());
        self.charts[id].values = if has_imports { self.import(&entries, &merged) } else { merged };
        Ok(())
    }

    /// Values with what the entries import below them.
    fn import(&mut self, entries: &[usize], merged: &Node) -> Node {
        // Helm puts the subcharts' own maps into the imported ones and goes on merging, which changes the subcharts'
        // values too: hence the changeable copy of everything.
        let values = Table::thaw_deep(merged);
        let imported = Table::new();
        for &entry in entries {
            let imports = std::mem::take(&mut self.dependencies[entry].import_values);
            let name = self.dependencies[entry].name.clone();
            let mut resolved = Vec::new();
            for import in imports {
                let Some((child, parent)) = paths_of(&import) else { continue };
                self.import_one(&values, &imported, &name, (&child, &parent));
                resolved.push(ImportValue::Resolved { child, parent });
            }
            self.dependencies[entry].import_values = resolved;
        }
        merge_tables(&values.freeze(), &imported.freeze(), self.dialect)
    }

    fn import_one(&mut self, values: &Table, imported: &Table, name: &str, (child, parent): (&str, &str)) {
        let path = format!("{name}.{child}");
        let mut table = values.clone();
        for key in path.split('.') {
            let Some(inner) = table.table(key) else {
                let key = golang::strconv::quote(key);
                self.warnings.push(missing_table(name, &key, parent == ".", table.at()));
                return;
            };
            table = inner;
        }
        let mut coalescer = Coalescer::new(self.dialect);
        coalescer.tables(imported, &Thing::Table(under_path(parent, table)), "", true);
        self.warnings.extend(coalescer.warnings);
    }
}

/// Helm words it differently for what is imported by the name of an export, which goes to the parent's root.
fn missing_table(chart: &str, key: &str, exported: bool, at: Option<text::FileRange>) -> Warning {
    let reason = format!("{key} is not a table");
    if exported {
        let message = format!("Warning: ImportValues missing table: {reason}");
        return Warning::new(message, at, "dependencies.go:287")
            .logged_as("ImportValues missing table", [("error", reason)]);
    }
    let message = format!("Warning: ImportValues missing table from chart {chart}: {reason}");
    Warning::new(message, at, "dependencies.go:270")
        .logged_as("ImportValues missing table from chart", [("chart", chart.to_owned()), ("error", reason)])
}

/// The paths that an entry means. What was resolved before is a type that Helm no longer knows, so that nothing comes
/// of it: aliases share entries in Helm 3.
fn paths_of(import: &ImportValue) -> Option<(String, String)> {
    match import {
        ImportValue::Export(name) => Some((format!("exports.{name}"), ".".to_owned())),
        ImportValue::Paths(node) => {
            let text = |key: &str| node.get(key).map_or_else(|| "<nil>".to_owned(), display);
            Some((text("child"), text("parent")))
        }
        ImportValue::Resolved { .. } | ImportValue::Other(_) => None,
    }
}

/// `pathToMap`: the table below a dotted path.
fn under_path(path: &str, table: Table) -> Table {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, key| {
        let outer = Table::new();
        outer.insert(key.into(), Slot::new(Thing::Table(inner)));
        outer
    })
}
