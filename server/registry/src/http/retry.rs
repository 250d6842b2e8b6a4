//! When a request is sent again, and after how long.
//!
//! A server that is busy (429) or broken (5xx) did nothing, and is asked again; one that says for how long it wants to be
//! left alone is left alone for so long. A connection that was cut is made again only for requests that may arrive twice.
//! Nobody listening is nothing that a second would change.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use super::{Ask, Limits};
use crate::error::{Error, Trouble};

/// How long to wait before the next attempt; none if this was the last.
pub(super) fn pause(
    ask: &Ask,
    answer: &Result<Response, Error>,
    attempt: u32,
    limits: &Limits,
) -> Option<Duration> {
    if attempt >= limits.attempts {
        return None;
    }
    match answer {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let did_nothing = matches!(status, 408 | 429 | 503);
            let is_broken = status >= 500 && ask.repeatable;
            if !did_nothing && !is_broken {
                return None;
            }
            let wish = answer.headers().get(RETRY_AFTER).and_then(|it| seconds(it.to_str().ok()?));
            match wish {
                Some(wish) => (wish <= limits.patience).then_some(wish),
                None => Some(limits.backoff(attempt)),
            }
        }
        Err(Error::NoAnswer(error)) if ask.repeatable && matches!(error.trouble, Trouble::Cut(_)) => {
            Some(limits.backoff(attempt))
        }
        Err(_) => None,
    }
}

impl Limits {
    /// The pause after an attempt: twice as long each time, and not the same for all clients.
    pub(crate) fn backoff(&self, attempt: u32) -> Duration {
        let full = self.pause.saturating_mul(1 << (attempt - 1).min(5));
        let mut byte = [0];
        // Without randomness all clients come at once, which is no worse than before.
        let _ = getrandom::fill(&mut byte);
        full.mul_f64(0.75 + f64::from(byte[0]) / 512.0)
    }
}

/// `Retry-After`: seconds, or a date.
fn seconds(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let wait = at.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_scatter() {
        let limits = Limits::default();
        for attempt in 1..6 {
            let full = limits.pause * (1 << (attempt - 1));
            let pause = limits.backoff(attempt);
            assert!(pause >= full.mul_f64(0.75) && pause <= full.mul_f64(1.25), "{attempt}: {pause:?}");
        }
    }

    #[test]
    fn servers_say_how_long_in_two_ways() {
        assert_eq!(seconds("7"), Some(Duration::from_secs(7)));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(seconds("soon"), None);
    }
}
