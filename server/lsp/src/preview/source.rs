//! The boundary to the engine: whoever renders implements [`PreviewSource`].

use std::fmt::Debug;
use std::sync::Arc;

use text::{FileId, FileRange};

use crate::cancel::Cancel;
use crate::model::Model;
use crate::state::ChartView;

/// Renders charts for previews.
pub(crate) trait PreviewSource: Debug + Send + Sync {
    /// Renders what is on the screen for the active target. `None` if `cancel` was set before it was done.
    fn render(
        &self,
        view: &ChartView,
        model: &Model,
        scope: RenderScope,
        cancel: &Cancel,
    ) -> Option<Rendered>;
}

/// What to render.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenderScope {
    /// Everything, as `helm template` prints it.
    Chart,
    /// One template.
    Template(FileId),
}

/// What came of rendering.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    /// The text; if it failed, what there was until then.
    pub text: String,
    /// Why it failed.
    pub error: Option<RenderFailure>,
    /// Which byte comes from where.
    pub map: Arc<dyn PreviewMap>,
}

/// Why rendering failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RenderFailure {
    /// What Helm says.
    pub message: String,
    /// The place to blame.
    pub at: Option<FileRange>,
}

/// The way between a text and its sources.
pub(crate) trait PreviewMap: Debug + Send + Sync {
    /// What wrote the byte at an offset.
    fn source_of(&self, offset: usize) -> Option<FileRange>;
    /// Offsets of what a place wrote.
    fn written_by(&self, place: FileRange) -> Vec<usize>;
}

/// Of a text that comes from nowhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoMap;

impl PreviewMap for NoMap {
    fn source_of(&self, _: usize) -> Option<FileRange> {
        None
    }

    fn written_by(&self, _: FileRange) -> Vec<usize> {
        Vec::new()
    }
}

impl Rendered {
    /// Nothing was rendered.
    pub(crate) fn failed(message: String) -> Self {
        let error = Some(RenderFailure { message, at: None });
        Self { text: String::new(), error, map: Arc::new(NoMap) }
    }
}
