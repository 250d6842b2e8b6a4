//! What stands around a byte: calls of templates, and the branches that let it through.

use std::borrow::Cow;

use text::FileRange;

use super::Origin;
use crate::Str;

/// One call or branch on the way to a byte.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The action that made the call, or the head of the branch.
    pub place: FileRange,
    /// What it stands in.
    pub parent: FrameId,
    /// Which of them.
    pub kind: FrameKind,
}

impl Frame {
    /// The origins of what it looked at.
    pub fn origins(&self) -> impl Iterator<Item = Origin> + use<> {
        let (one, other) = match &self.kind {
            FrameKind::Call { .. } => (None, None),
            FrameKind::Condition { value, .. } => (Some(*value), None),
            FrameKind::Item { key_at, value, .. } => (Some(*key_at), Some(*value)),
        };
        one.into_iter().chain(other)
    }

    /// The same frame with its places elsewhere.
    #[must_use]
    pub fn moved(&self, place: &dyn Fn(FileRange) -> FileRange, origin: &dyn Fn(Origin) -> Origin) -> Self {
        let kind = match self.kind.clone() {
            FrameKind::Call { name } => FrameKind::Call { name },
            FrameKind::Condition { keyword, shown, value, holds } => {
                FrameKind::Condition { keyword, shown, value: origin(value), holds }
            }
            FrameKind::Item { key, key_at, value } => {
                FrameKind::Item { key, key_at: origin(key_at), value: origin(value) }
            }
        };
        Self { place: place(self.place), parent: self.parent, kind }
    }
}

/// A [`Frame`] of the trace; 0 is the rendered file itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FrameId(pub u32);

/// What a [`Frame`] is.
#[derive(Clone, Debug)]
pub enum FrameKind {
    /// An `include`, `template` or `tpl`.
    Call {
        /// The name of the template that was called.
        name: Str,
    },
    /// An `if`, `with` or `range` that was decided.
    Condition {
        /// Which of them.
        keyword: Keyword,
        /// What was asked for, short.
        shown: Cow<'static, str>,
        /// The values that decided: a range or several.
        value: Origin,
        /// Whether what follows is for when it is true (or holds elements); else it is its `else`.
        holds: bool,
    },
    /// One round of a `range`.
    Item {
        /// The index, key or number, short.
        key: Cow<'static, str>,
        /// Where the key is written, if it is one of a map.
        key_at: Origin,
        /// The element.
        value: Origin,
    },
}

/// The actions that decide whether text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// `if` and `else if`.
    If,
    /// `with` and `else with`.
    With,
    /// `range`.
    Range,
}

impl Keyword {
    /// As templates spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }
}
