//! The clerk's screen while a recording runs: how it is, who speaks, what was recognised, and the keys.
//!
//! The screen only looks and asks: the recorder is another process, and goes on when this one ends in whatever way.

mod area;
mod draw;
mod keys;
mod meters;
mod prompt;
#[cfg(test)]
mod tests;
mod turns;
pub mod words;

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::common::clock::{Channel, Clock, MAX_CHANNELS};
use e_risalah::common::language::Language;
use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;
use e_risalah::recognise::pipeline::Preview;
use e_risalah::record::recorder::{State, Status};
use e_risalah::recording::Entered;
use e_risalah::transcript::Utterance;
use ratatui::DefaultTerminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

use super::show::Console;
use keys::Keys;

/// How the recogniser is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recogniser {
    /// None was asked for.
    Off,
    /// It follows the recording.
    Following {
        /// How far behind.
        behind_ms: u64,
    },
    /// It died and is started again.
    Restarting {
        /// How often that was.
        times: u32,
    },
    /// It died too often; what is missing is recognised afterwards.
    Degraded,
    /// Everything is recognised.
    Done,
}

/// Everything the screen shows at a moment.
pub struct View<'a> {
    /// The recorder; `None`: it does not answer, and nothing is recorded.
    pub status: Option<&'a Status>,
    /// Who sits where.
    pub meeting: &'a Meeting,
    /// What was recognised, newest last.
    pub turns: &'a VecDeque<(Clock, Utterance)>,
    /// What is being said, not final yet.
    pub preview: Option<&'a (Clock, Preview)>,
    /// The recogniser.
    pub recogniser: Recogniser,
    /// The last answer or error.
    pub note: Option<&'a Message>,
}

/// What the clerk asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Enter this as of the moment at which its first key was pressed: typing a note takes longer than what it notes.
    Enter(Entered, Instant),
    /// Take back what was entered last.
    Withdraw,
    /// Close the recording.
    Stop,
    /// Close this screen only.
    Detach,
}

/// What the keys must know of what is on the screen.
#[derive(Clone, Copy, Debug)]
struct Seen {
    channels: u16,
    floor: Option<Channel>,
    millis: u64,
}

impl Seen {
    fn of(status: Option<&Status>) -> Self {
        Self {
            channels: status.map_or(MAX_CHANNELS, |status| status.format.channels),
            floor: status.and_then(|status| meters::floor(&status.meters)),
            millis: status.map_or(0, |status| status.format.clock().millis(status.position)),
        }
    }
}

type Pressed = io::Result<(Event, Instant)>;

/// The terminal while the screen has it; dropping it gives it back.
pub struct Screen {
    /// Never dropped by itself: it would tell a terminal that is gone that it is gone, and panic of that.
    terminal: ManuallyDrop<DefaultTerminal>,
    console: Console,
    keys: Keys,
    seen: Seen,
    state: Option<State>,
    pressed: Receiver<Pressed>,
    open: Arc<AtomicBool>,
}

impl Screen {
    /// Takes the terminal. A panic anywhere in the program gives it back before the panic is told.
    pub fn open(language: Language) -> io::Result<Self> {
        let open = Arc::new(AtomicBool::new(true));
        let (tell, watched) = (panic::take_hook(), Arc::clone(&open));
        panic::set_hook(Box::new(move |panic| {
            give_back(&watched);
            tell(panic);
        }));
        let (sender, pressed) = mpsc::channel();
        let terminal = take(sender, Arc::clone(&open)).inspect_err(|_| give_back(&open))?;
        let (console, seen) = (Console::new(language), Seen::of(None));
        Ok(Self {
            terminal: ManuallyDrop::new(terminal),
            console,
            keys: Keys::default(),
            seen,
            state: None,
            pressed,
            open,
        })
    }

    /// Shows this; rings once when nothing is recorded any more.
    pub fn draw(&mut self, view: &View) -> io::Result<()> {
        if !self.open.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.seen = Seen::of(view.status);
        let Self { terminal, keys, console, seen, .. } = self;
        terminal.draw(|frame| draw::everything(frame.area(), frame.buffer_mut(), view, keys, *seen, *console))?;
        let state = view.status.map(|status| status.state);
        if rings(self.state, state) {
            io::stdout().write_all(b"\x07")?;
            io::stdout().flush()?;
        }
        self.state = state;
        Ok(())
    }

    /// What the clerk asks for next, if it is within this time. Returns early whenever there is something new to draw.
    pub fn poll(&mut self, wait: Duration, meeting: &Meeting) -> io::Result<Option<Action>> {
        let mut next = self.pressed.recv_timeout(wait);
        loop {
            match next {
                Ok(pressed) => {
                    if let (Event::Key(key), at) = pressed?
                        && let Some(action) = self.keys.press(key, at, meeting, self.seen)
                    {
                        return Ok(Some(action));
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
            next = self.pressed.recv_timeout(Duration::ZERO);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back(&self.open);
    }
}

fn take(pressed: Sender<Pressed>, open: Arc<AtomicBool>) -> io::Result<DefaultTerminal> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen)?;
    thread::Builder::new().name("keys".to_owned()).spawn(move || listen(&pressed, &open))?;
    DefaultTerminal::new(CrosstermBackend::new(io::stdout()))
}

/// Gives the terminal back as it was, once. Nothing can be done where it is gone.
fn give_back(open: &AtomicBool) {
    if open.swap(false, Ordering::Relaxed) {
        let _ = disable_raw_mode();
        let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
    }
}

/// Whether the bell belongs to this change: nothing is recorded any more.
fn rings(before: Option<State>, now: Option<State>) -> bool {
    let silent = |state| state == Some(State::DeviceLost);
    silent(now) && !silent(before) || now.is_none() && before.is_some()
}

/// Reads keys in a thread of its own: their time is right however long the screen waits for something else.
///
/// Reading from a terminal that was hung up never returns and takes a whole core, so it is read only when it is there and a key
/// has come.
fn listen(pressed: &Sender<Pressed>, open: &AtomicBool) {
    const LOOK: Duration = Duration::from_millis(20);
    while open.load(Ordering::Relaxed) && io::stdout().is_terminal() {
        let next = match event::poll(Duration::ZERO) {
            Ok(false) => {
                thread::sleep(LOOK);
                continue;
            }
            Ok(true) => event::read().map(|event| (event, Instant::now())),
            Err(error) => Err(error),
        };
        let failed = next.is_err();
        if pressed.send(next).is_err() || failed {
            return;
        }
    }
}
