//! The recording recognised once more when the meeting is over, by a model that could not have
//! followed it.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use e_risalah::common::message::Message;
use e_risalah::meeting::Meeting;
use e_risalah::recognise::models::{State, Store};
use e_risalah::seal::MeetingKey;

use crate::cli::console::Console;
use crate::cli::interrupt::STOP;
use crate::cli::outcome::End;
use crate::cli::own_process::own_process;
use crate::cli::recogniser::spawn_with;

/// Says before the meeting that its second model is not there: afterwards nobody may be near a
/// network.
pub fn check(meeting: &Meeting, console: Console) {
    let Some(wanted) = &meeting.second_model else { return };
    let installed = Store::from_env()
        .and_then(|store| store.list())
        .is_ok_and(|entries| entries.iter().any(|entry| entry.name == *wanted && entry.state == State::Installed));
    if !installed && !Path::new(wanted).is_file() {
        console.warning(&Message::new("record.second_missing").with("model", wanted));
    }
}

/// Recognises once more with this model by this engine. What was recognised before stays as it is
/// if this fails or is stopped.
pub fn run(folder: &Path, model: &str, engine: &str, key: Option<&MeetingKey>, console: Console, quiet: bool) -> End {
    let said = |key: &str| Message::new(key).with("model", model).with("folder", folder.display());
    if STOP.load(Ordering::Relaxed) {
        console.warning(&said("record.second_later"));
        return End::Warned;
    }
    console.note(&said("record.second_begins"));
    let process = own_process("transcribe").ok().and_then(|mut process| {
        process.arg(folder).arg("-o").arg(folder).arg("--model").arg(model).args(["--engine", engine]);
        if quiet {
            process.arg("--quiet");
        }
        process.stdout(Stdio::null());
        spawn_with(process, key)
    });
    let Some(mut process) = process else {
        console.warning(&said("record.second_later"));
        return End::Warned;
    };
    loop {
        match process.try_wait() {
            Ok(Some(status)) if status.code() == Some(0) => return End::Done,
            // It has said itself what a person must see.
            Ok(Some(status)) if status.code() == Some(3) => return End::Warned,
            Ok(None) if !STOP.load(Ordering::Relaxed) => thread::sleep(Duration::from_millis(100)),
            ended => {
                if matches!(ended, Ok(None)) {
                    // What it has recognised so far is stored; the next time it goes on from there.
                    let _ = process.kill();
                    let _ = process.wait();
                }
                console.warning(&said("record.second_later"));
                return End::Warned;
            }
        }
    }
}
