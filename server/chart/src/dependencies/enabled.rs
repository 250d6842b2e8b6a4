//! Switching subcharts: tags first, conditions over them, aliases before both.

use golang::Dialect;
use golang::semver::is_compatible_range;
use yaml::{Node, Value};

use super::DependencyError;
use super::arena::{Arena, ChartId};
use crate::coalesce::Warning;

impl Arena {
    /// `processDependencyEnabled`. `path` is the name of the chart from the root on, with a dot after each part.
    pub(super) fn process_enabled(
        &mut self,
        id: ChartId,
        values: &Node,
        path: &str,
    ) -> Result<(), DependencyError> {
        let Some(entries) = self.meta(id).dependencies.clone() else { return Ok(()) };
        let subcharts = self.listed_and_unlisted(id, &entries);
        self.set_subcharts(id, subcharts);
        for &entry in &entries {
            self.dependencies[entry].enabled = true;
        }
        let values = self.coalesce(id, values, false)?;
        self.process_tags(&entries, &values);
        self.process_conditions(&entries, &values, path);
        let off: Vec<String> = entries
            .iter()
            .filter(|&&entry| !self.dependencies[entry].enabled)
            .map(|&entry| self.dependencies[entry].name.clone())
            .collect();
        let is_on = |name: &str| !off.iter().any(|it| it == name);
        let mut subcharts = self.charts[id].subcharts.clone();
        subcharts.retain(|&subchart| is_on(self.name(subchart)));
        let entries: Vec<usize> =
            entries.into_iter().filter(|&entry| is_on(&self.dependencies[entry].name)).collect();
        for &subchart in &subcharts {
            let path = format!("{path}{}.", self.name(subchart));
            self.process_enabled(subchart, &values, &path)?;
        }
        // Go appends to nil: no entries are then as if nothing had been said.
        self.meta_mut(id).dependencies = (!entries.is_empty()).then_some(entries);
        self.set_subcharts(id, subcharts);
        Ok(())
    }

    /// First the subcharts that no entry means, then one for each entry that finds its chart.
    fn listed_and_unlisted(&mut self, id: ChartId, entries: &[usize]) -> Vec<ChartId> {
        let present = self.charts[id].subcharts.clone();
        let mut subcharts = present.clone();
        subcharts.retain(|&subchart| !entries.iter().any(|&entry| self.is_meant(subchart, entry)));
        for &entry in entries {
            if let Some(&found) = present.iter().find(|&&subchart| self.is_meant(subchart, entry)) {
                subcharts.push(self.copy_for(found, entry));
            }
            let dependency = &mut self.dependencies[entry];
            if !dependency.alias.is_empty() {
                dependency.name.clone_from(&dependency.alias);
            }
        }
        subcharts
    }

    fn is_meant(&self, chart: ChartId, entry: usize) -> bool {
        let dependency = &self.dependencies[entry];
        self.name(chart) == dependency.name && is_compatible_range(&dependency.version, self.version(chart))
    }

    /// `getAliasDependency`. Helm 3 copies the chart and its metadata only; Helm 4 also one level of subcharts, and the
    /// entries.
    fn copy_for(&mut self, chart: ChartId, entry: usize) -> ChartId {
        let copy = self.copy_chart(chart);
        self.own_metadata(copy);
        if self.dialect == Dialect::Helm4 {
            self.own_dependencies(copy);
            let subcharts = self.charts[chart].subcharts.clone();
            let subcharts = subcharts.into_iter().map(|subchart| self.copy_chart(subchart)).collect();
            self.set_subcharts(copy, subcharts);
        }
        let alias = self.dependencies[entry].alias.clone();
        if !alias.is_empty() {
            self.meta_mut(copy).name = alias;
        }
        copy
    }

    /// Any true tag switches on, only false ones switch off.
    fn process_tags(&mut self, entries: &[usize], values: &Node) {
        let Some(tags) = values.get("tags").and_then(|node| node.value.as_map()) else { return };
        for &entry in entries {
            let (mut has_true, mut has_false) = (false, false);
            for tag in &self.dependencies[entry].tags {
                let Some(node) = tags.get(tag) else { continue };
                match node.value.as_bool() {
                    Some(true) => has_true = true,
                    Some(false) => has_false = true,
                    None => {
                        let name = &self.dependencies[entry].name;
                        let message =
                            format!("Warning: Tag '{tag}' for chart {name} returned non-bool value");
                        let warning = Warning::new(message, node.at, "dependencies.go:95");
                        let attributes = [("tag", tag.clone()), ("chart", name.clone())];
                        self.warnings.push(warning.logged_as("returned non-bool value", attributes));
                    }
                }
            }
            self.dependencies[entry].enabled = has_true || !has_false;
        }
    }

    /// The first path with a boolean decides. The parts between commas are not trimmed: `a, b` asks for ` b`.
    fn process_conditions(&mut self, entries: &[usize], values: &Node, path: &str) {
        for &entry in entries {
            let condition = self.dependencies[entry].condition.trim().to_owned();
            for part in condition.split(',').filter(|part| !part.is_empty()) {
                let Some(node) = path_value(values, &format!("{path}{part}")) else { continue };
                if let Some(enabled) = node.value.as_bool() {
                    self.dependencies[entry].enabled = enabled;
                    break;
                }
                let name = &self.dependencies[entry].name;
                let message =
                    format!("Warning: Condition path '{part}' for chart {name} returned non-bool value");
                let warning = Warning::new(message, node.at, "dependencies.go:64");
                let attributes = [("path", part.to_owned()), ("chart", name.clone())];
                self.warnings.push(warning.logged_as("returned non-bool value", attributes));
            }
        }
    }
}

/// `Values.PathValue`: what is at a dotted path, unless it is a map.
fn path_value<'n>(values: &'n Node, path: &str) -> Option<&'n Node> {
    let found = values.path(path.split('.'))?;
    (!matches!(found.value, Value::Map(_))).then_some(found)
}
