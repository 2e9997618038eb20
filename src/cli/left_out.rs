//! Why a folder of several was left out.

use std::path::Path;

use e_risalah::common::message::Message;

use super::console::Console;

/// The sentence of `key`, with the folder and the reason and its remedy.
pub fn left_out(key: &str, path: &Path, message: &Message, console: Console) -> Message {
    let hint = message.hint(console.language()).unwrap_or_default();
    let (path, sentence) = (path.display().to_string(), console.sentence(message));
    // Some sentences begin with the folder themselves.
    let sentence = sentence.strip_prefix(&format!("{path}: ")).unwrap_or(&sentence);
    let detail = [sentence, &hint].join(" ");
    Message::new(key).with("path", path).with("detail", detail.trim())
}
