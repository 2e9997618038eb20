//! Values as a person may write them: words in any case, dates and times with quotation marks or
//! without.

use std::fmt;

use jiff::civil::Date;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::value::Datetime;

use super::super::{Fate, FileKind, Kind, Nature, QuorumRule, Since, Zone};
use super::JenisPeristiwa;
use crate::common::date::typed_date;
use crate::common::paper::Paper;
use crate::common::toml_text::{DATE, TIME};
use crate::seal::Role;

/// One of a few words, in any case; a space or a hyphen counts as `_`.
#[derive(Clone, Copy)]
pub(in crate::meeting) struct Word<T>(pub(in crate::meeting) T);

/// What can be written as one of a few words.
pub(in crate::meeting) trait Words: Copy + 'static {
    /// Each with its word.
    const ALL: &'static [(&'static str, Self)];
    /// The words alone.
    const NAMES: &'static [&'static str];
}

macro_rules! words {
    ($kind:ty: $($name:literal => $value:expr),+ $(,)?) => {
        impl Words for $kind {
            const ALL: &'static [(&'static str, Self)] = &[$(($name, $value)),+];
            const NAMES: &'static [&'static str] = &[$($name),+];
        }
    };
}

words!(Kind:
    "paripurna" => Kind::Paripurna, "komisi" => Kind::Komisi, "banggar" => Kind::Banggar, "bamus" => Kind::Bamus,
    "bapemperda" => Kind::Bapemperda, "bk" => Kind::Bk, "pansus" => Kind::Pansus, "pimpinan" => Kind::Pimpinan,
    "raker" => Kind::Raker, "rdp" => Kind::Rdp, "rdpu" => Kind::Rdpu);
words!(Nature:
    "terbuka" => Nature::Terbuka, "tertutup" => Nature::Tertutup, "tertutup_rahasia" => Nature::TertutupRahasia);
words!(Zone: "WIB" => Zone::Wib, "WITA" => Zone::Wita, "WIT" => Zone::Wit);
words!(Role: "sekretaris" => Role::Sekretaris, "ketua" => Role::Ketua, "pemulihan" => Role::Pemulihan);
words!(Paper: "F4" => Paper::F4, "A4" => Paper::A4);
words!(QuorumRule:
    "3/4" => QuorumRule::ThreeQuarters, "2/3" => QuorumRule::TwoThirds, "1/2" => QuorumRule::MoreThanHalf);
words!(FileKind: "rekaman" => FileKind::Recording, "naskah" => FileKind::Drafts, "risalah" => FileKind::Record);
words!(Since: "resmi" => Since::Official, "rapat" => Since::Held);
words!(Fate: "musnah" => Fate::Destroyed, "permanen" => Fate::Permanent, "dinilai" => Fate::Appraised);
words!(JenisPeristiwa:
    "buka" => JenisPeristiwa::Buka, "skors" => JenisPeristiwa::Skors, "cabut_skors" => JenisPeristiwa::CabutSkors,
    "tutup" => JenisPeristiwa::Tutup, "tertutup" => JenisPeristiwa::Tertutup, "terbuka" => JenisPeristiwa::Terbuka,
    "ketuk_palu" => JenisPeristiwa::KetukPalu, "setuju" => JenisPeristiwa::Setuju,
    "interupsi" => JenisPeristiwa::Interupsi, "acara" => JenisPeristiwa::Acara, "lagu" => JenisPeristiwa::Lagu,
    "catatan" => JenisPeristiwa::Catatan);

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let plain = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
        let found = T::ALL.iter().find(|(name, _)| plain(name) == plain(&written));
        found.map(|(_, value)| Self(*value)).ok_or_else(|| D::Error::unknown_variant(&written, T::NAMES))
    }
}

/// A time: a text, or what stands there without quotation marks, which the reader takes from the
/// file.
#[derive(Clone)]
pub(in crate::meeting) struct Clock(pub(in crate::meeting) Option<String>);

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Clock;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(TIME)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Clock, E> {
                Ok(Clock(Some(text.to_owned())))
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Clock, E> {
                Ok(Clock(None))
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Clock, E> {
                Ok(Clock(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Clock, A::Error> {
                Datetime::deserialize(MapAccessDeserializer::new(map)).map(|_| Clock(None))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A date; `Err` with what stands there in place of one.
#[derive(Clone)]
pub(in crate::meeting) struct Day(pub(in crate::meeting) Result<Date, String>);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Day;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(DATE)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Day, E> {
                Ok(Day(typed_date(text).ok_or_else(|| text.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Day, A::Error> {
                let written = Datetime::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Day(civil(&written).ok_or_else(|| written.to_string())))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

fn civil(written: &Datetime) -> Option<Date> {
    let date = written.date.filter(|_| written.time.is_none() && written.offset.is_none())?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
}
