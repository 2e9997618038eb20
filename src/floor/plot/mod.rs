//! A picture of what the detector heard and decided: the level and noise floor of every channel
//! over time, its decisions and the turns that came of them. For those who must find out from afar
//! why a room is heard as it is.
//!
//! [`Trace`] takes what [`crate::floor::Floor::push_watched`] tells, in as many columns as the
//! picture has, however long the recording is. The picture is SVG; [`png`] makes an image of it
//! with the fonts of the record.

mod svg;
mod trace;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

pub use svg::{Caption, draw};
pub use trace::Trace;

use crate::common::fonts::FONTS;
use crate::common::message::{Explain, Message};

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[error("no picture: {detail}")]
pub struct Error {
    detail: String,
}

impl Explain for Error {
    fn message(&self) -> Message {
        Message::new("plot.failed").with("detail", &self.detail)
    }
}

/// The picture as a PNG image, a point of the drawing to a pixel.
///
/// # Errors
/// When it cannot be read as SVG, or is too large for an image.
pub fn png(svg: &str) -> Result<Vec<u8>, Error> {
    let failed = |detail: String| Error { detail };
    let mut options = Options::default();
    for font in FONTS {
        options.fontdb_mut().load_font_data(font.to_vec());
    }
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(error.to_string()))?;
    let size = tree.size().to_int_size();
    let too_large = || failed(format!("{} × {}", size.width(), size.height()));
    let mut image = Pixmap::new(size.width(), size.height()).ok_or_else(too_large)?;
    resvg::render(&tree, Transform::identity(), &mut image.as_mut());
    image.encode_png().map_err(|error| failed(error.to_string()))
}
