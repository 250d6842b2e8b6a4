//! What goes wrong is told to the client (`window/logMessage`). Standard output belongs to the protocol, and
//! nobody reads standard error.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt as _;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use tower_lsp::Client;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::lsp_types::MessageType;

type Message = (MessageType, String);

/// Takes messages, for a [`Forwarder`] to send.
#[derive(Debug)]
pub(crate) struct Log {
    sender: UnboundedSender<Message>,
    spans: Arc<AtomicU64>,
}

/// Sends messages.
#[derive(Debug)]
pub(crate) struct Forwarder {
    receiver: UnboundedReceiver<Message>,
}

/// Both ends.
pub(crate) fn log() -> (Log, Forwarder) {
    let (sender, receiver) = unbounded();
    (Log { sender, spans: Arc::default() }, Forwarder { receiver })
}

impl Forwarder {
    /// Sends until there is nobody left who might log.
    pub(crate) async fn run(mut self, client: Client) {
        while let Some((kind, text)) = self.receiver.next().await {
            client.log_message(kind, text).await;
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // The protocol library reports each cancelled request as news.
        let loudest = if metadata.target().starts_with("tower_lsp") { Level::WARN } else { Level::INFO };
        *metadata.level() <= loudest
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let kind = match *event.metadata().level() {
            Level::ERROR => MessageType::Error,
            Level::WARN => MessageType::Warning,
            Level::INFO => MessageType::Info,
            _ => MessageType::Log,
        };
        let mut text = Text::default();
        event.record(&mut text);
        // Without a receiver the server is going down.
        let _ = self.sender.unbounded_send((kind, text.0));
    }
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let between = if self.0.is_empty() { "" } else { " " };
        // Writing to a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{between}{value:?}"),
            name => write!(self.0, "{between}{name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_told_and_noise_is_not() {
        let (log, mut forwarder) = log();
        tracing::subscriber::with_default(log, || {
            tracing::info!(count = 2, "read {}", "charts");
            tracing::debug!("noise");
            tracing::info!(target: "tower_lsp_server::service", "cancelled");
            tracing::warn!("careful");
        });
        let mut messages = Vec::new();
        while let Ok(message) = forwarder.receiver.try_recv() {
            messages.push(message);
        }
        let expected = [(MessageType::Info, "read charts count=2"), (MessageType::Warning, "careful")];
        assert_eq!(messages, expected.map(|(kind, text)| (kind, text.to_owned())));
    }
}
