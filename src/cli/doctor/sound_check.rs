//! `risalah doctor --sound-check`: each seat in turn says a sentence, and what is wrong is said by
//! seat.

use e_risalah::common::message::Message;
use e_risalah::doctor::Mark;
use e_risalah::doctor::seats::{SeatCheck, Told, is_fault};
use e_risalah::meeting::Meeting;

use super::args::Args;
use crate::cli::console::{Console, print, relay};
use crate::cli::interrupt::STOP;
use crate::cli::outcome::{End, Failure};

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => Meeting::bare(),
    };
    let check = SeatCheck { meeting: &meeting, stop: &STOP };
    let silent = args.output_args.hides_progress();
    let mut show = |told: Told| {
        if let (Told::Step(step), false) = (told, silent) {
            relay(&format!("{}\n", console.sentence(&check.step(step))));
        }
    };
    let (verdicts, profile) = match &args.source {
        Some(path) => check.listen_to(path, &mut show)?,
        None => check.listen_live(args.device.clone(), &mut show)?,
    };
    if args.output_args.json {
        print(&serde_json::to_string(&verdicts).unwrap_or_default());
    } else {
        for line in verdicts.iter().flat_map(|verdict| check.told(verdict)) {
            print(&format!("{:<10} {}", console.text(line.mark.key()), console.sentence(&line.message)));
            if let Some(hint) = line.message.hint(console.language()).filter(|_| line.mark != Mark::Well) {
                print(&format!("{:<10} {hint}", ""));
            }
        }
    }
    let troubles = || verdicts.iter().flat_map(|verdict| verdict.troubles.iter().copied());
    if troubles().any(is_fault) {
        // What was learned with cables exchanged would mislead every recording of this room.
        console.note(&Message::new("soundcheck.not_kept"));
        return Err(Failure::told(false));
    }
    if verdicts.iter().any(|verdict| verdict.level_db.is_some()) {
        match (check.keep(profile)?, &meeting.place) {
            (Some(path), Some(name)) if !silent => {
                console.note(&Message::new("soundcheck.kept").with("name", name).with("path", path.display()));
            }
            (None, _) => console.note(&Message::new("soundcheck.nameless")),
            _ => {}
        }
    }
    Ok(End::warned_if(troubles().next().is_some()))
}
