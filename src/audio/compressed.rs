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

use super::decode::{Decode, Format};
use super::{Error, Warning};
use crate::clock::Clock;

/// The frames of the first sound track of one compressed file.
pub(super) struct Compressed {
    path: PathBuf,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    format: Format,
    length: Option<u64>,
    /// Decoded and not yet delivered: the samples from `taken` on.
    samples: Vec<f32>,
    taken: usize,
    /// Frames decoded so far.
    decoded: u64,
    ended: bool,
    damage: Option<Damage>,
    broken: Option<String>,
}

/// Packets that became silence.
struct Damage {
    packets: u64,
    first: u64,
}

/// What the next packet came to.
enum Packet {
    Sound(Format),
    Unreadable,
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
        // What the container says of rate and channels is often missing or wrong; the first sound decides.
        let provisional = Format::new(8_000, 1, path)?;
        let (id, length) = (track.id, track.num_frames);
        let mut file = Self {
            path: path.to_owned(),
            reader,
            decoder,
            track: id,
            format: provisional,
            length,
            samples: Vec::new(),
            taken: 0,
            decoded: 0,
            ended: false,
            damage: None,
            broken: None,
        };
        loop {
            match file.decode_packet()? {
                Packet::Sound(_) if file.samples.is_empty() => {}
                Packet::Sound(format) => {
                    file.format = format;
                    file.decoded = (file.samples.len() / usize::from(format.channels)) as u64;
                    return Ok(file);
                }
                Packet::Unreadable => {}
                Packet::End => return Err(Error::NoData { path: path.to_owned() }),
            }
        }
    }

    /// Decodes one packet of the track into `samples`.
    fn decode_packet(&mut self) -> Result<Packet, Error> {
        self.samples.clear();
        self.taken = 0;
        let packet = match self.reader.next_packet() {
            Ok(Some(packet)) if packet.track_id == self.track => packet,
            Ok(Some(_)) => return Ok(Packet::Sound(self.format)),
            Ok(None) => return Ok(Packet::End),
            Err(failure) => return self.stop(failure),
        };
        match self.decoder.decode(&packet) {
            Ok(sound) => {
                let spec = sound.spec();
                let format = Format::new(spec.rate(), spec.channels().count() as u64, &self.path)?;
                sound.copy_to_vec_interleaved(&mut self.samples);
                Ok(Packet::Sound(format))
            }
            Err(Failure::DecodeError(_) | Failure::LimitError(_)) => Ok(Packet::Unreadable),
            Err(failure) => self.stop(failure),
        }
    }

    /// The stream cannot go on: an end where the file ends, an error where the system cannot read.
    fn stop(&mut self, failure: Failure) -> Result<Packet, Error> {
        match failure {
            Failure::IoError(source) if source.kind() == io::ErrorKind::UnexpectedEof => {}
            Failure::IoError(source) => return Err(Error::io(&self.path, source)),
            other => self.broken = Some(other.to_string()),
        }
        Ok(Packet::End)
    }

    /// Makes the next samples ready; they stay empty at the end.
    fn advance(&mut self) -> Result<(), Error> {
        let channels = usize::from(self.format.channels);
        let before = self.samples.len();
        while !self.ended && self.taken == self.samples.len() {
            match self.decode_packet()? {
                Packet::Sound(format) if format == self.format => {}
                Packet::Sound(format) => {
                    self.samples.clear();
                    self.broken = Some(format!("{} × {} Hz", format.channels, format.clock().rate()));
                    self.ended = true;
                }
                Packet::Unreadable => {
                    // Packets of one file are of about one length: the timeline stays true.
                    self.samples.resize(before, 0.0);
                    let first = self.decoded;
                    self.damage.get_or_insert(Damage { packets: 0, first }).packets += 1;
                }
                Packet::End => self.ended = true,
            }
            self.decoded += (self.samples.len() / channels) as u64;
        }
        Ok(())
    }

    fn clock(&self) -> Clock {
        self.format.clock()
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
        let (path, clock, held) = (&self.path, self.clock(), self.decoded);
        let mut warnings = Vec::new();
        if let Some(Damage { packets, first }) = self.damage {
            warnings.push(Warning::Damaged { path: path.clone(), packets, clock, first });
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
