//! What the user sees: sentences on stderr, a progress bar where there is a terminal, turns on stdout as they are recognised.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

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
    // A turn without words is no empty line: something was said that nobody understood.
    let text = if utterance.text.trim().is_empty() { "[tidak jelas]" } else { &utterance.text };
    format!("{}  {who}: {text}", clock.hms(utterance.span.start))
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

/// Lines that wait for earlier ones: several recognisers do not finish in the order of the recording. None waits longer than a second.
struct Held {
    bar: ProgressBar,
    lines: BTreeMap<(u64, u16, usize), (Instant, String)>,
    count: usize,
}

/// How long a line may wait.
const PATIENCE: Duration = Duration::from_secs(1);

impl Held {
    fn new(bar: ProgressBar) -> Self {
        Self { bar, lines: BTreeMap::new(), count: 0 }
    }

    fn take(&mut self, utterance: &Utterance, line: String) {
        let place = (utterance.span.start, utterance.channel.number(), self.count);
        self.count += 1;
        self.lines.insert(place, (Instant::now(), line));
    }

    /// Prints what has waited long enough, and whatever is earlier in the recording.
    fn settle(&mut self, patience: Duration) {
        let due = self.lines.iter().rev().find(|(_, (since, _))| since.elapsed() >= patience);
        let Some(last) = due.map(|(place, _)| *place) else { return };
        let later = self.lines.split_off(&(last.0, last.1, last.2 + 1));
        let lines = std::mem::replace(&mut self.lines, later);
        self.bar.suspend(|| lines.values().for_each(|(_, line)| print(line)));
    }
}

impl Drop for Held {
    /// However a run ends, no line is lost.
    fn drop(&mut self) {
        self.settle(Duration::ZERO);
    }
}

/// Shows a transcription.
pub struct Turns<'a> {
    meeting: &'a Meeting,
    bar: ProgressBar,
    held: Held,
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
        let held = Held::new(bar.clone());
        Self { meeting, bar, held, voice, place: None, alarms: None }
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
        drop(self.held);
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
            self.held.take(utterance, line.to_string());
        } else if !self.voice.quiet {
            self.held.take(utterance, turn_line(self.meeting, clock, utterance));
        }
        self.held.settle(PATIENCE);
    }

    fn progress(&mut self, done: u64, whole: Option<u64>) {
        self.held.settle(PATIENCE);
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

#[cfg(test)]
mod tests {
    use super::*;
    use e_risalah::clock::{Channel, Span};
    use e_risalah::floor::CLOCK;
    use e_risalah::transcript::edit::Corrected;

    fn utterance(start: u64, text: &str) -> Utterance {
        Utterance {
            channel: Channel::from_index(2),
            span: Span::new(start, start + 16_000),
            text: text.to_owned(),
            words: Vec::new(),
            confidence: 0.0,
            flags: Vec::new(),
            corrected: Corrected::default(),
        }
    }

    #[test]
    fn a_turn_without_words_says_so() {
        let line = turn_line(&Meeting::bare(), CLOCK, &utterance(1_600_000, " "));
        assert_eq!(line, "00:01:40  ch03: [tidak jelas]");
    }

    #[test]
    fn lines_wait_for_earlier_ones_but_not_for_long() {
        let mut held = Held::new(ProgressBar::hidden());
        for start in [3, 1, 2] {
            held.take(&utterance(start, "x"), start.to_string());
        }
        held.settle(PATIENCE);
        assert_eq!(held.lines.values().map(|(_, line)| line.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
        held.settle(Duration::ZERO);
        assert!(held.lines.is_empty());
    }
}
