//! A time within a recording, as it is typed.

/// Milliseconds of `HH:MM:SS`.
pub fn offset(text: &str) -> Result<u64, String> {
    e_risalah::meeting::offset(text).ok_or_else(|| text.to_owned())
}
