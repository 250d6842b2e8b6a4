//! A renderer that renders nothing: it shows the very text that it was given, so tests see what arrived.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use text::{FileId, FileRange};

use crate::cancel::Cancel;
use crate::model::Model;
use crate::preview::{NoMap, PreviewMap, PreviewSource, RenderFailure, RenderScope, Rendered};
use crate::state::ChartView;

/// Shows a template as it is; of a chart, all paths and texts, and the target. Fails at the word `BROKEN`.
#[derive(Debug, Default)]
pub(super) struct Fake;

impl PreviewSource for Fake {
    fn render(&self, view: &ChartView, _: &Model, scope: RenderScope, _: &Cancel) -> Option<Rendered> {
        let RenderScope::Template(file) = scope else {
            let files = view.files.iter().map(|it| format!("{}={}\n", it.path, it.text().unwrap()));
            let values = view.values.iter().map(|it| format!("-f {}\n", String::from_utf8_lossy(&it.data)));
            let text: String = files.chain(values).collect();
            return Some(Rendered { text, error: None, map: Arc::new(NoMap) });
        };
        let text = view.source(file)?.text()?;
        let error = text.find("BROKEN").map(|at| RenderFailure {
            message: "it is broken".into(),
            at: Some(FileRange::new(file, at, at + "BROKEN".len())),
        });
        let end = text.find("BROKEN").unwrap_or(text.len());
        Some(Rendered { text: text[..end].to_owned(), error, map: Arc::new(Verbatim(file)) })
    }
}

#[derive(Debug)]
struct Verbatim(FileId);

impl PreviewMap for Verbatim {
    fn source_of(&self, offset: usize) -> Option<FileRange> {
        Some(FileRange::new(self.0, offset, offset + 1))
    }

    fn written_by(&self, place: FileRange) -> Vec<usize> {
        if place.file == self.0 { vec![place.range.start().into()] } else { Vec::new() }
    }
}

/// Renders until it is told to stop.
#[derive(Debug, Default)]
pub(super) struct Endless {
    pub(super) started: AtomicUsize,
    pub(super) stopped: AtomicUsize,
}

impl PreviewSource for Endless {
    fn render(&self, _: &ChartView, _: &Model, _: RenderScope, cancel: &Cancel) -> Option<Rendered> {
        self.started.fetch_add(1, Ordering::SeqCst);
        while !cancel.is_set() {
            std::thread::yield_now();
        }
        self.stopped.fetch_add(1, Ordering::SeqCst);
        None
    }
}

/// Panics.
#[derive(Debug)]
pub(super) struct Bomb;

impl PreviewSource for Bomb {
    fn render(&self, _: &ChartView, _: &Model, _: RenderScope, _: &Cancel) -> Option<Rendered> {
        panic!("boom")
    }
}
