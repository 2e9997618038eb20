//! Questions to a clerk: at a terminal with a prompt that can be edited and lists to choose from, otherwise line by line, as a file with
//! answers gives them.

use std::io::{self, BufRead, IsTerminal, Write};

use dialoguer::console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, Select};
use e_risalah::message::Message;
#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::cli::Failure;
use crate::cli::show::Speaker;

/// The one who answers.
pub struct Clerk {
    speaker: Speaker,
    at_terminal: bool,
    /// Held for its end, which gives the terminal back as it was.
    _keys: Option<Keys>,
}

impl Clerk {
    pub fn new(speaker: Speaker) -> Self {
        let at_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { speaker, at_terminal, _keys: at_terminal.then(Keys::take).flatten() }
    }

    /// A question of the catalogue.
    pub fn asked(question: &str) -> Message {
        Message::new(&format!("new.ask.{question}"))
    }

    /// A text, `None` when the answer is left empty.
    pub fn text(&mut self, question: &str) -> Result<Option<String>, Failure> {
        self.answer(&Self::asked(question))
    }

    /// Texts until an empty answer.
    pub fn lines(&mut self, question: &str) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        while let Some(line) = self.text(question)? {
            lines.push(line);
        }
        Ok(lines)
    }

    /// A text that means something; asked again as long as it does not.
    pub fn one<T>(&mut self, question: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Failure> {
        loop {
            let Some(text) = self.text(question)? else { return Ok(None) };
            if let Some(value) = read(&text) {
                return Ok(Some(value));
            }
            self.speaker.warning(&Message::new("new.not_understood").with("answer", text));
        }
    }

    /// One of several; `None` when the answer is left open. Without a terminal, its number or the beginning of its name.
    pub fn choice<T: Copy>(
        &mut self,
        question: &str,
        options: &[T],
        name: impl Fn(&T) -> String,
    ) -> Result<Option<T>, Failure> {
        let mut names: Vec<String> = options.iter().map(name).collect();
        if self.at_terminal {
            names.push(self.speaker.text("new.open"));
            let asked = self.speaker.sentence(&Self::asked(question));
            let chosen =
                Select::with_theme(&ColorfulTheme::default()).with_prompt(asked).items(&names).default(0).interact();
            return Ok(options.get(chosen.map_err(stopped)?).copied());
        }
        for (number, name) in names.iter().enumerate() {
            say(&format!("  {}. {name}\n", number + 1));
        }
        let plain = |text: &str| text.to_lowercase();
        self.one(question, |text| {
            let by_number = text.parse().ok().and_then(|number: usize| number.checked_sub(1));
            let wanted = plain(text);
            let place = by_number.or_else(|| {
                let mut offered = names.iter().map(|name| plain(name));
                offered.position(|name| name.starts_with(&wanted) || name.ends_with(&format!("({wanted})")))
            });
            place.and_then(|place| options.get(place)).copied()
        })
    }

    /// The answer to a question, `None` when it is left empty.
    pub fn answer(&mut self, question: &Message) -> Result<Option<String>, Failure> {
        let asked = self.speaker.sentence(question);
        let answer = if self.at_terminal {
            Input::<String>::with_theme(&ColorfulTheme::default())
                .with_prompt(asked)
                .allow_empty(true)
                .interact_text()
                .map_err(stopped)?
        } else {
            say(&format!("{asked}: "));
            let mut line = String::new();
            let read = io::stdin().lock().read_line(&mut line);
            if read.map_err(|error| stopped(dialoguer::Error::IO(error)))? == 0 {
                return Err(Failure::failed(Message::new("new.ended")));
            }
            say("\n");
            line
        };
        Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
    }
}

/// Ctrl-C as a key and not as a signal, for as long as questions are asked. `dialoguer` sees to that only while it waits for a key: a
/// signal between a prompt and its first key would be noted by the program and then waited over.
struct Keys {
    #[cfg(unix)]
    before: Termios,
}

impl Keys {
    /// `None` where the terminal cannot be set: Ctrl-C then works from the first key on.
    #[cfg(unix)]
    fn take() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut modes = before.clone();
        // A key that waits in the buffer of a line would not be seen when `dialoguer` sets the terminal its own way.
        modes.local_modes.remove(LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Drain, &modes).ok()?;
        Some(Self { before })
    }

    #[cfg(not(unix))]
    fn take() -> Option<Self> {
        None
    }
}

#[cfg(unix)]
impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Ctrl-C, or a terminal that went away.
fn stopped(_: dialoguer::Error) -> Failure {
    // A list hides the cursor while it is shown.
    let _ = Term::stderr().show_cursor();
    Failure::failed(Message::new("new.stopped"))
}
