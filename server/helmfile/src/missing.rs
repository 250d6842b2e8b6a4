//! State values that templates read and nobody gives: told all at once, with the arguments that would give them.

use text::FileRange;

use crate::{Code, Finding};

/// What to say of them, in the order in which they were found.
pub(crate) fn finding(missing: &[(String, Option<FileRange>)]) -> Option<Finding> {
    let (_, at) = missing.first()?;
    let paths: Vec<String> = missing.iter().map(|it| it.0.clone()).collect();
    let message = match &paths[..] {
        [path] => format!("the state value {path} is not set"),
        paths => format!("the state values {} are not set", paths.join(", ")),
    };
    let flags: Vec<String> = paths.iter().map(|it| format!("--state-values-set {it}=…")).collect();
    let advice = format!("give them: {}, or set them below `environments:`", flags.join(" "));
    let finding = Finding::error(Code::MissingStateValues { paths }, *at, message).advise(advice);
    Some(
        missing
            .iter()
            .skip(1)
            .fold(finding, |finding, (path, at)| finding.relate(*at, format!("{path} is read here"))),
    )
}
