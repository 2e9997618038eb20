//! A sound check: each seat in turn says a sentence, and what is wrong is said by seat.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Check, Mark};
use crate::audio::{self, Block, Input, Source, SpeechStream};
use crate::common::clock::Channel;
use crate::common::message::{Explain, Message};
use crate::floor::Profile;
use crate::lifecycle::folder;
use crate::meeting::{self, Meeting};
use crate::meeting_folder;
use crate::record::capture::{self, DeviceRequest, Microphones};
use crate::record::recorder::{self, Plan, Sound};
use crate::record::soundcheck::room::{self, Room};
use crate::record::soundcheck::{SoundCheck, Step, Trouble, Verdict};
use crate::recording::{self, FOLDER, Growth};

/// Samples that are listened to at a time (0.1 s): the next seat is asked that soon.
const BLOCK: usize = 1600;

/// Why a sound check does not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The meeting has seats that the sound has no channel for.
    #[error(transparent)]
    Meeting(#[from] meeting::Error),
    /// The file that stands for the microphones.
    #[error(transparent)]
    Folder(#[from] meeting_folder::Error),
    /// The sound.
    #[error(transparent)]
    Audio(#[from] audio::Error),
    /// The microphones.
    #[error(transparent)]
    Capture(#[from] capture::Error),
    /// The recorder that listens.
    #[error(transparent)]
    Recorder(#[from] recorder::Error),
    /// What it has written.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// What was learned of the room.
    #[error(transparent)]
    Room(#[from] room::Error),
    /// No folder for the sound.
    #[error(transparent)]
    Place(#[from] folder::Error),
    /// Somebody has ended it.
    #[error("ended before every seat had its turn")]
    Interrupted,
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Meeting(error) => error.message(),
            Self::Folder(error) => error.message(),
            Self::Audio(error) => error.message(),
            Self::Capture(error) => error.message(),
            Self::Recorder(error) => error.message(),
            Self::Recording(error) => error.message(),
            Self::Room(error) => error.message(),
            Self::Place(error) => error.message(),
            Self::Interrupted => Message::new("soundcheck.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Meeting(error) => error.is_usage(),
            Self::Folder(error) => error.is_usage(),
            Self::Audio(error) => error.is_usage(),
            Self::Capture(error) => error.is_usage(),
            Self::Recorder(error) => error.is_usage(),
            Self::Recording(error) => error.is_usage(),
            Self::Room(error) => error.is_usage(),
            Self::Place(error) => error.is_usage(),
            Self::Interrupted => false,
        }
    }
}

/// What happens while it is listened.
#[derive(Clone, Debug)]
pub enum Told {
    /// How loud each channel was over the last tenth of a second: the root of the mean square.
    Levels(Vec<f32>),
    /// Who is to speak, or was heard.
    Step(Step),
}

/// A meeting cannot begin with these: a seat would not be heard, or be another's.
#[must_use]
pub fn is_fault(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::Silent | Trouble::HeardAt { .. } | Trouble::SwappedWith { .. })
}

/// The room whose seats speak.
pub struct SeatCheck<'a> {
    /// The meeting that names them.
    pub meeting: &'a Meeting,
    /// Ends it.
    pub stop: &'static AtomicBool,
}

impl SeatCheck<'_> {
    /// Checks a recording of a sound check as if it were being made.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn listen_to(&self, path: &Path, told: &mut dyn FnMut(Told)) -> Result<(Vec<Verdict>, Profile), Error> {
        self.listen(&meeting_folder::input(&[path.to_owned()], self.meeting)?, told)
    }

    fn listen(&self, input: &Input, told: &mut dyn FnMut(Told)) -> Result<(Vec<Verdict>, Profile), Error> {
        let source = Source::follow(input, self.stop)?;
        let channels = source.channels();
        self.meeting.check_channels(channels)?;
        let mut sound = SpeechStream::new(source)?;
        let mut sound_check = SoundCheck::new(usize::from(channels), self.seats(channels));
        let mut block = Block::default();
        while !sound_check.is_over() && sound.read(&mut block, BLOCK)? > 0 {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let slices: Vec<&[f32]> = block.channels().iter().map(Vec::as_slice).collect();
            let rms = |samples: &&[f32]| {
                (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
            };
            told(Told::Levels(slices.iter().map(rms).collect()));
            sound_check.push(&slices).into_iter().for_each(|step| told(Told::Step(step)));
        }
        Ok(sound_check.finish())
    }

    /// Records what the microphones give into a folder of its own, and listens to that: as a
    /// meeting is recorded and recognised.
    ///
    /// # Errors
    /// Any [`Error`].
    ///
    /// # Panics
    /// When the recorder has.
    pub fn listen_live(
        &self,
        device: Option<String>,
        told: &mut dyn FnMut(Told),
    ) -> Result<(Vec<Verdict>, Profile), Error> {
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
            seal: None,
            listener: None,
        };
        let enough = AtomicBool::new(false);
        thread::scope(|scope| {
            let recorder = scope.spawn(|| recorder::run(plan, &enough));
            let begun = || Growth::open(&folder).ok().flatten().is_some();
            while !begun() && !recorder.is_finished() && !self.stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
            let heard = if begun() { Some(self.listen(&Input::Recording(folder.clone()), told)) } else { None };
            enough.store(true, Ordering::Relaxed);
            recorder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            heard.unwrap_or_else(|| Err(Error::Interrupted))
        })
    }

    /// The seats in their order; without a description, every channel.
    fn seats(&self, channels: u16) -> Vec<Channel> {
        if self.meeting.seats.is_empty() {
            return (0..usize::from(channels)).map(Channel::from_index).collect();
        }
        self.meeting.seats.iter().map(|seat| seat.channel).collect()
    }

    /// Keeps what was learned under the name of the room, where it has one; gives where.
    ///
    /// # Errors
    /// [`Error::Room`].
    pub fn keep(&self, profile: Profile) -> Result<Option<PathBuf>, Error> {
        let Some(name) = &self.meeting.place else { return Ok(None) };
        let path = room::path_of(name)?;
        Room { name: name.clone(), checked: jiff::Timestamp::now(), profile }.write(&path)?;
        Ok(Some(path))
    }

    /// A step as a sentence.
    #[must_use]
    pub fn step(&self, step: Step) -> Message {
        match step {
            Step::Asked(seat) => Message::new("soundcheck.asked").with("seat", self.seat(seat)),
            Step::Heard { seat, at } if seat == at => Message::new("soundcheck.heard").with("seat", seat),
            Step::Heard { seat, at } => {
                Message::new("soundcheck.heard_at").with("seat", seat).with("other", self.seat(at))
            }
            Step::Missed(seat) => Message::new("soundcheck.missed").with("seat", seat),
        }
    }

    /// What is to be said of a seat.
    #[must_use]
    pub fn told(&self, verdict: &Verdict) -> Vec<Check> {
        let seat = self.seat(verdict.seat);
        let (Some(level), Some(above), true) = (verdict.level_db, verdict.above_noise_db, verdict.troubles.is_empty())
        else {
            let check = |trouble: &Trouble| {
                let mark = if is_fault(*trouble) { Mark::Fault } else { Mark::Doubt };
                Check { mark, message: self.trouble(*trouble).with("seat", &seat) }
            };
            return verdict.troubles.iter().map(check).collect();
        };
        let message = Message::new("soundcheck.well")
            .with("seat", seat)
            .with("level", format!("{level:.0}"))
            .with("above", format!("{above:.0}"));
        vec![Check { mark: Mark::Well, message }]
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
    fn create() -> Result<Self, Error> {
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
