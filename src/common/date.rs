//! Dates as people type and read them.

use jiff::civil::Date;

/// The months of the year in Indonesian.
pub const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// The number of a month by its Indonesian name, from 1; upper and lower case are the same.
#[must_use]
pub fn month_number(name: &str) -> Option<i8> {
    MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name)).map(|place| place as i8 + 1)
}

/// A day as messages tell it, `09-03-2027`.
#[must_use]
pub fn day(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}

/// A date as people type it: `2027-03-09`, `9-3-2027`, `09/03/2027` or `9 Maret 2027`.
#[must_use]
pub fn typed_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let month = month_number(month).or_else(|| month.parse().ok())?;
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
