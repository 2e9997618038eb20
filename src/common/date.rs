//! Dates as people type them.

use jiff::civil::Date;

/// A date as people type it: `2027-03-09`, `9-3-2027`, `09/03/2027` or `9 Maret 2027`.
#[must_use]
pub fn typed_date(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "januari",
        "februari",
        "maret",
        "april",
        "mei",
        "juni",
        "juli",
        "agustus",
        "september",
        "oktober",
        "november",
        "desember",
    ];
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let named = MONTHS.iter().position(|name| *name == month.to_lowercase()).map(|place| place as i8 + 1);
    let month = named.or_else(|| month.parse().ok())?;
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_understood_as_they_are_typed() {
        let expected = jiff::civil::date(2027, 3, 9);
        for text in ["2027-03-09", "9-3-2027", "09/03/2027", "9 Maret 2027", " 9  maret 2027 "] {
            assert_eq!(typed_date(text), Some(expected), "{text}");
        }
        for wrong in ["", "9 Maret", "31-2-2027", "9-3-27", "Selasa, 9 Maret 2027", "9 March 2027"] {
            assert_eq!(typed_date(wrong), None, "{wrong}");
        }
    }
}
