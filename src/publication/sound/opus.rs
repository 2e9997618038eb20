//! Opus in Ogg (RFC 6716, RFC 7845): one channel, 16 kHz, 20 ms a packet.

use std::io::Write;

use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use opusic_c::{Application, Bitrate, Channels, ErrorCode, SampleRate, Signal};

use crate::audio::SPEECH_RATE;
use crate::publication::Error;

/// Samples of a packet: 20 ms.
const FRAME: usize = SPEECH_RATE as usize / 50;
/// Opus counts its samples at 48 kHz.
const GRANULES: u64 = 48_000 / SPEECH_RATE as u64;
/// Bits a second: speech in a room at this rate is not told from the recording.
const BITRATE: u32 = 24_000;
/// The longest packet in bytes that RFC 6716 allows for one frame.
const LONGEST: usize = 1_275;
/// Packets of one page: a second.
const PAGE: u64 = 50;
/// Every stream has the same: the bytes depend on the sound alone.
const SERIAL: u32 = 1;

pub(super) struct Encoder<W: Write> {
    encoder: opusic_c::Encoder,
    writer: PacketWriter<'static, W>,
    /// Samples at 16 kHz by which the decoder is late.
    lead: u64,
    waiting: Vec<u16>,
    samples: u64,
    packets: u64,
    /// Written when it is known whether it is the last one.
    held: Option<Vec<u8>>,
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(out: W) -> Result<Self, Error> {
        let mut encoder =
            opusic_c::Encoder::new(Channels::Mono, SampleRate::Hz16000, Application::Audio).map_err(failed)?;
        encoder.set_bitrate(Bitrate::Value(BITRATE)).map_err(failed)?;
        encoder.set_signal(Signal::Voice).map_err(failed)?;
        let lead = u64::from(encoder.get_look_ahead().map_err(failed)?);
        let mut writer = PacketWriter::new(out);
        let late = u16::try_from(lead * GRANULES).unwrap_or(u16::MAX);
        let header = [b"OpusHead\x01\x01", &late.to_le_bytes()[..], &SPEECH_RATE.to_le_bytes(), &[0, 0, 0]].concat();
        let vendor = b"E-Risalah";
        let tags = [b"OpusTags", &(vendor.len() as u32).to_le_bytes()[..], vendor, &[0; 4]].concat();
        for packet in [header, tags] {
            writer.write_packet(packet, SERIAL, PacketWriteEndInfo::EndPage, 0).map_err(|error| io(&error))?;
        }
        Ok(Self { encoder, writer, lead, waiting: Vec::with_capacity(2 * FRAME), samples: 0, packets: 0, held: None })
    }

    pub(super) fn push(&mut self, samples: &[i16]) -> Result<(), Error> {
        self.samples += samples.len() as u64;
        // The library's words for samples have no sign; their bits are the same.
        self.waiting.extend(samples.iter().map(|sample| sample.cast_unsigned()));
        self.packets()
    }

    fn packets(&mut self) -> Result<(), Error> {
        let whole = self.waiting.len() / FRAME * FRAME;
        for frame in self.waiting[..whole].chunks_exact(FRAME) {
            let mut packet = vec![0; LONGEST];
            let length = self.encoder.encode_to_slice(frame, &mut packet).map_err(failed)?;
            packet.truncate(length);
            if let Some(held) = self.held.replace(packet) {
                self.packets += 1;
                let end = if self.packets.is_multiple_of(PAGE) {
                    PacketWriteEndInfo::EndPage
                } else {
                    PacketWriteEndInfo::NormalPacket
                };
                let granule = self.packets * FRAME as u64 * GRANULES;
                self.writer.write_packet(held, SERIAL, end, granule).map_err(|error| io(&error))?;
            }
        }
        self.waiting.drain(..whole);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, Error> {
        // What the decoder gives late must still come out of it.
        let needed = (self.samples + self.lead).div_ceil(FRAME as u64).max(1) * FRAME as u64;
        self.waiting.resize(self.waiting.len() + usize::try_from(needed - self.samples).unwrap_or(FRAME), 0);
        self.packets()?;
        let granule = (self.samples + self.lead) * GRANULES;
        let held = self.held.take().unwrap_or_default();
        self.writer.write_packet(held, SERIAL, PacketWriteEndInfo::EndStream, granule).map_err(|error| io(&error))?;
        let mut out = self.writer.into_inner();
        out.flush().map_err(|error| io(&error))?;
        Ok(out)
    }
}

fn failed(error: ErrorCode) -> Error {
    Error::Encoder(error.message().to_owned())
}

fn io(error: &std::io::Error) -> Error {
    Error::Encoder(error.to_string())
}
