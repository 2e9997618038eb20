//! FLAC, MP3, Ogg Vorbis, AAC in MP4 and their kin, decoded by symphonia.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Failure;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use super::decode::{Decode, Format};
use super::{Error, RATES, Warning};

/// A hole in the stream is filled by as many frames at a time.
const SILENCE: u64 = 4096;

/// Timestamps of a packet that differ by less than this many frames from the end of the one before are rounding.
const ROUNDING: u64 = 32;

/// The frames of the first sound track of one compressed file.
pub(super) struct Compressed {
    path: PathBuf,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: Option<TimeBase>,
    format: Format,
    length: Option<u64>,
    /// Decoded and not yet delivered: the samples from `taken` on.
    samples: Vec<f32>,
    taken: usize,
    /// Frames decoded so far.
    decoded: u64,
    /// The timestamp at which the next packet ought to begin.
    due: Option<i64>,
    /// Frames of silence that stand for a hole, and the packet behind it.
    hole: u64,
    waiting: Option<Packet>,
    ended: bool,
    damage: Option<Damage>,
    broken: Option<String>,
}

/// Places that became silence.
struct Damage {
    places: u64,
    first: u64,
}

/// What a step through the stream came to.
enum Step {
    Sound(Format),
    End,
}

impl Compressed {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let reader = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|failure| opening(path, failure))?;
        let track = reader.default_track(TrackType::Audio).ok_or_else(|| Error::NoData { path: path.to_owned() })?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters.ok_or_else(|| Error::NoData { path: path.to_owned() })?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|failure| opening(path, failure))?;
        let mut file = Self {
            path: path.to_owned(),
            track: track.id,
            time_base: track.time_base,
            length: track.num_frames,
            // What the container says of rate and channels is often missing or wrong; the first sound decides.
            format: Format::new(*RATES.start(), 1, path)?,
            reader,
            decoder,
            samples: Vec::new(),
            taken: 0,
            decoded: 0,
            due: None,
            hole: 0,
            waiting: None,
            ended: false,
            damage: None,
            broken: None,
        };
        while file.samples.is_empty() {
            match file.step()? {
                Step::Sound(format) => file.format = format,
                Step::End => return Err(Error::NoData { path: path.to_owned() }),
            }
        }
        // What was lost before the first sound was counted in frames of the provisional format.
        file.damage = None;
        file.decoded = (file.samples.len() / usize::from(file.format.channels)) as u64;
        Ok(file)
    }

    /// Puts what comes next into `samples`, which may be nothing.
    fn step(&mut self) -> Result<Step, Error> {
        self.samples.clear();
        self.taken = 0;
        if self.hole > 0 {
            let frames = self.hole.min(SILENCE);
            self.hole -= frames;
            self.samples.resize(frames as usize * usize::from(self.format.channels), 0.0);
            return Ok(Step::Sound(self.format));
        }
        let packet = match self.waiting.take() {
            Some(packet) => packet,
            None => match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => return Ok(Step::Sound(self.format)),
                Ok(None) => return Ok(Step::End),
                Err(failure) => return self.stop(failure),
            },
        };
        let missing = self.due.map_or(0, |due| self.frames(packet.pts.get().saturating_sub(due)));
        self.due = packet.pts.get().checked_add_unsigned(packet.block_dur().get());
        if missing > ROUNDING && self.fits(missing) {
            self.lose(missing);
            self.waiting = Some(packet);
            // The packet is on time when it comes round again.
            self.due = None;
            return Ok(Step::Sound(self.format));
        }
        match self.decoder.decode(&packet) {
            Ok(sound) => {
                let spec = sound.spec();
                let format = Format::new(spec.rate(), spec.channels().count() as u64, &self.path)?;
                sound.copy_to_vec_interleaved(&mut self.samples);
                Ok(Step::Sound(format))
            }
            Err(Failure::DecodeError(_) | Failure::LimitError(_)) => {
                let frames = self.frames(i64::try_from(packet.dur.get()).unwrap_or_default());
                self.lose(if self.fits(frames) { frames } else { 0 });
                Ok(Step::Sound(self.format))
            }
            Err(failure) => self.stop(failure),
        }
    }

    /// Notes damage of that many frames, so that silence keeps what follows in its place.
    fn lose(&mut self, frames: u64) {
        let first = self.decoded;
        self.damage.get_or_insert(Damage { places: 0, first }).places += 1;
        self.hole = frames;
    }

    /// Whether a hole of that many frames can be true: one beyond the end of the file, or of more than a minute where the file
    /// does not tell its end, is itself a fault.
    fn fits(&self, frames: u64) -> bool {
        let limit = self.length.unwrap_or(self.decoded + 60 * u64::from(self.format.clock().rate()));
        self.decoded.saturating_add(frames) <= limit
    }

    /// Frames that lie in a stretch of the track's timestamps; 0 for a negative one.
    fn frames(&self, ticks: i64) -> u64 {
        let Some(base) = self.time_base else { return 0 };
        let ticks = u128::from(u64::try_from(ticks).unwrap_or_default());
        let frames = ticks * u128::from(base.numer.get()) * u128::from(self.format.clock().rate());
        u64::try_from(frames / u128::from(base.denom.get())).unwrap_or(u64::MAX)
    }

    /// The stream cannot go on: an end where the file ends, an error where the system cannot read.
    fn stop(&mut self, failure: Failure) -> Result<Step, Error> {
        match failure {
            Failure::IoError(source) if source.kind() == io::ErrorKind::UnexpectedEof => {}
            Failure::IoError(source) => return Err(Error::io(&self.path, source)),
            other => self.broken = Some(other.to_string()),
        }
        Ok(Step::End)
    }

    /// Makes the next samples ready; they stay empty at the end.
    fn advance(&mut self) -> Result<(), Error> {
        while !self.ended && self.taken == self.samples.len() {
            match self.step()? {
                Step::Sound(format) if format == self.format => {}
                Step::Sound(format) => {
                    self.samples.clear();
                    self.broken = Some(format!("{} × {} Hz", format.channels, format.clock().rate()));
                    self.ended = true;
                }
                Step::End => self.ended = true,
            }
            self.decoded += (self.samples.len() / usize::from(self.format.channels)) as u64;
        }
        Ok(())
    }
}

/// The error of a file whose first bytes are those of a known format, but which cannot be opened.
fn opening(path: &Path, failure: Failure) -> Error {
    let path = path.to_owned();
    match failure {
        Failure::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => Error::Io { path, source },
        Failure::IoError(_) => Error::NoData { path },
        Failure::Unsupported(what) if !what.contains("probe") => Error::Encoding { path, encoding: what.to_owned() },
        _ => Error::NotAudio { path },
    }
}

impl Decode for Compressed {
    fn format(&self) -> Format {
        self.format
    }

    fn length(&self) -> Option<u64> {
        self.length
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        let mut done = 0;
        while done < out.len() {
            self.advance()?;
            let ready = &self.samples[self.taken..];
            if ready.is_empty() {
                break;
            }
            let count = ready.len().min(out.len() - done);
            out[done..done + count].copy_from_slice(&ready[..count]);
            self.taken += count;
            done += count;
        }
        Ok(done / usize::from(self.format.channels))
    }

    fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        let channels = usize::from(self.format.channels);
        let mut done = 0;
        while done < frames {
            self.advance()?;
            let ready = ((self.samples.len() - self.taken) / channels) as u64;
            if ready == 0 {
                break;
            }
            let count = ready.min(frames - done);
            self.taken += count as usize * channels;
            done += count;
        }
        Ok(done)
    }

    fn warnings(&self) -> Vec<Warning> {
        let (path, clock, held) = (&self.path, self.format.clock(), self.decoded);
        let mut warnings = Vec::new();
        if let Some(Damage { places, first }) = self.damage {
            warnings.push(Warning::Damaged { path: path.clone(), places, clock, first });
        }
        match (&self.broken, self.length) {
            (Some(reason), _) => {
                warnings.push(Warning::Broken { path: path.clone(), clock, held, reason: reason.clone() });
            }
            // Encoder delay makes lengths differ by less than a tenth of a second.
            (None, Some(claimed)) if self.ended && held + u64::from(clock.rate() / 10) < claimed => {
                warnings.push(Warning::Truncated { path: path.clone(), clock, held, claimed });
            }
            _ => {}
        }
        warnings
    }
}
