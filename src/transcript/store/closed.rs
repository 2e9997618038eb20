//! What was closed of an open meeting, in its store: each row that lies in a closed part is sealed
//! to the key of that part before SQLite sees it. Sealed row by row and not the store as a whole,
//! so that the open part of the meeting is read, searched and corrected as ever without a key, and a
//! part that is opened by decision is there without anything being written anew.
//!
//! Without its key a row is passed over. When and at which microphone something was said stands in
//! the open, as it does in the ledger of every closed meeting.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Error, Store};
use crate::common::clock::{Clock, Span};
use crate::recording::{self, Growth, Stretch, folder_of};
use crate::seal;
use crate::transcript::{Utterance, Word};

/// How the text of a sealed row begins: no recogniser and no person writes such a letter. Behind it
/// stand the number of the part and what is sealed, in hexadecimal digits.
const MARK: char = '\u{2}';

/// The closed parts of the recording, as its ledger has them by now.
pub(super) struct Closed {
    recording: PathBuf,
    growth: RefCell<Option<Growth>>,
}

/// The words of a sealed row.
#[derive(Serialize, Deserialize)]
struct Words {
    text: String,
    words: Vec<Word>,
}

impl Closed {
    /// Those of the meeting to which this store belongs.
    pub fn of(store: &Path) -> Self {
        let folder = store.parent().unwrap_or(Path::new(""));
        Self { recording: folder_of(folder), growth: RefCell::default() }
    }

    /// The parts so far.
    fn stretches(&self) -> Result<(Option<Clock>, Vec<Stretch>), Error> {
        let mut held = self.growth.borrow_mut();
        match held.as_mut() {
            Some(growth) => growth.refresh()?,
            None => {
                *held = match Growth::open(&self.recording) {
                    // Without its first line nothing is known of it, and what is sealed stays so.
                    Err(recording::Error::NoStart { .. }) => None,
                    growth => growth?,
                }
            }
        }
        let Some(growth) = held.as_ref() else { return Ok((None, Vec::new())) };
        // A store that is sealed as a whole has no rows of this kind.
        let wholly = growth.ledger().seal().is_some();
        Ok((Some(growth.clock()), if wholly { Vec::new() } else { growth.ledger().stretches() }))
    }
}

/// The closed parts that a store's rows may lie in, on the clock of its transcript.
pub(super) struct Parts(Vec<(Span, Stretch)>);

impl Parts {
    /// Whether a span lies in one of them, by a part at least.
    pub fn holds(&self, span: Span) -> bool {
        self.over(span).next().is_some()
    }

    fn over(&self, span: Span) -> impl DoubleEndedIterator<Item = &Stretch> {
        let over = move |part: &&(Span, Stretch)| part.0.start < span.end && span.start < part.0.end;
        self.0.iter().filter(over).map(|(_, stretch)| stretch)
    }

    /// The text as it is kept of this span: sealed to each part that it lies in, so that it opens
    /// when all of them do.
    pub fn keep(&self, span: Span, text: &str) -> Result<String, Error> {
        self.over(span).try_fold(text.to_owned(), |text, stretch| {
            let sealer = stretch.seal.sealer()?;
            let failed = |source| seal::Error::Io { path: PathBuf::from(super::FILE_NAME), source };
            Ok(format!("{MARK}{}:{}", stretch.number, sealer.seal_text(&text).map_err(failed)?))
        })
    }

    /// The text that was kept; `None` where a key is missing.
    pub fn open(&self, kept: String) -> Option<String> {
        let mut text = kept;
        while let Some(sealed) = text.strip_prefix(MARK) {
            let (number, sealed) = sealed.split_once(':')?;
            let number: u64 = number.parse().ok()?;
            let (_, stretch) = self.0.iter().find(|(_, stretch)| stretch.number == number)?;
            text = stretch.key()?.open_text(sealed)?;
        }
        Some(text)
    }

    /// The text of an utterance as it is kept; its words go with it where it is sealed, and have no
    /// rows of their own.
    pub fn keep_words(&self, utterance: &Utterance) -> Result<Option<String>, Error> {
        if !self.holds(utterance.span) {
            return Ok(None);
        }
        let words = Words { text: utterance.text.clone(), words: utterance.words.clone() };
        let text = serde_json::to_string(&words)
            .map_err(|source| seal::Error::Io { path: PathBuf::from(super::FILE_NAME), source: source.into() })?;
        self.keep(utterance.span, &text).map(Some)
    }

    /// The text and words that were kept so; `None` where a key is missing.
    pub fn open_words(&self, kept: String) -> Option<(String, Vec<Word>)> {
        let Words { text, words } = serde_json::from_str(&self.open(kept)?).ok()?;
        Some((text, words))
    }
}

/// Whether the text of a row is sealed.
pub(super) fn is_sealed(kept: &str) -> bool {
    kept.starts_with(MARK)
}

impl Store {
    /// The text of a row; `None` where it is sealed and a key is missing. The parts are looked for when
    /// the first row needs them.
    pub(super) fn opened(&self, kept: String, parts: &mut Option<Parts>) -> Result<Option<String>, Error> {
        if !is_sealed(&kept) {
            return Ok(Some(kept));
        }
        let parts = match parts {
            Some(parts) => parts,
            None => parts.insert(self.parts()?),
        };
        Ok(parts.open(kept))
    }

    /// The closed parts, as the ledger has them by now.
    pub(super) fn parts(&self) -> Result<Parts, Error> {
        if self.sealed.is_some() {
            return Ok(Parts(Vec::new()));
        }
        let (Some(own), stretches) = self.closed.stretches()? else { return Ok(Parts(Vec::new())) };
        if stretches.is_empty() {
            return Ok(Parts(Vec::new()));
        }
        let clock = self.recording()?.map_or(own, |recording| recording.clock);
        Ok(Parts(stretches.into_iter().map(|stretch| (stretch.span(own, clock), stretch)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::common::clock::Channel;
    use crate::meeting::EventKind;
    use crate::recording::{Claim, End, Entered, Fact, Format, Sample, Start, Writer, stretches_of};
    use crate::seal::{Holder, Identity, MeetingKey, Role};
    use crate::transcript::Recording;
    use crate::transcript::edit::{Change, Corrected, Layer, Place, Source};
    use crate::transcript::store::Origin;

    const RATE: u32 = 8_000;

    /// Ten seconds each: open, closed, open, closed, open.
    fn recorded(folder: &Path, holder: &Holder) {
        let format = Format { rate: RATE.try_into().expect("a rate"), channels: 1, sample: Sample::I16 };
        let start = Start {
            utc: jiff::Timestamp::UNIX_EPOCH,
            zone: jiff::tz::TimeZone::UTC,
            format,
            device: "uji".into(),
            names: Vec::new(),
            seal: None,
        };
        let mut writer = Writer::begin(Claim::take(&folder_of(folder)).expect("a folder"), start).expect("begun");
        for turn in 0..5 {
            writer.append(&vec![1; format.bytes(10 * u64::from(RATE)) as usize]).expect("written");
            let closes = turn % 2 == 0;
            let key = MeetingKey::generate().seal(std::slice::from_ref(holder)).expect("a seal");
            let entered = Entered::Event(if closes { EventKind::Private } else { EventKind::Public });
            let (at, seal) = (writer.position(), closes.then(|| Box::new(key)));
            if turn < 4 {
                writer.turn(Fact::Event { at, entered, key: None, withdraws: None, seal }).expect("turned");
            }
        }
        writer.finish(End::Asked).expect("closed");
    }

    fn said(start: u64, end: u64, text: &str) -> Utterance {
        let span = Span::new(start * u64::from(RATE) / 10, end * u64::from(RATE) / 10);
        Utterance {
            channel: Channel::from_index(0),
            span,
            text: text.to_owned(),
            words: text.split(' ').map(|word| Word { text: word.to_owned(), span, probability: 0.5 }).collect(),
            confidence: 0.5,
            flags: Vec::new(),
            corrected: Corrected::default(),
        }
    }

    #[test]
    fn each_row_is_sealed_to_the_parts_that_it_lies_in_and_the_others_are_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let identity = Identity::generate("Sari");
        let holder = Holder::new("Sari", Role::Ketua, &identity.recipient()).expect("a holder");
        recorded(folder.path(), &holder);
        let mut store = Store::create(folder.path()).expect("a store");
        let recording = Recording {
            clock: Clock::new(RATE.try_into().expect("a rate")),
            channels: 1,
            length: 50 * u64::from(RATE),
            started: None,
            warnings: Vec::new(),
        };
        store.bind(&recording, "uji").expect("bound");
        let origin = Origin {
            model: "uji".into(),
            model_sha256: "ab".repeat(32),
            model_origin: None,
            language: "id".into(),
            program: "0.1.0".into(),
        };
        let version = store.version(&origin, jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
        // The second begins in the open, the fourth lies in both closed parts.
        let all = [
            said(0, 90, "terbuka satu"),
            said(95, 120, "melintas awal"),
            said(130, 190, "rahasia pertama"),
            said(195, 305, "melintas keduanya"),
            said(310, 390, "rahasia kedua"),
            said(420, 490, "terbuka dua"),
        ];
        for utterance in &all {
            store.add(version, utterance).expect("added");
        }
        let texts = |store: &Store| {
            let found = store.load().expect("loaded").utterances;
            found.into_iter().map(|utterance| utterance.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(&store), ["terbuka satu", "terbuka dua"]);
        assert_eq!(store.recognised(version).expect("spans").len(), all.len(), "what is there is not recognised again");
        let digest = store.words_digest(version).expect("a digest");
        let parts = stretches_of(folder.path()).expect("read");
        seal::hold(parts[0].open(folder.path(), &identity).expect("opened"));
        assert_eq!(texts(&store), ["terbuka satu", "melintas awal", "rahasia pertama", "terbuka dua"]);
        let layer = |utterance: &Utterance, before: &str, after: &str| Layer {
            place: Place::of(version, utterance),
            change: Change::Text { at: 0, before: before.to_owned(), after: after.to_owned() },
            by: "Sari".into(),
            when: jiff::Zoned::now(),
            why: Some("salah dengar".into()),
            source: Source::Person,
        };
        // What is not seen is not corrected.
        assert!(store.lay(&[layer(&all[4], "rahasia", "hal")]).is_err());
        store.lay(&[layer(&all[2], "rahasia", "urusan"), layer(&all[5], "terbuka", "umum")]).expect("laid");
        seal::hold(parts[1].open(folder.path(), &identity).expect("opened"));
        let loaded = store.load().expect("loaded").utterances;
        assert_eq!(loaded, all, "with its times and its doubt");
        let now: Vec<String> = store.current().expect("current").utterances.into_iter().map(|one| one.text).collect();
        assert_eq!(now[2..], ["urusan pertama", "melintas keduanya", "rahasia kedua", "umum dua"]);
        assert_eq!(store.edits().expect("edits")[0].layer.why.as_deref(), Some("salah dengar"));
        assert_eq!(store.words_digest(version).expect("a digest"), digest, "the same with a key and without");
        drop(store);
        for entry in fs::read_dir(folder.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            let content = if path.is_file() { fs::read(&path).expect("read") } else { continue };
            for secret in ["rahasia", "melintas", "urusan", "pertama"] {
                let lies = content.windows(secret.len()).any(|piece| piece == secret.as_bytes());
                assert!(!lies, "{secret} in {}", path.display());
            }
            assert!(!path.ends_with("transkrip.db") || content.windows(7).any(|piece| piece == b"terbuka"));
        }
    }
}
