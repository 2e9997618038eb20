//! Redacting, and taking it back.

use jiff::Zoned;

use super::Error;
use super::line::{Line, plain_words};
use crate::common::clock::{Channel, Span};
use crate::lifecycle::Life;
use crate::transcript::redaction::{Hidden, NewRedaction, Reason, Redaction, Withdrawn};
use crate::transcript::store::Store;
use crate::transcript::{Transcript, Utterance};

/// The shortest word that a reason in words may not share with what it takes out.
const TELLING: usize = 4;

/// What is to be redacted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// From the first to behind the last sample, on the recording's clock.
    pub span: Span,
    /// The microphone whose words are meant; all where none is named.
    pub channel: Option<Channel>,
    /// Only these words, wherever they are said within the span.
    pub words: Option<String>,
    /// Why.
    pub reason: Reason,
    /// Who.
    pub by: String,
}

/// What was redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The numbers of the redactions.
    pub ids: Vec<u64>,
    /// The words that were taken out.
    pub words: Vec<String>,
}

/// Every redaction, in the order in which they were made; those that were taken back too.
///
/// # Errors
/// When the store fails.
pub fn list(store: &Store) -> Result<Vec<Redaction>, Error> {
    Ok(store.redactions()?)
}

/// Redacts a span, or words within it: each place where they are said by itself.
///
/// # Errors
/// When there is nothing to redact there, the reason is none, or the store fails.
pub fn add(store: &mut Store, wish: &Wish, now: &Zoned) -> Result<Added, Error> {
    let by = wish.by.trim();
    if by.is_empty() {
        return Err(Error::Nameless);
    }
    let transcript = store.current()?;
    Life::read(store, &transcript)?.check_clock(now.timestamp())?;
    let recording = &transcript.recording;
    let known = wish.channel.is_none_or(|channel| channel.number() <= recording.channels);
    if wish.span.is_empty() || wish.span.start >= recording.length || !known {
        return Err(Error::NoPassage);
    }
    let new = |channel, span, hidden| NewRedaction {
        version: transcript.version.number,
        channel,
        span,
        reason: wish.reason.clone(),
        by: by.to_owned(),
        when: now.clone(),
        hidden,
    };
    let made: Vec<NewRedaction> = match &wish.words {
        None => {
            let span = Span::new(wish.span.start, wish.span.end.min(recording.length));
            vec![new(wish.channel, span, within(&transcript, wish.channel, span))]
        }
        Some(words) => said(&transcript, wish, words)?
            .into_iter()
            .map(|(channel, span, words)| new(Some(channel), span, vec![Hidden { channel, words }]))
            .collect(),
    };
    let texts = || made.iter().flat_map(|one| &one.hidden).map(|hidden| hidden.words.clone());
    if repeats(&wish.reason, texts()) {
        return Err(Error::ReasonRepeats);
    }
    let standing = store.redactions()?;
    let same = |one: &NewRedaction| {
        let same = |other: &&Redaction| other.counts() && other.span() == one.span && other.channel == one.channel;
        standing.iter().find(same).map(|other| other.id)
    };
    if let Some(id) = made.iter().find_map(same) {
        return Err(Error::Already { id });
    }
    let words = texts().collect();
    Ok(Added { ids: store.redact(&made)?, words })
}

/// Takes a redaction back: the next published copy has the words and the sound again.
///
/// # Errors
/// [`Error::Unknown`], [`Error::Withdrawn`], [`Error::Nameless`], or when the store fails.
pub fn withdraw(store: &Store, id: u64, by: &str, why: Option<&str>, now: &Zoned) -> Result<(), Error> {
    let by = by.trim();
    if by.is_empty() {
        return Err(Error::Nameless);
    }
    let redactions = store.redactions()?;
    let redaction = redactions.iter().find(|redaction| redaction.id == id).ok_or(Error::Unknown { id })?;
    let why = why.map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
    let withdrawn = Withdrawn { by: by.to_owned(), when: now.clone(), why };
    if !redaction.counts() || !store.withdraw_redaction(id, &withdrawn)? {
        return Err(Error::Withdrawn { id });
    }
    Ok(())
}

/// The lines of an utterance: as it is written, and as it was said where that differs.
fn lines(utterance: &Utterance) -> Vec<Line> {
    let said = utterance.corrected.said.as_ref();
    let said = said.map(|said| Line::new(&said.text, &said.words, utterance.span));
    [Line::new(&utterance.text, &utterance.words, utterance.span)].into_iter().chain(said).collect()
}

fn of(transcript: &Transcript, channel: Option<Channel>, span: Span) -> impl Iterator<Item = &Utterance> {
    let is_meant = move |utterance: &&Utterance| {
        channel.is_none_or(|channel| channel == utterance.channel) && utterance.span.overlap(span) > 0
    };
    transcript.utterances.iter().filter(is_meant)
}

/// The words within a span.
fn within(transcript: &Transcript, channel: Option<Channel>, span: Span) -> Vec<Hidden> {
    let hidden = of(transcript, channel, span).filter_map(|utterance| {
        let line = lines(utterance).into_iter().next()?;
        let words: Vec<String> =
            line.tokens.into_iter().filter(|token| token.is_in(span)).map(|token| token.text).collect();
        (!words.is_empty()).then(|| Hidden { channel: utterance.channel, words: words.join(" ") })
    });
    hidden.collect()
}

/// Where words are said within the span, as they are written or as they were said.
fn said(transcript: &Transcript, wish: &Wish, words: &str) -> Result<Vec<(Channel, Span, String)>, Error> {
    let wanted = plain_words(words);
    let mut found: Vec<(Channel, Span, String)> = Vec::new();
    for utterance in of(transcript, wish.channel, wish.span) {
        for line in lines(utterance) {
            for places in line.find(&wanted) {
                let tokens = &line.tokens[places];
                let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
                let end = last.span.end.max(first.span.start + 1);
                let span = Span::new(first.span.start, end);
                let is_new = |(channel, other, _): &(Channel, Span, String)| {
                    *channel != utterance.channel || other.overlap(span) == 0
                };
                if span.overlap(wish.span) > 0 && found.iter().all(is_new) {
                    let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
                    found.push((utterance.channel, span, texts.join(" ")));
                }
            }
        }
    }
    if found.is_empty() { Err(Error::NoWords { words: words.trim().to_owned() }) } else { Ok(found) }
}

/// Whether a reason in words says what it is to take out.
fn repeats(reason: &Reason, texts: impl Iterator<Item = String>) -> bool {
    let Reason::Other(reason) = reason else { return false };
    let reason = plain_words(reason);
    let telling = |word: &String| word.chars().count() >= TELLING;
    texts.flat_map(|text| plain_words(&text)).filter(telling).any(|word| reason.contains(&word))
}
