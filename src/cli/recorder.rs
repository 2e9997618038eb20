//! `risalah recorder`: the process that `risalah record` starts to bring the sound to the disk.
//! Nothing else runs in it.
//!
//! With `--supervise` it is the one that starts that process, and starts it again when it dies.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;
use e_risalah::record::capture::{DeviceRequest, Microphones, Rehearsal};
use e_risalah::record::recorder::{self, Outcome, Plan, Sound};
use e_risalah::recording::{End as Ending, LEDGER};

use super::console::Console;
use super::outcome::{End, Failure};
use super::recorder_order::RecorderOrder;

/// A recorder that lives less long than this has died at once: it would again.
const AT_ONCE: Duration = Duration::from_secs(1);
/// How often in a row one that died at once is started again.
const TRIES: u32 = 20;
/// And after how long.
const REST: Duration = Duration::from_millis(200);
/// How often it is looked at.
const PULSE: Duration = Duration::from_millis(20);

#[derive(clap::Args)]
pub struct Args {
    /// Starts the recorder again when it dies.
    #[arg(long, hide = true)]
    pub supervise: bool,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let mut text = Vec::new();
    let read = io::stdin().read_to_end(&mut text).map_err(serde_json::Error::io);
    let order: RecorderOrder = read
        .and_then(|_| serde_json::from_slice(&text))
        .map_err(|error| Failure::usage(Message::new("record.order").with("detail", error)))?;
    // Its own session: the terminal may close, the screen may die.
    let _ = rustix::process::setsid();
    // When memory ends, others go first. Only the system's administrator may ask for that; without
    // the right it stays as it was.
    let _ = std::fs::write("/proc/self/oom_score_adj", "-900");
    let stop = Arc::new(AtomicBool::new(false));
    let ignored = Arc::new(AtomicBool::new(false));
    for (signal, flag) in [
        (signal_hook::consts::SIGTERM, &stop),
        (signal_hook::consts::SIGINT, &ignored),
        (signal_hook::consts::SIGHUP, &ignored),
    ] {
        if signal_hook::flag::register(signal, Arc::clone(flag)).is_err() {
            console.note(&Message::new("cli.no_interrupt"));
        }
    }
    let (part, end) = if args.supervise {
        ("supervisor", keep_alive(order, &stop, console))
    } else {
        ("recorder", record(order, &stop, console))
    };
    if let Err(failure) = &end {
        // The sentence may name a folder or a device; its key names neither.
        let reason = failure.message().map_or("told", |message| message.key.as_str());
        tracing::error!(part, reason, "failed");
    }
    end
}

fn record(order: RecorderOrder, stop: &AtomicBool, console: Console) -> Result<End, Failure> {
    let sound = if let Some(path) = &order.source {
        Sound::Rehearsal(Rehearsal::open(path, order.speed)?)
    } else {
        let wanted = DeviceRequest { device: order.device, channels: order.channels, rate: None };
        Sound::Microphones(Box::new(Microphones::choose(&wanted)?), wanted)
    };
    tracing::info!(resume = order.resume, mirror = order.mirror.is_some(), "recorder started");
    let plan = Plan {
        folder: order.folder,
        mirror: order.mirror,
        sound,
        names: order.names,
        conference: order.conference,
        zone: jiff::tz::TimeZone::system(),
        resume: order.resume,
        seal: order.seal,
        listener: order.listener,
    };
    let Outcome { lost, end, copy_failed, .. } = recorder::run(plan, stop)?;
    if let Some(reason) = &copy_failed {
        console.warning(&Message::new("record.copy_failed").with("reason", reason));
    }
    Ok(if lost > 0 || end == Ending::Disk || copy_failed.is_some() { End::Warned } else { End::Done })
}

/// Starts the recorder, and again where it did not end by itself; it then goes on with the
/// recording in its folder.
fn keep_alive(mut order: RecorderOrder, stop: &AtomicBool, console: Console) -> Result<End, Failure> {
    let (mut tries, mut restarted) = (0, false);
    loop {
        let begun = Instant::now();
        let status = start(&order).and_then(|recorder| wait(recorder, stop));
        let status = status.map_err(|source| folder::Error::Folder { path: order.folder.clone(), source })?;
        match status.code() {
            Some(0) => return Ok(End::Done),
            Some(3) => return Ok(End::Warned),
            // It has told why.
            Some(code @ (1 | 2)) if !restarted || begun.elapsed() > AT_ONCE => return Err(Failure::told(code == 2)),
            _ => {}
        }
        tries = if begun.elapsed() > AT_ONCE { 1 } else { tries + 1 };
        if tries > TRIES || stop.load(Ordering::Relaxed) {
            return Err(Failure::failed(Message::new("record.died").with("folder", order.folder.display())));
        }
        tracing::warn!(tries, code = status.code(), "recorder died and is started again");
        console.warning(&Message::new("record.restarted"));
        restarted = true;
        order.resume = order.folder.join(LEDGER).exists();
        thread::sleep(REST);
    }
}

fn start(order: &RecorderOrder) -> io::Result<Child> {
    let mut recorder = Command::new(std::env::current_exe()?).arg("recorder").stdin(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = recorder.stdin.take() {
        stdin.write_all(&serde_json::to_vec(order)?)?;
    }
    Ok(recorder)
}

/// Waits until the recorder ends; a request to end is passed on to it.
fn wait(mut recorder: Child, stop: &AtomicBool) -> io::Result<ExitStatus> {
    let mut told = false;
    loop {
        if let Some(status) = recorder.try_wait()? {
            return Ok(status);
        }
        if stop.load(Ordering::Relaxed) && !std::mem::replace(&mut told, true) {
            rustix::process::kill_process(rustix::process::Pid::from_child(&recorder), rustix::process::Signal::TERM)?;
        }
        thread::sleep(PULSE);
    }
}
