//! What each key means: a letter enters an event or opens a question, and while a question is open
//! everything is its answer.

use std::time::{Duration, Instant};

use e_risalah::meeting::{EventKind, Meeting};
use e_risalah::recording::Entered;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::prompt::{Ask, Outcome, Prompt};
use super::view::{Action, Moment};

/// The keys in the order of the screen's foot, each with the last part of its words' key in the
/// catalogue.
pub const SHOWN: [(&str, &str); 13] = [
    ("b", "open"),
    ("s", "suspend"),
    ("c", "resume"),
    ("t", "close"),
    ("x", "private"),
    ("1/3", "gavel"),
    ("y", "agreed"),
    ("i", "interjection"),
    ("k", "note"),
    ("o", "seat"),
    ("u", "undo"),
    ("q", "stop"),
    ("d", "detach"),
];

/// The same while a question is open.
pub const ANSWERING: [(&str, &str); 2] = [("Enter", "enter"), ("Esc", "escape")];

/// A key that comes again within this time is held down, or something lies on it: faster than a
/// hand, slower than a keyboard.
const HELD: Duration = Duration::from_millis(120);

/// The state of the keyboard.
#[derive(Default)]
pub struct Keys {
    prompt: Option<Prompt>,
    last: Option<(char, Instant)>,
}

impl Keys {
    /// The open question.
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// Takes a key that was pressed at this time.
    pub fn press(&mut self, key: KeyEvent, at: Instant, meeting: &Meeting, moment: Moment) -> Option<Action> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            let interrupt = key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char('c');
            return interrupt.then_some(Action::Detach);
        }
        match self.prompt.take() {
            Some(prompt) => self.answer(prompt, key, at, meeting, moment),
            None => self.command(key, at, moment),
        }
    }

    fn command(&mut self, key: KeyEvent, at: Instant, moment: Moment) -> Option<Action> {
        let KeyCode::Char(letter) = key.code else { return None };
        let letter = letter.to_ascii_lowercase();
        if self.is_held(letter, at) {
            return None;
        }
        let ask = match letter {
            't' => Ask::Close,
            'x' if moment.private => Ask::Public,
            'x' => Ask::Private,
            'y' => Ask::Agreed,
            'u' => Ask::Undo,
            'i' => Ask::Interjection(moment.floor),
            'k' => Ask::Note,
            'o' => Ask::Seat(moment.floor),
            'q' => Ask::Stop,
            'd' => return Some(Action::Detach),
            _ => return Some(Action::Enter(Entered::Event(event(letter)?), at)),
        };
        self.prompt = Some(Prompt::new(ask, at));
        None
    }

    /// Whether this key has been down since it was last taken, which it is now.
    fn is_held(&mut self, letter: char, at: Instant) -> bool {
        let held = self.last.is_some_and(|(last, when)| last == letter && at.saturating_duration_since(when) < HELD);
        self.last = Some((letter, at));
        held
    }

    fn answer(
        &mut self,
        mut prompt: Prompt,
        key: KeyEvent,
        at: Instant,
        meeting: &Meeting,
        moment: Moment,
    ) -> Option<Action> {
        prompt.refused = false;
        // A key that is held down sends nothing but itself.
        if !matches!((key.code, self.last), (KeyCode::Char(letter), Some((last, _))) if letter.to_ascii_lowercase() == last)
        {
            self.last = None;
        }
        match key.code {
            KeyCode::Esc => return None,
            // Not a text, but a second key: the same once more.
            KeyCode::Char(letter) if prompt.ask.again().is_some() => {
                let letter = letter.to_ascii_lowercase();
                let held = self.is_held(letter, at);
                if prompt.ask.again() == Some(letter) && !held {
                    return prompt.confirmed();
                }
                prompt.refused = prompt.ask.again() != Some(letter);
            }
            KeyCode::Enter => match prompt.answer(meeting, moment) {
                Outcome::Done(action) => return Some(action),
                Outcome::Next(ask) => prompt = Prompt::new(ask, prompt.since),
                Outcome::Refused => prompt.refused = true,
            },
            KeyCode::Backspace => prompt.pop(),
            KeyCode::Up => prompt.choose(false, meeting),
            KeyCode::Down => prompt.choose(true, meeting),
            KeyCode::Char(letter) => prompt.push(letter),
            _ => {}
        }
        self.prompt = Some(prompt);
        None
    }
}

fn event(letter: char) -> Option<EventKind> {
    match letter {
        'b' => Some(EventKind::Opened),
        's' => Some(EventKind::Suspended),
        'c' => Some(EventKind::Resumed),
        '1' => Some(EventKind::Gavel(1)),
        '3' => Some(EventKind::Gavel(3)),
        _ => None,
    }
}
