//! The password of an account, typed twice, or as a script gives it.

use std::io::{self, IsTerminal};

use e_risalah::accounts::SHORTEST;
use e_risalah::common::message::Message;

use crate::cli::console::Console;
use crate::cli::outcome::Failure;
use crate::cli::unseen::{first_line, unseen};

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
