//! The picture above the letterhead.

use std::fmt;
use std::io::{Cursor, Read};
use std::path::Path;

use image::{GenericImageView, ImageFormat, ImageReader};

use super::Fault;

/// The largest file and the longest side that an emblem may have: far above what a letterhead needs
/// at 600 dots an inch.
const BYTES: u64 = 8 << 20;
const PIXELS: u32 = 4_096;

/// An emblem, decoded once and kept as PNG, which every document can hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Emblem {
    /// The picture as PNG.
    pub png: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Emblem {
    /// Whether the file is a picture that can stand above a letterhead: PNG or JPEG, and not too
    /// large.
    #[must_use]
    pub fn is_picture(path: &Path) -> bool {
        Self::read(path).is_ok()
    }

    pub(super) fn read(path: &Path) -> Result<Self, Fault> {
        let unusable = |reason: String| Fault::NotAPicture { path: path.to_owned(), reason };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(|_| Fault::NoFile(path.to_owned()))?;
        file.take(BYTES + 1).read_to_end(&mut bytes).map_err(|error| unusable(error.to_string()))?;
        if bytes.len() as u64 > BYTES {
            return Err(unusable(format!("> {BYTES} B")));
        }
        let mut reader =
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| unusable(error.to_string()))?;
        if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
            return Err(unusable("PNG, JPEG".to_owned()));
        }
        let mut limits = image::Limits::default();
        limits.max_image_width = Some(PIXELS);
        limits.max_image_height = Some(PIXELS);
        reader.limits(limits);
        let picture = reader.decode().map_err(|error| unusable(error.to_string()))?;
        let (width, height) = picture.dimensions();
        let mut png = Cursor::new(Vec::new());
        // Eight bits a channel, with transparency: what PDF/A and Word take from every source.
        picture.into_rgba8().write_to(&mut png, ImageFormat::Png).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { png: png.into_inner(), width, height })
    }
}

impl fmt::Debug for Emblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Emblem({} × {})", self.width, self.height)
    }
}
