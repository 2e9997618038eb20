//! A recording as it is shown and steered: on a screen, or without one as a service.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::common::clock::{MAX_CHANNELS, Span};
use e_risalah::common::message::{Explain, Message};
use e_risalah::floor;
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::{self, DescriptionCopy};
use e_risalah::record::recorder::{Client, State, Status};
use e_risalah::recording::{Entered, Growth, LEDGER};

use super::closing::{self, RESTARTED};
use super::{recorder_process, second_pass, status};
use crate::cli::console::{Console, print};
use crate::cli::interrupt::STOP;
use crate::cli::outcome::{End, Failure};
use crate::cli::recogniser::{Recogniser, RecogniserWatch};
use crate::cli::recorder_order::RecorderOrder;
use crate::cli::screen::{Action, Screen, View};
use crate::cli::transcription_view::{turn_json, turn_line};
use e_risalah::meeting_folder::ledger_words;

/// How often the screen is drawn.
const PULSE: Duration = Duration::from_millis(100);

/// Turns that the screen keeps.
const SHOWN: usize = 200;

/// A recording as it is shown and steered from here.
pub struct RecordSession {
    folder: PathBuf,
    recording: PathBuf,
    /// Where the recording is by now.
    moved_to: PathBuf,
    meeting: Meeting,
    console: Console,
    client: Client,
    /// What is recorded and how, where it was started from here.
    order: Option<RecorderOrder>,
    /// Who looks after the recorder, where it was started from here.
    child: Option<Child>,
    /// When the recorder answered last.
    answered: Instant,
}

/// How a screen was left.
enum Left {
    /// The recording has ended.
    Ended,
    /// It goes on.
    Recording,
}

impl RecordSession {
    pub fn new(folder: PathBuf, recording: PathBuf, meeting: Meeting, console: Console, client: Client) -> Self {
        let moved_to = recording.clone();
        Self {
            folder,
            moved_to,
            recording,
            meeting,
            console,
            client,
            order: None,
            child: None,
            answered: Instant::now(),
        }
    }

    /// Says that the recorder was started from here: it is started again where it dies.
    pub fn started_here(&mut self, order: RecorderOrder, child: Child) {
        (self.order, self.child) = (Some(order), Some(child));
    }

    /// Shows the recording until it has ended or is left, and then sees that its record is written.
    pub fn run(&mut self, recogniser: Recogniser) -> Result<End, Failure> {
        let quiet = self.console.is_quiet();
        let engine = recogniser.args().engine.clone();
        let key = recogniser.key().cloned();
        let on_screen = std::io::stdout().is_terminal() && std::io::stdin().is_terminal() && !quiet;
        let mirror = self.order.as_ref().and_then(|order| order.mirror.as_deref()).and_then(Path::parent);
        // The stick may be slow; the screen does not wait for it.
        let description = mirror.map(|mirror| DescriptionCopy::begin(&self.folder, mirror, &self.meeting));
        let watch = RecogniserWatch::begin(recogniser, &self.folder, SHOWN);
        let left = if on_screen { self.show(&watch)? } else { self.wait(&watch, quiet)? };
        if matches!(left, Left::Recording) {
            self.console.note(&Message::new("record.detached").with("folder", self.folder.display()));
            return Ok(End::Done);
        }
        let supervised = self.child.take().and_then(|mut child| child.wait().ok());
        let mut end = closing::wait(&self.recording, &self.moved_to)?.tell(self.console);
        if let Some(description) = description
            && let Err(error) = description.end(&self.folder, &self.meeting)
        {
            self.console.warning(&error.message());
            end = End::Warned;
        }
        if supervised.is_some_and(|status| !status.success()) {
            end = End::Warned;
        }
        if !self.recording.join(LEDGER).exists() {
            // Nothing came, or the folder is gone: there is nothing to wait for, and perhaps a copy
            // elsewhere.
            if self.moved_to.join(LEDGER).exists() {
                let folder = self.moved_to.parent().unwrap_or(&self.moved_to).display();
                self.console.warning(&Message::new("record.unrecognised").with("folder", folder));
            }
            return Ok(End::Warned);
        }
        let drained =
            watch.end().finish(&self.folder, self.moved_to.parent().unwrap_or(&self.folder), self.console, quiet);
        // It may have been edited meanwhile; the recogniser, which read it too, has nobody to tell.
        let second_model = match meeting_folder::describe(&self.folder) {
            Ok(meeting) => meeting.second_model,
            Err(mistake) => {
                self.console.warning(&mistake.message());
                return Ok(End::Warned);
            }
        };
        let second = match &second_model {
            Some(model) => second_pass::run(&self.folder, model, &engine, key.as_ref(), self.console, quiet),
            None => End::Done,
        };
        Ok(match (end, drained, second) {
            (End::Done, End::Done, End::Done) => End::Done,
            _ => End::Warned,
        })
    }

    /// With a screen, until the recording has ended or the screen is left.
    fn show(&mut self, recogniser: &RecogniserWatch) -> Result<Left, Failure> {
        let Ok(mut screen) = Screen::open(self.console.language()) else { return self.wait(recogniser, false) };
        let mut note = None;
        loop {
            let status = self.status();
            if status.is_none() && self.has_ended()? {
                return Ok(Left::Ended);
            }
            recogniser.tell(status.as_ref());
            let drawn = {
                let recognised = recogniser.recognised();
                let view = View {
                    status: status.as_ref(),
                    meeting: &self.meeting,
                    turns: &recognised.turns,
                    preview: recognised.preview.as_ref(),
                    recogniser: recognised.state,
                    note: note.as_ref(),
                };
                screen.draw(&view)
            };
            // Without its terminal a screen shows nothing to nobody.
            let Ok(action) = drawn.and_then(|()| screen.poll(PULSE, &self.meeting)) else { return Ok(Left::Recording) };
            match action {
                Some(Action::Enter(entered, pressed)) => {
                    note = Some(self.enter(&entered, pressed, status.as_ref()).unwrap_or_else(Failure::into_message));
                }
                Some(Action::Withdraw) => {
                    note = Some(self.withdraw(status.as_ref()).unwrap_or_else(Failure::into_message));
                }
                Some(Action::Stop) => {
                    let stopped = self.client.stop();
                    note = Some(stopped.map_or_else(|error| error.message(), |()| Message::new("record.stopping")));
                }
                Some(Action::Detach) => return Ok(Left::Recording),
                None => {}
            }
            if STOP.load(Ordering::Relaxed) {
                return Ok(Left::Recording);
            }
        }
    }

    fn enter(&mut self, entered: &Entered, pressed: Instant, status: Option<&Status>) -> Result<Message, Failure> {
        let (clock, channels) =
            status.map_or((floor::CLOCK, MAX_CHANNELS), |status| (status.format.clock(), status.format.channels));
        meeting_folder::may_enter(&self.meeting, entered, channels)?;
        let ago = u64::try_from(pressed.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at = self.client.enter_for(entered.clone(), ago, &self.meeting.holders)?;
        // So that the names beside the meters are right from now on.
        meeting_folder::enter(&mut self.meeting, clock.millis(at), entered);
        Ok(Message::new("record.entered").with("at", clock.hms(at)))
    }

    fn withdraw(&mut self, status: Option<&Status>) -> Result<Message, Failure> {
        let clock = status.map_or(floor::CLOCK, |status| status.format.clock());
        let (at, entered) = self.client.withdraw()?;
        let what = ledger_words::entered(self.console.language(), &self.meeting, &entered, clock.millis(at));
        // Who sits where is known again from what was entered and stands. With a mistake in the
        // description it stays as it is.
        if let Ok(meeting) = meeting_folder::describe_entered(&self.folder, &self.moved_to) {
            self.meeting = meeting;
        }
        Ok(Message::new("record.withdrawn").with("at", clock.hms(at)).with("what", what))
    }

    /// Without a screen, as a service: a request to end closes the recording.
    fn wait(&mut self, recogniser: &RecogniserWatch, quiet: bool) -> Result<Left, Failure> {
        let mut said = None;
        let mut told = Vec::new();
        let mut stopping = false;
        let on_terminal = std::io::stdout().is_terminal();
        loop {
            let status = self.status();
            if status.is_none() && self.has_ended()? {
                return Ok(Left::Ended);
            }
            recogniser.tell(status.as_ref());
            let state = status.as_ref().map(|status| status.state);
            if said != Some(state) {
                match &status {
                    // A recorder that has not begun, or has nothing to close, ends without a word.
                    None if !self.moved_to.join(LEDGER).exists() => {}
                    None => self.console.warning(&Message::new("record.stopped")),
                    Some(status) if status.state == State::DeviceLost => self.console.warning(&status::message(status)),
                    Some(status) if !quiet => self.console.note(&status::message(status)),
                    Some(_) => {}
                }
                said = Some(state);
            }
            for alarm in status.iter().flat_map(|status| &status.alarms) {
                if !told.contains(alarm) {
                    self.console.warning(&ledger_words::named(alarm.message(), &self.meeting));
                    told.push(*alarm);
                }
            }
            let turns: Vec<_> = recogniser.recognised().turns.drain(..).collect();
            // What goes to no terminal may go into a log: nothing of what is closed does.
            let closed = if turns.is_empty() || on_terminal { Vec::new() } else { self.closed() };
            for (clock, utterance) in turns {
                if !quiet
                    && !closed.iter().any(|span| span.start < utterance.span.end && utterance.span.start < span.end)
                {
                    let line = if self.console.is_json() { turn_json } else { turn_line };
                    print(&line(&self.meeting, clock, &utterance));
                }
            }
            if STOP.load(Ordering::Relaxed) && !stopping {
                stopping = self.client.stop().is_ok();
                // What is left to recognise is waited for, until the next request to end.
                STOP.store(!stopping, Ordering::Relaxed);
            }
            thread::sleep(PULSE);
        }
    }

    /// What is closed of the recording so far.
    fn closed(&self) -> Vec<Span> {
        let whole = || vec![Span::new(0, u64::MAX)];
        match Growth::open(&self.moved_to) {
            Ok(Some(growth)) => {
                let clock = growth.clock();
                growth.ledger().stretches().iter().map(|part| part.span(clock, clock)).collect()
            }
            // Without its ledger nothing is known of it.
            _ => whole(),
        }
    }

    fn status(&mut self) -> Option<Status> {
        let status = self.client.status().ok()?;
        self.moved_to.clone_from(&status.folder);
        self.answered = Instant::now();
        Some(status)
    }

    /// Whether nothing more will come from a recorder that does not answer. One that died is
    /// started again by who looks after it; where that one died too, from here.
    fn has_ended(&mut self) -> Result<bool, Failure> {
        let growth =
            Growth::open(&self.moved_to).ok().flatten().or_else(|| Growth::open(&self.recording).ok().flatten());
        if growth.as_ref().is_some_and(Growth::is_closed) {
            return Ok(true);
        }
        match self.child.as_mut().map(Child::try_wait) {
            Some(Ok(None)) => return Ok(false),
            Some(Ok(Some(status))) if status.code().is_some() => return Ok(true),
            Some(_) => self.child = None,
            None => {}
        }
        if let Ok(client) = Client::reach(&self.moved_to).or_else(|_| Client::reach(&self.recording)) {
            self.client = client;
            return Ok(false);
        }
        if growth.is_none() {
            return Ok(true);
        }
        if let Some(order) = &mut self.order {
            order.resume = true;
            let (child, client) = recorder_process::start(order, &self.folder)?;
            (self.child, self.client) = (Some(child), client);
            return Ok(false);
        }
        Ok(self.answered.elapsed() > RESTARTED)
    }
}
