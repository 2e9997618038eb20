//! Sentences on stderr, results on stdout.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use e_risalah::common::language::{Language, lookup};
use e_risalah::common::message::Message;
use e_risalah::common::number::decimal;
use e_risalah::lifecycle::folder::Written;
use e_risalah::meeting_folder::Notices;

use super::outcome::{End, Failure};
use super::output_args::OutputArgs;

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

    /// Whether only what went wrong is wanted.
    pub fn is_quiet(self) -> bool {
        self.output_args.quiet
    }

    /// The language that it speaks.
    pub fn language(self) -> Language {
        self.language
    }

    /// A text of the catalogue without values.
    pub fn text(self, key: &str) -> String {
        lookup(self.language, key).unwrap_or_else(|| key.to_owned())
    }

    /// What a person should be told of a work that was done; whether they must look at something.
    pub fn notices(self, notices: &Notices) -> bool {
        for note in &notices.notes {
            self.note(note);
        }
        self.warnings(&notices.warnings)
    }

    /// Each of these; whether there were any.
    pub fn warnings(self, messages: &[Message]) -> bool {
        for message in messages {
            self.warning(message);
        }
        !messages.is_empty()
    }

    /// A file that was written, and what was kept for it.
    pub fn written(self, written: &Written) {
        if let Some(kept) = written.kept_message() {
            self.warning(&kept);
        }
        self.file(&written.path);
    }

    /// A number with so many decimals, as the language writes it.
    pub fn decimal(self, value: impl Into<f64>, places: usize) -> String {
        decimal(value.into(), places, self.language)
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

/// Text on stderr as it is: what another process of this program has said, or a question.
pub fn relay(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A whole text on stdout. A reader that went away (`| head`) is no failure.
pub fn print_bytes(bytes: &[u8]) -> Result<End, Failure> {
    match io::stdout().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(Message::new("cli.stdout"))),
        _ => Ok(End::Done),
    }
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

/// A size on disk or in memory in whole megabytes, at least what it takes.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
