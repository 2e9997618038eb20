//! `risalah record event`: enters what happens in the meeting, or takes an entry back.

use std::path::Path;

use e_risalah::common::clock::Clock;
use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder;
use e_risalah::record::recorder::Client;
use e_risalah::recording::{Entered, folder_of};

use crate::cli::console::{Console, print};
use crate::cli::outcome::{End, Failure};
use e_risalah::meeting_folder::ledger_words;
use e_risalah::record::recorder::event_words::{self, Request};

pub fn run(folder: &Path, text: &str, console: Console) -> Result<End, Failure> {
    let recording = folder_of(folder);
    match event_words::parse(text).ok_or_else(|| Failure::usage(unknown(text)))? {
        Request::List => list(&meeting_folder::describe(folder)?, console),
        Request::Withdraw => {
            let mut client = Client::reach(&recording)?;
            let clock = client.status()?.format.clock();
            let (at, entered) = client.withdraw()?;
            if console.is_json() {
                print(&as_json(&entered, clock, at, true));
            }
            let meeting = meeting_folder::describe(folder)?;
            let what = ledger_words::entered(console.language(), &meeting, &entered, clock.millis(at));
            console.note(&Message::new("record.withdrawn").with("at", clock.hms(at)).with("what", what));
        }
        Request::Enter(entered) => {
            let mut client = Client::reach(&recording)?;
            let status = client.status()?;
            // After a takeover what was entered stands where the recording is.
            let meeting = meeting_folder::describe_entered(folder, &status.folder)?;
            meeting_folder::may_enter(&meeting, &entered, status.format.channels)?;
            let clock = status.format.clock();
            let at = client.enter_for(entered.clone(), 0, &meeting.holders)?;
            if console.is_json() {
                print(&as_json(&entered, clock, at, false));
            }
            console.note(&Message::new("record.entered").with("at", clock.hms(at)));
        }
    }
    Ok(End::Done)
}

/// What was entered at a sample, or taken back, for another program.
fn as_json(entered: &Entered, clock: Clock, at: u64, withdrawn: bool) -> String {
    let mut line = serde_json::json!(entered);
    line["at"] = at.into();
    line["time"] = clock.hms(at).into();
    line["withdrawn"] = withdrawn.into();
    line.to_string()
}

/// That the text names no event, with the words that do and the one that was perhaps meant.
fn unknown(text: &str) -> Message {
    let message = |key: &str| Message::new(key).with("what", text).with("events", event_words::forms().join(", "));
    match event_words::near(text) {
        Some(meant) => message("record.event_near").with("meant", meant),
        None => message("record.event"),
    }
}

/// What may be entered, who may be named, and the items of the agenda.
fn list(meeting: &Meeting, console: Console) {
    let people: Vec<(String, String)> =
        meeting.people.iter().map(|person| (person.id.clone(), person.name.clone())).collect();
    let items: Vec<(String, String)> =
        (1..).zip(&meeting.agenda).map(|(number, item): (u32, _)| (number.to_string(), item.clone())).collect();
    if console.is_json() {
        let pairs = |list: &[(String, String)]| {
            list.iter().map(|(id, name)| serde_json::json!({ "id": id, "name": name })).collect::<Vec<_>>()
        };
        let line = serde_json::json!({
            "events": event_words::forms(),
            "people": pairs(&people),
            "items": pairs(&items),
        });
        return print(&line.to_string());
    }
    for form in event_words::forms() {
        print(&form);
    }
    for (heading, lines) in [("record.list.people", people), ("record.list.items", items)] {
        if !lines.is_empty() {
            print(&format!("\n{}", console.text(heading)));
        }
        for (id, name) in lines {
            print(&format!("  {id:<24} {name}"));
        }
    }
}
