//! The sound of each speech: the microphone that carried it, with what was redacted silenced.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::content::{Content, Spoken};
use super::make::{Failed, WHOLE};
use super::staging::{Files, Staging};
use super::state::{Record, Speech};
use crate::audio::SPEECH_RATE;
use crate::common::clock::{Channel, Clock, Span};
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::document::risalah::{self, Format, who};
use crate::meeting_folder;
use crate::publication::sound::{Codec, Sound};
use crate::publication::{self, Published};
use crate::transcript::Transcript;
use crate::transcript::edit::Speaker;

/// Sound of another version of this program is encoded anew.
const FORM: u32 = 1;

pub(super) struct Sounds<'a> {
    pub(super) staging: &'a Staging,
    pub(super) stop: &'a AtomicBool,
    pub(super) done: &'a AtomicU64,
}

impl Sounds<'_> {
    /// Writes the sound of every speech that has any, with its captions; tells the file of each.
    pub(super) fn make(
        &self,
        published: &Published,
        content: &Content,
        before: Option<&Record>,
        record: &mut Record,
        files: &mut Files,
        warnings: &mut Vec<Message>,
    ) -> Result<HashMap<String, String>, Failed> {
        let sound = match Sound::open(published) {
            Ok(sound) => sound,
            Err(publication::Error::Folder(error @ meeting_folder::Error::SoundGone(_))) => {
                let detail = error.message().what(crate::common::language::Language::Indonesian);
                self.done.fetch_add(WHOLE / 2, Ordering::Relaxed);
                warnings.push(Message::new("site.sound_gone").with("id", &record.id).with("detail", detail));
                return Ok(HashMap::new());
            }
            Err(error) => return Err(error.into()),
        };
        let clock = content.transcript.recording.clock;
        let speeches: Vec<&Spoken> = content.speeches().collect();
        let mut made = HashMap::new();
        let mut told = 0;
        for (number, speech) in (1..).zip(&speeches) {
            let span = at_16_khz(clock, &speech.place);
            let Some(channel) = Channel::new(speech.place.channel).filter(|it| it.number() <= sound.channels()) else {
                continue;
            };
            let name = format!("{}.{}", speech.place.id, ending());
            let path = format!("{}/{name}", record.folder());
            let key = made_of(&record.recording, channel, &span, &published.silenced);
            let is_kept = before.is_some_and(|before| before.sounds.get(&name) == Some(&key));
            let encode = || {
                let encoded = sound.encode_while(Some(channel), span.clone(), Codec::USUAL, self.stop, &mut |_| {});
                encoded.map_err(|error| match error {
                    publication::Error::Interrupted => super::Error::Interrupted,
                    error => super::Error::page(error.message().what(crate::common::language::Language::English)),
                })
            };
            let hash = self.staging.sound(&path, &key, is_kept, encode)?;
            files.insert(path, hash);
            let captions = captions(published, &content.transcript, speech)?;
            self.staging.write(files, &format!("{}/{}.vtt", record.folder(), speech.place.id), &captions)?;
            record.sounds.insert(name.clone(), key);
            made.insert(speech.place.id.clone(), name);
            // Half of the meeting's work.
            let share = WHOLE / 2 * number / speeches.len().max(1) as u64;
            self.done.fetch_add(share - told, Ordering::Relaxed);
            told = share;
        }
        Ok(made)
    }
}

/// The ending by which servers know the type of the file.
fn ending() -> &'static str {
    match Codec::USUAL.ending() {
        "opus" => "ogg",
        other => other,
    }
}

fn at_16_khz(clock: Clock, place: &Speech) -> Range<u64> {
    let scaled = |position: u64| u128::from(position) * u128::from(SPEECH_RATE) / u128::from(clock.rate());
    let at = |position| u64::try_from(scaled(position)).unwrap_or(u64::MAX);
    at(place.start)..at(place.end)
}

/// Samples at 16 kHz around a silent span, in which the sound fades.
const AROUND: u64 = 160;

/// What a file of sound is made of.
fn made_of(recording: &str, channel: Channel, span: &Range<u64>, silenced: &[Range<u64>]) -> String {
    let is_within = |silent: &&Range<u64>| silent.start < span.end + AROUND && span.start < silent.end + AROUND;
    let within: Vec<&Range<u64>> = silenced.iter().filter(is_within).collect();
    sha256(format!("{FORM} {} {recording} {channel} {span:?} {within:?}", ending()).as_bytes())
}

/// What is said in a speech, on the clock of its sound.
fn captions(published: &Published, whole: &Transcript, speech: &Spoken) -> Result<Vec<u8>, risalah::Error> {
    let first = speech.place.start;
    let moved = |span: Span| Span::new(span.start.saturating_sub(first), span.end.saturating_sub(first));
    let utterances = whole.utterances.get(speech.utterances.clone()).unwrap_or_default();
    let own = utterances.iter().filter(|utterance| utterance.channel.number() == speech.place.channel);
    let mut part = Transcript {
        recording: whole.recording.clone(),
        version: whole.version.clone(),
        utterances: own.cloned().collect(),
        edition: whole.edition.clone(),
    };
    let clock = whole.recording.clock;
    for utterance in &mut part.utterances {
        // Seats change with the time of the recording, which is not that of the sound.
        if let Some(person) = who::person(&published.meeting, clock, utterance) {
            utterance.corrected.speaker = Speaker::Person(person.id.clone());
        }
        utterance.span = moved(utterance.span);
        utterance.words.iter_mut().for_each(|word| word.span = moved(word.span));
        if let Some(said) = &mut utterance.corrected.said {
            said.words.iter_mut().for_each(|word| word.span = moved(word.span));
        }
    }
    risalah::write(Format::Vtt, &published.meeting, &part)
}
