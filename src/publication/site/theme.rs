//! The office's colour, made dark or light enough to be read (WCAG 2.2, 1.4.3).

use std::fmt::Write;

type Colour = [u8; 3];

/// Least contrast of text with what is behind it.
const LEAST: f64 = 4.5;
/// The darkest ground of the light pages, and the lightest of the dark ones.
const GROUNDS: [Colour; 2] = [[0xee, 0xf1, 0xf4], [0x26, 0x2c, 0x34]];
/// Where the office has named none.
const USUAL: Colour = [0x1f, 0x4e, 0x79];

/// The colours of links, headings and buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Theme {
    /// On light pages.
    light: Colour,
    /// On dark pages.
    dark: Colour,
    /// Whether the office's colour could not be read on a light page as it is.
    pub(super) is_changed: bool,
    /// What the office has named.
    pub(super) asked: Option<Colour>,
}

impl Theme {
    pub(super) fn of(colour: Option<Colour>) -> Self {
        let wanted = colour.unwrap_or(USUAL);
        let light = readable(wanted, GROUNDS[0], [0, 0, 0]);
        let dark = readable(wanted, GROUNDS[1], [255, 255, 255]);
        Self { light, dark, is_changed: light != wanted, asked: colour }
    }

    /// The rules that set them, below the style sheet's own.
    pub(super) fn css(self) -> String {
        let hex = |colour: Colour| {
            colour.iter().fold("#".to_owned(), |mut text, part| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{part:02x}");
                text
            })
        };
        format!(":root {{\n  --main: light-dark({}, {});\n}}\n", hex(self.light), hex(self.dark))
    }
}

/// The colour, mixed with another until it is read on this ground.
fn readable(colour: Colour, ground: Colour, with: Colour) -> Colour {
    let mixed = |step: u32| {
        [0, 1, 2].map(|part| {
            let (own, other) = (u32::from(colour[part]), u32::from(with[part]));
            ((own * (50 - step) + other * step) / 50) as u8
        })
    };
    (0..=50).map(mixed).find(|mixed| contrast(*mixed, ground) >= LEAST).unwrap_or(with)
}

/// The contrast of two colours as WCAG defines it, 1 to 21.
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn black_on_white_has_the_contrast_of_the_standard() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([0x77, 0x77, 0x77], [255; 3]) - 4.48).abs() < 0.01);
    }

    #[test]
    fn a_dark_colour_stays_as_it_is_on_light_pages() {
        let theme = Theme::of(Some([0x7a, 0x1f, 0x2b]));
        assert!(!theme.is_changed && theme.css().contains("light-dark(#7a1f2b, "), "{}", theme.css());
        assert!(Theme::of(Some([0xff, 0xe0, 0x00])).is_changed);
    }

    proptest! {
        #[test]
        fn whatever_the_office_likes_can_be_read(colour in any::<[u8; 3]>()) {
            let theme = Theme::of(Some(colour));
            prop_assert!(contrast(theme.light, GROUNDS[0]) >= LEAST);
            // Text on a button is white on light pages, near black on dark ones.
            prop_assert!(contrast(theme.light, [255; 3]) >= LEAST);
            prop_assert!(contrast(theme.dark, GROUNDS[1]) >= LEAST);
            prop_assert!(contrast(theme.dark, [0x0d, 0x1a, 0x26]) >= LEAST);
        }
    }
}
