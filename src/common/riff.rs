//! What every RIFF file shares: its magic, its chunks, and the header of a plain WAV file
//! (Multimedia Programming Interface and Data Specifications 1.0).

/// The first four bytes of a WAV file: little-endian, big-endian, and the two kinds beyond 4 GiB.
pub const MAGIC: [&[u8; 4]; 4] = [b"RIFF", b"RIFX", b"RF64", b"BW64"];

/// Whether a file begins as a WAV file does.
#[must_use]
pub fn is_wave(head: &[u8]) -> bool {
    MAGIC.iter().any(|magic| head.starts_with(*magic)) && head.get(8..12) == Some(b"WAVE")
}

/// Adds a chunk, with the byte that makes its length even. A length beyond 4 GiB is written as the
/// largest, so that a fault never makes a short file of a long one.
pub fn chunk(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    out.extend_from_slice(&name);
    out.extend_from_slice(&length(content.len() as u64));
    out.extend_from_slice(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
}

/// A length as a RIFF file holds it.
#[must_use]
pub fn length(bytes: u64) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// The 44 bytes before the samples of a WAV file with one channel of 16-bit samples. Lengths beyond
/// 4 GiB are written as the largest, as for a stream.
#[must_use]
pub fn mono_header(rate: u32, samples: u64) -> Vec<u8> {
    let bytes = samples.saturating_mul(2);
    let mut format = Vec::with_capacity(16);
    format.extend_from_slice(&[1, 0, 1, 0]);
    format.extend_from_slice(&rate.to_le_bytes());
    format.extend_from_slice(&rate.saturating_mul(2).to_le_bytes());
    format.extend_from_slice(&[2, 0, 16, 0]);
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&length(bytes.saturating_add(36)));
    out.extend_from_slice(b"WAVE");
    chunk(&mut out, *b"fmt ", &format);
    out.extend_from_slice(b"data");
    out.extend_from_slice(&length(bytes));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mono_header_is_read_by_another_program() {
        let mut file = mono_header(16_000, 2);
        assert_eq!(file.len(), 44);
        file.extend_from_slice(&[1, 0, 255, 255]);
        let mut reader = hound::WavReader::new(file.as_slice()).expect("a WAV file");
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 16_000, 16));
        assert_eq!(reader.samples::<i16>().map(|sample| sample.expect("a sample")).collect::<Vec<_>>(), [1, -1]);
        assert!(is_wave(&file) && !is_wave(b"RIFF....AVI "));
        assert_eq!(mono_header(16_000, 1 << 31)[40..], [255; 4], "beyond 4 GiB");
    }
}
