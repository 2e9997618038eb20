//! Indonesian as EYD V writes it: dates, times, amounts.

use jiff::civil::{Date, Time, Weekday};

use crate::common::date::MONTHS;
use crate::meeting::Zone;

/// Stands where a number or a time is to be filled in by hand.
pub(super) const DOTS: &str = "…………";
/// Stands where words are to be filled in by hand.
pub(super) const LINE: &str = "………………………………………";

/// `Selasa, 9 Maret 2027`.
pub(crate) fn day_and_date(date: Date) -> String {
    let day = match date.weekday() {
        Weekday::Monday => "Senin",
        Weekday::Tuesday => "Selasa",
        Weekday::Wednesday => "Rabu",
        Weekday::Thursday => "Kamis",
        Weekday::Friday => "Jumat",
        Weekday::Saturday => "Sabtu",
        Weekday::Sunday => "Minggu",
    };
    format!("{day}, {}", long_date(date))
}

/// `9 Maret 2027`.
pub(crate) fn long_date(date: Date) -> String {
    format!("{} {}", date.day(), month_and_year(date))
}

/// `Maret 2027`.
pub(super) fn month_and_year(date: Date) -> String {
    format!("{} {}", MONTHS[usize::from(date.month().unsigned_abs()) - 1], date.year())
}

/// `pukul 10.05 WITA`, with dots for what is not known.
pub(super) fn clock(time: Option<Time>, zone: Option<Zone>) -> String {
    let time = time.map_or_else(|| DOTS.to_owned(), |time| format!("{:02}.{:02}", time.hour(), time.minute()));
    let zone = zone.map_or_else(|| DOTS.to_owned(), |zone| zone.to_string());
    format!("pukul {time} {zone}")
}

/// The letter of an enumeration, `A` for 0; after `Z` numbers go on.
pub(super) fn letter(index: usize) -> String {
    u8::try_from(index)
        .ok()
        .filter(|index| *index < 26)
        .map_or_else(|| (index + 1).to_string(), |index| char::from(b'A' + index).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn the_weekday_is_computed() {
        assert_eq!(day_and_date(date(2022, 5, 10)), "Selasa, 10 Mei 2022");
        assert_eq!(day_and_date(date(2027, 3, 9)), "Selasa, 9 Maret 2027");
        assert_eq!(day_and_date(date(2024, 2, 29)), "Kamis, 29 Februari 2024");
    }

    #[test]
    fn times_have_a_period_and_a_zone() {
        assert_eq!(clock(Some(time(9, 5, 59, 0)), Some(Zone::Wita)), "pukul 09.05 WITA");
        assert_eq!(clock(None, None), "pukul ………… …………");
    }
}
