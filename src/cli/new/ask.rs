//! Questions to a clerk: at a terminal with a prompt that can be edited and lists to choose from,
//! otherwise line by line, as a file with answers gives them. Esc or `<` goes back to the question
//! before.
//!
//! Going back takes the last answer away and asks from the beginning, with the answers that were
//! given; so does going on with answers that were kept. Whoever asks must therefore ask the same
//! after the same answers.

use std::io::{self, BufRead, IsTerminal, Write};

use dialoguer::Select;
use dialoguer::console::Term;
use dialoguer::theme::ColorfulTheme;
use e_risalah::common::message::Message;
#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::kept_answers::Answer;
use super::line_editor::{Typed, line};
use crate::cli::console::Console;
use crate::cli::outcome::Failure;

/// What a clerk types to go back.
const BACK: &str = "<";

/// Why an answer does not come.
pub enum NoAnswer {
    /// The clerk wants the question before.
    Back,
    Failed(Failure),
}

impl From<Failure> for NoAnswer {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The one who answers.
pub struct Clerk {
    console: Console,
    at_terminal: bool,
    given: Vec<Answer>,
    /// Answers that were asked for since the beginning.
    asked: usize,
    /// What was answered before the clerk went back.
    undone: Option<String>,
    /// Held for its end, which gives the terminal back as it was.
    _keys: Option<Keys>,
}

impl Clerk {
    pub fn new(console: Console) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let at_terminal = io::stdin().is_terminal() && io::stderr().is_terminal() && !dumb;
        let keys = at_terminal.then(Keys::take).flatten();
        Self { console, at_terminal, given: Vec::new(), asked: 0, undone: None, _keys: keys }
    }

    /// Whether a person sits there, who can be offered something.
    pub fn is_at_terminal(&self) -> bool {
        self.at_terminal
    }

    /// Goes on with answers from before.
    pub fn resume(&mut self, answers: Vec<Answer>) {
        self.given = answers;
    }

    /// The answers so far.
    pub fn answers(&self) -> &[Answer] {
        &self.given
    }

    /// Asks all that `questions` asks, as often as the clerk goes back.
    pub fn interview<T>(&mut self, questions: impl Fn(&mut Self) -> Result<T, NoAnswer>) -> Result<T, Failure> {
        loop {
            self.asked = 0;
            match questions(self) {
                Ok(told) => return Ok(told),
                Err(NoAnswer::Back) => {}
                Err(NoAnswer::Failed(failure)) => return Err(failure),
            }
        }
    }

    /// Words of the catalogue.
    pub fn words(&self, key: &str) -> String {
        self.console.text(key)
    }

    /// A question of the catalogue.
    pub fn asked(question: &str) -> Message {
        Message::new(&format!("new.ask.{question}"))
    }

    /// A text, `None` when the answer is left empty.
    pub fn text(&mut self, question: &str) -> Result<Option<String>, NoAnswer> {
        self.answer(&Self::asked(question))
    }

    /// Texts until an empty answer.
    pub fn lines(&mut self, question: &str) -> Result<Vec<String>, NoAnswer> {
        let mut lines = Vec::new();
        while let Some(line) = self.text(question)? {
            lines.push(line);
        }
        Ok(lines)
    }

    /// A text that means something; asked again as long as it does not.
    pub fn one<T>(&mut self, question: &Message, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, NoAnswer> {
        let unclear = |text: &str| Message::new("new.not_understood").with("answer", text);
        self.checked(question, |text| read(text).ok_or_else(|| unclear(text)))
    }

    /// The same, where it can be said why an answer is not taken.
    pub fn checked<T>(
        &mut self,
        question: &Message,
        read: impl Fn(&str) -> Result<T, Message>,
    ) -> Result<Option<T>, NoAnswer> {
        loop {
            let Some(text) = self.answer(question)? else { return Ok(None) };
            match read(&text) {
                Ok(value) => return Ok(Some(value)),
                Err(why) => {
                    self.given.truncate(self.asked - 1);
                    self.asked -= 1;
                    self.console.warning(&why);
                }
            }
        }
    }

    /// One of several; `None` when the answer is left open. Without a terminal, its number or the
    /// beginning of its name.
    pub fn choice<T: Copy>(
        &mut self,
        question: &Message,
        options: &[T],
        name: impl Fn(&T) -> String,
    ) -> Result<Option<T>, NoAnswer> {
        let mut names: Vec<String> = options.iter().map(name).collect();
        let plain = |text: &str| text.to_lowercase();
        let place = |names: &[String], text: &str| {
            let by_number = text.parse().ok().and_then(|number: usize| number.checked_sub(1));
            let wanted = plain(text);
            by_number.or_else(|| {
                let mut offered = names.iter().map(|name| plain(name));
                offered.position(|name| name.starts_with(&wanted) || name.ends_with(&format!("({wanted})")))
            })
        };
        if self.at_terminal {
            if let Some(text) = self.again(question) {
                return Ok(place(&names, &text).and_then(|place| options.get(place)).copied());
            }
            names.push(self.console.text("new.open"));
            let asked = self.console.sentence(question);
            let before = self.undone.take().and_then(|text| place(&names, &text)).unwrap_or(0);
            let theme = ColorfulTheme::default();
            let chosen = loop {
                let select =
                    Select::with_theme(&theme).with_prompt(&asked).items(&names).default(before.min(names.len() - 1));
                match select.interact_opt().map_err(|_| stopped())? {
                    Some(chosen) => break chosen,
                    None => self.back()?,
                }
            };
            let text = if chosen < options.len() { (chosen + 1).to_string() } else { String::new() };
            self.note(question, text);
            return Ok(options.get(chosen).copied());
        }
        if self.asked >= self.given.len() {
            for (number, name) in names.iter().enumerate() {
                say(&format!("  {}. {name}\n", number + 1));
            }
        }
        self.one(question, |text| place(&names, text).and_then(|place| options.get(place)).copied())
    }

    /// The answer to a question, `None` when it is left empty.
    pub fn answer(&mut self, question: &Message) -> Result<Option<String>, NoAnswer> {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        if let Some(text) = self.again(question) {
            return Ok(some(text));
        }
        loop {
            let Some(text) = self.typed(question)? else {
                self.back()?;
                continue;
            };
            self.note(question, text.clone());
            return Ok(some(text));
        }
    }

    /// What was answered to the question already.
    fn again(&mut self, question: &Message) -> Option<String> {
        let known = self.given.get(self.asked)?;
        // Another question than then, because something else is known by now: what follows means
        // nothing any more.
        if known.question != named(question) {
            self.given.truncate(self.asked);
            return None;
        }
        self.asked += 1;
        Some(known.answer.clone())
    }

    fn note(&mut self, question: &Message, answer: String) {
        self.given.push(Answer { question: named(question), answer });
        self.asked = self.given.len();
    }

    /// Takes the last answer away. The first question has none before it.
    fn back(&mut self) -> Result<(), NoAnswer> {
        if let Some(last) = self.given.pop() {
            self.undone = Some(last.answer);
            Err(NoAnswer::Back)
        } else {
            self.console.note(&Message::new("new.first"));
            Ok(())
        }
    }

    /// What the clerk types; `None` to go back.
    fn typed(&mut self, question: &Message) -> Result<Option<String>, NoAnswer> {
        let asked = self.console.sentence(question);
        let text = if self.at_terminal {
            let before = self.undone.take().unwrap_or_default();
            match line(&Term::stderr(), &asked, &before) {
                Ok(Typed::Line(text)) => text,
                Ok(Typed::Back) => return Ok(None),
                Ok(Typed::Stop) | Err(_) => return Err(stopped().into()),
            }
        } else {
            say(&format!("{asked}: "));
            let mut text = Vec::new();
            let read = io::stdin().lock().read_until(b'\n', &mut text);
            if read.map_err(|_| stopped())? == 0 {
                say("\n");
                return Err(Failure::failed(Message::new("new.ended")).into());
            }
            say("\n");
            // What an old editor saved is better read with a strange letter than not at all.
            String::from_utf8_lossy(&text).into_owned()
        };
        let text = text.trim();
        Ok((text != BACK).then(|| text.to_owned()))
    }
}

/// A question by its key and values.
fn named(question: &Message) -> String {
    question.values.iter().fold(question.key.clone(), |name, (_, value)| format!("{name} {value}"))
}

/// Ctrl-C as a key and not as a signal, for as long as questions are asked. A prompt sees to that
/// only while it waits for a key: a signal between a prompt and its first key would be noted by the
/// program and then waited over.
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
        // A key that waits in the buffer of a line would not be seen when a prompt sets the
        // terminal its own way.
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
fn stopped() -> Failure {
    // A list hides the cursor while it is shown.
    let _ = Term::stderr().show_cursor();
    Failure::failed(Message::new("new.stopped"))
}
