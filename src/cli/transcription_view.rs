//! A transcription as it is shown: a progress bar on stderr, turns on stdout.

use e_risalah::common::alarm::Alarm;
use e_risalah::common::clock::{Channel, Clock};
use e_risalah::floor::CLOCK;
use e_risalah::meeting::Meeting;
use e_risalah::recognise::pipeline::{Observer, Preview};
use e_risalah::recognise::progress_file::{Progress, ProgressFile};
use e_risalah::transcript::Utterance;
use indicatif::ProgressBar;

use super::alarms::Alarms;
use super::console::{Console, print};
use super::output_args::OutputArgs;
use super::progress::bar;

/// Shows a transcription.
pub struct TranscriptionView<'a> {
    meeting: &'a Meeting,
    bar: ProgressBar,
    output_args: OutputArgs,
    /// Turns wait here until none is to come that begins before them; `None` where they are shown
    /// as they come.
    waiting: Option<Vec<(Clock, Utterance)>>,
    /// Where others see how far it is.
    progress_file: Option<ProgressFile>,
    /// Who has the floor there.
    floor: Vec<Channel>,
    /// Where it is told what is wrong with microphones.
    alarms: Option<Alarms>,
}

impl<'a> TranscriptionView<'a> {
    pub fn new(meeting: &'a Meeting, console: Console, output_args: OutputArgs) -> Self {
        let left = console.text("cli.progress.left");
        let bar =
            bar(&format!("{{wide_bar}} {{percent:>3}} %  {{msg}}  {left} {{left}}"), output_args.hides_progress());
        Self {
            meeting,
            bar,
            output_args,
            waiting: Some(Vec::new()),
            progress_file: None,
            floor: Vec::new(),
            alarms: None,
        }
    }

    /// Shows each turn as soon as its words are there, for those who follow a meeting that is held.
    pub fn at_once(self) -> Self {
        Self { waiting: None, ..self }
    }

    /// Tells others how far it is.
    pub fn telling(self, progress_file: Option<ProgressFile>) -> Self {
        Self { progress_file, ..self }
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
        let count = waiting.partition_point(|(clock, turn)| clock.convert(turn.span.start, CLOCK) < before);
        for (clock, turn) in waiting.drain(..count).collect::<Vec<_>>() {
            self.show(clock, &turn);
        }
    }
}

impl Observer for TranscriptionView<'_> {
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
        self.bar.set_message(CLOCK.hms(done));
    }

    fn progress(&mut self, done: u64, whole: Option<u64>) {
        if let Some(alarms) = &mut self.alarms {
            alarms.settle();
        }
        if let Some(file) = &mut self.progress_file {
            file.tell(&Progress { millis: CLOCK.millis(done), floor: self.floor.clone() });
        }
        // Of a sound that does not say how long it is, what was read is all that is known.
        self.bar.set_length(whole.unwrap_or(done));
    }

    fn floor(&mut self, open: &[Channel]) {
        self.floor = open.to_vec();
    }

    fn alarm(&mut self, alarm: Alarm, heard: u64) {
        if let Some(alarms) = &mut self.alarms {
            alarms.take(alarm, heard);
        }
    }

    fn preview(&mut self, preview: &Preview) {
        if let Some(file) = &self.progress_file {
            file.show(preview);
        }
    }
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
