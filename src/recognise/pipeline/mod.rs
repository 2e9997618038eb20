//! Recording in, transcript out: reading, the floor, recognition and the store joined by bounded
//! queues.
//!
//! One thread reads the sound, decides the floor and cuts it into utterances; workers recognise
//! them; the caller's thread stores each result and tells an [`Observer`]. The floor depends on the
//! sound alone and a recogniser on its utterance alone, so a run that was interrupted repeats the
//! cheap first part, skips what is stored, and ends with the same words.

mod change;
mod detect;
mod history;
mod order;
mod pack;
mod preview;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::audio::{self, Block, SpeechStream};
use crate::common::alarm::Alarm;
use crate::common::clock::{Channel, Clock, Span};
use crate::common::flag::Flag;
use crate::common::message::{Explain, Message};
use crate::floor::external_turns::Given;
use crate::floor::{self, Floor, Profile};
use crate::recognise::speech::{self, Recogniser, Recognition, guard};
use crate::transcript::edit::Corrected;
use crate::transcript::peaks::{Gatherer, Stretch};
use crate::transcript::store::{self, Origin, Store};
use crate::transcript::{Recording, Utterance, Version, Word};
use change::Voices;
pub use detect::detect;
use history::History;
use order::Pending;
use pack::{Pack, Packer, Piece};
pub use preview::Preview;
use preview::{LatestPreview, PendingFinals, Window};

/// Samples that are read at a time (0.25 s): progress and interruption are that fine.
const BLOCK: usize = 4000;

/// How often progress is told while nothing is recognised.
const PULSE: Duration = Duration::from_millis(250);

/// Why a run ended early. What was stored before stays.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sound could not be read.
    #[error(transparent)]
    Audio(#[from] audio::Error),
    /// Recognition failed.
    #[error(transparent)]
    Speech(#[from] speech::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Audio(error) => error.message(),
            Self::Speech(error) => error.message(),
            Self::Store(error) => error.message(),
            Self::Interrupted => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Audio(error) => error.is_usage(),
            Self::Speech(error) => error.is_usage(),
            Self::Store(error) => error.is_usage(),
            Self::Interrupted => false,
        }
    }
}

/// Sees a run go by.
pub trait Observer {
    /// An utterance was recognised and stored. They come nearly in order, as workers finish;
    /// [`Observer::settled`] says up to when none is missing.
    fn recognised(&mut self, clock: Clock, utterance: &Utterance);

    /// How much of the recording is done, in samples of 16 kHz; the whole is known unless the
    /// format hides it.
    fn progress(&mut self, done: u64, whole: Option<u64>);

    /// No utterance that begins before this sample of 16 kHz is still to come.
    fn settled(&mut self, _before: u64) {}

    /// Who has the floor where [`Observer::progress`] is.
    fn floor(&mut self, _: &[Channel]) {}

    /// Something was found to be wrong with a microphone when so much was heard, in samples of 16
    /// kHz.
    fn alarm(&mut self, _: Alarm, _heard: u64) {}

    /// What is being said, where previews were asked for. The final words come later, and may be
    /// others.
    fn preview(&mut self, _: &Preview) {}
}

/// What a run is made of.
pub struct Run<'a, R> {
    /// The sound.
    pub sound: SpeechStream,
    /// When its first sample was taken, if that is known.
    pub started: Option<jiff::Timestamp>,
    /// What is known of the room beforehand.
    pub room: Option<Profile>,
    /// Turns that are taken instead of those that the floor decides.
    pub given: Option<Given>,
    /// Differs for another recording.
    pub fingerprint: &'a str,
    /// Model, language and program.
    pub origin: &'a Origin,
    /// One for each worker.
    pub recognisers: Vec<R>,
    /// One more, for previews of turns that go on; without it there are none.
    pub preview: Option<R>,
    /// Set from outside to stop.
    pub stop: &'a AtomicBool,
}

/// What a finished run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The version it wrote or went on with.
    pub version: Version,
    /// Utterances in it.
    pub utterances: usize,
    /// Of these, recognised in this run; the others were there.
    pub new: usize,
    /// What a person must know of the sound.
    pub warnings: Vec<Message>,
}

struct Done {
    pack: Pack,
    result: Result<Vec<Recognition>, speech::Error>,
}

impl<R: Recogniser + Send> Run<'_, R> {
    /// Transcribes the recording into the store.
    pub fn go(self, store: &mut Store, observer: &mut dyn Observer) -> Result<Outcome, Error> {
        let clock = self.sound.source().clock();
        let mut recording = Recording {
            clock,
            channels: self.sound.source().channels(),
            length: self.sound.source().expected_length().unwrap_or(0),
            started: self.started,
            warnings: Vec::new(),
        };
        store.bind(&recording, self.fingerprint)?;
        let version = store.version(self.origin, jiff::Timestamp::now())?;
        let known = store.recognised(version.number)?;
        let whole = self.sound.expected_length();

        let workers = self.recognisers.len();
        let shared = self.recognisers.first().and_then(Recogniser::window);
        let (jobs, waiting) = bounded::<Pack>(2 * workers);
        let (finished, results) = bounded::<Done>(2 * workers);
        let (halt, position) = (&AtomicBool::new(false), &AtomicU64::new(0));
        let (pending_finals, seen) = (&PendingFinals::default(), &LatestPreview::default());
        let noticed = &Noticed::default();
        let pending = &Pending::default();
        let stop = self.stop;
        let mut new = 0;
        let mut failure = None;

        let (sound, utterances, wrong) = thread::scope(|scope| {
            let window = self.preview.map(|recogniser| Window::open(scope, recogniser, clock, pending_finals, seen));
            let reader = Reader {
                sound: self.sound,
                room: self.room,
                given: self.given,
                shared,
                clock,
                known: &known,
                jobs,
                halt,
                stop,
                position,
                pending_finals,
                noticed,
                pending,
                window,
            };
            let reader = scope.spawn(move || reader.run());
            for recogniser in self.recognisers {
                let (waiting, finished) = (waiting.clone(), finished.clone());
                scope.spawn(move || work(recogniser, &waiting, &finished, halt, stop));
            }
            drop((waiting, finished));
            loop {
                seen.take().iter().for_each(|preview| observer.preview(preview));
                noticed.tell(observer);
                if let Err(error) = store.add_peaks(&noticed.peaks()) {
                    failure.get_or_insert(error.into());
                    halt.store(true, Ordering::Relaxed);
                }
                let done = match results.recv_timeout(PULSE) {
                    Ok(done) => done,
                    Err(RecvTimeoutError::Timeout) => {
                        observer.progress(position.load(Ordering::Relaxed), whole);
                        observer.settled(pending.before());
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                pending_finals.settle();
                observer.progress(position.load(Ordering::Relaxed), whole);
                if failure.is_some() {
                    continue;
                }
                let pack = done.pack.key();
                match keep(done, clock, store, version.number) {
                    Ok(utterances) => {
                        new += utterances.len();
                        for utterance in &utterances {
                            observer.recognised(clock, utterance);
                        }
                        pending.settle(pack);
                        observer.settled(pending.before());
                    }
                    Err(error) => {
                        failure = Some(error);
                        halt.store(true, Ordering::Relaxed);
                    }
                }
            }
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        store.add_peaks(&noticed.peaks())?;
        recording.length = sound.source().position();
        recording.warnings = sound.warnings().iter().map(Explain::message).chain(wrong).collect();
        store.describe(&recording)?;
        store.complete(version.number)?;
        observer.progress(sound.expected_length().unwrap_or_default(), whole);
        Ok(Outcome { version: Version { complete: true, ..version }, utterances, new, warnings: recording.warnings })
    }
}

struct Reader<'a> {
    sound: SpeechStream,
    room: Option<Profile>,
    given: Option<Given>,
    /// Samples that turns may share, where the recogniser hears several at once.
    shared: Option<usize>,
    clock: Clock,
    known: &'a HashSet<(Channel, Span)>,
    jobs: Sender<Pack>,
    halt: &'a AtomicBool,
    stop: &'a AtomicBool,
    position: &'a AtomicU64,
    pending_finals: &'a PendingFinals,
    noticed: &'a Noticed,
    pending: &'a Pending,
    window: Option<Window>,
}

/// What the reader notices and nobody has taken yet.
#[derive(Default)]
struct Noticed {
    /// Each with how much was heard by then.
    alarms: Mutex<Vec<(Alarm, u64)>>,
    /// The channels whose turns go on.
    floor: Mutex<Vec<Channel>>,
    peaks: Mutex<Vec<Stretch>>,
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Noticed {
    /// Tells an observer of alarms and of who has the floor.
    fn tell(&self, observer: &mut dyn Observer) {
        for (alarm, heard) in std::mem::take(&mut *locked(&self.alarms)) {
            observer.alarm(alarm, heard);
        }
        observer.floor(&locked(&self.floor));
    }

    fn peaks(&self) -> Vec<Stretch> {
        std::mem::take(&mut *locked(&self.peaks))
    }

    fn add_alarms(&self, alarms: &[Alarm], heard: u64) {
        locked(&self.alarms).extend(alarms.iter().map(|alarm| (*alarm, heard)));
    }

    fn add_peaks(&self, stretches: impl IntoIterator<Item = Stretch>) {
        locked(&self.peaks).extend(stretches);
    }
}

impl Reader<'_> {
    /// Reads to the end or until told to stop; gives the sound back with what is now known of it,
    /// the number of utterances, and what was wrong with microphones or with the turns that
    /// were given.
    fn run(mut self) -> Result<(SpeechStream, usize, Vec<Message>), Error> {
        let channels = usize::from(self.sound.source().channels());
        let mut floor =
            self.room.as_ref().map_or_else(|| Floor::new(channels), |room| Floor::with_room(channels, room));
        let mut history = History::new(channels);
        let mut gatherer = Gatherer::new(channels);
        let mut voices = Voices::new(channels);
        // A shared window waits for the next turn: worth it in a file of one microphone, but not in a
        // meeting, whose words people wait for.
        let mut packer = Packer::new(channels, self.shared.filter(|_| channels == 1));
        let mut block = Block::default();
        let mut turns = Vec::new();
        let mut utterances = 0;
        let mut told = 0;
        while !self.is_halted() && self.sound.read(&mut block, BLOCK)? > 0 {
            history.push(block.channels());
            self.noticed.add_peaks(gatherer.push(block.channels()));
            let slices: Vec<&[f32]> = block.channels().iter().map(Vec::as_slice).collect();
            floor.push(&slices, &mut turns);
            if let Some(given) = &mut self.given {
                turns.clear();
                given.due(block.span().end, |channel, span| history.get(channel, span), &mut turns);
            }
            utterances += turns.len();
            let now = block.span().end;
            let is_open = |channel| match &self.given {
                Some(given) => given.is_open(channel, now),
                None => floor.is_open(channel),
            };
            let open = (0..channels).map(Channel::from_index).filter(|channel| is_open(*channel)).collect();
            if !self.pack(&mut turns, &history, &mut voices, &mut packer) || !self.send(packer.due(now, is_open)) {
                break;
            }
            *locked(&self.noticed.floor) = open;
            if let Some(window) = &mut self.window {
                window.offer(&floor, &history);
            }
            self.noticed.add_alarms(&floor.alarms()[told..], block.span().end);
            told = floor.alarms().len();
            self.pending.read(now, packer.earliest());
            self.position.store(block.span().end, Ordering::Relaxed);
        }
        let mut wrong: Vec<Message> = floor.alarms().iter().map(Explain::message).collect();
        if !self.is_halted() {
            floor.finish(&mut turns);
            if let Some(given) = self.given.take() {
                turns.clear();
                let length = self.position.load(Ordering::Relaxed);
                let beyond = given.finish(length, |channel, span| history.get(channel, span), &mut turns);
                if beyond > 0 {
                    wrong.push(Message::new("given.beyond").with("count", beyond));
                }
            }
            utterances += turns.len();
            self.noticed.add_peaks(gatherer.finish());
            let _ = self.pack(&mut turns, &history, &mut voices, &mut packer) && self.send(packer.finish());
            self.pending.end();
        }
        Ok((self.sound, utterances, wrong))
    }

    /// Packs the turns and hands on the packs that are complete; false when the workers are gone.
    fn pack(&self, turns: &mut Vec<floor::Turn>, history: &History, voices: &mut Voices, packer: &mut Packer) -> bool {
        turns.drain(..).all(|turn| {
            // Of every turn, recognised or not: a run that goes on must find the same.
            let changed = voices.turn(&turn, &history.get(turn.channel, turn.span));
            let span = floor::CLOCK.convert_span(turn.span, self.clock);
            let known = self.known.contains(&(turn.channel, span));
            let mut flags = Vec::new();
            if turn.off_microphone {
                flags.push(Flag::OffMicrophone);
            }
            if changed {
                flags.push(Flag::LevelChange);
            }
            if turn.tones {
                flags.push(Flag::Tones);
            }
            let sound = history.get(turn.channel, turn.audible());
            self.send(packer.take(Pack::new(&turn, span, sound, flags, known)))
        })
    }

    /// Hands the packs that are not yet recognised to the workers; false when they are gone.
    fn send(&self, packs: impl IntoIterator<Item = Pack>) -> bool {
        packs.into_iter().filter(|pack| !pack.is_known()).all(|pack| {
            self.pending_finals.add();
            self.pending.add(pack.key());
            self.jobs.send(pack).is_ok()
        })
    }

    fn is_halted(&self) -> bool {
        self.halt.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed)
    }
}

fn work(
    mut recogniser: impl Recogniser,
    waiting: &Receiver<Pack>,
    finished: &Sender<Done>,
    halt: &AtomicBool,
    stop: &AtomicBool,
) {
    for pack in waiting {
        if halt.load(Ordering::Relaxed) || stop.load(Ordering::Relaxed) {
            continue;
        }
        let result = pack.hear(&mut recogniser);
        if finished.send(Done { pack, result }).is_err() {
            break;
        }
    }
}

fn keep(done: Done, clock: Clock, store: &mut Store, version: u32) -> Result<Vec<Utterance>, Error> {
    let Done { pack, result } = done;
    let recognitions = result?;
    let mut kept = Vec::new();
    for (piece, recognition) in pack.pieces.into_iter().zip(recognitions).filter(|(piece, _)| !piece.known) {
        let utterance = utterance(pack.channel, piece, recognition, clock);
        store.add(version, &utterance)?;
        kept.push(utterance);
    }
    Ok(kept)
}

fn utterance(channel: Channel, piece: Piece, recognition: Recognition, clock: Clock) -> Utterance {
    let on_clock = |span: Span| {
        let from = piece.heard_from;
        floor::CLOCK.convert_span(Span::new(span.start + from, span.end + from), clock)
    };
    let mut flags = guard::flags(&recognition, piece.samples());
    flags.extend(piece.flags);
    flags.extend(recognition.language.as_deref().map(Flag::of_language));
    flags.sort_unstable();
    Utterance {
        channel,
        span: piece.span,
        text: recognition.text(),
        confidence: recognition.confidence(),
        flags,
        words: recognition
            .words
            .into_iter()
            .map(|word| Word { text: word.text, span: on_clock(word.span), probability: word.probability })
            .collect(),
        corrected: Corrected::default(),
    }
}
