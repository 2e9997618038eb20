//! One track of compressed sound as frames on a timeline.

use std::path::{Path, PathBuf};

use super::adapt::Adapter;
use super::codec::{Decoder, Spec};
use super::container::{Group, Next, Packets};
use super::decode::{Decode, Format};
use super::{Error, RATES, Warning};

/// A hole in the stream is filled by as many frames at a time.
const SILENCE: u64 = 4096;

/// Times in a container are rounded, and clocks drift: only what is missing for longer than this
/// part of a second is a hole.
const ROUNDING: u64 = 20;

/// A hole is no longer than this many seconds where the file does not tell its length.
const LONGEST_HOLE: u64 = 3_600;

/// The frames of one sound track of a file.
pub(super) struct Compressed {
    path: PathBuf,
    packets: Box<dyn Packets>,
    decoder: Decoder,
    format: Format,
    /// Whether a first sound has decided the format.
    opened: bool,
    /// Brings sound of another rate or width to that of the beginning.
    adapter: Option<(Spec, Adapter)>,
    /// The frame at which the present stream's time is 0.
    base: i64,
    /// Frames of silence to be delivered before `samples`.
    hole: u64,
    /// Decoded and not yet delivered: the samples from `taken` on.
    samples: Vec<f32>,
    taken: usize,
    /// Frames up to the end of `samples`.
    decoded: u64,
    /// Frames of the last packet, for one that is damaged.
    usual: u64,
    ended: bool,
    damage: Option<Damage>,
    broken: Option<String>,
    changed: Option<(u64, Spec)>,
}

/// Places that became silence.
struct Damage {
    places: u64,
    first: u64,
}

impl Compressed {
    pub(super) fn open(path: &Path, packets: Box<dyn Packets>) -> Result<Self, Error> {
        let coding = packets.coding().clone();
        let refused = || Error::Encoding { path: path.to_owned(), encoding: coding.name() };
        let decoder = Decoder::new(&coding).ok_or_else(refused)?;
        let mut file = Self {
            path: path.to_owned(),
            packets,
            decoder,
            // What a container says of rate and channels is often missing or wrong; the first sound decides.
            format: Format::new(*RATES.start(), 1, path)?,
            opened: false,
            adapter: None,
            base: 0,
            hole: 0,
            samples: Vec::new(),
            taken: 0,
            decoded: 0,
            usual: 0,
            ended: false,
            damage: None,
            broken: None,
            changed: None,
        };
        let mut silent = false;
        while file.samples.is_empty() && !file.ended {
            file.advance()?;
            silent |= file.damage.is_some();
        }
        if !file.opened {
            return Err(if silent { refused() } else { Error::NoData { path: path.to_owned() } });
        }
        Ok(file)
    }

    fn channels(&self) -> usize {
        usize::from(self.format.channels)
    }

    /// Puts what comes next into `samples`, which may be nothing.
    fn step(&mut self) -> Result<(), Error> {
        self.samples.clear();
        self.taken = 0;
        match self.packets.next()? {
            Next::End => {
                self.finish_adapter()?;
                self.ended = true;
            }
            Next::Stream(coding) => {
                self.finish_adapter()?;
                self.base = self.decoded as i64;
                if let Some(decoder) = Decoder::new(&coding) {
                    self.decoder = decoder;
                } else {
                    self.broken = Some(coding.name());
                    self.ended = true;
                }
            }
            Next::Sound(group) => self.sound(group)?,
        }
        Ok(())
    }

    /// Decodes packets and finds their place.
    fn sound(&mut self, group: Group) -> Result<(), Error> {
        let Group { packets, at, end, last, first, mut lost } = group;
        // An empty packet only carries a mark.
        for packet in packets.into_iter().filter(|packet| !packet.is_empty()) {
            let mut fresh = Vec::new();
            if let Ok(spec) = self.decoder.decode(packet, &mut fresh) {
                self.push(spec, fresh)?;
            } else {
                self.note_damage();
                self.samples.resize(self.samples.len() + self.usual as usize * self.channels(), 0.0);
            }
        }
        if !self.opened {
            return Ok(());
        }
        let channels = self.channels();
        let mut frames = (self.samples.len() / channels) as i64;
        let (at, end) = (at.map(|at| self.frames(at)), end.map(|end| self.frames(end)));
        let mut due = self.decoded as i64 - self.base;
        let mut start = at.or(end.map(|end| end - frames).filter(|_| !last || lost)).unwrap_or(due);
        if first && start > due {
            // The stream's time began before it.
            self.base -= start - due;
            (due, start) = (start, start);
            lost = false;
        }
        // What lies before the beginning is not heard.
        if due == 0 && start < 0 {
            let early = frames.min(-start);
            self.samples.drain(..early as usize * channels);
            frames -= early;
            start += early;
        }
        // The time goes on to count from where the beginning would be, though less was there.
        let missing = u64::try_from(start - due).unwrap_or_default();
        let tolerated = if lost { 0 } else { u64::from(self.format.clock().rate()) / ROUNDING };
        if missing > tolerated && self.adapter.is_none() && self.fits(missing) {
            self.hole = missing;
            due += missing as i64;
        }
        if let Some(end) = end.filter(|end| last && due + frames > *end) {
            let kept = (end - due).clamp(0, frames);
            self.samples.truncate(kept as usize * channels);
            frames = kept;
        }
        if lost {
            self.note_damage();
        }
        self.decoded += self.hole + frames as u64;
        Ok(())
    }

    /// Takes in decoded sound, brought to the format of the beginning.
    fn push(&mut self, spec: Spec, fresh: Vec<f32>) -> Result<(), Error> {
        if fresh.is_empty() {
            return Ok(());
        }
        if !self.opened {
            self.format = Format::new(spec.rate, spec.channels.into(), &self.path)?;
            self.opened = true;
            self.damage = None;
            self.decoded = 0;
            self.base = 0;
            self.samples.clear();
        }
        let own = Spec { rate: self.format.clock().rate(), channels: self.format.channels };
        if spec == own {
            self.usual = (fresh.len() / self.channels()) as u64;
            self.finish_adapter()?;
            self.samples.extend(fresh);
            return Ok(());
        }
        if self.adapter.as_ref().is_none_or(|(from, _)| *from != spec) {
            self.finish_adapter()?;
            Format::new(spec.rate, spec.channels.into(), &self.path)?;
            self.adapter = Some((spec, Adapter::new(spec, own)?));
        }
        if spec.channels != own.channels {
            self.changed.get_or_insert((self.decoded, spec));
        }
        if let Some((_, adapter)) = &mut self.adapter {
            adapter.process(&fresh, &mut self.samples)?;
        }
        Ok(())
    }

    /// Takes in what an adapter still holds.
    fn finish_adapter(&mut self) -> Result<(), Error> {
        if let Some((_, adapter)) = self.adapter.take() {
            let before = self.samples.len();
            adapter.finish(&mut self.samples)?;
            // Within a group, its frames are counted with the others.
            if before == 0 {
                self.decoded += (self.samples.len() / self.channels()) as u64;
            }
        }
        Ok(())
    }

    /// Notes damage here, which silence of the same length stands for.
    fn note_damage(&mut self) {
        let first = self.decoded;
        self.damage.get_or_insert(Damage { places: 0, first }).places += 1;
    }

    /// Whether a hole of that many frames can be true: one beyond the end of the file, or of hours
    /// where the file does not tell its end, is itself a fault.
    fn fits(&self, frames: u64) -> bool {
        let rate = u64::from(self.format.clock().rate());
        let limit = self.length().map_or(self.decoded + LONGEST_HOLE * rate, |length| length.saturating_add(rate));
        self.decoded.saturating_add(frames) <= limit
    }

    /// Frames that lie in a stretch of the track's time.
    fn frames(&self, ticks: i64) -> i64 {
        let frames =
            i128::from(ticks) * i128::from(self.format.clock().rate()) / i128::from(self.packets.ticks().max(1));
        // Room enough for sums, and longer than any file.
        frames.clamp(-(1 << 60), 1 << 60) as i64
    }

    /// Makes the next samples ready; they stay empty at the end.
    fn advance(&mut self) -> Result<(), Error> {
        while !self.ended && self.hole == 0 && self.taken == self.samples.len() {
            self.step()?;
        }
        Ok(())
    }

    /// The length that the file claims, in frames.
    fn claim(&self) -> Option<u64> {
        let ticks = i64::try_from(self.packets.claimed()?).ok()?;
        u64::try_from(self.frames(ticks)).ok()
    }
}

impl Decode for Compressed {
    fn format(&self) -> Format {
        self.format
    }

    fn length(&self) -> Option<u64> {
        self.claim()
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        let channels = self.channels();
        let mut done = 0;
        while done < out.len() {
            self.advance()?;
            if self.hole > 0 {
                let frames = self.hole.min(SILENCE).min(((out.len() - done) / channels) as u64);
                if frames == 0 {
                    break;
                }
                out[done..done + frames as usize * channels].fill(0.0);
                self.hole -= frames;
                done += frames as usize * channels;
                continue;
            }
            let ready = &self.samples[self.taken..];
            if ready.is_empty() {
                break;
            }
            let count = ready.len().min(out.len() - done);
            out[done..done + count].copy_from_slice(&ready[..count]);
            self.taken += count;
            done += count;
        }
        Ok(done / channels)
    }

    fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        let channels = self.channels();
        let mut done = 0;
        while done < frames {
            self.advance()?;
            let silent = self.hole.min(frames - done);
            self.hole -= silent;
            done += silent;
            if self.hole > 0 {
                break;
            }
            let ready = ((self.samples.len() - self.taken) / channels) as u64;
            if ready == 0 && silent == 0 {
                break;
            }
            let count = ready.min(frames - done);
            self.taken += count as usize * channels;
            done += count;
        }
        Ok(done)
    }

    fn warnings(&self) -> Vec<Warning> {
        let (path, clock, held) = (self.path.clone(), self.format.clock(), self.decoded);
        let rate = u64::from(clock.rate());
        let mut warnings = Vec::new();
        if let Some(Damage { places, first }) = self.damage {
            warnings.push(Warning::Damaged { path: path.clone(), places, clock, first });
        }
        if let Some((first, spec)) = self.changed {
            let (from, to) = (self.format.channels, spec.channels);
            warnings.push(Warning::ChannelsChange { path: path.clone(), clock, first, from, to });
        }
        let hidden = u64::try_from(self.frames(self.packets.hidden() as i64)).unwrap_or_default();
        // Less is what an encoder put before and behind the sound.
        if hidden > rate / 2 {
            warnings.push(Warning::Hidden { path: path.clone(), clock, frames: hidden });
        }
        match (&self.broken, self.claim().filter(|_| self.packets.claims_track())) {
            (Some(reason), _) => warnings.push(Warning::Broken { path, clock, held, reason: reason.clone() }),
            // Encoder delay makes lengths differ by less than a tenth of a second.
            (None, Some(claimed)) if self.ended && held + rate / 10 < claimed => {
                warnings.push(Warning::Truncated { path, clock, held, claimed });
            }
            (None, _) if self.ended && self.packets.cut_off() => {
                warnings.push(Warning::EndMissing { path, clock, held });
            }
            _ => {}
        }
        warnings
    }
}
