//! Packets become samples.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::container::Numbers;
use super::opus::{Opus, OpusStreams, RATE as OPUS_RATE};
use super::wav::Sample;
use crate::common::caught::caught;

/// How the sound of a track is coded, and what its decoder must know beforehand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Coding {
    /// MPEG audio of layer 1, 2 or 3.
    Mpeg {
        layer: u8,
    },
    /// AAC of low complexity, at the rate of its core; as many channels as are decoded.
    Aac {
        rate: u32,
        channels: u16,
    },
    /// The 34 bytes of `STREAMINFO`.
    Flac {
        info: Vec<u8>,
    },
    /// The identification and setup packets.
    Vorbis {
        headers: Vec<u8>,
    },
    /// The magic cookie.
    Alac {
        cookie: Vec<u8>,
    },
    Opus(Opus),
    Pcm {
        sample: Sample,
        rate: u32,
        channels: u16,
    },
    /// Blocks of ADPCM as Microsoft or the IMA lay them out.
    Adpcm {
        microsoft: bool,
        rate: u32,
        channels: u16,
        block_frames: u32,
    },
    /// One that is not decoded, by its name.
    Other(String),
}

impl Coding {
    /// The name that a person knows it by.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Mpeg { layer } => format!("MPEG audio, layer {layer}"),
            Self::Aac { channels, .. } => format!("AAC, {channels} ch"),
            Self::Flac { .. } => "FLAC".to_owned(),
            Self::Vorbis { headers } => format!("Vorbis, {} ch", headers.get(11).copied().unwrap_or_default()),
            Self::Alac { .. } => "Apple Lossless (ALAC)".to_owned(),
            Self::Opus(opus) => format!("Opus, {} ch", opus.channels()),
            Self::Pcm { .. } => "PCM".to_owned(),
            Self::Adpcm { channels, .. } => format!("ADPCM, {channels} ch"),
            Self::Other(name) => name.clone(),
        }
    }

    /// Frames a second, where they are known before the first packet.
    pub(super) fn rate(&self) -> Option<u32> {
        match self {
            Self::Aac { rate, .. } | Self::Pcm { rate, .. } | Self::Adpcm { rate, .. } => Some(*rate),
            Self::Flac { info } => info.be32(10).map(|bits| bits >> 12),
            Self::Vorbis { headers } => headers.le32(12),
            Self::Opus(_) => Some(OPUS_RATE),
            Self::Mpeg { .. } | Self::Alac { .. } | Self::Other(_) => None,
        }
    }
}

/// Frames a second and channels of decoded sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spec {
    pub(super) rate: u32,
    pub(super) channels: u16,
}

/// The decoder of one stream.
pub(super) enum Decoder {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusStreams>),
    Pcm { sample: Sample, spec: Spec },
    Adpcm { decoder: Box<dyn AudioDecoder>, frames: u64 },
}

/// A packet cannot be decoded.
pub(super) struct Damaged;

impl Decoder {
    /// The decoder of such a stream; `None` where there is none.
    pub(super) fn new(coding: &Coding) -> Option<Self> {
        caught(|| Self::made(coding)).flatten()
    }

    fn made(coding: &Coding) -> Option<Self> {
        let mut parameters = AudioCodecParameters::new();
        match coding {
            Coding::Mpeg { layer } => {
                let codec = match layer {
                    1 => id::CODEC_ID_MP1,
                    2 => id::CODEC_ID_MP2,
                    _ => id::CODEC_ID_MP3,
                };
                symphonia(codec, &mut parameters).map(Self::Symphonia)
            }
            Coding::Aac { rate, channels } => {
                parameters.with_sample_rate(*rate).with_extra_data(audio_specific_config(*rate, *channels).into());
                symphonia(id::CODEC_ID_AAC, &mut parameters).map(Self::Symphonia)
            }
            Coding::Flac { info } => {
                parameters.with_extra_data(info.clone().into());
                symphonia(id::CODEC_ID_FLAC, &mut parameters).map(Self::Symphonia)
            }
            Coding::Vorbis { headers } => {
                parameters.with_extra_data(headers.clone().into());
                symphonia(id::CODEC_ID_VORBIS, &mut parameters).map(Self::Symphonia)
            }
            Coding::Alac { cookie } => {
                // The decoder trusts the lengths in it.
                cookie.get(..24)?;
                parameters.with_extra_data(cookie.clone().into());
                symphonia(id::CODEC_ID_ALAC, &mut parameters).map(Self::Symphonia)
            }
            Coding::Opus(opus) => OpusStreams::new(opus).map(|streams| Self::Opus(Box::new(streams))),
            Coding::Pcm { sample, rate, channels } => {
                let spec = Spec { rate: *rate, channels: *channels };
                (*channels > 0).then_some(Self::Pcm { sample: *sample, spec })
            }
            Coding::Adpcm { microsoft, rate, channels, block_frames } => {
                let codec = if *microsoft { id::CODEC_ID_ADPCM_MS } else { id::CODEC_ID_ADPCM_IMA_WAV };
                let frames = u64::from(*block_frames);
                parameters
                    .with_sample_rate(*rate)
                    .with_channels(Channels::Discrete(*channels))
                    .with_max_frames_per_packet(frames)
                    .with_frames_per_block(frames);
                let decoder = symphonia(codec, &mut parameters)?;
                (frames > 0).then_some(Self::Adpcm { decoder, frames })
            }
            Coding::Other(_) => None,
        }
    }

    /// Puts the samples of a packet behind those in `out`, interleaved.
    pub(super) fn decode(&mut self, packet: Vec<u8>, out: &mut Vec<f32>) -> Result<Spec, Damaged> {
        let start = out.len();
        let done = caught(|| self.decoded(packet, out)).unwrap_or(Err(Damaged));
        if done.is_err() {
            out.truncate(start);
        }
        done
    }

    fn decoded(&mut self, packet: Vec<u8>, out: &mut Vec<f32>) -> Result<Spec, Damaged> {
        match self {
            Self::Symphonia(decoder) => through(decoder.as_mut(), packet, 0, out),
            Self::Adpcm { decoder, frames } => through(decoder.as_mut(), packet, *frames, out),
            Self::Opus(streams) => {
                let channels = streams.decode(&packet, out).ok_or(Damaged)?;
                Ok(Spec { rate: OPUS_RATE, channels })
            }
            Self::Pcm { sample, spec } => {
                let frame = sample.bytes() * usize::from(spec.channels);
                let whole = packet.len() / frame * frame;
                let start = out.len();
                out.resize(start + whole / sample.bytes(), 0.0);
                sample.decode(&packet[..whole], &mut out[start..]);
                Ok(*spec)
            }
        }
    }
}

fn symphonia(codec: AudioCodecId, parameters: &mut AudioCodecParameters) -> Option<Box<dyn AudioDecoder>> {
    parameters.for_codec(codec);
    symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default()).ok()
}

fn through(decoder: &mut dyn AudioDecoder, packet: Vec<u8>, frames: u64, out: &mut Vec<f32>) -> Result<Spec, Damaged> {
    let packet = Packet::new(0, Timestamp::ZERO, Duration::new(frames), packet);
    let sound = decoder.decode(&packet).map_err(|_| Damaged)?;
    let spec = sound.spec();
    let channels = u16::try_from(spec.channels().count()).map_err(|_| Damaged)?;
    let spec = Spec { rate: spec.rate(), channels };
    let start = out.len();
    out.resize(start + sound.samples_interleaved(), 0.0);
    sound.copy_to_slice_interleaved(&mut out[start..]);
    Ok(spec)
}

/// Rates by their index in MPEG-4 headers.
pub(super) const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// The configuration of AAC of low complexity without extensions (ISO 14496-3, 1.6.2.1).
fn audio_specific_config(rate: u32, channels: u16) -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.put(2, 5);
    if let Some(index) = AAC_RATES.iter().position(|known| *known == rate) {
        bits.put(index as u32, 4);
    } else {
        bits.put(15, 4);
        bits.put(rate, 24);
    }
    bits.put(u32::from(channels), 4);
    bits.put(0, 3);
    bits.bytes
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    used: u32,
}

impl BitWriter {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(byte) = self.bytes.last_mut() {
                *byte |= ((value >> bit & 1) as u8) << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }
}

/// What an MPEG-4 configuration says: the coding of its core, which holds all that is below half of
/// the core's rate. The bands above, which extensions (HE-AAC) guess, carry nothing that is needed
/// to understand speech.
pub(super) fn aac(config: &[u8]) -> Coding {
    read_aac(config).unwrap_or_else(|| Coding::Other("AAC".to_owned()))
}

fn read_aac(config: &[u8]) -> Option<Coding> {
    let mut bits = BitReader { bytes: config, place: 0 };
    let mut object = bits.object()?;
    let rate = bits.rate()?;
    let channels = bits.take(4)?;
    let mut extension = "";
    if matches!(object, 5 | 29) {
        extension = if object == 5 { "HE-AAC" } else { "HE-AAC v2" };
        bits.rate()?;
        object = bits.object()?;
    }
    let short = bits.take(1)? == 1;
    let name = match object {
        2 if short => "AAC, 960",
        2 if extension.is_empty() => "AAC",
        2 => extension,
        1 => "AAC Main",
        3 => "AAC SSR",
        4 => "AAC LTP",
        23 => "AAC-LD",
        32..=34 => "MPEG audio in MP4",
        36 => "MPEG-4 ALS",
        39 => "AAC-ELD",
        42 => "xHE-AAC (USAC)",
        _ => "MPEG-4 audio",
    };
    Some(match (object, short, channels) {
        (2, false, 1 | 2) => Coding::Aac { rate, channels: channels as u16 },
        (2, false, 3..=6) => Coding::Other(format!("{name}, {channels} ch")),
        (2, false, 7) => Coding::Other(format!("{name}, 8 ch")),
        (2, false, _) => Coding::Other(format!("{name}, PCE")),
        _ => Coding::Other(name.to_owned()),
    })
}

struct BitReader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl BitReader<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.place / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.place % 8) & 1);
            self.place += 1;
        }
        Some(value)
    }

    fn object(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            object => Some(object),
        }
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => AAC_RATES.get(index as usize).copied(),
        }
    }
}
