//! The words of attendance lists: headings of columns and what stands below them.

use super::{Mode, Status};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Group,
    /// Words such as *hadir* and *izin*.
    Status,
    /// *fisik* or *daring*.
    Mode,
    /// A column for one word, with ticks in it.
    Tick(Word),
    Office,
    Institution,
    /// What somebody is called in the record.
    Title,
    /// The microphone.
    Channel,
}

/// What one cell says of someone's attendance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Present, and perhaps how.
    Present(Option<Mode>),
    Excused,
    Absent,
}

impl Word {
    /// Both at once, or `None` where they exclude each other.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Present(mode), Self::Present(other)) if mode.is_none() || other.is_none() || mode == other => {
                Some(Self::Present(mode.or(other)))
            }
            (one, other) if one == other => Some(one),
            _ => None,
        }
    }

    /// A list that does not tell how its members were present means those in the room.
    pub(super) fn status(self) -> Status {
        match self {
            Self::Present(mode) => Status::Present(mode.unwrap_or(Mode::InRoom)),
            Self::Excused => Status::Excused,
            Self::Absent => Status::Absent,
        }
    }
}

/// Small letters and digits, single spaces.
pub(super) fn plain(text: &str) -> String {
    let letters: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a column holds by its heading.
pub(super) fn column(heading: &str) -> Option<Column> {
    Some(match plain(heading).as_str() {
        "nama" | "nama anggota" | "nama lengkap" | "nama peserta" | "nama undangan" | "nama tamu"
        | "nama dan gelar" | "nama anggota dprd" | "anggota" | "peserta" | "name" | "full name" => Column::Name,
        "fraksi" | "kode fraksi" | "nama fraksi" | "fraksi partai" | "partai" | "parpol" | "partai politik"
        | "group" | "party" | "faction" => Column::Group,
        "status"
        | "kehadiran"
        | "keterangan"
        | "ket"
        | "status kehadiran"
        | "keterangan kehadiran"
        | "absensi"
        | "presensi"
        | "attendance" => Column::Status,
        "cara" | "cara hadir" | "cara kehadiran" | "mode" | "moda" | "metode" | "media" | "fisik daring"
        | "daring fisik" | "luring daring" | "daring luring" | "jenis kehadiran" | "bentuk kehadiran" => Column::Mode,
        "jabatan" | "jabatan peserta" | "office" | "position" => Column::Office,
        "instansi" | "asal" | "asal instansi" | "lembaga" | "unit kerja" | "opd" | "skpd" | "perangkat daerah"
        | "organisasi" | "institution" => Column::Institution,
        "sebutan" | "title" => Column::Title,
        "kanal" | "mikrofon" | "mik" | "no mikrofon" | "nomor mikrofon" | "no mik" | "nomor kanal" | "no kanal"
        | "kursi" | "no kursi" | "nomor kursi" | "channel" | "microphone" | "seat" => Column::Channel,
        _ => return word(heading).map(Column::Tick),
    })
}

/// What a word says of attendance.
pub(super) fn word(text: &str) -> Option<Word> {
    let text = plain(text);
    if let Some(mode) = mode(&text) {
        return Some(Word::Present(Some(mode)));
    }
    Some(match text.as_str() {
        "hadir" | "h" | "present" => Word::Present(None),
        "izin" | "ijin" | "i" | "sakit" | "s" | "cuti" | "dinas" | "dinas luar" | "dl" | "tugas" | "tugas luar"
        | "berhalangan" | "excused" => Word::Excused,
        "tanpa keterangan" | "tk" | "t k" | "alpa" | "alpha" | "a" | "tanpa kabar" | "tanpa berita" | "mangkir"
        | "absent" => Word::Absent,
        other => return Some(Word::Present(Some(mode(other.strip_prefix("hadir ")?)?))),
    })
}

/// How somebody was present, by a plain word.
fn mode(text: &str) -> Option<Mode> {
    match text.strip_prefix("secara ").unwrap_or(text) {
        "fisik" | "luring" | "offline" | "tatap muka" | "langsung" | "di tempat" | "di ruang" | "di ruang rapat"
        | "onsite" | "on site" => Some(Mode::InRoom),
        "daring" | "online" | "virtual" | "zoom" | "video" | "jarak jauh" | "vicon" | "konferensi video" => {
            Some(Mode::Online)
        }
        _ => None,
    }
}

/// Whether a cell of a column for one word is ticked, `None` if it says something else.
pub(super) fn tick(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "" | "-" | "–" | "0" | "tidak" | "false" | "no" => Some(false),
        "v" | "x" | "1" | "✓" | "✔" | "√" | "☑" | "ya" | "y" | "true" | "yes" | "ada" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_offices_are_understood() {
        for (text, expected) in [
            ("HADIR", Some(Word::Present(None))),
            ("Hadir (daring)", Some(Word::Present(Some(Mode::Online)))),
            ("Hadir - Fisik", Some(Word::Present(Some(Mode::InRoom)))),
            ("Ijin", Some(Word::Excused)),
            ("T.K.", Some(Word::Absent)),
            ("Tanpa  Keterangan", Some(Word::Absent)),
            ("tidak hadir", None),
            ("hadir terlambat", None),
            ("", None),
        ] {
            assert_eq!(word(text), expected, "{text}");
        }
        assert_eq!(column(" NAMA ANGGOTA "), Some(Column::Name));
        assert_eq!(column("Fisik/Daring"), Some(Column::Mode));
        assert_eq!(column("Fraksi/Partai"), Some(Column::Group));
        assert_eq!(column("Izin"), Some(Column::Tick(Word::Excused)));
        assert_eq!(column("No."), None);
    }
}
