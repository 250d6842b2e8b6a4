//! Flags that are on or off, as Go's programs take them: `--atomic=true`, and `--wait=false` in scripts that make the word.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

use crate::short_form::{flag, takes_next};

/// The command line with such flags as clap knows them: given or not. `program` is the whole program's command line.
pub(crate) fn plain(args: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let (mut plain, mut open) = (Vec::with_capacity(args.len()), vec![program]);
    let mut args = args.into_iter();
    plain.extend(args.next());
    while let Some(arg) = args.next() {
        let text = arg.to_str().unwrap_or_default();
        if text == "--" {
            plain.push(arg);
            break;
        }
        if let Some(command) = open.last().and_then(|it| it.find_subcommand(text)) {
            open.push(command);
            plain.push(arg);
            continue;
        }
        let known = open.iter().filter(|_| text.starts_with('-')).rev().find_map(|it| flag(text, it));
        match known.and_then(|it| switched(text, it)) {
            Some((name, true)) => plain.push(name.into()),
            Some((_, false)) => {}
            None => {
                let takes_more = known.is_some_and(|it| takes_next(text, it));
                plain.push(arg);
                if takes_more {
                    plain.extend(args.next());
                }
            }
        }
    }
    plain.extend(args);
    plain
}

/// The flag and what it is set to; nothing where it says no such thing.
fn switched<'t>(text: &'t str, flag: &Arg) -> Option<(&'t str, bool)> {
    let (name, value) = text.split_once('=').filter(|_| matches!(flag.get_action(), ArgAction::SetTrue))?;
    // What strconv.ParseBool takes.
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some((name, true)),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some((name, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[track_caller]
    fn check(line: &str, want: &str) {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let plain = plain(args, &crate::Cli::command());
        let told: Vec<_> = plain.iter().map(|it| it.to_string_lossy()).collect();
        assert_eq!(told.join(" "), want);
    }

    #[test]
    fn flags_are_switched_by_a_word() {
        check("chartroom --debug=true template a b", "chartroom --debug template a b");
        check("chartroom template a --include-crds=true b", "chartroom template a --include-crds b");
        check("chartroom helmfile apply --suppress-secrets=false -n x", "chartroom helmfile apply -n x");
        check("chartroom helmfile apply --quiet=1", "chartroom helmfile apply --quiet");
        check("chartroom upgrade a b --force=true", "chartroom upgrade a b --force");
    }

    #[test]
    fn all_else_stays() {
        for line in [
            "chartroom template a b --set --include-crds=true",
            "chartroom template a b --include-crds=yes",
            "chartroom template a b --set=x=true",
            "chartroom template -- a --include-crds=true",
            "chartroom upgrade a b --wait=true",
            "chartroom helmfile diff --skip-needs=false",
        ] {
            check(line, line);
        }
    }
}
