//! The fonts that the program carries, so that a page looks the same on every machine.

/// Liberation Sans has Arial's metrics; DejaVu Sans lends it what it lacks, such as Arabic.
pub(crate) const FONTS: [&[u8]; 5] = [
    include_bytes!("fonts/LiberationSans-Regular.ttf"),
    include_bytes!("fonts/LiberationSans-Bold.ttf"),
    include_bytes!("fonts/LiberationSans-Italic.ttf"),
    include_bytes!("fonts/LiberationSans-BoldItalic.ttf"),
    include_bytes!("fonts/DejaVuSans.ttf"),
];
