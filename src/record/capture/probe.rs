//! How the microphones sound, judged on a few seconds.

use std::f32::consts::TAU;

use serde::Serialize;

use crate::common::clock::{Channel, MAX_CHANNELS};
use crate::recording::{Format, Sample};

/// What is written for no sound at all, in dB.
const NOTHING: f32 = -140.0;

/// Below this peak, in dB of full scale, nobody's voice is on the channel.
const WEAK: f32 = -66.0;

/// This many samples in a row at the limit are no coincidence.
const RUN: usize = 3;

/// The mains in hertz, and how many of its multiples hum.
const MAINS: (f32, u16) = (50.0, 6);

/// The share of a block's power above which hum is all that is heard.
const HUMMING: f32 = 0.5;

/// Blocks a second for which hum is measured: long enough to tell it from a voice, short enough for
/// mains that waver.
const BLOCKS: u32 = 2;

/// Two channels are one when they correlate more than this, at levels closer than so many dB.
const SAME: (f32, f32) = (0.999, 0.1);

/// A part of a mixture has at least this share of its power; less is cross-talk.
const AUDIBLE: f64 = 0.01;

/// How a channel sounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The channel.
    pub channel: Channel,
    /// Its loudest sample in dB of full scale, -140 for none.
    pub peak_db: f32,
    /// Its mean level in dB of full scale, -140 for none.
    pub rms_db: f32,
    /// What is wrong with it.
    pub troubles: Vec<Trouble>,
}

/// What can be wrong with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No sound at all, not even the noise of an open microphone.
    Silent,
    /// Too quiet for a voice.
    Weak,
    /// Too loud: the tops are cut off.
    Clipped,
    /// The hum of the mains is louder than everything else.
    Hum,
    /// The same sound as on a channel before it.
    SameAs(Channel),
    /// Nothing but two channels before it put together.
    Mix(Channel, Channel),
}

impl Trouble {
    /// The key of its sentence, which has the channels in it and, of [`Trouble::SameAs`] and
    /// [`Trouble::Mix`], the other or others.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Silent => "capture.silent",
            Self::Weak => "capture.weak",
            Self::Clipped => "capture.clipped",
            Self::Hum => "capture.hum",
            Self::SameAs(_) => "capture.same_as",
            Self::Mix(..) => "capture.mix",
        }
    }
}

/// Judges every channel of interleaved sound; a frame that is not whole is left out.
#[must_use]
pub fn probe(format: Format, bytes: &[u8]) -> Vec<Report> {
    let channels = usize::from(format.channels.min(MAX_CHANNELS));
    let sounds: Vec<Sound> = (0..channels).map(|index| Sound::of(format, bytes, index)).collect();
    // The first two that are no copies: what a sound server makes up for a stereo device it makes of
    // these.
    let mut own: Vec<usize> = Vec::new();
    let report = |(index, sound): (usize, &Sound)| {
        let mut troubles = sound.troubles(format);
        let twin = sounds[..index].iter().position(|before| before.equals(sound));
        troubles.extend(twin.map(|twin| Trouble::SameAs(Channel::from_index(twin))));
        match own[..] {
            _ if twin.is_some() || decibels(sound.peak) <= NOTHING => {}
            [a, b] if sound.is_mix_of(&sounds[a], &sounds[b]) => {
                troubles.push(Trouble::Mix(Channel::from_index(a), Channel::from_index(b)));
            }
            [_, _] => {}
            _ => own.push(index),
        }
        let channel = Channel::from_index(index);
        Report { channel, peak_db: decibels(sound.peak), rms_db: decibels(sound.rms), troubles }
    };
    sounds.iter().enumerate().map(report).collect()
}

/// How many channels have a sound of their own, where all others are silent, copies or mixtures and
/// these are too few to be a mixer's: then the others were most likely made up by a sound server
/// that was asked for more channels than the device has.
#[must_use]
pub fn real_channels(reports: &[Report]) -> Option<usize> {
    /// A stereo device.
    const FEW: usize = 2;
    let is_made_up = |report: &&Report| {
        let made_up = |trouble: &Trouble| matches!(trouble, Trouble::Silent | Trouble::SameAs(_) | Trouble::Mix(..));
        report.troubles.iter().any(made_up)
    };
    let real = reports.len() - reports.iter().filter(is_made_up).count();
    ((1..=FEW).contains(&real) && reports.len() > FEW).then_some(real)
}

fn decibels(value: f32) -> f32 {
    if value > 0.0 { (20.0 * value.log10()).max(NOTHING) } else { NOTHING }
}

/// One channel. A constant offset is no sound, so it is taken away from the samples first.
struct Sound {
    samples: Vec<f32>,
    peak: f32,
    rms: f32,
    clipped: bool,
}

impl Sound {
    fn of(format: Format, bytes: &[u8], index: usize) -> Self {
        let width = format.sample.bytes();
        let frames = bytes.chunks_exact(format.frame());
        let value = |frame: &[u8]| format.sample.value(&frame[index * width..][..width]);
        // Floating-point samples may be no numbers; to the recording that is silence.
        let mut samples: Vec<f32> = frames.map(value).map(|v| if v.is_finite() { v } else { 0.0 }).collect();
        let count = samples.len().max(1) as f64;
        let limit = limit(format.sample);
        let clipped = samples.windows(RUN).any(|run| run.iter().all(|value| value.abs() >= limit));
        let mean = (samples.iter().copied().map(f64::from).sum::<f64>() / count) as f32;
        for value in &mut samples {
            *value -= mean;
        }
        let peak = samples.iter().fold(0.0, |peak: f32, value| peak.max(value.abs()));
        let rms = (samples.iter().map(|value| f64::from(value * value)).sum::<f64>() / count).sqrt() as f32;
        Self { samples, peak, rms, clipped }
    }

    fn is_heard(&self) -> bool {
        decibels(self.peak) >= WEAK
    }

    fn troubles(&self, format: Format) -> Vec<Trouble> {
        if !self.clipped && !self.is_heard() {
            let nothing = decibels(self.peak) <= NOTHING;
            return vec![if nothing { Trouble::Silent } else { Trouble::Weak }];
        }
        let hums = self.hums(format.rate.get());
        let found = [self.clipped.then_some(Trouble::Clipped), hums.then_some(Trouble::Hum)];
        found.into_iter().flatten().collect()
    }

    /// Whether hum is all that is heard for more than half of the time.
    fn hums(&self, rate: u32) -> bool {
        let blocks = self.samples.chunks_exact((rate / BLOCKS) as usize);
        let count = blocks.len();
        2 * blocks.filter(|block| hum(block, rate) > HUMMING).count() > count
    }

    /// Whether it is one sound with the other: two microphones never give the same noise, and two
    /// lines the same voice only when they are one.
    fn equals(&self, other: &Self) -> bool {
        if !self.is_heard() || !other.is_heard() {
            return decibels(self.peak) > NOTHING && self.samples == other.samples;
        }
        let apart = (decibels(self.rms) - decibels(other.rms)).abs();
        if apart > SAME.1 {
            return false;
        }
        let together: f64 = self.samples.iter().zip(&other.samples).map(|(a, b)| f64::from(a * b)).sum();
        let power = f64::from(self.rms) * f64::from(other.rms) * self.samples.len() as f64;
        together > f64::from(SAME.0) * power
    }

    /// Whether all of it but a thousandth of its power is a sum of these two, each at some level
    /// (least squares).
    fn is_mix_of(&self, a: &Self, b: &Self) -> bool {
        let dot = |x: &Self, y: &Self| x.samples.iter().zip(&y.samples).map(|(x, y)| f64::from(x * y)).sum::<f64>();
        let (aa, bb, ab, sa, sb, ss) = (dot(a, a), dot(b, b), dot(a, b), dot(self, a), dot(self, b), dot(self, self));
        let determinant = aa * bb - ab * ab;
        let (of_a, of_b) = ((sa * bb - sb * ab) / determinant, (sb * aa - sa * ab) / determinant);
        let parts = [of_a * of_a * aa, of_b * of_b * bb];
        determinant > 0.0
            && of_a * sa + of_b * sb > f64::from(SAME.0) * ss
            && parts.iter().all(|part| *part > AUDIBLE * ss)
    }
}

/// The least value that counts as the limit. A converter's samples may have come as 16 bits
/// whatever their width is now.
fn limit(sample: Sample) -> f32 {
    match sample {
        Sample::U8 => 127.0 / 128.0,
        _ => 32_767.0 / 32_768.0,
    }
}

/// The share of the mains and its multiples in the power of a block.
fn hum(block: &[f32], rate: u32) -> f32 {
    let power: f32 = block.iter().map(|value| value * value).sum();
    let multiples = (1..=MAINS.1).map(|multiple| f32::from(multiple) * MAINS.0);
    let heard: f32 = multiples.map(|hertz| tone(block, hertz / rate as f32)).sum();
    if power > 0.0 { heard / power } else { 0.0 }
}

/// The part of a block's power that lies at one frequency, given in turns a sample (Goertzel).
fn tone(block: &[f32], frequency: f32) -> f32 {
    let turn = 2.0 * (TAU * frequency).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for value in block {
        (last, before) = (value + turn * last - before, last);
    }
    (last * last + before * before - turn * last * before) * 2.0 / block.len() as f32
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    const RATE: u32 = 16_000;

    fn format(sample: Sample, channels: u16) -> Format {
        Format { rate: NonZeroU32::new(RATE).expect("a rate"), channels, sample }
    }

    fn sine(hertz: f32, gain: f32) -> Vec<f32> {
        (0..3 * RATE).map(|n| gain * (TAU * hertz * n as f32 / RATE as f32).sin()).collect()
    }

    /// The same noise for the same seed.
    fn noise(seed: u32, gain: f32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            gain * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
        };
        (0..3 * RATE).map(|_| next()).collect()
    }

    fn sum(one: &[f32], other: &[f32]) -> Vec<f32> {
        one.iter().zip(other).map(|(a, b)| a + b).collect()
    }

    fn probed(channels: &[Vec<f32>]) -> Vec<Report> {
        let frames = (0..channels[0].len()).flat_map(|n| channels.iter().map(move |channel| channel[n]));
        let bytes: Vec<u8> = frames.flat_map(|value| ((value * 32_768.0) as i16).to_le_bytes()).collect();
        probe(format(Sample::I16, channels.len() as u16), &bytes)
    }

    fn troubles(channels: &[Vec<f32>]) -> Vec<Vec<Trouble>> {
        probed(channels).into_iter().map(|report| report.troubles).collect()
    }

    #[test]
    fn a_good_channel_has_no_trouble_and_its_level() {
        let reports = probed(&[sine(440.0, 0.5)]);
        assert_eq!((reports[0].channel.number(), reports[0].troubles.as_slice()), (1, [].as_slice()));
        assert!((reports[0].peak_db + 6.0).abs() < 0.1, "{}", reports[0].peak_db);
        assert!((reports[0].rms_db + 9.0).abs() < 0.1, "{}", reports[0].rms_db);
    }

    #[test]
    fn silence_is_found_even_beside_an_offset() {
        let offset = vec![0.3; 3 * RATE as usize];
        let found = troubles(&[vec![0.0; 3 * RATE as usize], offset, noise(1, 0.000_2)]);
        assert_eq!(found, [[Trouble::Silent], [Trouble::Silent], [Trouble::Weak]]);
        assert_eq!(probe(format(Sample::U8, 1), &[0x80; 12_000])[0].troubles, [Trouble::Silent]);
        assert!(probe(format(Sample::I24, 2), &[0; 5]).iter().all(|report| report.rms_db <= NOTHING));
    }

    #[test]
    fn clipping_needs_several_samples_at_the_limit() {
        let mut touched = sine(440.0, 0.9);
        touched[100] = 1.0;
        let cut: Vec<f32> = sine(440.0, 2.0).into_iter().map(|value| value.clamp(-1.0, 1.0)).collect();
        assert_eq!(troubles(&[touched, cut]), [vec![], vec![Trouble::Clipped]]);
    }

    #[test]
    fn hum_is_told_from_voices() {
        let hum = sum(&sine(49.9, 0.05), &sine(149.7, 0.03));
        let voice = sum(&sine(117.0, 0.2), &noise(3, 0.05));
        let found = troubles(&[sum(&hum, &noise(2, 0.01)), sum(&hum, &voice), voice]);
        assert_eq!(found, [vec![Trouble::Hum], vec![], vec![]]);
    }

    #[test]
    fn one_sound_on_two_channels_is_named_once() {
        let (one, other) = (noise(4, 0.3), noise(5, 0.3));
        let quieter: Vec<f32> = one.iter().map(|value| value / 2.0).collect();
        let bled = sum(&one, &noise(6, 0.03));
        let found = troubles(&[one.clone(), other, one, quieter, bled]);
        let twin = vec![Trouble::SameAs(Channel::from_index(0))];
        assert_eq!(found, [vec![], vec![], twin, vec![], vec![]]);
    }

    #[test]
    fn channels_that_a_server_made_up_are_told() {
        let (left, right, nothing) = (noise(7, 0.3), noise(8, 0.3), vec![0.0; 3 * RATE as usize]);
        let stereo = [left.clone(), right.clone(), left.clone(), right.clone(), nothing.clone()];
        assert_eq!(real_channels(&probed(&stereo)), Some(2));
        let middle: Vec<f32> = left.iter().zip(&right).map(|(left, right)| 0.5 * left + 0.3 * right).collect();
        let upmixed = [left.clone(), right.clone(), middle.clone(), sum(&middle, &noise(11, 0.05))];
        let mix = Trouble::Mix(Channel::from_index(0), Channel::from_index(1));
        assert_eq!(troubles(&upmixed), [vec![], vec![], vec![mix], vec![]]);
        assert_eq!(real_channels(&probed(&upmixed[..3])), Some(2));
        // The noise of open microphones in an empty room is enough to know a copy.
        let quiet = noise(9, 0.001);
        assert_eq!(real_channels(&probed(&[quiet.clone(), quiet.clone(), quiet])), Some(1));
        // A mixer with a dead line, a real stereo device, and a room that is switched off.
        assert_eq!(real_channels(&probed(&[left.clone(), right.clone(), noise(10, 0.3), nothing.clone()])), None);
        assert_eq!(real_channels(&probed(&[left, right])), None);
        assert_eq!(real_channels(&probed(&[nothing.clone(), nothing.clone(), nothing])), None);
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let bytes: Vec<u8> = [f32::NAN, f32::INFINITY].iter().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(probe(format(Sample::F32, 1), &bytes)[0].troubles, [Trouble::Silent]);
    }
}
