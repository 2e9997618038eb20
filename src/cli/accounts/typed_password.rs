//! A password as a person types it, unseen and twice, or as a script gives it.

use std::io::{self, IsTerminal, Read};

use e_risalah::accounts::SHORTEST;
use e_risalah::common::message::Message;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::cli::console::{Console, relay};
use crate::cli::outcome::Failure;

/// More is no password.
const LONGEST: u64 = 1 << 16;

/// Asks for the password of an account.
pub fn ask(name: &str, from_stdin: bool, console: Console) -> Result<String, Failure> {
    if from_stdin {
        return first_line();
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(Message::new("accounts.no_terminal")));
    }
    let prompt = console.text("cli.accounts.password").replace("%{name}", name);
    let password = unseen(&prompt.replace("%{shortest}", &SHORTEST.to_string()))?;
    if unseen(&console.text("cli.accounts.again"))? == password {
        Ok(password)
    } else {
        Err(Failure::usage(Message::new("accounts.differ")))
    }
}

fn first_line() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let unfit = || Failure::usage(Message::new("accounts.not_text"));
    io::stdin().lock().take(LONGEST).read_to_end(&mut bytes).map_err(|_| unfit())?;
    let text = String::from_utf8(bytes).map_err(|_| unfit())?;
    text.lines().next().filter(|line| !line.is_empty()).map(str::to_owned).ok_or_else(unfit)
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
fn unseen(prompt: &str) -> Result<String, Failure> {
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
