//! How much of a recording has been listened to, from what was played.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Utterance;
use crate::common::clock::{Channel, Span};

/// A passage that somebody has played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Who listened.
    pub by: String,
    /// When it ended.
    pub at: Timestamp,
    /// The microphone; `None` for the sum of all.
    pub channel: Option<Channel>,
    /// What was heard, on the recording's clock.
    pub span: Span,
}

/// What of each microphone was played, by anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Apart from each other and ascending; `None` for the sum of all.
    spans: BTreeMap<Option<Channel>, Vec<Span>>,
}

impl Heard {
    /// What these passages cover.
    #[must_use]
    pub fn of(played: &[Played]) -> Self {
        let mut spans: BTreeMap<Option<Channel>, Vec<Span>> = BTreeMap::new();
        for one in played {
            spans.entry(one.channel).or_default().push(one.span);
        }
        Self { spans: spans.into_iter().map(|(channel, spans)| (channel, joined(spans))).collect() }
    }

    /// How many samples of a microphone's span were played: of itself, or of the sum of all.
    #[must_use]
    pub fn samples(&self, channel: Channel, span: Span) -> u64 {
        let of = |channel: Option<Channel>| {
            let spans = self.spans.get(&channel).map_or(&[][..], Vec::as_slice);
            let first = spans.partition_point(|one| one.end <= span.start);
            spans[first..].iter().take_while(|one| one.start < span.end).map(|one| within(*one, span))
        };
        let parts: Vec<Span> = of(Some(channel)).chain(of(None)).collect();
        joined(parts).iter().map(|part| part.len()).sum()
    }

    /// Whether an utterance was listened to: nine tenths of it, as its ends are silence.
    #[must_use]
    pub fn has(&self, utterance: &Utterance) -> bool {
        self.samples(utterance.channel, utterance.span).saturating_mul(10) >= utterance.span.len().saturating_mul(9)
    }
}

/// Hundredths: never 100 while something is left, and never 0 once something was heard.
#[must_use]
pub fn percent(samples: u64, all: u64) -> u64 {
    match samples {
        0 => 0,
        samples if samples >= all => 100,
        samples => u64::try_from(u128::from(samples) * 100 / u128::from(all)).unwrap_or(99).clamp(1, 99),
    }
}

fn within(one: Span, span: Span) -> Span {
    Span::new(one.start.max(span.start), one.end.min(span.end))
}

/// The same samples as spans that neither overlap nor touch, ascending.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.end > span.start);
    spans.sort_unstable_by_key(|span| span.start);
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(channel: Option<u16>, start: u64, end: u64) -> Played {
        let channel = channel.and_then(Channel::new);
        Played { by: "Sari".into(), at: Timestamp::UNIX_EPOCH, channel, span: Span::new(start, end) }
    }

    #[test]
    fn what_was_played_twice_counts_once_and_the_sum_counts_for_every_microphone() {
        let heard = Heard::of(&[
            played(Some(1), 0, 100),
            played(Some(1), 50, 120),
            played(None, 110, 200),
            played(Some(2), 0, 1_000),
            played(Some(1), 300, 300),
        ]);
        let one = Channel::new(1).expect("a channel");
        for (span, expected) in [((0, 250), 200), ((100, 130), 30), ((200, 300), 0), ((299, 301), 0), ((40, 40), 0)] {
            assert_eq!(heard.samples(one, Span::new(span.0, span.1)), expected, "{span:?}");
        }
        assert_eq!(heard.samples(Channel::new(3).expect("a channel"), Span::new(0, 250)), 90);
    }
}
