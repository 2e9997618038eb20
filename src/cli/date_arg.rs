//! A date as people type it, as the value of an option.

use e_risalah::common::date::typed_date;
use jiff::civil::Date;

pub fn date(text: &str) -> Result<Date, String> {
    typed_date(text).ok_or_else(|| text.to_owned())
}
