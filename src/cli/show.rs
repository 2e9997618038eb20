//! What the user sees: sentences on stderr, a progress bar where there is a terminal, turns on stdout as they are recognised.

use std::io::{self, Write};

use e_risalah::clock::Clock;
use e_risalah::floor::Alarm;
use e_risalah::meeting::Meeting;
use e_risalah::message::{Language, Message, lookup};
use e_risalah::models::{self, Stage};
use e_risalah::pipeline::{Observer, Preview};
use e_risalah::transcript::Utterance;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::alarms::Alarms;
use super::args::Voice;
use super::follower::Place;

/// Says sentences of the catalogue to the user.
#[derive(Clone, Copy)]
pub struct Speaker {
    language: Language,
}

impl Speaker {
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// Something failed.
    pub fn error(self, message: &Message) {
        self.say("cli.word.error", message);
    }

    /// Something that a person must see.
    pub fn warning(self, message: &Message) {
        self.say("cli.word.warning", message);
    }

    /// Something worth knowing.
    pub fn note(self, message: &Message) {
        self.say("cli.word.note", message);
    }

    /// The language that it speaks.
    pub fn language(self) -> Language {
        self.language
    }

    /// A text of the catalogue without values.
    pub fn text(self, key: &str) -> String {
        lookup(self.language, key).unwrap_or_else(|| key.to_owned())
    }

    /// A message's first sentence.
    pub fn sentence(self, message: &Message) -> String {
        message.what(self.language)
    }

    fn say(self, word: &str, message: &Message) {
        let what = format!("{}: {}\n", self.text(word), message.what(self.language));
        let hint = message.hint(self.language).map(|hint| format!("  {}: {hint}\n", self.text("cli.word.hint")));
        let text = what + &hint.unwrap_or_default();
        // Nothing can be done where even stderr is closed.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// What another process of this program has said.
pub fn relay(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A turn as one line.
pub fn turn_line(meeting: &Meeting, clock: Clock, utterance: &Utterance) -> String {
    let channel = utterance.channel;
    let who = match meeting.speaker(channel, clock.millis(utterance.span.start)) {
        Some(person) => format!("{channel} {}", person.name),
        None => channel.to_string(),
    };
    format!("{}  {who}: {}", clock.hms(utterance.span.start), utterance.text)
}

/// A line on stdout; a reader that went away (`| head`) ends the output, never the work.
pub fn print(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn bar(template: &str, hidden: bool) -> ProgressBar {
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// Shows a transcription.
pub struct Turns<'a> {
    meeting: &'a Meeting,
    bar: ProgressBar,
    voice: Voice,
    /// Where others see how far it is.
    place: Option<Place>,
    /// Where it is told what is wrong with microphones.
    alarms: Option<Alarms>,
}

impl<'a> Turns<'a> {
    pub fn new(meeting: &'a Meeting, speaker: Speaker, voice: Voice) -> Self {
        let left = speaker.text("cli.progress.left");
        let bar = bar(&format!("{{wide_bar}} {{percent:>3}} %  {{msg}}  {left} {{eta}}"), voice.quiet || voice.json);
        Self { meeting, bar, voice, place: None, alarms: None }
    }

    /// Tells others how far it is.
    pub fn telling(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }

    /// Tells the recorder what is wrong with microphones.
    pub fn warning(self, alarms: Option<Alarms>) -> Self {
        Self { alarms, ..self }
    }

    /// Takes the bar away.
    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Turns<'_> {
    fn recognised(&mut self, clock: Clock, utterance: &Utterance) {
        if self.voice.json {
            let name = self
                .meeting
                .speaker(utterance.channel, clock.millis(utterance.span.start))
                .map(|person| person.name.as_str());
            let line = serde_json::json!({
                "start_time": clock.decimal_seconds(utterance.span.start),
                "end_time": clock.decimal_seconds(utterance.span.end),
                "speaker": utterance.channel.to_string(),
                "name": name,
                "words": utterance.text,
                "confidence": utterance.confidence,
                "flags": utterance.flags,
            });
            print(&line.to_string());
        } else if !self.voice.quiet {
            let line = turn_line(self.meeting, clock, utterance);
            self.bar.suspend(|| print(&line));
        }
    }

    fn progress(&mut self, done: u64, whole: Option<u64>) {
        if let Some(alarms) = &mut self.alarms {
            alarms.settle();
        }
        if let Some(place) = &mut self.place {
            place.tell(e_risalah::floor::CLOCK.millis(done));
        }
        if let Some(whole) = whole {
            self.bar.set_length(whole);
        }
        self.bar.set_position(done);
        self.bar.set_message(e_risalah::floor::CLOCK.hms(done));
    }

    fn alarm(&mut self, alarm: Alarm, heard: u64) {
        if let Some(alarms) = &mut self.alarms {
            alarms.take(alarm, heard);
        }
    }

    fn preview(&mut self, preview: &Preview) {
        if let Some(place) = &self.place {
            place.show(preview);
        }
    }
}

/// Shows a download or a check of a model.
pub struct Bytes {
    bar: ProgressBar,
    speaker: Speaker,
    stage: Option<Stage>,
}

impl Bytes {
    pub fn new(speaker: Speaker, hidden: bool) -> Self {
        let left = speaker.text("cli.progress.left");
        let bar = bar(&format!("{{msg}} {{wide_bar}} {{bytes}} / {{total_bytes}}  {left} {{eta}}"), hidden);
        Self { bar, speaker, stage: None }
    }

    pub fn report(&mut self, progress: models::Progress) {
        match progress {
            models::Progress::Bytes { stage, done, total } => {
                if self.stage != Some(stage) {
                    self.stage = Some(stage);
                    let key = match stage {
                        Stage::Downloading => "cli.progress.downloading",
                        Stage::Copying => "cli.progress.copying",
                        Stage::Converting => "cli.progress.converting",
                        Stage::Checking => "cli.progress.checking",
                    };
                    self.bar.reset();
                    self.bar.set_message(self.speaker.text(key));
                }
                self.bar.set_length(total);
                self.bar.set_position(done);
            }
            models::Progress::Retry { cause, seconds } => {
                let retry =
                    Message::new("cli.retry").with("cause", self.speaker.sentence(&cause)).with("seconds", seconds);
                self.bar.suspend(|| self.speaker.note(&retry));
            }
        }
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// Shows how much of a work is done.
pub struct Share {
    bar: ProgressBar,
}

impl Share {
    pub fn new(speaker: Speaker, key: &str, hidden: bool) -> Self {
        let left = speaker.text("cli.progress.left");
        let bar = bar(&format!("{{msg}} {{wide_bar}} {{percent:>3}} %  {left} {{eta}}"), hidden);
        bar.set_length(1000);
        bar.set_message(speaker.text(key));
        Self { bar }
    }

    /// So many thousandths are done.
    pub fn report(&mut self, done: u64) {
        self.bar.set_position(done);
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
