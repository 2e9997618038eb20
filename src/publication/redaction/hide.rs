//! The words and the sound without what was redacted: a pure function of the record and of its
//! redactions.

use std::ops::Range;

use crate::audio::SPEECH_RATE;
use crate::common::clock::{Channel, Clock, Span};
use crate::common::flag::Flag;
use crate::common::message::Message;
use crate::document::risalah::OMITTED;
use crate::transcript::edit::{Mark, Rewritten};
use crate::transcript::redaction::{Reason, Redaction};
use crate::transcript::{Transcript, Utterance};

use super::line::{Line, Marked, plain, plain_words};

/// How far the silence goes beyond the words: their times are not known more exactly.
pub const MARGIN_MS: u64 = 300;
/// Stands in place of what was said while the meeting was closed.
const CLOSED: &str = "[bagian rapat tertutup]";
/// How far from their place words are looked for that corrections have moved.
const MOVED_MS: u64 = 10_000;
/// From this likeness on a word at another microphone is taken for the same one.
const ALIKE: f64 = 0.8;

/// A redaction as it was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Redacted {
    /// Its number.
    pub id: u64,
    /// The microphone whose words are meant; all where none is named.
    pub channel: Option<Channel>,
    /// The first sample, on the recording's clock.
    pub from: u64,
    /// The sample behind the last.
    pub until: u64,
    /// Why.
    pub reason: Reason,
    /// Places in the transcript of the utterances from which words were taken.
    pub utterances: Vec<usize>,
}

/// A stretch in which every microphone is silent.
pub type Silencing = Range<u64>;

/// What is left, and what was taken.
#[derive(Clone, Debug)]
pub struct Hiding {
    /// The words with marks.
    pub transcript: Transcript,
    /// What was taken out.
    pub redacted: Vec<Redacted>,
    /// Where there is no sound: samples at 16 kHz, ascending, apart from each other.
    pub silenced: Vec<Silencing>,
    /// The words of each redaction that counts, by its number.
    pub texts: Vec<(u64, String)>,
    /// What a person should look at.
    pub warnings: Vec<Message>,
}

/// What takes words out: a redaction, that the meeting left an utterance out, or that it was closed.
struct Order {
    id: Option<u64>,
    channel: Option<Channel>,
    span: Span,
    mark: String,
    /// Words of other microphones that are hidden too where they are the same: who sits beside the
    /// speaker is heard there.
    heard: Vec<String>,
}

/// Takes out of the words `current` what these redactions name, and all that was said while the
/// meeting was `closed` to the public. `raw` is what was recognised, of which `current` was made.
#[must_use]
pub fn hide(current: &Transcript, raw: &Transcript, redactions: &[Redaction], closed: &[Span]) -> Hiding {
    let mut work = Work::new(current, raw, redactions, closed);
    for index in 0..current.utterances.len() {
        work.by_time(index);
    }
    for redaction in redactions.iter().filter(|redaction| redaction.counts()) {
        work.moved(redaction);
    }
    work.done()
}

/// The words of an utterance and the orders by which they are taken out.
struct Entry {
    clean: Line,
    /// What was said, where rules write it otherwise.
    said: Option<Line>,
    marks: Vec<Option<usize>>,
    said_marks: Vec<Option<usize>>,
}

struct Work<'a> {
    current: &'a Transcript,
    raw: &'a Transcript,
    clock: Clock,
    margin: u64,
    orders: Vec<Order>,
    redacted: Vec<Redacted>,
    entries: Vec<Entry>,
    silenced: Vec<Span>,
    texts: Vec<(u64, String)>,
    warnings: Vec<Message>,
}

impl<'a> Work<'a> {
    fn new(current: &'a Transcript, raw: &'a Transcript, redactions: &[Redaction], closed: &[Span]) -> Self {
        let clock = current.recording.clock;
        let margin = clock.at_millis(MARGIN_MS);
        let counting = || redactions.iter().filter(|redaction| redaction.counts());
        let widened = |span: Span| Span::new(span.start.saturating_sub(margin), span.end.saturating_add(margin));
        let mut warnings = Vec::new();
        let mut orders: Vec<Order> = Vec::new();
        for redaction in counting() {
            // The times of another recognition are not quite those by which it was marked.
            let is_same = redaction.version == current.version.number;
            if !is_same {
                warnings.push(about("publication.other_version", redaction, clock).with("margin", MARGIN_MS));
            }
            orders.push(Order {
                id: Some(redaction.id),
                channel: redaction.channel,
                span: if is_same { redaction.span() } else { widened(redaction.span()) },
                mark: redaction.reason.mark(),
                heard: redaction.hidden.iter().flat_map(|hidden| plain_words(&hidden.words)).collect(),
            });
        }
        let omitted =
            current.utterances.iter().zip(&raw.utterances).filter(|(now, _)| now.corrected.has(Mark::Omitted));
        orders.extend(omitted.map(|(_, raw)| Order {
            id: None,
            channel: Some(raw.channel),
            span: raw.span,
            mark: OMITTED.to_owned(),
            heard: plain_words(&raw.text),
        }));
        orders.extend(closed.iter().map(|span| Order {
            id: None,
            channel: None,
            span: *span,
            mark: CLOSED.to_owned(),
            heard: Vec::new(),
        }));
        let entry = |utterance: &Utterance| {
            let clean = Line::new(&utterance.text, &utterance.words, utterance.span);
            let said = utterance.corrected.said.as_ref();
            let said = said.map(|said| Line::new(&said.text, &said.words, utterance.span));
            let (marks, said_marks) =
                (vec![None; clean.tokens.len()], vec![None; said.as_ref().map_or(0, |said| said.tokens.len())]);
            Entry { clean, said, marks, said_marks }
        };
        Self {
            silenced: orders.iter().map(|order| widened(order.span)).collect(),
            texts: counting().flat_map(|one| one.hidden.iter().map(|hidden| (one.id, hidden.words.clone()))).collect(),
            redacted: counting()
                .map(|one| Redacted {
                    id: one.id,
                    channel: one.channel,
                    from: one.from,
                    until: one.until,
                    reason: one.reason.clone(),
                    utterances: Vec::new(),
                })
                .collect(),
            entries: current.utterances.iter().map(entry).collect(),
            current,
            raw,
            clock,
            margin,
            orders,
            warnings,
        }
    }

    fn widened(&self, span: Span) -> Span {
        Span::new(span.start.saturating_sub(self.margin), span.end.saturating_add(self.margin))
    }

    /// Takes out the words of an utterance that were said within the spans.
    fn by_time(&mut self, index: usize) {
        let utterance = &self.current.utterances[index];
        for order in 0..self.orders.len() {
            let Order { channel, span, .. } = &self.orders[order];
            let (span, wide) = (*span, self.widened(*span));
            if utterance.span.overlap(wide) == 0 || utterance.corrected.has(Mark::Omitted) {
                continue;
            }
            if channel.is_none_or(|own| own == utterance.channel) {
                self.take(index, order, span);
            } else {
                self.take_heard(index, order, wide);
            }
        }
    }

    /// Takes out what lies in a span. Of words that a rule has written in place of others, and of
    /// those, both or neither are seen.
    fn take(&mut self, index: usize, order: usize, span: Span) {
        let entry = &mut self.entries[index];
        let mut spans = vec![span];
        for rewritten in &self.current.utterances[index].corrected.written {
            let written = entry.clean.tokens.get(rewritten.words.clone()).unwrap_or_default();
            if written.iter().any(|token| token.is_in(span)) {
                spans.extend(written.iter().map(|token| token.span));
            }
        }
        let within = |token: &super::line::Timed| spans.iter().any(|span| token.is_in(*span));
        let clean: Vec<usize> =
            (0..entry.clean.tokens.len()).filter(|place| within(&entry.clean.tokens[*place])).collect();
        let said = entry.said.as_ref().map_or(0, |said| said.tokens.len());
        let said: Vec<usize> =
            (0..said).filter(|place| entry.said.as_ref().is_some_and(|said| within(&said.tokens[*place]))).collect();
        self.mark(index, order, &clean, &said);
    }

    /// Takes out of another microphone's utterance the words that were heard there too.
    fn take_heard(&mut self, index: usize, order: usize, span: Span) {
        let utterance = &self.current.utterances[index];
        // By what the recogniser says it has the same words as another microphone.
        let same = utterance.flags.contains(&Flag::Duplicate);
        let heard = &self.orders[order].heard;
        let is_heard = |token: &super::line::Timed| {
            let word = plain(&token.text);
            token.is_in(span)
                && (same
                    || heard
                        .iter()
                        .any(|heard| *heard == word || strsim::normalized_levenshtein(heard, &word) >= ALIKE))
        };
        let entry = &self.entries[index];
        let places = |line: &Line| -> Vec<usize> {
            (0..line.tokens.len()).filter(|place| is_heard(&line.tokens[*place])).collect()
        };
        let clean = places(&entry.clean);
        let said = entry.said.as_ref().map(places).unwrap_or_default();
        if !clean.is_empty() || !said.is_empty() {
            self.mark(index, order, &clean, &said);
        }
    }

    /// Marks words as taken out; the sound of those whose time is only known from their neighbours
    /// is silent from the one to the other.
    fn mark(&mut self, index: usize, order: usize, clean: &[usize], said: &[usize]) {
        if clean.is_empty() && said.is_empty() {
            return;
        }
        let silent = self.uncertain(index, clean);
        self.silenced.extend(silent);
        let entry = &mut self.entries[index];
        for place in clean {
            entry.marks[*place].get_or_insert(order);
        }
        for place in said {
            entry.said_marks[*place].get_or_insert(order);
        }
        if let Some(redacted) = self.redacted.get_mut(order).filter(|redacted| !redacted.utterances.contains(&index)) {
            redacted.utterances.push(index);
        }
    }

    /// What is silenced for the sake of words without times of their own.
    fn uncertain(&self, index: usize, places: &[usize]) -> Vec<Span> {
        let utterance = &self.current.utterances[index];
        let line = &self.entries[index].clean;
        if !line.timed {
            return if places.is_empty() { Vec::new() } else { vec![self.widened(utterance.span)] };
        }
        let known = &self.raw.utterances[index].words;
        let is_known = |place: usize| known.iter().any(|word| word.span == line.tokens[place].span);
        let mut spans = Vec::new();
        for place in places.iter().copied().filter(|place| !is_known(*place)) {
            let before = (0..place).rev().find(|place| is_known(*place));
            let after = (place..line.tokens.len()).find(|place| is_known(*place));
            let start = before.map_or(utterance.span.start, |place| line.tokens[place].span.end);
            let end = after.map_or(utterance.span.end, |place| line.tokens[place].span.start);
            spans.push(self.widened(Span::new(start, end)));
        }
        spans
    }

    /// Words that stood in a redaction when it was made, and that corrections have moved out of its
    /// span since.
    fn moved(&mut self, redaction: &Redaction) {
        let Some(order) = self.orders.iter().position(|order| order.id == Some(redaction.id)) else { return };
        let reach = self.clock.at_millis(MOVED_MS);
        let near = Span::new(redaction.from.saturating_sub(reach), redaction.until.saturating_add(reach));
        for hidden in &redaction.hidden {
            let wanted = plain_words(&hidden.words);
            let indices: Vec<usize> = (0..self.entries.len())
                .filter(|index| self.current.utterances[*index].channel == hidden.channel)
                .filter(|index| self.current.utterances[*index].span.overlap(near) > 0)
                .collect();
            let taken: Vec<String> = indices.iter().flat_map(|index| self.taken(*index, order)).collect();
            if wanted.is_empty() || taken.windows(wanted.len()).any(|window| *window == *wanted) {
                continue;
            }
            let mut found = false;
            for index in indices {
                for places in self.entries[index].clean.find(&wanted) {
                    found = true;
                    let tokens = &self.entries[index].clean.tokens[places];
                    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
                    let span = Span::new(first.span.start, last.span.end);
                    self.silenced.push(self.widened(span));
                    self.take(index, order, span);
                }
            }
            if !found {
                self.warnings.push(about("publication.corrected_since", redaction, self.clock));
            }
        }
    }

    /// The words of an utterance that an order has taken out, what was said as well as what is
    /// written.
    fn taken(&self, index: usize, order: usize) -> Vec<String> {
        let entry = &self.entries[index];
        let of = |line: &Line, marks: &[Option<usize>]| -> Vec<String> {
            let tokens = line.tokens.iter().zip(marks).filter(|(_, mark)| **mark == Some(order));
            tokens.map(|(token, _)| plain(&token.text)).filter(|word| !word.is_empty()).collect()
        };
        let clean = of(&entry.clean, &entry.marks);
        clean.into_iter().chain(entry.said.iter().flat_map(|said| of(said, &entry.said_marks))).collect()
    }

    fn done(mut self) -> Hiding {
        let mut transcript = self.current.clone();
        for (index, utterance) in transcript.utterances.iter_mut().enumerate() {
            let entry = &self.entries[index];
            for (order, redacted) in self.redacted.iter().enumerate() {
                let words = self.taken(index, order).join(" ");
                if !words.is_empty() {
                    self.texts.push((redacted.id, words));
                }
            }
            if utterance.corrected.has(Mark::Omitted) {
                strip(utterance);
            } else if entry.marks.iter().chain(&entry.said_marks).any(Option::is_some) {
                rewrite(utterance, entry, &self.orders);
            }
        }
        let silenced = merged(self.silenced.iter().map(|span| at_16_khz(*span, self.clock)).collect());
        self.texts.sort();
        self.texts.dedup();
        Hiding { transcript, redacted: self.redacted, silenced, texts: self.texts, warnings: self.warnings }
    }
}

/// Nothing of what was said, or of what rules have made of it.
fn strip(utterance: &mut Utterance) {
    utterance.text.clear();
    utterance.words.clear();
    let corrected = &mut utterance.corrected;
    (corrected.said, corrected.pokir) = (None, None);
    corrected.written.clear();
    corrected.passages.clear();
}

fn rewrite(utterance: &mut Utterance, entry: &Entry, orders: &[Order]) {
    let marks = |marks: &[Option<usize>]| -> Vec<Option<String>> {
        marks.iter().map(|mark| mark.map(|order| orders[order].mark.clone())).collect()
    };
    let clean = Marked::new(&entry.clean, &marks(&entry.marks), &utterance.corrected.passages);
    let corrected = &mut utterance.corrected;
    if let (Some(said), Some(line)) = (&mut corrected.said, &entry.said) {
        let marked = Marked::new(line, &marks(&entry.said_marks), &said.passages);
        said.passages = marked.passages(&said.passages);
        (said.text, said.words) = (marked.text, marked.words);
    }
    // What stood there before a rule wrote is told only where nothing was taken out beside it.
    let is_seen = |rewritten: &Rewritten| {
        let beside = rewritten.words.start.saturating_sub(1)..(rewritten.words.end + 1).min(entry.marks.len());
        entry.marks[beside].iter().all(Option::is_none)
    };
    corrected.written.retain(is_seen);
    for rewritten in &mut corrected.written {
        rewritten.words = clean.range(&rewritten.words);
    }
    corrected.passages = clean.passages(&corrected.passages);
    // It may say the same in other words.
    corrected.pokir = None;
    (utterance.text, utterance.words) = (clean.text, clean.words);
}

fn about(key: &str, redaction: &Redaction, clock: Clock) -> Message {
    Message::new(key).with("id", redaction.id).with("from", clock.hms(redaction.from))
}

/// The same on the clock of what is published: whole samples on both sides.
fn at_16_khz(span: Span, clock: Clock) -> Range<u64> {
    let rate = u128::from(clock.rate());
    let scaled = |position: u64| u128::from(position) * u128::from(SPEECH_RATE);
    let whole = |position: u128| u64::try_from(position).unwrap_or(u64::MAX);
    whole(scaled(span.start) / rate)..whole(scaled(span.end).div_ceil(rate))
}

/// Spans that touch, as one.
fn merged(mut spans: Vec<Range<u64>>) -> Vec<Range<u64>> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
