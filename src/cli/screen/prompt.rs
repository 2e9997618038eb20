//! A question to the clerk, and what has been typed of the answer.

use std::time::Instant;

use e_risalah::common::clock::Channel;
use e_risalah::common::message::Message;
use e_risalah::meeting::{EventKind, Meeting, Person};
use e_risalah::recording::Entered;

use super::view::{Action, Moment, View};
use crate::cli::console::Console;
use e_risalah::meeting_folder::ledger_words;

/// The longest answer: a note is a line of the record, not a speech.
const LONGEST: usize = 500;

/// What is asked. A channel that is offered is the one that had the floor when the key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Who breaks in.
    Interjection(Option<Channel>),
    /// A line for the record.
    Note,
    /// To what the meeting said *setuju*; nothing where it was no decision.
    Agreed,
    /// Whether the meeting is really closed.
    Close,
    /// Whether what follows is really closed to the public.
    Private,
    /// Whether it is really open again.
    Public,
    /// Whether what was entered last shall be taken back.
    Undo,
    /// At which seat somebody else speaks.
    Seat(Option<Channel>),
    /// Who speaks there now.
    Person(Channel),
    /// Whether the recording shall really be closed.
    Stop,
}

impl Ask {
    /// The key that confirms it when it is pressed once more; `None` where a text is the answer.
    pub fn again(self) -> Option<char> {
        match self {
            Self::Close => Some('t'),
            Self::Private | Self::Public => Some('x'),
            Self::Undo => Some('u'),
            _ => None,
        }
    }
}

/// Where an answer leads.
pub enum Outcome {
    Done(Action),
    Next(Ask),
    Refused,
}

/// An open question.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub ask: Ask,
    /// When its key was pressed.
    pub since: Instant,
    /// What was typed.
    pub text: String,
    /// Which of the [choices](Self::choices) is marked.
    pub chosen: usize,
    /// Whether the answer was not understood.
    pub refused: bool,
}

impl Prompt {
    pub fn new(ask: Ask, since: Instant) -> Self {
        Self { ask, since, text: String::new(), chosen: 0, refused: false }
    }

    /// Adds a letter to the answer.
    pub fn push(&mut self, letter: char) {
        if !letter.is_control() && self.text.chars().count() < LONGEST {
            self.text.push(letter);
            self.chosen = 0;
        }
    }

    /// Takes the last letter away.
    pub fn pop(&mut self) {
        self.text.pop();
        self.chosen = 0;
    }

    /// Marks another choice.
    pub fn choose(&mut self, down: bool, meeting: &Meeting) {
        let last = self.choices(meeting).len().saturating_sub(1);
        self.chosen = if down { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
    }

    /// Those whose name holds every word that was typed; before anything was typed also `None`,
    /// nobody that is known.
    pub fn choices<'a>(&self, meeting: &'a Meeting) -> Vec<Option<&'a Person>> {
        if !matches!(self.ask, Ask::Person(_)) {
            return Vec::new();
        }
        let typed = self.text.to_lowercase();
        let fits = |person: &&Person| {
            let name = format!("{} {}", person.name, person.id).to_lowercase();
            typed.split_whitespace().all(|word| name.contains(word))
        };
        let nobody = typed.trim().is_empty().then_some(None);
        nobody.into_iter().chain(meeting.people.iter().map(AsRef::as_ref).filter(fits).map(Some)).collect()
    }

    /// What the second key means.
    pub fn confirmed(&self) -> Option<Action> {
        match self.ask {
            Ask::Close => Some(Action::Enter(Entered::Event(EventKind::Closed), self.since)),
            Ask::Private => Some(Action::Enter(Entered::Event(EventKind::Private), self.since)),
            Ask::Public => Some(Action::Enter(Entered::Event(EventKind::Public), self.since)),
            Ask::Undo => Some(Action::Withdraw),
            _ => None,
        }
    }

    /// What the answer means.
    pub fn answer(&self, meeting: &Meeting, moment: Moment) -> Outcome {
        let text = self.text.trim();
        let enter = |entered| Outcome::Done(Action::Enter(entered, self.since));
        match self.ask {
            Ask::Stop if ["ya", "yes"].contains(&text.to_lowercase().as_str()) => Outcome::Done(Action::Stop),
            Ask::Note if !text.is_empty() => enter(Entered::Event(EventKind::Note(text.to_owned()))),
            Ask::Agreed => {
                let decision = Some(text.to_owned()).filter(|text| !text.is_empty());
                enter(Entered::Event(EventKind::Agreed(decision)))
            }
            Ask::Interjection(offered) => match channel(text, offered, moment) {
                Some(channel) => enter(Entered::Event(EventKind::Interjection(channel))),
                None => Outcome::Refused,
            },
            Ask::Seat(offered) => match channel(text, offered, moment) {
                Some(channel) => Outcome::Next(Ask::Person(channel)),
                None => Outcome::Refused,
            },
            Ask::Person(channel) => match self.choices(meeting).get(self.chosen) {
                Some(person) => enter(Entered::Seated { channel, person: person.map(|person| person.id.clone()) }),
                None => Outcome::Refused,
            },
            Ask::Stop | Ask::Note | Ask::Close | Ask::Private | Ask::Public | Ask::Undo => Outcome::Refused,
        }
    }

    /// The question in words.
    pub fn question(&self, console: Console, view: &View, moment: Moment) -> String {
        let meeting = view.meeting;
        let name = |channel: Channel| {
            let name = ledger_words::seat(console.language(), meeting, channel, moment.millis);
            format!("{} {name}", channel.number()).trim_end().to_owned()
        };
        let offer = |key: &str, offered: Option<Channel>| match offered {
            Some(channel) => format!("{} [{}]", console.text(key), name(channel)),
            None => console.text(key),
        };
        match self.ask {
            Ask::Interjection(offered) => offer("screen.ask.interjection", offered),
            Ask::Note => console.text("screen.ask.note"),
            Ask::Agreed => console.text("screen.ask.agreed"),
            Ask::Close => console.text("screen.ask.close"),
            Ask::Private => console.text("screen.ask.private"),
            Ask::Public => console.text("screen.ask.public"),
            Ask::Undo => match view.status.and_then(|status| Some((status.format.clock(), status.undo.as_ref()?))) {
                Some((clock, (at, entered))) => {
                    let what = ledger_words::entered(console.language(), meeting, entered, clock.millis(*at));
                    console.sentence(&Message::new("screen.ask.undo").with("at", clock.hms(*at)).with("what", what))
                }
                None => console.text("screen.ask.undo_nothing"),
            },
            Ask::Seat(offered) => offer("screen.ask.seat", offered),
            Ask::Person(channel) => {
                console.sentence(&Message::new("screen.ask.person").with("number", channel.number()))
            }
            Ask::Stop => console.text("screen.ask.stop"),
        }
    }

    /// What was wrong with the answer.
    pub fn complaint(&self, console: Console, moment: Moment) -> String {
        let key = match self.ask {
            Ask::Interjection(_) | Ask::Seat(_) => "screen.refused.channel",
            Ask::Note | Ask::Agreed => "screen.refused.note",
            Ask::Close => "screen.refused.close",
            Ask::Private | Ask::Public => "screen.refused.turn",
            Ask::Undo => "screen.refused.undo",
            Ask::Person(_) => "screen.refused.person",
            Ask::Stop => "screen.refused.stop",
        };
        console.sentence(&Message::new(key).with("channels", moment.channels))
    }
}

fn channel(text: &str, offered: Option<Channel>, moment: Moment) -> Option<Channel> {
    let typed = if text.is_empty() { offered } else { text.parse().ok().and_then(Channel::new) };
    typed.filter(|channel| channel.number() <= moment.channels)
}
