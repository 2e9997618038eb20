//! What a form has: the keys of `rapat.toml`.

use serde::{Deserialize, Serialize};

/// The keys of a `rapat.toml` that a form can change, under their own names. What is `null` or
/// empty is not written; other keys of the file stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Description {
    /// The institution, where no `lembaga.toml` has it.
    pub lembaga: House,
    /// The meeting.
    pub rapat: Session,
    /// Who came.
    pub hadir: Attended,
    /// The quorum as it was announced.
    pub kuorum: Counted,
    /// Party groups.
    pub fraksi: Vec<Faction>,
    /// People.
    pub orang: Vec<Named>,
    /// Microphones and who sits there.
    pub kursi: Vec<Placed>,
    /// What happened.
    pub peristiwa: Vec<Happened>,
    /// What was decided.
    pub keputusan: Vec<Decided>,
}

/// `[lembaga]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct House {
    /// Lines of the letterhead.
    pub kop: Vec<String>,
    /// Where the record is signed.
    pub kota: Option<String>,
}

/// `[rapat]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_field_names, reason = "the keys of the file")]
pub struct Session {
    /// The kind.
    pub jenis: Option<String>,
    /// Its own name.
    pub nama: Option<String>,
    /// Open or closed.
    pub sifat: Option<String>,
    /// The record's number.
    pub nomor: Option<String>,
    /// Year of sessions.
    pub tahun_sidang: Option<String>,
    /// Period of sessions.
    pub masa_persidangan: Option<String>,
    /// Which meeting of the period.
    pub rapat_ke: Option<u32>,
    /// With whom.
    pub dengan: Option<String>,
    /// The day, `YYYY-MM-DD`.
    pub tanggal: Option<String>,
    /// `WIB`, `WITA` or `WIT`.
    pub zona: Option<String>,
    /// When the recording began.
    pub mulai: Option<String>,
    /// Room and building.
    pub tempat: Option<String>,
    /// Items of the agenda.
    pub acara: Vec<String>,
    /// Short name of the chair.
    pub ketua: Option<String>,
    /// Short names of those beside the chair; an empty list says that there were none.
    pub didampingi: Option<Vec<String>>,
    /// Short name of the secretary.
    pub sekretaris: Option<String>,
    /// Short names of invitees; an empty list says that there were none.
    pub undangan: Option<Vec<String>>,
    /// Observers.
    pub peninjau: Option<u32>,
}

/// `[hadir]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Attended {
    /// The file of a list, which counts all the others.
    pub daftar: Option<String>,
    /// Its sheet, where it has several.
    pub lembar: Option<String>,
    /// Members of the house.
    pub anggota: Option<u32>,
    /// Present in the room.
    pub fisik: Option<u32>,
    /// Present by video.
    pub daring: Option<u32>,
    /// Excused.
    pub izin: Option<u32>,
    /// Absent without notice.
    pub tanpa_keterangan: Option<u32>,
}

/// `[kuorum]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Counted {
    /// `3/4`, `2/3` or `1/2`.
    pub aturan: Option<String>,
    /// Members present, as announced.
    pub diumumkan: Option<u32>,
    /// When, by the clock on the wall.
    pub pukul: Option<String>,
}

/// `[[fraksi]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Faction {
    /// Its label.
    pub kode: String,
    /// Its name.
    pub nama: Option<String>,
    /// Its members.
    pub anggota: Option<u32>,
    /// How many of them signed.
    pub hadir: Option<u32>,
    /// Who signed.
    pub penanda_tangan: Vec<String>,
}

/// `[[orang]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Named {
    /// Short name.
    pub id: String,
    /// Name with titles and degrees.
    pub nama: Option<String>,
    /// Label of the party group.
    pub fraksi: Option<String>,
    /// Office.
    pub jabatan: Option<String>,
    /// Where an invitee comes from.
    pub instansi: Option<String>,
    /// What they are called in the record.
    pub sebutan: Option<String>,
    /// Rank of a civil servant.
    pub pangkat: Option<String>,
    /// Number of a civil servant.
    pub nip: Option<String>,
}

/// `[[kursi]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Placed {
    /// The microphone, from 1.
    pub kanal: i64,
    /// Short name of who sits there.
    pub orang: Option<String>,
    /// Whether it is a lectern.
    pub mimbar: Option<bool>,
    /// Whether several share it.
    pub bersama: Option<bool>,
}

/// `[[peristiwa]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Happened {
    /// What it was.
    pub jenis: String,
    /// When, in the recording.
    pub pada: Option<String>,
    /// When, by the clock on the wall.
    pub pukul: Option<String>,
    /// How often the gavel fell.
    pub kali: Option<u32>,
    /// Whose microphone.
    pub kanal: Option<i64>,
    /// Which item of the agenda.
    pub butir: Option<u32>,
    /// The words of a note, or the song.
    pub isi: Option<String>,
    /// The decision to which the meeting agreed.
    pub keputusan: Option<String>,
}

/// `[[keputusan]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Decided {
    /// Its text.
    pub isi: Option<String>,
    /// When the meeting agreed, in the recording.
    pub pada: Option<String>,
}

/// A member whose attendance is ticked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Present {
    /// The name as in the roster.
    pub nama: String,
    /// Label of the party group.
    pub fraksi: String,
    /// `hadir`, `daring`, `izin`, `sakit` or `tanpa keterangan`.
    pub kehadiran: String,
}
