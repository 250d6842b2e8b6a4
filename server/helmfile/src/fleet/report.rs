//! What is told of a fleet, in Helmfile's words: which releases are affected, and what became of them.

use golang::path::clean;

use super::{Ended, Fleet, Outcome, Plan, Unit, What};

/// The chart as messages name it: a path below the helmfile's folder, anything else as it is written.
pub fn shown_chart(unit: &Unit<'_>) -> String {
    let chart = unit.release.chart.it.as_str();
    if unit.release.has_local_chart() && !chart.starts_with('/') {
        clean(chart)
    } else {
        without_password(chart)
    }
}

/// `https://user:password@host` without the password.
fn without_password(chart: &str) -> String {
    let Some((scheme, rest)) = chart.split_once("://") else { return chart.to_owned() };
    let host = rest.split('/').next().unwrap_or_default();
    match host.rsplit_once('@').map(|(user, _)| user.split_once(':').map_or(user, |(name, _)| name)) {
        Some(name) => {
            let after = &rest[host.rfind('@').unwrap_or_default()..];
            format!("{scheme}://{name}:xxxxx{after}")
        }
        None => chart.to_owned(),
    }
}

/// The line before the diff of a release.
pub fn comparing(unit: &Unit<'_>) -> String {
    let namespace = &unit.release.namespace.it;
    format!("Comparing release={}, chart={}, namespace={namespace}\n", unit.name(), shown_chart(unit))
}

impl Plan {
    /// Which releases are affected; empty where none are.
    pub fn affected(&self, fleet: &Fleet<'_>) -> String {
        let line = |(unit, what): (&Unit<'_>, What)| {
            let word = match what {
                What::Nothing => return None,
                What::Install | What::Upgrade | What::Repair(_) => "UPDATED",
                What::Delete => "DELETED",
            };
            Some(format!("  {} ({}) {word}\n", unit.name(), without_password(&unit.release.chart.it)))
        };
        let pairs = fleet.units.iter().zip(self.releases.iter().map(|it| it.what));
        let mut lines: Vec<String> = pairs.filter_map(line).collect();
        lines.sort();
        if lines.is_empty() { String::new() } else { format!("Affected releases are:\n{}", lines.concat()) }
    }

    /// Why releases are deployed again although nothing of them changes, a sentence each.
    pub fn repairs(&self, fleet: &Fleet<'_>) -> Vec<String> {
        let pairs = fleet.units.iter().zip(self.releases.iter().map(|it| it.what));
        let told = |(unit, what): (&Unit<'_>, What)| match what {
            What::Repair(status) => Some(format!(
                "{} does not change, but its last revision is {}: it is deployed again",
                unit.name(),
                status.as_str()
            )),
            What::Nothing | What::Install | What::Upgrade | What::Delete => None,
        };
        pairs.filter_map(told).collect()
    }
}

impl Outcome {
    /// Tables of what was done, of what failed, and of what was not begun and why.
    pub fn tables(&self, fleet: &Fleet<'_>, colour: bool) -> String {
        let full = |wanted: &dyn Fn(&Ended) -> bool| -> Vec<Vec<String>> {
            let chosen = self.ended.iter().filter(|(_, ended, _)| wanted(ended));
            chosen.map(|(at, ended, took)| row(&fleet.units[*at], ended, *took)).collect()
        };
        let short = |wanted: &dyn Fn(&Ended) -> bool| -> Vec<Vec<String>> {
            full(wanted).into_iter().map(|row| vec![row[0].clone(), row[1].clone(), row[4].clone()]).collect()
        };
        let unbegun = self.ended.iter().filter_map(|(at, ended, _)| {
            let unit = &fleet.units[*at];
            let why = match ended {
                Ended::Unmet(other) => format!("needs {}", fleet.units[*other].name()),
                Ended::Stopped => "interrupted".to_owned(),
                Ended::Upgraded(_)
                | Ended::Reinstalled(_)
                | Ended::Deleted
                | Ended::Failed(_)
                | Ended::NotDeleted(_) => return None,
            };
            Some(vec![unit.name().to_owned(), unit.release.namespace.it.clone(), why])
        });
        let table = |title: &str, head: &[&str], rows: Vec<Vec<String>>| titled(title, head, &rows, colour);
        const FULL: [&str; 5] = ["NAME", "NAMESPACE", "CHART", "VERSION", "DURATION"];
        const SHORT: [&str; 3] = ["NAME", "NAMESPACE", "DURATION"];
        [
            table("Updated Releases", &FULL, full(&|it| matches!(it, Ended::Upgraded(_)))),
            table("Reinstalled Releases", &FULL, full(&|it| matches!(it, Ended::Reinstalled(_)))),
            table("Deleted Releases", &SHORT, short(&|it| matches!(it, Ended::Deleted))),
            table("Failed Releases", &FULL, full(&|it| matches!(it, Ended::Failed(_)))),
            table("Failed to Delete Releases", &SHORT, short(&|it| matches!(it, Ended::NotDeleted(_)))),
            table("Skipped Releases", &["NAME", "NAMESPACE", "REASON"], unbegun.collect()),
        ]
        .concat()
    }
}

fn row(unit: &Unit<'_>, ended: &Ended, took: i64) -> Vec<String> {
    let version = match ended {
        Ended::Upgraded(record) | Ended::Reinstalled(record) => record.chart.metadata().version,
        Ended::Deleted | Ended::Failed(_) | Ended::NotDeleted(_) | Ended::Unmet(_) | Ended::Stopped => {
            String::new()
        }
    };
    vec![
        unit.name().to_owned(),
        unit.release.namespace.it.clone(),
        without_password(&unit.release.chart.it),
        version,
        duration(took),
    ]
}

/// Go's way to print whole seconds.
fn duration(seconds: i64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s}s"),
        (h, m, s) => format!("{h}h{m}m{s}s"),
    }
}

/// A table under its title, laid out as Helmfile's library does: columns at least six wide but the first, and the last to
/// the right if it is a duration.
fn titled(title: &str, head: &[&str], rows: &[Vec<String>], colour: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = |text: &str| text.chars().count();
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| width(&row[column]));
        let least = if column == 0 { 0 } else { 6 };
        cells.chain([width(head[column]), least]).max().unwrap_or_default()
    };
    let last = head.len() - 1;
    let line = |cells: Vec<&str>| {
        let cell = |(column, text): (usize, &str)| {
            let fill = " ".repeat(widest(column).saturating_sub(width(text)));
            match column {
                _ if column < last => format!("{text}{fill}"),
                _ if head[last] == "DURATION" => format!("{fill}{text}"),
                _ => text.to_owned(),
            }
        };
        cells.into_iter().enumerate().map(cell).collect::<Vec<_>>().join("   ") + "\n"
    };
    let mut table = line(head.to_vec());
    table.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    let whole = table.lines().map(|line| width(line.trim_end_matches(' '))).max().unwrap_or_default();
    let title = centred(title, whole);
    let title = if colour { format!("\x1b[1m\x1b[34m{title}\x1b[0m") } else { title };
    format!("\n{title}\n{table}\n")
}

/// A title in a line of `=` that is as wide as its table.
fn centred(title: &str, width: usize) -> String {
    let content = format!(" {title} ");
    let room = content.chars().count();
    if width <= room {
        return format!("========== {title} ==========");
    }
    let left = (width - room) / 2;
    format!("{}{content}{}", "=".repeat(left), "=".repeat(width - room - left))
}
