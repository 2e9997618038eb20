//! `risalah doctor --sound-check`: each seat in turn says a sentence, and what is wrong is said by
//! seat.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use e_risalah::audio::{Block, Input, Source, SpeechStream};
use e_risalah::common::clock::Channel;
use e_risalah::common::message::Message;
use e_risalah::floor::Profile;
use e_risalah::lifecycle::folder;
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder;
use e_risalah::record::capture::{DeviceRequest, Microphones};
use e_risalah::record::recorder::{self, Plan, Sound};
use e_risalah::record::soundcheck::room::{self, Room};
use e_risalah::record::soundcheck::{SoundCheck, Step, Trouble, Verdict};
use e_risalah::recording::{FOLDER, Growth};
use jiff::tz::TimeZone;

use super::args::Args;
use crate::cli::console::{Console, print, relay};
use crate::cli::interrupt::STOP;
use crate::cli::outcome::{End, Failure};

/// Samples that are listened to at a time (0.1 s): the next seat is asked that soon.
const BLOCK: usize = 1600;

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => Meeting::bare(),
    };
    let check = SeatCheck { meeting: &meeting, console, silent: args.output_args.hides_progress() };
    let (verdicts, profile) = match &args.source {
        Some(path) => {
            let input = meeting_folder::input(std::slice::from_ref(path), &meeting)?;
            check.listen(&input)?
        }
        None => check.listen_live(args.device.clone())?,
    };
    if args.output_args.json {
        print(&serde_json::to_string(&verdicts).unwrap_or_default());
    } else {
        for verdict in &verdicts {
            check.tell(verdict);
        }
    }
    let troubles = || verdicts.iter().flat_map(|verdict| verdict.troubles.iter().copied());
    if troubles().any(is_fault) {
        // What was learned with cables exchanged would mislead every recording of this room.
        console.note(&Message::new("soundcheck.not_kept"));
        return Err(Failure::told(false));
    }
    if verdicts.iter().any(|verdict| verdict.level_db.is_some()) {
        check.keep(profile)?;
    }
    Ok(End::warned_if(troubles().next().is_some()))
}

/// A meeting cannot begin with these: a seat would not be heard, or be another's.
fn is_fault(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::Silent | Trouble::HeardAt { .. } | Trouble::SwappedWith { .. })
}

/// The room whose seats speak.
struct SeatCheck<'a> {
    meeting: &'a Meeting,
    console: Console,
    /// Whether nobody is asked on the screen.
    silent: bool,
}

impl SeatCheck<'_> {
    /// Checks a recording of a sound check, or one that is being made.
    fn listen(&self, input: &Input) -> Result<(Vec<Verdict>, Profile), Failure> {
        let source = Source::follow(input, &STOP)?;
        let channels = source.channels();
        self.meeting.check_channels(channels)?;
        let mut sound = SpeechStream::new(source)?;
        let mut sound_check = SoundCheck::new(usize::from(channels), self.seats(channels));
        let mut block = Block::default();
        while !sound_check.is_over() && sound.read(&mut block, BLOCK)? > 0 {
            if STOP.load(Ordering::Relaxed) {
                return Err(Failure::failed(Message::new("soundcheck.interrupted")));
            }
            let slices: Vec<&[f32]> = block.channels().iter().map(Vec::as_slice).collect();
            for step in sound_check.push(&slices) {
                self.show(step);
            }
        }
        Ok(sound_check.finish())
    }

    /// Records what the microphones give into a folder of its own, and listens to that: as a
    /// meeting is recorded and recognised.
    fn listen_live(&self, device: Option<String>) -> Result<(Vec<Verdict>, Profile), Failure> {
        let seats = self.meeting.seats.iter().map(|seat| seat.channel.number()).max();
        let wanted = DeviceRequest { device, channels: seats, rate: None };
        let microphones = Microphones::choose(&wanted)?;
        let temporary = TemporaryFolder::create()?;
        let folder = temporary.0.join(FOLDER);
        let plan = Plan {
            folder: folder.clone(),
            mirror: None,
            sound: Sound::Microphones(Box::new(microphones), wanted),
            names: Vec::new(),
            conference: None,
            zone: TimeZone::system(),
            resume: false,
        };
        let enough = AtomicBool::new(false);
        thread::scope(|scope| {
            let recorder = scope.spawn(|| recorder::run(plan, &enough));
            let begun = || Growth::open(&folder).ok().flatten().is_some();
            while !begun() && !recorder.is_finished() && !STOP.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
            let heard = if begun() { Some(self.listen(&Input::Recording(folder.clone()))) } else { None };
            enough.store(true, Ordering::Relaxed);
            recorder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            heard.unwrap_or_else(|| Err(Failure::failed(Message::new("soundcheck.interrupted"))))
        })
    }

    /// The seats in their order; without a description, every channel.
    fn seats(&self, channels: u16) -> Vec<Channel> {
        if self.meeting.seats.is_empty() {
            return (0..usize::from(channels)).map(Channel::from_index).collect();
        }
        self.meeting.seats.iter().map(|seat| seat.channel).collect()
    }

    /// Keeps what was learned under the name of the room.
    fn keep(&self, profile: Profile) -> Result<(), Failure> {
        let Some(name) = &self.meeting.place else {
            self.console.note(&Message::new("soundcheck.nameless"));
            return Ok(());
        };
        let path = room::path_of(name)?;
        Room { name: name.clone(), checked: jiff::Timestamp::now(), profile }.write(&path)?;
        if !self.silent {
            self.console.note(&Message::new("soundcheck.kept").with("name", name).with("path", path.display()));
        }
        Ok(())
    }

    fn show(&self, step: Step) {
        let message = match step {
            Step::Asked(seat) => Message::new("soundcheck.asked").with("seat", self.seat(seat)),
            Step::Heard { seat, at } if seat == at => Message::new("soundcheck.heard").with("seat", seat),
            Step::Heard { seat, at } => {
                Message::new("soundcheck.heard_at").with("seat", seat).with("other", self.seat(at))
            }
            Step::Missed(seat) => Message::new("soundcheck.missed").with("seat", seat),
        };
        if !self.silent {
            relay(&format!("{}\n", self.console.sentence(&message)));
        }
    }

    fn tell(&self, verdict: &Verdict) {
        let seat = self.seat(verdict.seat);
        let (Some(level), Some(above), true) = (verdict.level_db, verdict.above_noise_db, verdict.troubles.is_empty())
        else {
            for &trouble in &verdict.troubles {
                let mark = if is_fault(trouble) { "doctor.mark.fail" } else { "doctor.mark.warn" };
                let message = self.trouble(trouble).with("seat", &seat);
                print(&format!("{:<10} {}", self.console.text(mark), self.console.sentence(&message)));
                if let Some(hint) = message.hint(self.console.language()) {
                    print(&format!("{:<10} {hint}", ""));
                }
            }
            return;
        };
        let message = Message::new("soundcheck.well")
            .with("seat", seat)
            .with("level", format!("{level:.0}"))
            .with("above", format!("{above:.0}"));
        print(&format!("{:<10} {}", self.console.text("doctor.mark.ok"), self.console.sentence(&message)));
    }

    fn trouble(&self, trouble: Trouble) -> Message {
        match trouble {
            Trouble::Silent => Message::new("soundcheck.silent"),
            Trouble::TooQuiet { above_noise_db } => Message::new("soundcheck.too_quiet").with("above", above_noise_db),
            Trouble::Clipped => Message::new("soundcheck.clipped"),
            Trouble::HeardAt { other } => Message::new("soundcheck.other").with("other", self.seat(other)),
            Trouble::SwappedWith { other } => Message::new("soundcheck.swapped").with("other", self.seat(other)),
            Trouble::BleedsInto { other, db } => {
                Message::new("soundcheck.bleeds").with("other", self.seat(other)).with("db", db)
            }
        }
    }

    /// A seat as people know it.
    fn seat(&self, channel: Channel) -> String {
        let name = match self.meeting.speaker(channel, 0) {
            Some(person) => Some(person.name.clone()),
            None if self.meeting.seat(channel).is_some() => self.meeting.label(channel, 0).microphone(),
            None => None,
        };
        name.map_or_else(|| channel.to_string(), |name| format!("{channel} {name}"))
    }
}

/// A folder that is gone when it is dropped.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn create() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("risalah-uji-suara-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|source| folder::Error::Folder { path: path.clone(), source })?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
