//! What is on the screen.

use e_risalah::recording::{Absence, Cause};
use ratatui::style::{Color, Modifier};

use super::*;

#[test]
fn only_a_recorder_that_records_is_said_to_record() {
    for (language, word) in [(Language::Indonesian, "MEREKAM "), (Language::English, "RECORDING  ")] {
        for state in STATES {
            let mut shown = Shown::new(Some(status(state, 9)));
            shown.language = language;
            assert_eq!(shown.text(80, 24).contains(word), state == State::Recording, "{state:?}");
        }
        let unreachable = Shown { language, ..Shown::new(None) };
        assert!(!unreachable.text(80, 24).contains(word));
    }
}

#[test]
fn states_are_words() {
    let line = |state| Shown::new(Some(status(state, 9))).text(80, 24).lines().next().map(str::to_owned);
    assert!(line(State::Waiting).is_some_and(|line| line.contains("MENUNGGU SUARA")));
    assert!(line(State::DeviceLost).is_some_and(|line| line.contains("PERANGKAT HILANG")));
    let recording = line(State::Recording).unwrap_or_default();
    assert!(recording.contains("MEREKAM   01:01:01   disk: sisa 41 jam"), "{recording}");
}

#[test]
fn a_lost_device_is_in_reverse_red() {
    let lost = Shown::new(Some(status(State::DeviceLost, 9))).buffer(80, 24);
    for x in 0..80 {
        assert_eq!(lost[(x, 0)].fg, Color::Red);
        assert!(lost[(x, 0)].modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn a_recorder_that_died_is_in_reverse_red() {
    let dead = Shown::new(None);
    assert!(dead.text(80, 24).contains("PEREKAMAN BERHENTI"), "{}", dead.text(80, 24));
    let buffer = dead.buffer(80, 24);
    for x in 0..80 {
        assert_eq!(buffer[(x, 0)].fg, Color::Red);
        assert!(buffer[(x, 0)].modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn what_was_lost_is_said() {
    let mut shown = nine();
    let status = shown.status.as_mut().expect("a status");
    (status.lost, status.disk_seconds) = (4800, 20 * 60);
    status.mirror = Mirror::Failed("disk penuh".to_owned());
    let text = shown.text(100, 24);
    assert!(text.contains("HILANG: 0,100 detik (4800 sampel)"), "{text}");
    assert!(text.contains("SALINAN GAGAL: disk penuh"), "{text}");
    assert!(text.contains("!! disk: sisa 20 menit !!"), "{text}");
}

#[test]
fn what_is_wrong_with_microphones_stays_on_the_screen() {
    let mut shown = nine();
    let text = shown.text(100, 24);
    assert!(!text.contains("!!"), "{text}");
    let status = shown.status.as_mut().expect("a status");
    status.alarms = vec![
        Alarm::Dead { channel: channel(9) },
        Alarm::Identical { channel: channel(2), copy: channel(4) },
        Alarm::FloorMix { channel: channel(3) },
        Alarm::Bleed { of: channel(5), into: channel(6) },
    ];
    status.last = Some(event(45 * 48_000, Entered::Alarm(status.alarms[0])));
    for (width, height) in [(100, 24), (100, 11), (100, 8)] {
        let text = shown.text(width, height);
        assert!(
            text.contains("!! Suara di mikrofon ch05 (Siti Aminah, S.Pd.) hampir sama kerasnya"),
            "{height}:\n{text}"
        );
        assert!(text.contains("MEREKAM"), "{height}:\n{text}");
    }
    let text = shown.text(100, 24);
    assert!(text.contains("!! Kanal ch02 (Dra. Hj. Mariana Lestari) dan ch04"), "{text}");
    assert!(text.contains("pasal tujuh.") && text.contains("rekaman jalan terus"), "{text}");
    // The oldest is in the ledger's line.
    assert!(text.contains("00:00:45 Mikrofon ch09 (") && !text.contains("!! Mikrofon"), "{text}");
}

#[test]
fn a_meter_for_each_seat() {
    for (channels, width, height) in [(1, 80, 24), (9, 80, 24), (64, 80, 24), (64, 60, 15), (64, 200, 60)] {
        let text = Shown::new(Some(status(State::Recording, channels))).text(width, height);
        for number in 1..=channels {
            let (silent, speaks) = (format!(" {number:02}"), format!("►{number:02}"));
            assert!(text.contains(if number == 5 { &speaks } else { &silent }), "{number} of {channels}:\n{text}");
        }
        assert_eq!(text.matches('►').count(), usize::from(channels >= 5));
        // The lowest terminals have room for the seats and the keys only.
        let room = height >= 24 || channels <= 9;
        assert!(!room || text.contains("pasal tujuh."), "{channels} seats leave no room for words:\n{text}");
    }
}

#[test]
fn names_ledger_and_words_are_shown() {
    let text = nine().text(80, 24);
    for piece in [
        "►05 Siti Aminah",
        "00:01:00 Siti Aminah, S.Pd.: Interupsi",
        "00:00:45 ketuk palu 3 kali",
        "lancar (jeda 1,2 detik)",
        "Catatannya kosong",
        "rekaman jalan terus",
    ] {
        assert!(text.contains(piece), "{piece}:\n{text}");
    }
}

#[test]
fn what_is_being_said_stands_dim_below_the_turns() {
    let mut shown = nine();
    let span = Span::new(3_655 * 48_000, 3_659 * 48_000);
    let said = Preview { channel: channel(5), span, text: "Kami berpendapat".to_owned() };
    shown.preview = Some((format(9).clock(), said));
    let (text, buffer) = (shown.text(80, 24), shown.buffer(80, 24));
    let row = |piece: &str| text.lines().position(|line| line.contains(piece)).unwrap_or_else(|| panic!("{text}"));
    assert!(row("01:00:55 Siti Aminah, S.Pd.: Kami berpendapat …") > row("pasal tujuh."));
    let is_dim = |piece: &str| {
        let y = row(piece);
        let x = text.lines().nth(y).and_then(|line| line.find(piece)).expect("there");
        buffer[(x as u16, y as u16)].modifier.contains(Modifier::DIM)
    };
    assert!(is_dim("Kami berpendapat") && !is_dim("pasal tujuh."));
}

#[test]
fn nobody_has_the_floor_in_silence() {
    let quiet = Meter { peak: 0.01, rms: 0.001, clipped: false };
    assert_eq!(floor_channel(&[quiet, Meter::default()]), None);
    assert_eq!(
        floor_channel(&[quiet, Meter { rms: f32::NAN, ..quiet }, Meter { rms: 0.1, ..quiet }]),
        Some(channel(3))
    );
}

#[test]
fn every_text_is_in_the_catalogue_in_both_languages() {
    for language in [Language::Indonesian, Language::English] {
        let mut screens = vec![Shown { language, ..Shown::new(None) }];
        for state in STATES {
            let mut status = status(state, 9);
            (status.lost, status.mirror) = (1, Mirror::None);
            screens.push(Shown { language, ..Shown::new(Some(status)) });
        }
        for recogniser in [
            RecogniserState::Off,
            RecogniserState::Following { behind_ms: 600_000 },
            RecogniserState::Restarting { times: 2 },
            RecogniserState::Degraded,
            RecogniserState::Done,
        ] {
            screens.push(Shown { recogniser, language, ..nine() });
        }
        for letter in "ikoq".chars() {
            let mut shown = Shown { language, ..nine() };
            shown.press(KeyCode::Char(letter));
            screens.push(Shown { keys: std::mem::take(&mut shown.keys), language, ..nine() });
            shown.press(KeyCode::Char(letter));
            shown.answer("99");
            screens.push(shown);
        }
        for shown in screens {
            let text = shown.text(160, 40);
            assert!(!text.contains("screen.") && !text.contains("%{"), "{text}");
        }
        for line in facts() {
            let said = ledger_words::fact(language, &meeting(), format(9).clock(), &line);
            assert!(!said.contains("screen.") && !said.contains("%{"), "{said}");
        }
    }
}

fn facts() -> Vec<Fact> {
    let (at, utc, file, reason) = (48_000, jiff::Timestamp::UNIX_EPOCH, String::new(), String::new());
    let events = [
        EventKind::Opened,
        EventKind::Suspended,
        EventKind::Resumed,
        EventKind::Closed,
        EventKind::Private,
        EventKind::Public,
        EventKind::Gavel(1),
        EventKind::Agreed(None),
        EventKind::Agreed(Some("Menyetujui".to_owned())),
        EventKind::Interjection(channel(4)),
        EventKind::Item(2),
        EventKind::Song("Indonesia Raya".to_owned()),
        EventKind::Note("hujan".to_owned()),
    ];
    let seated = |person: Option<&str>| Entered::Seated { channel: channel(9), person: person.map(str::to_owned) };
    let entered = events.map(Entered::Event).into_iter().chain([seated(None), seated(Some("surya"))]);
    let causes = [Cause::Disk, Cause::Overrun, Cause::Device, Cause::Unknown];
    let ends = [End::Asked, End::SourceEnded, End::Disk, End::Crash];
    let mut facts = vec![
        Fact::Start {
            utc,
            zone: "UTC".into(),
            format: format(9),
            device: "Mixer".into(),
            program: String::new(),
            seal: None,
        },
        Fact::Open { file: file.clone(), first: 0 },
        Fact::Segment { file: file.clone(), first: 0, frames: 1, sha256: String::new(), recovered: false },
        Fact::Lost { at, why: Absence::Mute, reason: String::new() },
        Fact::Returned { at },
        Fact::Clock { at, utc, ppm: None, stepped_ms: 0 },
        Fact::Low { at, minutes: 30 },
        Fact::Moved { at, folder: PathBuf::new() },
        Fact::MirrorFailed { at, reason },
        Fact::Recovered { at, found: 1 },
        Fact::Archived { file, channel: channel(1), frames: 1, sha256: String::new() },
    ];
    facts.extend(entered.map(|entered| event(at, entered)));
    let absences = [Absence::Unplugged, Absence::Server, Absence::Mute, Absence::Other];
    facts.extend(absences.map(|why| Fact::Lost { at, why, reason: "ENODEV".to_owned() }));
    facts.extend(causes.map(|cause| Fact::Gap { at, frames: 480, cause }));
    facts.extend(ends.map(|end| Fact::Stop { at, utc, end }));
    facts
}
