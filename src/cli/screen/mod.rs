//! The clerk's screen while a recording runs: how it is, who speaks, what was recognised, and the
//! keys.
//!
//! The screen only looks and asks: the recorder is another process, and goes on when this one ends
//! in whatever way.

mod area;
mod draw;
mod keys;
mod level;
mod meters;
mod prompt;
#[cfg(test)]
mod tests;
mod turns;
mod view;

use std::io::{self, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use e_risalah::common::caught::is_caught;
use e_risalah::common::language::Language;
use e_risalah::meeting::Meeting;
use e_risalah::record::recorder::State;
use ratatui::DefaultTerminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

pub use view::{Action, View};

use super::console::Console;
use keys::Keys;
use view::Moment;

type Pressed = io::Result<(Event, Instant)>;

/// The terminal while the screen has it; dropping it gives it back.
pub struct Screen {
    /// Never dropped by itself: it would tell a terminal that is gone that it is gone, and panic of
    /// that.
    terminal: ManuallyDrop<DefaultTerminal>,
    console: Console,
    keys: Keys,
    moment: Moment,
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
            if !is_caught() {
                give_back(&watched);
            }
            tell(panic);
        }));
        let (sender, pressed) = unbounded();
        let terminal = take(sender, Arc::clone(&open)).inspect_err(|_| give_back(&open))?;
        let (console, moment) = (Console::new(language), Moment::of(None));
        Ok(Self {
            terminal: ManuallyDrop::new(terminal),
            console,
            keys: Keys::default(),
            moment,
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
        self.moment = Moment::of(view.status);
        let Self { terminal, keys, console, moment, .. } = self;
        terminal.draw(|frame| draw::everything(frame.area(), frame.buffer_mut(), view, keys, *moment, *console))?;
        let state = view.status.map(|status| status.state);
        if rings(self.state, state) {
            io::stdout().write_all(b"\x07")?;
            io::stdout().flush()?;
        }
        self.state = state;
        Ok(())
    }

    /// What the clerk asks for next, if it is within this time. Returns early whenever there is
    /// something new to draw.
    pub fn poll(&mut self, wait: Duration, meeting: &Meeting) -> io::Result<Option<Action>> {
        let mut next = self.pressed.recv_timeout(wait);
        loop {
            match next {
                Ok(pressed) => {
                    if let (Event::Key(key), at) = pressed?
                        && let Some(action) = self.keys.press(key, at, meeting, self.moment)
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

/// Reads keys in a thread of its own: their time is right however long the screen waits for
/// something else.
///
/// Reading from a terminal that was hung up never returns and takes a whole core, so it is read
/// only when it is there and a key has come.
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
