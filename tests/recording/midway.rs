//! An open meeting that is closed midway: what is closed is sealed, to the sample, whatever happens
//! to the recorder; what is open is as it was.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Error as AudioError, Input, Source};
use e_risalah::meeting::EventKind;
use e_risalah::recording::{
    Cause, Claim, End, Entered, Error, Fact, Format, Growth, LEDGER, Ledger, Resumed, Sample, Start, Stretch, Writer,
    folder_of, recover, stretches_of, verify,
};
use e_risalah::seal::{self, Holder, Identity, MeetingKey, Opening, Released, Role, note_opening};
use proptest::prelude::*;

use crate::make::{begin, format, start};

const NOTE: &str = "Sanksi dijatuhkan kepada terperiksa";

/// Sixteen bits, two channels, 16 kHz.
fn form() -> Format {
    format(16_000, 2, Sample::I16)
}

/// Sound of which no kilobyte is there twice.
fn bytes(format: Format, first: u64, frames: u64) -> Vec<u8> {
    let start = format.bytes(first);
    let mixed = |at: u64| {
        let once = (at ^ at >> 7).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((once ^ once >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 57) as u8
    };
    (start..start + format.bytes(frames)).map(mixed).collect()
}

struct Clerk {
    identity: Identity,
    holder: Holder,
}

impl Clerk {
    fn new() -> Self {
        let identity = Identity::generate("Sari");
        let holder = Holder::new("Sari", Role::Sekretaris, &identity.recipient()).expect("a holder");
        Self { identity, holder }
    }

    /// Closes or opens again.
    fn turn(&self, writer: &mut Writer, listener: Option<&str>) {
        let closes = writer.ledger().current_seal().is_none();
        let kind = if closes { EventKind::Private } else { EventKind::Public };
        let holders = std::slice::from_ref(&self.holder);
        let seal = closes.then(|| Box::new(MeetingKey::generate().seal_heard(holders, listener).expect("a seal")));
        let entered = Entered::Event(kind);
        writer.turn(Fact::Event { at: writer.position(), entered, key: None, withdraws: None, seal }).expect("turned");
    }

    fn hold(&self, place: &Path, stretches: &[Stretch]) {
        for stretch in stretches {
            seal::hold(stretch.open(place, &self.identity).expect("opened"));
        }
    }
}

fn note(writer: &mut Writer, text: &str) {
    let entered = Entered::Event(EventKind::Note(text.to_owned()));
    let at = writer.position();
    writer.note(Fact::Event { at, entered, key: None, withdraws: None, seal: None }).expect("noted");
}

fn append(writer: &mut Writer, frames: u64) {
    writer.append(&bytes(form(), writer.position(), frames)).expect("written");
}

fn heard(source: Result<Source, AudioError>) -> Vec<f32> {
    let mut source = source.expect("opened");
    let (mut all, mut block) = (Vec::new(), vec![0.0; 20_000]);
    loop {
        match source.read(&mut block).expect("read") {
            0 => return all,
            frames => all.extend_from_slice(&block[..2 * frames]),
        }
    }
}

/// What these samples are heard as, silence where `silent`.
fn samples(frames: u64, silent: impl Fn(u64) -> bool) -> Vec<f32> {
    let sample = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
    let all = bytes(form(), 0, frames);
    let frame = |(at, frame): (u64, &[u8])| {
        let is_silent = silent(at);
        frame.chunks_exact(2).map(sample).map(|one| if is_silent { 0.0 } else { one }).collect::<Vec<_>>()
    };
    (0..).zip(all.chunks_exact(4)).flat_map(frame).collect()
}

fn findings(place: &Path) -> Vec<e_risalah::recording::Finding> {
    verify(&folder_of(place), &mut |_, _| {}).expect("examined").findings
}

static NOW: AtomicBool = AtomicBool::new(true);

#[test]
fn each_closed_part_has_a_key_of_its_own_and_the_rest_stays_open() {
    let place = tempfile::tempdir().expect("a folder");
    let (clerk, input) = (Clerk::new(), Input::Recording(folder_of(place.path())));
    let mut writer = begin(place.path(), form());
    append(&mut writer, 30_011);
    note(&mut writer, "Pembukaan");
    clerk.turn(&mut writer, None);
    note(&mut writer, NOTE);
    append(&mut writer, 70_007);
    clerk.turn(&mut writer, None);
    append(&mut writer, 5_000);
    clerk.turn(&mut writer, None);
    append(&mut writer, 1_200_000);
    clerk.turn(&mut writer, None);
    note(&mut writer, "Penutup");
    append(&mut writer, 9);
    writer.finish(End::Asked).expect("closed");
    assert_eq!(findings(place.path()), []);
    let stretches = stretches_of(place.path()).expect("read");
    let spans: Vec<_> = stretches.iter().map(|stretch| (stretch.number, stretch.from, stretch.until)).collect();
    assert_eq!(spans, [(1, 30_011, Some(100_018)), (2, 105_018, Some(1_305_018))]);
    assert_ne!(stretches[0].seal.recipient, stretches[1].seal.recipient);
    // Nothing of it lies in the open; the open notes do.
    let ledger = fs::read_to_string(folder_of(place.path()).join(LEDGER)).expect("read");
    assert!(ledger.contains("Pembukaan") && ledger.contains("Penutup") && !ledger.contains(NOTE), "{ledger}");
    for entry in fs::read_dir(folder_of(place.path())).expect("a folder") {
        let content = fs::read(entry.expect("an entry").path()).expect("read");
        for first in [30_011, 99_000, 105_018, 1_000_000, 1_304_700] {
            let sound = bytes(form(), first, 256);
            assert!(!content.windows(sound.len()).any(|piece| piece == sound));
        }
    }
    let closed = |number: usize| {
        let (from, until) = (stretches[number].from, stretches[number].until.expect("an end"));
        move |at: u64| (from..until).contains(&at)
    };
    let (first, second) = (closed(0), closed(1));
    let all = 1_305_027;
    // Without a key it is silent to who listens, and an error to who recognises.
    assert!(heard(Source::follow_open(&input, &NOW)) == samples(all, |at| first(at) || second(at)));
    assert!(matches!(Source::open(&input), Err(AudioError::Recording(Error::Seal(seal::Error::Sealed { .. })))));
    // With that of one part only that part opens; another's is none.
    assert!(stretches[0].open(place.path(), &Identity::generate("Tono")).is_err());
    clerk.hold(place.path(), &stretches[..1]);
    assert!(heard(Source::follow_open(&input, &NOW)) == samples(all, second));
    assert_eq!(findings(place.path()), []);
    let notes = || {
        let ledger = Ledger::read(&folder_of(place.path()).join(LEDGER)).expect("read");
        let text = |entered: &Entered| match entered {
            Entered::Event(EventKind::Note(text)) => Some(text.clone()),
            _ => None,
        };
        ledger.standing().filter_map(|(.., entered)| text(entered)).collect::<Vec<_>>()
    };
    assert_eq!(notes(), ["Pembukaan", NOTE, "Penutup"]);
    clerk.hold(place.path(), &stretches[1..]);
    assert!(heard(Source::open(&input)) == samples(all, |_| false));
    assert_eq!(findings(place.path()), []);
}

#[test]
fn who_listens_while_it_runs_hears_what_is_closed_with_a_key_that_lies_nowhere() {
    let place = tempfile::tempdir().expect("a folder");
    let (clerk, listener) = (Clerk::new(), MeetingKey::generate());
    let input = Input::Recording(folder_of(place.path()));
    let mut writer = begin(place.path(), form());
    append(&mut writer, 20_000);
    clerk.turn(&mut writer, Some(&listener.recipient()));
    append(&mut writer, 40_000);
    writer.sync().expect("synced");
    assert!(matches!(Source::open(&input), Err(AudioError::Recording(Error::Seal(seal::Error::Sealed { .. })))));
    seal::hold(listener);
    // A recorder is at work: what has reached the disk by now.
    assert!(heard(Source::follow(&input, &NOW)) == samples(60_000, |_| false));
    clerk.turn(&mut writer, None);
    append(&mut writer, 1_000);
    writer.finish(End::Asked).expect("closed");
    assert!(heard(Source::open(&input)) == samples(61_000, |_| false));
}

#[test]
fn a_part_that_was_opened_by_decision_needs_no_key_and_the_others_do() {
    let place = tempfile::tempdir().expect("a folder");
    let (clerk, input) = (Clerk::new(), Input::Recording(folder_of(place.path())));
    let mut writer = begin(place.path(), form());
    for _ in 0..4 {
        append(&mut writer, 10_000);
        clerk.turn(&mut writer, None);
    }
    append(&mut writer, 10_000);
    writer.finish(End::Asked).expect("closed");
    let stretches = stretches_of(place.path()).expect("read");
    let key = stretches[1].open(place.path(), &clerk.identity).expect("opened");
    let secret = seal::ExposeSecret::expose_secret(&key.secret()).to_owned();
    let opening = |recipient: String| Opening {
        at: jiff::Timestamp::UNIX_EPOCH,
        by: "Sari".into(),
        key: clerk.identity.recipient(),
        reason: "Keputusan 12/2027".into(),
        what: "keys unseal".into(),
        released: Some(Released { stretch: 2, recipient, secret: secret.clone() }),
        before: String::new(),
    };
    // A key that is not the one it is said to be opens nothing.
    note_opening(place.path(), opening(stretches[0].seal.recipient.clone())).expect("noted");
    let silent = |from: u64| move |at: u64| (from..from + 10_000).contains(&at);
    let (first, second) = (silent(10_000), silent(30_000));
    assert!(heard(Source::follow_open(&input, &NOW)) == samples(50_000, |at| first(at) || second(at)));
    note_opening(place.path(), opening(key.recipient())).expect("noted");
    assert!(heard(Source::follow_open(&input, &NOW)) == samples(50_000, first));
}

/// What may happen to a recorder.
#[derive(Clone, Debug)]
enum Happens {
    Sound(u64),
    Lost(u64),
    Turn,
    Sync,
    Killed,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => prop_oneof![1..2_000_u64, 16_300..16_400_u64, 1..120_000_u64].prop_map(Happens::Sound),
        1 => prop_oneof![1..8_000_u64, 16_000..40_000_u64].prop_map(Happens::Lost),
        3 => Just(Happens::Turn),
        2 => Just(Happens::Sync),
        2 => Just(Happens::Killed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_what_is_closed_is_sealed_and_nothing_that_was_synced_is_lost(
        happened in prop::collection::vec(happens(), 1..30),
    ) {
        let place = tempfile::tempdir().expect("a folder");
        let (clerk, folder) = (Clerk::new(), folder_of(place.path()));
        let mut writer = begin(place.path(), form());
        // Where it was turned, and where it was silent.
        let (mut turns, mut lost, mut synced) = (Vec::new(), Vec::new(), 0);
        for one in &happened {
            match one {
                Happens::Sound(frames) => append(&mut writer, *frames),
                Happens::Lost(frames) => {
                    let at = writer.position();
                    writer.gap(*frames, Cause::Overrun).expect("counted");
                    lost.push(at..at + frames);
                }
                Happens::Turn => {
                    turns.push(writer.position());
                    clerk.turn(&mut writer, None);
                    synced = writer.position();
                }
                Happens::Sync => {
                    writer.sync().expect("synced");
                    synced = writer.position();
                }
                Happens::Killed => {
                    std::mem::forget(writer);
                    fs::remove_file(folder.join("perekam.kunci")).expect("its lock goes with it");
                    let resumed = Resumed::begin(&folder, form(), Vec::new()).expect("gone on with");
                    writer = resumed.writer;
                    prop_assert!(writer.position() >= synced, "{} of {}", writer.position(), synced);
                    // What was not synced may be gone; then its gaps are, too.
                    lost.retain(|gap| gap.end <= writer.position());
                }
            }
            prop_assert_eq!(writer.ledger().current_seal().is_some(), turns.len() % 2 == 1);
        }
        std::mem::forget(writer);
        fs::remove_file(folder.join("perekam.kunci")).expect("its lock goes with it");
        let frames = recover(&folder).expect("recovered without a key").frames;
        prop_assert_eq!(findings(place.path()), []);
        let growth = Growth::open(&folder).expect("read").expect("a ledger");
        let closed = |at: u64| turns.iter().filter(|turn| **turn <= at).count() % 2 == 1;
        for (file, first, length) in growth.ledger().segments() {
            let end = first + length.expect("closed");
            // One of which a crash left nothing may stand where it was turned since.
            let is_empty = end == first;
            prop_assert!(is_empty || file.ends_with(".wav.age") == closed(first), "{} of {:?}", file, turns);
            prop_assert!(!turns.iter().any(|turn| (first + 1..end).contains(turn)), "{} goes over a turn", file);
        }
        let silent = |at: u64| lost.iter().any(|gap| gap.contains(&at));
        let input = Input::Recording(folder.clone());
        prop_assert!(heard(Source::follow_open(&input, &NOW)) == samples(frames, |at| silent(at) || closed(at)));
        clerk.hold(place.path(), &growth.ledger().stretches());
        prop_assert!(heard(Source::open(&input)) == samples(frames, silent));
        prop_assert_eq!(findings(place.path()), []);
    }
}

#[test]
fn it_moves_to_another_disk_while_it_is_closed() {
    let place = tempfile::tempdir().expect("a folder");
    let (clerk, other) = (Clerk::new(), place.path().join("cadangan"));
    let claim = Claim::take(&folder_of(&other)).expect("a folder");
    let mut writer = Writer::begin(
        Claim::take(&folder_of(place.path())).expect("a folder"),
        Start { names: Vec::new(), ..start(form()) },
    )
    .expect("begun");
    append(&mut writer, 20_000);
    clerk.turn(&mut writer, None);
    // As far as a copy had come.
    fs::copy(folder_of(place.path()).join("000001.wav"), folder_of(&other).join("000001.wav")).expect("copied");
    append(&mut writer, 20_000);
    assert_eq!(writer.move_to(claim).expect("moved"), 0);
    append(&mut writer, 20_000);
    clerk.turn(&mut writer, None);
    append(&mut writer, 20_000);
    writer.finish(End::Asked).expect("closed");
    assert_eq!(verify(&folder_of(&other), &mut |_, _| {}).expect("examined").findings, []);
    let input = Input::Recording(folder_of(&other));
    assert!(heard(Source::follow_open(&input, &NOW)) == samples(80_000, |at| (20_000..60_000).contains(&at)));
    clerk.hold(&other, &stretches_of(&other).expect("read"));
    assert!(heard(Source::open(&input)) == samples(80_000, |_| false));
}
