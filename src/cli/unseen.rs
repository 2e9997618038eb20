//! A password or passphrase as a person types it, unseen, or as a script gives it.

use std::io::{self, IsTerminal, Read};

use e_risalah::common::message::Message;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::console::relay;
use super::outcome::Failure;

/// More is no password.
const LONGEST: u64 = 1 << 16;

/// The first line of stdin.
pub fn first_line() -> Result<String, Failure> {
    first_lines(1)?.pop().ok_or_else(unfit)
}

/// So many lines of stdin, none of them empty.
pub fn first_lines(count: usize) -> Result<Vec<String>, Failure> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut bytes).map_err(|_| unfit())?;
    let text = String::from_utf8(bytes).map_err(|_| unfit())?;
    let lines: Vec<String> = text.lines().take(count).map(str::to_owned).collect();
    if lines.len() == count && lines.iter().all(|line| !line.is_empty()) { Ok(lines) } else { Err(unfit()) }
}

fn unfit() -> Failure {
    Failure::usage(Message::new("accounts.not_text"))
}

/// Everything that stands on stdin, where it is no terminal.
pub fn typed_or_piped() -> Result<Option<String>, Failure> {
    if io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    read.map(|_| Some(text)).map_err(|_| Failure::usage(Message::new("accounts.not_text")))
}

/// The terminal without echo, as it was before when this is dropped.
struct Silent {
    before: Termios,
}

impl Silent {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        // Ctrl-C comes as a letter, so that the terminal is never left silent.
        silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        tcsetattr(io::stdin(), OptionalActions::Drain, &silent)?;
        Ok(Self { before })
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
        relay("\n");
    }
}

/// One line that is not shown.
pub fn unseen(prompt: &str) -> Result<String, Failure> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(Message::new("seal.no_terminal")));
    }
    let stopped = || Failure::failed(Message::new("general.interrupted"));
    let _silent = Silent::new().map_err(|_| Failure::usage(Message::new("accounts.no_terminal")))?;
    relay(prompt);
    let mut typed = Vec::new();
    let mut byte = [0];
    loop {
        match io::stdin().read(&mut byte) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(1..) => match byte[0] {
                b'\n' | b'\r' => return String::from_utf8(typed).map_err(|_| stopped()),
                // Ctrl-C, Ctrl-D.
                3 | 4 => return Err(stopped()),
                // Ctrl-U.
                21 => typed.clear(),
                8 | 127 => while typed.pop().is_some_and(|last| last & 0b1100_0000 == 0b1000_0000) {},
                other => typed.push(other),
            },
            _ => return Err(stopped()),
        }
    }
}
