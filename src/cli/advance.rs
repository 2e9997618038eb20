//! `risalah advance` and `finalize`: what a person decides about a record.

use e_risalah::common::message::{Explain, Message};
use e_risalah::document::risalah::{Format, Sheet};
use e_risalah::lifecycle::folder::Folder;
use e_risalah::lifecycle::{self, Error, Finalized, Life, Request, State, Transition, finalize as make_official};
use e_risalah::transcript::store::Store;

use super::args::{Advance, Finalize};
use super::export::{description, shown, templates};
use super::print::no_paper;
use super::show::{Console, print};
use super::status::{day, now, typed};
use super::{End, Failure, typeset};

pub fn advance(args: &Advance, console: Console) -> Result<End, Failure> {
    let to = args.to.parse::<State>();
    let to = to.map_err(|()| Failure::usage(Message::new("status.no_state").with("state", &args.to)))?;
    let store = Store::open(&args.folder)?;
    let life = Life::read(&store, &store.load()?)?;
    let meeting = description(&args.folder)?;
    let days = args.days.unwrap_or(meeting.correction.days);
    let wish = Transition { to, by: args.by.clone(), note: args.note.clone(), days };
    let now = now(&meeting);
    let step = life.advance(&store, &wish, &now)?;
    if args.output_args.json {
        print(&serde_json::json!({ "state": step.state, "at": step.at, "until": step.until }).to_string());
        return Ok(End::Done);
    }
    let name = console.text(&format!("status.name.{}", to.key()));
    let message = match step.until {
        Some(until) => Message::new("status.advanced_until").with("until", day(until, &now, console)),
        None => Message::new("status.advanced"),
    };
    print(&console.sentence(&message.with("state", name).with("by", &step.by)));
    Ok(End::Done)
}

pub fn finalize(args: &Finalize, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let mut meeting = description(&args.folder)?;
    shown(&args.folder, &mut store, &mut meeting, console)?;
    let folder = Folder::create(&args.folder)?;
    let request = Request { signed_by: args.signed_by.clone(), number: args.number.clone(), waive: args.waive.clone() };
    let templates = templates(&meeting, &args.folder);
    let typeset =
        |sheet: &Sheet| typeset::laid_out(sheet, Format::Pdf, templates.as_deref(), console).map(|(pdf, _)| pdf);
    // An official record keeps the paper that it is laid out for.
    let lacking = no_paper(&meeting);
    if let Some(message) = &lacking {
        console.warning(message);
    }
    let finalized = match make_official(&folder, &store, &meeting, &request, &now(&meeting), &typeset) {
        Err(Error::Hindered(hindrances)) => {
            for hindrance in &hindrances {
                console.error(&hindrance.message().with("folder", typed(&args.folder)));
            }
            return Err(Failure::failed(lifecycle::Error::Hindered(hindrances).message()));
        }
        finalized => finalized?,
    };
    tell(&finalized, args.output_args.json, console);
    Ok(if lacking.is_some() { End::Warned } else { End::Done })
}

fn tell(finalized: &Finalized, json: bool, console: Console) {
    if json {
        let line = serde_json::json!({
            "edition": finalized.edition,
            "files": finalized.files,
            "seal": finalized.seal,
        });
        print(&line.to_string());
        return;
    }
    for file in &finalized.files {
        print(&file.display().to_string());
    }
    let message = Message::new("status.finalized").with("edition", finalized.edition).with("seal", &finalized.seal);
    console.note(&message);
}
