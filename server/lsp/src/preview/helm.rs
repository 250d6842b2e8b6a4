//! Previews by our own engine.

use std::sync::Arc;

use text::FileRange;

use super::{PreviewMap, PreviewSource, RenderFailure, RenderScope, Rendered};
use crate::cancel::Cancel;
use crate::model::{Model, Rendering};
use crate::state::ChartView;

/// Renders as Helm does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Helm;

impl PreviewSource for Helm {
    fn render(
        &self,
        view: &ChartView,
        model: &Model,
        scope: RenderScope,
        cancel: &Cancel,
    ) -> Option<Rendered> {
        let rendering = match scope {
            RenderScope::Chart => model.rendering(view, cancel)?,
            RenderScope::Template(file) => Arc::new(Rendering::of_template(view, model, file, cancel)?),
        };
        let first = rendering.errors.iter().find(|it| it.is_error);
        let error = first.map(|it| RenderFailure { message: it.message.clone(), at: Some(it.diagnostic.at) });
        Some(Rendered { text: rendering.text.clone(), error, map: rendering })
    }
}

impl PreviewMap for Rendering {
    fn source_of(&self, offset: usize) -> Option<FileRange> {
        Self::source_of(self, offset)
    }

    fn written_by(&self, place: FileRange) -> Vec<usize> {
        Self::written_by(self, place)
    }
}
