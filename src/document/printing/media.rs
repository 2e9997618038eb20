//! The sheets that a printer has, and the one that a document needs.

use crate::common::paper::Paper;

/// How far a sheet may differ from the wanted one in either direction, in hundredths of a
/// millimetre: F4 as Indonesia sells it (215 × 330 mm) is the American foolscap (8.5 × 13 in =
/// 215.9 × 330.2 mm) on every printer that has it.
const TOLERANCE: u32 = 100;

/// The sheets that a printer says it can print on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Media {
    sheets: Vec<Sheet>,
    /// The smallest and largest sheet, where it takes any size between.
    smallest: Option<(u32, u32)>,
    largest: Option<(u32, u32)>,
}

/// One sheet: its name, and width and height in hundredths of a millimetre.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sheet {
    name: String,
    size: (u32, u32),
}

impl Media {
    /// From the values of `media-supported`.
    pub fn from_names(names: Vec<String>) -> Self {
        let mut media = Self::default();
        for name in names {
            let Some(size) = size_of(&name) else { continue };
            if name.starts_with("custom_min_") {
                media.smallest = Some(size);
            } else if name.starts_with("custom_max_") {
                media.largest = Some(size);
            } else {
                media.sheets.push(Sheet { name, size });
            }
        }
        media
    }

    /// Whether the printer says nothing of sheets: then what it holds is the operator's to know.
    pub fn is_silent(&self) -> bool {
        self.sheets.is_empty() && self.largest.is_none()
    }

    /// What to ask for to get this paper, if the printer can print on it.
    pub fn name_of(&self, paper: Paper) -> Option<String> {
        let (width, height) = paper.millimetres();
        let wanted = (width * 100, height * 100);
        let distance = |sheet: &&Sheet| sheet.size.0.abs_diff(wanted.0).max(sheet.size.1.abs_diff(wanted.1));
        let nearest = self.sheets.iter().min_by_key(distance).filter(|sheet| distance(sheet) <= TOLERANCE);
        nearest.map(|sheet| sheet.name.clone()).or_else(|| {
            let (smallest, largest) = (self.smallest?, self.largest?);
            let fits =
                smallest.0 <= wanted.0 && wanted.0 <= largest.0 && smallest.1 <= wanted.1 && wanted.1 <= largest.1;
            fits.then(|| format!("custom_risalah_{width}x{height}mm"))
        })
    }
}

/// The size in a name such as `iso_a4_210x297mm` or `na_foolscap_8.5x13in`.
fn size_of(name: &str) -> Option<(u32, u32)> {
    let size = name.rsplit('_').next()?;
    let (size, hundredths) = match size.strip_suffix("mm") {
        Some(size) => (size, 100.0),
        None => (size.strip_suffix("in")?, 2540.0),
    };
    let (width, height) = size.split_once('x')?;
    let length = |text: &str| {
        let length: f64 = text.parse().ok()?;
        // No sheet is longer than a hundred metres.
        (length > 0.0 && length * hundredths < 1e7).then(|| (length * hundredths).round() as u32)
    };
    Some((length(width)?, length(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(names: &[&str]) -> Media {
        Media::from_names(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn f4_is_the_american_foolscap() {
        let office = media(&["na_letter_8.5x11in", "na_foolscap_8.5x13in", "iso_a4_210x297mm", "om_folio_210x330mm"]);
        assert_eq!(office.name_of(Paper::F4).as_deref(), Some("na_foolscap_8.5x13in"));
        assert_eq!(office.name_of(Paper::A4).as_deref(), Some("iso_a4_210x297mm"));
    }

    #[test]
    fn a_sheet_five_millimetres_narrower_is_another() {
        assert_eq!(media(&["om_folio_210x330mm", "na_legal_8.5x14in", "iso_a4_210x297mm"]).name_of(Paper::F4), None);
    }

    #[test]
    fn any_size_within_a_range_can_be_had() {
        let free = ["custom_min_100x148mm", "custom_max_297x432mm"];
        assert_eq!(media(&free).name_of(Paper::F4).as_deref(), Some("custom_risalah_215x330mm"));
        assert_eq!(media(&["custom_min_3x5in", "custom_max_8.5x12in"]).name_of(Paper::F4), None);
    }

    #[test]
    fn names_without_a_size_say_nothing() {
        let strange = ["auto", "x", "_x_mm", "a_-1x5mm", "a_1e99x5mm", "a_nanxinfmm", "mm", "Folio", ""];
        assert!(media(&strange).is_silent());
    }
}
