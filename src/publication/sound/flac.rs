//! FLAC of one channel of 16 bits at 16 kHz.

use std::io::{Seek, SeekFrom, Write};

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

use crate::audio::SPEECH_RATE;
use crate::publication::Error;

/// Samples of one frame.
const BLOCK: usize = 4096;

pub(super) struct Encoder<W> {
    out: W,
    config: Verified<config::Encoder>,
    info: StreamInfo,
    buffer: FrameBuf,
    context: Context,
    waiting: Vec<i32>,
    samples: usize,
}

impl<W: Write + Seek> Encoder<W> {
    pub(super) fn new(out: W) -> Result<Self, Error> {
        let mut encoder = Self {
            out,
            config: config::Encoder::default().into_verified().map_err(|(_, error)| failed(&error))?,
            info: StreamInfo::new(SPEECH_RATE as usize, 1, 16).map_err(|error| failed(&error))?,
            buffer: FrameBuf::with_size(1, BLOCK).map_err(|error| failed(&error))?,
            context: Context::new(16, 1),
            waiting: Vec::with_capacity(2 * BLOCK),
            samples: 0,
        };
        encoder.header()?;
        Ok(encoder)
    }

    /// The mark of the format and what is known of the stream; always of the same length.
    fn header(&mut self) -> Result<(), Error> {
        let mut sink = ByteSink::new();
        Stream::with_stream_info(self.info.clone()).write(&mut sink).map_err(|error| failed(&error))?;
        self.out.write_all(sink.as_slice()).map_err(|error| failed(&error))
    }

    pub(super) fn push(&mut self, samples: &[i16]) -> Result<(), Error> {
        self.waiting.extend(samples.iter().map(|sample| i32::from(*sample)));
        while self.waiting.len() >= BLOCK {
            self.frame(BLOCK)?;
        }
        Ok(())
    }

    fn frame(&mut self, length: usize) -> Result<(), Error> {
        let block: Vec<i32> = self.waiting.drain(..length).collect();
        if length < BLOCK {
            self.buffer.resize(length);
        }
        let filled = self.buffer.fill_interleaved(&block).and_then(|()| self.context.fill_interleaved(&block));
        filled.map_err(|error| failed(&error))?;
        let number = self.context.current_frame_number().unwrap_or_default();
        let frame = flacenc::encode_fixed_size_frame(&self.config, &self.buffer, number, &self.info)
            .map_err(|error| failed(&error))?;
        self.info.update_frame_info(&frame);
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(|error| failed(&error))?;
        self.samples += length;
        self.out.write_all(sink.as_slice()).map_err(|error| failed(&error))
    }

    pub(super) fn finish(mut self) -> Result<W, Error> {
        if !self.waiting.is_empty() {
            self.frame(self.waiting.len())?;
        }
        self.info.set_total_samples(self.samples);
        self.info.set_md5_digest(&self.context.md5_digest());
        // The last frame does not count: all others are of one size.
        let _ = self.info.set_block_sizes(BLOCK, BLOCK);
        self.out.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
        self.header()?;
        self.out.flush().map_err(|error| failed(&error))?;
        Ok(self.out)
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Encoder(error.to_string())
}
