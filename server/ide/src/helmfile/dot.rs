//! What templates of a helmfile see behind the dot: the environment, the release, state values.
//!
//! What a `with` makes of the dot is followed; what a `range` or a define makes of it is not known.

use std::sync::Arc;

use syntax::{Dot, Expr, Frame, Head, Name, Pipeline};

use crate::shape::Member;

/// Something behind a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// `.`
    Root,
    /// `.Environment`
    Environment,
    /// `.Release`: only in what a release says, and in its values files.
    Release,
    /// State values, by their path: `.Values` and `.StateValues`.
    State(Vec<Arc<str>>),
    /// The same without what stands at the top of the file: `.Environment.Values`.
    Own(Vec<Arc<str>>),
    /// Something that has no fields.
    Leaf(&'static Member),
}

impl Seen {
    /// A field of it.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        let below = |path: &[Arc<str>]| path.iter().cloned().chain([name.into()]).collect();
        let member = self.members().iter().find(|it| it.name == name);
        match (self, name) {
            (Self::Root, "Environment") => Some(Self::Environment),
            (Self::Root, "Release") => Some(Self::Release),
            (Self::Root, "Values" | "StateValues") => Some(Self::State(Vec::new())),
            (Self::Environment, "Values") => Some(Self::Own(Vec::new())),
            (Self::State(path), _) => Some(Self::State(below(path))),
            (Self::Own(path), _) => Some(Self::Own(below(path))),
            (Self::Root | Self::Environment | Self::Release | Self::Leaf(_), _) => member.map(Self::Leaf),
        }
    }

    /// What it always has.
    pub(crate) fn members(&self) -> &'static [Member] {
        match self {
            Self::Root => ROOT,
            Self::Environment => ENVIRONMENT,
            Self::Release => RELEASE,
            Self::State(_) | Self::Own(_) | Self::Leaf(_) => &[],
        }
    }

    /// As it is written.
    pub(crate) fn display(&self) -> String {
        let values = |root: &str, path: &[Arc<str>]| {
            path.iter().fold(root.to_owned(), |text, key| format!("{text}.{key}"))
        };
        match self {
            Self::Root => ".".to_owned(),
            Self::Environment => ".Environment".to_owned(),
            Self::Release => ".Release".to_owned(),
            Self::State(path) => values(".Values", path),
            Self::Own(path) => values(".Environment.Values", path),
            Self::Leaf(member) => format!("{}.{}", member.owner, member.name),
        }
    }
}

/// What a head with a path behind it is.
pub(crate) fn resolve(frames: &[Frame<'_>], head: &Head, path: &[Name]) -> Option<Seen> {
    let start = match head {
        Head::Dot => dot(frames)?,
        Head::Variable(name) if name == "$" => Seen::Root,
        Head::Paren(inner) => pipeline(frames, inner)?,
        Head::Variable(_) | Head::Function(_) | Head::Literal(_) => return None,
    };
    path.iter().try_fold(start, |seen, name| seen.field(&name.text))
}

/// What an operand is.
pub(crate) fn expr(frames: &[Frame<'_>], expr: &Expr) -> Option<Seen> {
    resolve(frames, &expr.head, &expr.path)
}

fn dot(frames: &[Frame<'_>]) -> Option<Seen> {
    let Some((inner, outer)) = frames.split_last() else { return Some(Seen::Root) };
    match inner.dot {
        Dot::Outer => dot(outer),
        Dot::Value(value) => pipeline(outer, value),
        Dot::Element(_) | Dot::Passed { .. } | Dot::Unknown => None,
    }
}

/// A pipeline that is one operand, or `default` and its like over one.
fn pipeline(frames: &[Frame<'_>], it: &Pipeline) -> Option<Seen> {
    let first = it.commands.first()?;
    match first.operands.as_slice() {
        [operand] => expr(frames, operand),
        _ => None,
    }
}

macro_rules! members {
    ($name:ident $owner:literal: $($member:literal $detail:literal $doc:literal;)*) => {
        const $name: &[Member] =
            &[$(Member { name: $member, owner: $owner, detail: $detail, doc: $doc },)*];
    };
}

members! { ROOT "":
    "Values" "map" "State values: those at the top of the file, the environment's over them, those of the command line over all.";
    "StateValues" "map" "Another name of `.Values`, that is not mistaken for the values of a chart.";
    "Environment" "object" "The environment that `-e` chose: its name and values.";
    "Namespace" "string" "What `--namespace` or `namespace:` says.";
    "Release" "object" "The release: in what a release says, and in its values files.";
    "Chart" "string" "What `--chart` or `chart:` says.";
    "KubeContext" "string" "What `--kube-context` or `kubeContext:` says.";
}

members! { ENVIRONMENT ".Environment":
    "Name" "string" "The name of the environment; `default` without `-e`.";
    "Values" "map" "The environment's values, without those at the top of the file.";
    "KubeContext" "string" "The context that the environment names.";
}

members! { RELEASE ".Release":
    "Name" "string" "The name of the release.";
    "Namespace" "string" "Where it goes.";
    "Labels" "map" "Its labels.";
    "Chart" "string" "Its chart, as written.";
    "ChartVersion" "string" "The version of its chart.";
    "KubeContext" "string" "The context that it names.";
}
