//! `risalah doctor`: what must be right before the chair opens the meeting, looked at while it can
//! still be mended.

mod args;
mod sound_check;

use std::path::Path;

use e_risalah::doctor::{Check, Examination, Mark, examine};
use e_risalah::meeting::Meeting;
use e_risalah::recognise::models;

pub use args::Args;

use super::console::{Console, print};
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::progress::watched;

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    if args.sound_check {
        return sound_check::run(args, console);
    }
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => Meeting::bare(),
    };
    let mut worst = Mark::Well;
    let mut lines = Vec::new();
    let mut tell = |check: Check| {
        worst = worst.max(check.mark);
        if args.output_args.json {
            let line = serde_json::json!({
                "check": check.message.key,
                "result": check.mark.name(),
                "what": console.sentence(&check.message),
                "hint": check.message.hint(console.language()),
            });
            lines.push(line);
            return;
        }
        print(&format!("{:<10} {}", console.text(check.mark.key()), console.sentence(&check.message)));
        if let Some(hint) = check.message.hint(console.language()).filter(|_| check.mark != Mark::Well) {
            print(&format!("{:<10} {hint}", ""));
        }
    };
    let of = Examination {
        meeting: &meeting,
        device: args.device.clone(),
        folder: args.output.as_deref().unwrap_or(Path::new(".")),
        hours: args.hours,
        stop: &STOP,
    };
    let find_model = || {
        let store = models::Store::from_env()?;
        watched(console, args.output_args.hides_progress(), |watch| store.resolve(args.model.as_deref(), watch))
    };
    examine(&of, find_model, &mut tell);
    if args.output_args.json {
        print(&serde_json::Value::Array(lines).to_string());
    }
    match worst {
        Mark::Well => Ok(End::Done),
        Mark::Doubt => Ok(End::Warned),
        Mark::Fault => Err(Failure::told(false)),
    }
}
