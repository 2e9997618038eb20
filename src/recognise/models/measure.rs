//! How fast models are on this machine: measured, kept beside them, and carried over to others by
//! the work that they do.

use std::fs;
use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::header::Header;
use super::{Error, Size, Store, file, machine};
use crate::common::atomic_file;

const FILE_NAME: &str = "kecepatan.json";
/// A longer file was not written by this program.
const LONGEST: u64 = 1 << 20;
/// Only the last so many are kept.
const KEPT: usize = 100;
/// The share of real time that one channel may take of one worker: speech overlaps, and the machine
/// has other things to do.
pub(super) const LIVE: f64 = 0.5;

/// A clock that runs while this process works, where the system has one; else the one on the wall.
pub struct Effort {
    began: Instant,
    busy: Option<f64>,
}

impl Effort {
    /// From now on.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), busy: machine::busy() }
    }

    /// Seconds of work since then.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        match (self.busy, machine::busy()) {
            (Some(before), Some(now)) => now - before,
            _ => self.began.elapsed().as_secs_f64(),
        }
    }
}

/// A measurement of one model on one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// SHA-256 of the model's file.
    pub sha256: String,
    /// This program's version and its engine.
    pub program: String,
    /// What the processor calls itself.
    pub processor: String,
    /// Seconds of work of one core for a second of speech of one channel.
    pub real_time_factor: f64,
    /// The most memory that the process had, in bytes.
    pub memory: Option<u64>,
    /// When.
    pub at: Timestamp,
    /// Multiplications that a sentence takes, by which it is carried over to other models.
    work: u64,
}

impl Store {
    /// Keeps that a model, by the SHA-256 and the dimensions of its file, took so many seconds for
    /// a second of speech in this program.
    pub fn keep_measurement(
        &self,
        sha256: &str,
        header: &Header,
        real_time_factor: f64,
        program: &str,
    ) -> Result<Measurement, Error> {
        let measured = Measurement {
            sha256: sha256.to_owned(),
            program: program.to_owned(),
            processor: machine::processor(),
            real_time_factor,
            memory: machine::peak(),
            at: Timestamp::now(),
            work: work((header.state, header.audio_layers, header.text_layers), header.vocabulary),
        };
        let _lock = self.lock()?;
        let mut all = self.all_measurements()?;
        all.retain(|other| other.sha256 != measured.sha256 || other.processor != measured.processor);
        all.push(measured.clone());
        let first = all.len().saturating_sub(KEPT);
        let path = self.folder().join(FILE_NAME);
        let text = serde_json::to_vec_pretty(&all[first..]).map_err(std::io::Error::other).map_err(Error::at(&path))?;
        atomic_file::write(&path, &text).map_err(Error::at(&path))?;
        Ok(measured)
    }

    /// What was measured on this machine.
    pub(super) fn measurements(&self) -> Result<Vec<Measurement>, Error> {
        let processor = machine::processor();
        let mut all = self.all_measurements()?;
        all.retain(|measured| measured.processor == processor);
        Ok(all)
    }

    /// A file that cannot be read is none: what it says can be measured again.
    fn all_measurements(&self) -> Result<Vec<Measurement>, Error> {
        let path = self.folder().join(FILE_NAME);
        if file::length(&path)?.is_none_or(|bytes| bytes > LONGEST) {
            return Ok(Vec::new());
        }
        let text = fs::read(&path).map_err(Error::at(&path))?;
        Ok(serde_json::from_slice(&text).unwrap_or_default())
    }
}

/// Multiplications for a sentence of some four seconds: 512 frames through the encoder, 16 tokens
/// through the decoder.
fn work(dimensions: (u32, u32, u32), vocabulary: u32) -> u64 {
    const FRAMES: u64 = 512;
    const TOKENS: u64 = 16;
    let (state, audio_layers, text_layers) = dimensions;
    let (state, audio_layers, text_layers) = (u64::from(state), u64::from(audio_layers), u64::from(text_layers));
    let encoder = audio_layers * (12 * state * state * FRAMES + 2 * state * FRAMES * FRAMES);
    let crossed = text_layers * 2 * state * state * FRAMES;
    let decoder = TOKENS * (text_layers * (14 * state * state + 2 * state * FRAMES) + state * u64::from(vocabulary));
    encoder + crossed + decoder
}

/// The work of an official size.
pub(super) fn work_of(size: Size) -> u64 {
    let (state, audio_layers, text_layers, _) = size.dimensions();
    work((state, audio_layers, text_layers), 51_866)
}

/// What is to be expected of a model that does so much work, from the measured one that is nearest
/// to it.
pub(super) fn expected(work: u64, measured: &[Measurement]) -> Option<f64> {
    let distance = |other: &&Measurement| (other.work.max(1) as f64 / work.max(1) as f64).ln().abs();
    let nearest = measured.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some(nearest.real_time_factor * work as f64 / nearest.work.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_model_is_expected_to_be_slower() {
        let sizes = [Size::Tiny, Size::Base, Size::Small, Size::Medium, Size::LargeV3];
        assert!(sizes.windows(2).all(|pair| work_of(pair[0]) < work_of(pair[1])));
        assert!(work_of(Size::LargeV3Turbo) < work_of(Size::LargeV3));
        let of = |size, real_time_factor| Measurement {
            sha256: String::new(),
            program: String::new(),
            processor: String::new(),
            real_time_factor,
            memory: None,
            at: Timestamp::UNIX_EPOCH,
            work: work_of(size),
        };
        let measured = [of(Size::Tiny, 0.1), of(Size::Medium, 1.0)];
        let turbo = expected(work_of(Size::LargeV3Turbo), &measured).expect("something");
        assert!(turbo > 1.0 && turbo < 2.5, "{turbo}");
        assert_eq!(expected(1, &[]), None);
    }
}
