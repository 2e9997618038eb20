//! A screen without a terminal, and what is shown on it.

mod random;
mod sight;
mod typing;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::path::PathBuf;

use e_risalah::common::alarm::Alarm;
use e_risalah::common::clock::{Channel, Clock, Span};
use e_risalah::common::message::Message;
use e_risalah::meeting::EventKind;
use e_risalah::recognise::pipeline::Preview;
use e_risalah::record::recorder::{Meter, Mirror, Status};
use e_risalah::recording::{End, Entered, Fact, Format, Sample};
use e_risalah::transcript::Utterance;
use e_risalah::transcript::edit::Corrected;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::level::floor_channel;
use super::view::Moment;
use super::*;
use crate::cli::recogniser::RecogniserState;
use e_risalah::meeting_folder::ledger_words;

const STATES: [State; 3] = [State::Waiting, State::Recording, State::DeviceLost];

fn meeting() -> Meeting {
    Meeting::parse(include_str!("../../../../fixtures/paripurna/rapat.toml"), "rapat.toml").expect("the example")
}

fn format(channels: u16) -> Format {
    Format { rate: NonZeroU32::new(48_000).expect("a rate"), channels, sample: Sample::I24 }
}

/// A recorder after 01:01:01, of which the fifth seat speaks and the second is at its limit.
fn status(state: State, channels: u16) -> Status {
    let meter = |number: u16| match number {
        5 => Meter { peak: 0.4, rms: 0.1, clipped: false },
        2 => Meter { peak: 1.0, rms: 0.02, clipped: true },
        _ => Meter { peak: 0.004, rms: 0.001, clipped: false },
    };
    Status {
        state,
        folder: PathBuf::from("rapat/rekaman"),
        started: jiff::Timestamp::UNIX_EPOCH,
        format: format(channels),
        device: "Mixer 32".to_owned(),
        position: 3661 * 48_000,
        received: 3661 * 48_000,
        lost: 0,
        meters: (1..=channels).map(meter).collect(),
        disk_seconds: 41 * 3600 + 1800,
        mirror: Mirror::Following,
        moved: false,
        alarms: Vec::new(),
        last: Some(event(45 * 48_000, Entered::Event(EventKind::Gavel(3)))),
        closed_from: None,
        undo: Some((45 * 48_000, Entered::Event(EventKind::Gavel(3)))),
    }
}

fn event(at: u64, entered: Entered) -> Fact {
    Fact::Event { at, entered, key: None, withdraws: None, seal: None }
}

fn turns() -> VecDeque<(Clock, Utterance)> {
    let texts = ["Sidang dewan yang terhormat.", "Interupsi, Pimpinan! Kami mohon penjelasan tentang pasal tujuh."];
    let turn = |(index, text): (usize, &&str)| {
        let channel = Channel::from_index(index * 4);
        let span = Span::new(index as u64 * 60 * 48_000, (index as u64 * 60 + 4) * 48_000);
        let words = Vec::new();
        let utterance = Utterance {
            channel,
            span,
            text: (*text).to_owned(),
            words,
            confidence: 0.9,
            flags: Vec::new(),
            corrected: Corrected::default(),
        };
        (format(9).clock(), utterance)
    };
    texts.iter().enumerate().map(turn).collect()
}

struct Shown {
    status: Option<Status>,
    preview: Option<(Clock, Preview)>,
    recogniser: RecogniserState,
    keys: Keys,
    language: Language,
}

impl Shown {
    fn new(status: Option<Status>) -> Self {
        let recogniser = RecogniserState::Following { behind_ms: 1250 };
        Self { status, preview: None, recogniser, keys: Keys::default(), language: Language::Indonesian }
    }

    fn buffer(&self, width: u16, height: u16) -> Buffer {
        let (meeting, turns) = (meeting(), turns());
        let note = Message::new("screen.refused.note");
        let (status, recogniser) = (self.status.as_ref(), self.recogniser);
        let preview = self.preview.as_ref();
        let view = View { status, meeting: &meeting, turns: &turns, preview, recogniser, note: Some(&note) };
        let (moment, console) = (Moment::of(status), Console::new(self.language));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let draw = |frame: &mut ratatui::Frame| {
            draw::everything(frame.area(), frame.buffer_mut(), &view, &self.keys, moment, console);
        };
        terminal.draw(draw).expect("drawn");
        terminal.backend().buffer().clone()
    }

    fn text(&self, width: u16, height: u16) -> String {
        let buffer = self.buffer(width, height);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n";
        (0..height).map(row).collect()
    }

    fn press(&mut self, code: KeyCode) -> Option<Action> {
        self.keys.press(KeyEvent::from(code), Instant::now(), &meeting(), Moment::of(self.status.as_ref()))
    }

    /// Types letters and a final Enter.
    fn answer(&mut self, text: &str) -> Option<Action> {
        for letter in text.chars() {
            assert_eq!(self.press(KeyCode::Char(letter)), None);
        }
        self.press(KeyCode::Enter)
    }
}

fn nine() -> Shown {
    Shown::new(Some(status(State::Recording, 9)))
}

fn entered(action: Option<Action>) -> Option<Entered> {
    match action {
        Some(Action::Enter(entered, _)) => Some(entered),
        _ => None,
    }
}

fn channel(number: u16) -> Channel {
    Channel::new(number).expect("a channel")
}

#[test]
fn the_bell_rings_once() {
    let (lost, recording) = (Some(State::DeviceLost), Some(State::Recording));
    assert!(rings(recording, lost) && rings(None, lost));
    assert!(!rings(lost, lost) && !rings(lost, recording));
    assert!(rings(recording, None), "a recorder that died");
    assert!(!rings(None, None));
}
