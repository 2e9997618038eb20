//! How a command ended, and what went wrong.

use e_risalah::common::message::{Explain, Message};

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All is well.
    Done,
    /// Done, but a person must look.
    Warned,
}

impl End {
    /// Warned where a person must look.
    pub fn warned_if(warned: bool) -> Self {
        if warned { Self::Warned } else { Self::Done }
    }
}

/// An error on its way to the user.
pub struct Failure {
    /// `None` where it was told already.
    message: Option<Message>,
    usage: bool,
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { message: Some(error.message()), usage: error.is_usage() }
    }
}

impl Failure {
    /// A failure that only the command line can know.
    pub fn failed(message: Message) -> Self {
        Self { message: Some(message), usage: false }
    }

    /// A request that cannot be met as it was typed.
    pub fn usage(message: Message) -> Self {
        Self { message: Some(message), usage: true }
    }

    /// A failure that the user was told of already.
    pub fn told(usage: bool) -> Self {
        Self { message: None, usage }
    }

    /// Whether the request was at fault.
    pub fn is_usage(&self) -> bool {
        self.usage
    }

    /// What happened; `None` where it was told already.
    pub fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// What happened, for one who must show something.
    pub fn into_message(self) -> Message {
        self.message.unwrap_or_else(|| Message::new("general.interrupted"))
    }
}
