//! The words of YAML: what the scanner hands to the grammar.

use std::borrow::Cow;

/// A place in the text, as messages name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// In bytes.
    pub(crate) offset: usize,
    /// From 0.
    pub(crate) line: usize,
    /// In characters, from 0.
    pub(crate) column: usize,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

#[derive(Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind<'t>,
    pub(crate) start: Mark,
    /// Offset behind it.
    pub(crate) end: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenKind<'t> {
    StreamEnd,
    /// `%YAML major.minor`
    Version(u32, u32),
    /// `%TAG handle prefix`
    TagDirective(&'t str, Cow<'t, str>),
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or what a colon says about the text before it.
    Key,
    /// `:`
    Value,
    Alias(&'t str),
    Anchor(&'t str),
    /// Handle and suffix; the handle is empty for `!<…>` and for `!` alone.
    Tag(&'t str, Cow<'t, str>),
    Scalar(Cow<'t, str>, Style),
}
