//! Which command lines are Helmfile's although they do not say `chartroom helmfile`.
//!
//! A pipeline that says `helmfile -e dev apply` should change one word. Several commands are Helm's and Helmfile's alike
//! (`diff`, `template`, `list`, `status`, `lint`, `test`, `fetch`); they are Helm's unless something is said that only
//! Helmfile knows: an environment or another flag of Helmfile's alone, in front of the command or behind it.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, Command};

/// Commands that only Helmfile has.
const OF_HELMFILE: [&str; 7] = ["apply", "sync", "destroy", "build", "write-values", "deps", "repos"];

/// Commands that both have.
const OF_BOTH: [&str; 7] = ["diff", "template", "list", "status", "lint", "test", "fetch"];

/// The name under which all of Helmfile's commands are found.
const HELMFILE: &str = "helmfile";

/// Puts `helmfile` in front of a command line that is Helmfile's, so that it is read as such. `program` is the whole
/// program's command line as clap knows it.
pub(crate) fn expanded(args: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let Some(found) = find(&args, program) else { return args };
    let command = args[found.at].to_string_lossy().into_owned();
    let is_helmfiles = command == HELMFILE
        || OF_HELMFILE.contains(&command.as_str())
        || (OF_BOTH.contains(&command.as_str())
            && (found.only_helmfile || names_helmfile(&args[found.at..])));
    if !is_helmfiles || (command == HELMFILE && found.at == 1) {
        return args;
    }
    let mut expanded = args;
    if command == HELMFILE {
        expanded.remove(found.at);
    }
    expanded.insert(1, HELMFILE.into());
    expanded
}

/// The command of a command line.
struct Found {
    /// Where it stands.
    at: usize,
    /// Whether a flag that only Helmfile has stands before it.
    only_helmfile: bool,
}

/// Looks for the command, past flags and their values.
fn find(args: &[OsString], program: &Command) -> Option<Found> {
    let helmfile = program.find_subcommand(HELMFILE)?;
    let mut only_helmfile = false;
    let mut at = 1;
    while at < args.len() {
        let text = args[at].to_str()?;
        if !text.starts_with('-') {
            return Some(Found { at, only_helmfile });
        }
        let ours = flag(text, program);
        let theirs = flag(text, helmfile);
        only_helmfile |= ours.is_none() && theirs.is_some();
        let takes_more = ours.or(theirs).is_some_and(|flag| takes_next(text, flag));
        at += if takes_more { 2 } else { 1 };
    }
    None
}

/// The flag that an argument gives.
pub(crate) fn flag<'c>(text: &str, command: &'c Command) -> Option<&'c Arg> {
    let is_it = |arg: &&Arg| match text.strip_prefix("--") {
        Some(long) => {
            let name = long.split('=').next().unwrap_or_default();
            arg.get_long_and_visible_aliases().is_some_and(|it| it.contains(&name))
        }
        None => arg.get_short() == text.chars().nth(1),
    };
    command.get_arguments().find(is_it)
}

/// Whether the value of a flag is the argument after it.
pub(crate) fn takes_next(text: &str, flag: &Arg) -> bool {
    let takes_value = matches!(flag.get_action(), ArgAction::Set | ArgAction::Append);
    let has_value = if text.starts_with("--") { text.contains('=') } else { text.chars().count() > 2 };
    takes_value && !has_value && !flag.is_require_equals_set()
}

/// Whether flags behind a command can only be Helmfile's: none of Helm's commands has them.
fn names_helmfile(args: &[OsString]) -> bool {
    const LONG: [&str; 6] = [
        "environment",
        "selector",
        "state-values-set",
        "state-values-set-string",
        "state-values-file",
        "allow-no-matching-release",
    ];
    let before_end = args.iter().take_while(|it| *it != OsStr::new("--")).filter_map(|it| it.to_str());
    let mut flags = before_end.filter(|it| it.starts_with('-'));
    flags.any(|text| match text.strip_prefix("--") {
        Some(long) => {
            long.split('=').next().is_some_and(|name| LONG.contains(&name)) && !is_of_list(args, long)
        }
        None => text.starts_with("-e"),
    })
}

/// `helm list --selector` looks for labels of records.
fn is_of_list(args: &[OsString], long: &str) -> bool {
    args.first().is_some_and(|it| it == "list") && long.split('=').next() == Some("selector")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[track_caller]
    fn check(line: &str, want: &str) {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let mut program = crate::Cli::command();
        program.build();
        let expanded = expanded(args, &program);
        let told: Vec<_> = expanded.iter().map(|it| it.to_string_lossy()).collect();
        assert_eq!(told.join(" "), want);
    }

    #[test]
    fn what_only_helmfile_has() {
        check("chartroom apply", "chartroom helmfile apply");
        check("chartroom -e dev apply", "chartroom helmfile -e dev apply");
        check("chartroom -n apply -q sync -i", "chartroom helmfile -n apply -q sync -i");
        check("chartroom --helm 3 destroy --help", "chartroom helmfile --helm 3 destroy --help");
        check(
            "chartroom --state-values-set a=1 write-values",
            "chartroom helmfile --state-values-set a=1 write-values",
        );
    }

    #[test]
    fn helmfile_may_stand_behind_its_flags() {
        check("chartroom helmfile -e dev apply", "chartroom helmfile -e dev apply");
        check("chartroom -e dev helmfile apply", "chartroom helmfile -e dev apply");
    }

    #[test]
    fn what_both_have_is_told_by_the_flags() {
        check("chartroom -e dev diff", "chartroom helmfile -e dev diff");
        check("chartroom -edev diff", "chartroom helmfile -edev diff");
        check("chartroom diff -e dev", "chartroom helmfile diff -e dev");
        check("chartroom template --environment=dev", "chartroom helmfile template --environment=dev");
        check("chartroom -f x.yaml list", "chartroom helmfile -f x.yaml list");
        check("chartroom -l name=web status", "chartroom helmfile -l name=web status");
        check("chartroom lint --state-values-file x", "chartroom helmfile lint --state-values-file x");
    }

    #[test]
    fn what_is_helms_stays_helms() {
        for line in [
            "chartroom diff upgrade web ./chart -f values.yaml",
            "chartroom template web ./chart --set a=-e",
            "chartroom template web ./chart -- -e",
            "chartroom -n apply list -l a=b",
            "chartroom list --selector a=b",
            "chartroom --kube-context -e status web",
            "chartroom lint ./chart --helm 3",
            "chartroom install web ./chart",
            "chartroom --version",
            "chartroom",
        ] {
            check(line, line);
        }
    }
}
