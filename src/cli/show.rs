//! What the user sees: sentences on stderr, a progress bar where there is a terminal, turns on stdout as they are recognised.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use e_risalah::common::alarm::Alarm;
use e_risalah::common::clock::Clock;
use e_risalah::common::language::Language;
use e_risalah::common::language::lookup;
use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;
use e_risalah::recognise::models::{self, Stage};
use e_risalah::recognise::pipeline::{Observer, Preview};
use e_risalah::transcript::Utterance;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use jiff::Zoned;

use super::alarms::Alarms;
use super::args::OutputArgs;
use super::follower::Place;

const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// Says sentences of the catalogue to the user.
#[derive(Clone, Copy)]
pub struct Console {
    language: Language,
    output_args: OutputArgs,
}

impl Console {
    pub fn new(language: Language) -> Self {
        Self::of(language, OutputArgs::default())
    }

    /// One that speaks as a command was told to.
    pub fn of(language: Language, output_args: OutputArgs) -> Self {
        Self { language, output_args }
    }

    /// Something failed. Where another program reads, it is told on stdout as well.
    pub fn error(self, message: &Message) {
        self.say("cli.word.error", message);
        if self.output_args.json {
            let (what, hint) = (message.what(self.language), message.hint(self.language));
            print(&serde_json::json!({ "error": message.key, "what": what, "hint": hint }).to_string());
        }
    }

    /// A warning for another program, as part of a result.
    pub fn as_json(self, message: &Message) -> serde_json::Value {
        serde_json::json!({
            "check": message.key,
            "what": message.what(self.language),
            "hint": message.hint(self.language),
        })
    }

    /// Something that a person must see.
    pub fn warning(self, message: &Message) {
        self.say("cli.word.warning", message);
    }

    /// Something worth knowing, unless only what went wrong is wanted.
    pub fn note(self, message: &Message) {
        if !self.output_args.quiet {
            self.say("cli.word.note", message);
        }
    }

    /// A file that was written, on stdout.
    pub fn file(self, path: &Path) {
        print(&if self.output_args.json {
            serde_json::json!({ "file": path.display().to_string() }).to_string()
        } else {
            path.display().to_string()
        });
    }

    /// Whether another program reads.
    pub fn is_json(self) -> bool {
        self.output_args.json
    }

    /// The language that it speaks.
    pub fn language(self) -> Language {
        self.language
    }

    /// A text of the catalogue without values.
    pub fn text(self, key: &str) -> String {
        lookup(self.language, key).unwrap_or_else(|| key.to_owned())
    }

    /// A moment as people write it, with its zone: `3 Desember 2026 pukul 23.59 WITA`.
    pub fn moment(self, at: &Zoned) -> String {
        let zone = match at.offset().seconds() {
            25_200 => "WIB".to_owned(),
            28_800 => "WITA".to_owned(),
            32_400 => "WIT".to_owned(),
            _ => at.strftime("UTC%:z").to_string(),
        };
        match self.language {
            Language::English => format!("{}, {zone}", at.strftime("%-d %B %Y, %H:%M")),
            Language::Indonesian => {
                let month = MONTHS[usize::try_from(at.month() - 1).unwrap_or(0) % 12];
                format!("{} {month} {} pukul {} {zone}", at.day(), at.year(), at.strftime("%H.%M"))
            }
        }
    }

    /// A number with so many decimals, as the language writes it.
    pub fn decimal(self, value: impl Into<f64>, places: usize) -> String {
        let number = format!("{:.places$}", value.into());
        if self.language == Language::Indonesian { number.replace('.', ",") } else { number }
    }

    /// A message's first sentence.
    pub fn sentence(self, message: &Message) -> String {
        message.what(self.language)
    }

    fn say(self, word: &str, message: &Message) {
        // Whoever stops a work knows that it was no failure.
        let word = if message.is_a_stop() { String::new() } else { format!("{}: ", self.text(word)) };
        let what = format!("{word}{}\n", message.what(self.language));
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
    let text = if utterance.text.trim().is_empty() { UNHEARD } else { &utterance.text };
    format!("{}  {who}: {text}", clock.hms(utterance.span.start))
}

/// What stands in place of words that were not heard, as in documents.
const UNHEARD: &str = "[tidak jelas]";

/// A turn for another program.
pub fn turn_json(meeting: &Meeting, clock: Clock, utterance: &Utterance) -> String {
    let name = meeting.speaker(utterance.channel, clock.millis(utterance.span.start)).map(|person| &person.name);
    serde_json::json!({
        "start_time": clock.decimal_seconds(utterance.span.start),
        "end_time": clock.decimal_seconds(utterance.span.end),
        "speaker": utterance.channel.to_string(),
        "name": name,
        "words": utterance.text,
        "confidence": utterance.confidence,
        "flags": utterance.flags,
    })
    .to_string()
}

/// Whether anything went to stdout.
static PRINTED: AtomicBool = AtomicBool::new(false);

/// A line on stdout; a reader that went away (`| head`) ends the output, never the work.
pub fn print(line: &str) {
    PRINTED.store(true, Ordering::Relaxed);
    let _ = writeln!(io::stdout(), "{line}");
}

/// Whether [`print`] was ever called.
pub fn has_printed() -> bool {
    PRINTED.load(Ordering::Relaxed)
}

fn bar(template: &str, hidden: bool) -> ProgressBar {
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style.with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
        // Nothing to be done for a bar that cannot be written.
        let _ = out.write_str(&left(state.eta()));
    });
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// How long it will still take, `m:ss` or `h:mm:ss`; as long as it takes, at least a second.
fn left(time: Duration) -> String {
    let seconds = time.as_secs().max(1);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Shows a transcription.
pub struct Turns<'a> {
    meeting: &'a Meeting,
    bar: ProgressBar,
    output_args: OutputArgs,
    /// Turns wait here until none is to come that begins before them; `None` where they are shown as they come.
    waiting: Option<Vec<(Clock, Utterance)>>,
    /// Where others see how far it is.
    place: Option<Place>,
    /// Where it is told what is wrong with microphones.
    alarms: Option<Alarms>,
}

impl<'a> Turns<'a> {
    pub fn new(meeting: &'a Meeting, console: Console, output_args: OutputArgs) -> Self {
        let left = console.text("cli.progress.left");
        let bar = bar(
            &format!("{{wide_bar}} {{percent:>3}} %  {{msg}}  {left} {{left}}"),
            output_args.quiet || output_args.json,
        );
        Self { meeting, bar, output_args, waiting: Some(Vec::new()), place: None, alarms: None }
    }

    /// Shows each turn as soon as its words are there, for those who follow a meeting that is held.
    pub fn at_once(self) -> Self {
        Self { waiting: None, ..self }
    }

    /// Tells others how far it is.
    pub fn telling(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }

    /// Tells the recorder what is wrong with microphones.
    pub fn warning(self, alarms: Option<Alarms>) -> Self {
        Self { alarms, ..self }
    }

    /// Shows what still waits, and takes the bar away.
    pub fn end(mut self) {
        self.release(u64::MAX);
        self.bar.finish_and_clear();
    }

    fn show(&self, clock: Clock, utterance: &Utterance) {
        if self.output_args.json {
            print(&turn_json(self.meeting, clock, utterance));
        } else if !self.output_args.quiet {
            let line = turn_line(self.meeting, clock, utterance);
            self.bar.suspend(|| print(&line));
        }
    }

    /// Shows, in the order of time, the turns that begin before this sample of 16 kHz.
    fn release(&mut self, before: u64) {
        let Some(waiting) = &mut self.waiting else { return };
        waiting.sort_by_key(|(_, turn)| (turn.span.start, turn.channel));
        let count =
            waiting.partition_point(|(clock, turn)| clock.convert(turn.span.start, e_risalah::floor::CLOCK) < before);
        for (clock, turn) in waiting.drain(..count).collect::<Vec<_>>() {
            self.show(clock, &turn);
        }
    }
}

impl Observer for Turns<'_> {
    fn recognised(&mut self, clock: Clock, utterance: &Utterance) {
        match &mut self.waiting {
            Some(waiting) => waiting.push((clock, utterance.clone())),
            None => self.show(clock, utterance),
        }
    }

    fn settled(&mut self, before: u64) {
        self.release(before);
        // What was read is not yet done: its words are.
        let done = before.min(self.bar.length().unwrap_or(0));
        self.bar.set_position(done);
        self.bar.set_message(e_risalah::floor::CLOCK.hms(done));
    }

    fn progress(&mut self, done: u64, whole: Option<u64>) {
        if let Some(alarms) = &mut self.alarms {
            alarms.settle();
        }
        if let Some(place) = &mut self.place {
            place.tell(e_risalah::floor::CLOCK.millis(done));
        }
        // Of a sound that does not say how long it is, what was read is all that is known.
        self.bar.set_length(whole.unwrap_or(done));
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
    console: Console,
    stage: Option<Stage>,
}

impl Bytes {
    pub fn new(console: Console, hidden: bool) -> Self {
        let left = console.text("cli.progress.left");
        let bar = bar(&format!("{{msg}} {{wide_bar}} {{bytes}} / {{total_bytes}}  {left} {{left}}"), hidden);
        Self { bar, console, stage: None }
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
                    self.bar.set_message(self.console.text(key));
                }
                self.bar.set_length(total);
                self.bar.set_position(done);
            }
            models::Progress::Retry { cause, seconds } => {
                let retry =
                    Message::new("cli.retry").with("cause", self.console.sentence(&cause)).with("seconds", seconds);
                self.bar.suspend(|| self.console.note(&retry));
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
    pub fn new(console: Console, key: &str, hidden: bool) -> Self {
        let left = console.text("cli.progress.left");
        let bar = bar(&format!("{{msg}} {{wide_bar}} {{percent:>3}} %  {left} {{left}}"), hidden);
        bar.set_length(1000);
        bar.set_message(console.text(key));
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
