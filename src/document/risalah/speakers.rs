//! Everyone who speaks, for formats that name people once and refer to them.

use std::collections::HashMap;

use crate::common::clock::Channel;
use crate::meeting::{Meeting, Person, short_name};
use crate::transcript::Transcript;

use super::compose::INTERJECTION;
use super::sections::turns;
use super::text::printable;
use super::{Risalah, Turn, who};

/// Someone who speaks.
pub(super) struct Speaker<'a> {
    /// An identifier that XML allows; no other speaker has it.
    pub(super) id: String,
    /// The name, or which microphone it was.
    pub(super) name: String,
    /// Who it is; `None` where nobody is known.
    pub(super) person: Option<&'a Person>,
}

/// Everyone who speaks, in the order of the first word.
pub(super) struct Speakers<'a> {
    all: Vec<Speaker<'a>>,
    /// The place in `all` by channel and label.
    places: HashMap<(Channel, String), usize>,
}

impl<'a> Speakers<'a> {
    pub(super) fn new(meeting: &'a Meeting, transcript: &Transcript, risalah: &Risalah) -> Self {
        let clock = transcript.recording.clock;
        let mut speakers = Self { all: Vec::new(), places: HashMap::new() };
        // Whose label it is: a correction may have moved the words to somebody who sits elsewhere.
        let people: HashMap<String, &Person> = transcript
            .utterances
            .iter()
            .filter_map(|said| {
                Some((printable(&who::label(meeting, clock, said).to_string()), who::person(meeting, clock, said)?))
            })
            .collect();
        let mut known: HashMap<String, usize> = HashMap::new();
        for turn in turns(risalah) {
            let label = turn.label.strip_prefix(INTERJECTION).unwrap_or(&turn.label);
            let microphone = format!("mikrofon {}", turn.channel.number());
            let person = people.get(label).copied();
            let (key, name, stem) = if let Some(person) = person {
                (format!("id {}", person.id), person.name.clone(), person.name.clone())
            } else {
                let stem = microphone.replace(' ', "");
                (microphone.clone(), format!("PEMBICARA BELUM TERIDENTIFIKASI ({microphone})"), stem)
            };
            let place = *known.entry(key).or_insert_with(|| {
                let taken = |id: &str| speakers.all.iter().any(|speaker| speaker.id == id);
                // A name may have letters that an identifier must not have, or begin with a digit.
                let id = short_name(&stem, |id| taken(&identifier(id)));
                speakers.all.push(Speaker { id: identifier(&id), name: printable(&name), person });
                speakers.all.len() - 1
            });
            speakers.places.insert((turn.channel, turn.label.clone()), place);
        }
        speakers
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Speaker<'a>] {
        &self.all
    }

    /// Who speaks a turn.
    pub(super) fn of(&self, turn: &Turn) -> Option<&Speaker<'a>> {
        self.places.get(&(turn.channel, turn.label.clone())).and_then(|place| self.all.get(*place))
    }
}

fn identifier(text: &str) -> String {
    let plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("orang-{plain}")
}
